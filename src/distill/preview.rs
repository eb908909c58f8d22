//! What a recipe makes of a picture, to be looked at before a run.

use std::sync::Arc;

use crate::data;
use crate::data::Picture;
use crate::data::augment;
use crate::data::augment::View;

use super::DistillError;
use super::batches;
use super::recipe::Recipe;

/// Draws of a strip.
pub const N_DRAWS: usize = 8;
/// Cells in a row of a contact sheet: the picture and eight draws make a square.
const N_COLUMNS: u32 = 3;
const MARGIN: u32 = 8;
const GROUND: [u8; 3] = [246, 246, 244];

/// One view as a training step would see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    pub picture: Arc<Picture>,
    /// What was done, in plain words: `Crop, mirror, blur. 46 % of the picture is seen`.
    pub words: String,
}

/// The draws of one stage of a recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The picture as the views are cut from it.
    pub picture: Arc<Picture>,
    pub draws: Vec<Draw>,
    /// Stages of the recipe; each has views of its own.
    pub n_stages: usize,
}

/// Draws views of `picture` as a stage of the recipe does, one kind after the other; a stage that
/// is not there is the last one. `others` are at hand to be put behind or over it; without any the
/// mirrored picture is.
pub fn preview(
    recipe: &Recipe,
    stage: usize,
    picture: &Picture,
    others: &[Arc<Picture>],
    seed: u64,
) -> Result<Preview, DistillError> {
    let stages = recipe.stages()?;
    let n_stages = stages.len();
    let recipe = &stages[stage.min(n_stages.saturating_sub(1))];
    let side = batches::source_side(recipe);
    let picture = data::fit_within(picture, side);
    let mut others: Vec<Arc<Picture>> = others
        .iter()
        .map(|other| Arc::new(data::fit_within(other, side)))
        .collect();
    if others.is_empty() {
        others.push(Arc::new(picture.mirrored()));
    }
    let other = |which: u64| {
        let idx = which % others.len() as u64;
        others.get(idx as usize).cloned()
    };
    let views = batches::plan(recipe).draws(&picture, &other, seed, N_DRAWS);
    Ok(Preview {
        picture: Arc::new(picture),
        draws: views.into_iter().map(Draw::of).collect(),
        n_stages,
    })
}

impl Draw {
    fn of(view: View) -> Self {
        Self {
            words: words(&view),
            picture: Arc::new(view.picture),
        }
    }
}

impl Preview {
    /// The picture and all draws on one sheet, none made larger.
    pub fn sheet(&self) -> Picture {
        let draws = self.draws.iter().map(|draw| &draw.picture);
        let sides = draws.clone().map(|one| one.width.max(one.height));
        let cell = sides.max().unwrap_or(1);
        let first = data::fit_within(&self.picture, cell);
        let cells: Vec<&Picture> = std::iter::once(&first)
            .chain(draws.map(|picture| &**picture))
            .collect();
        let step = cell + MARGIN;
        let n_rows = (cells.len() as u32).div_ceil(N_COLUMNS);
        let size = [N_COLUMNS * step + MARGIN, n_rows * step + MARGIN];
        let mut sheet = Picture::filled(size[0], size[1], GROUND);
        for (idx, picture) in (0..).zip(cells) {
            let corner = [idx % N_COLUMNS, idx / N_COLUMNS].map(|at| at * step + MARGIN);
            let inset = [picture.width, picture.height].map(|side| (cell - side) / 2);
            paste(
                &mut sheet,
                picture,
                [corner[0] + inset[0], corner[1] + inset[1]],
            );
        }
        sheet
    }
}

fn paste(sheet: &mut Picture, picture: &Picture, [left, top]: [u32; 2]) {
    let row_bytes = picture.width as usize * 3;
    for (y, row) in (top..).zip(picture.rgb.chunks_exact(row_bytes)) {
        let start = (y as usize * sheet.width as usize + left as usize) * 3;
        sheet.rgb[start..start + row_bytes].copy_from_slice(row);
    }
}

/// The steps in their order, and how much of the picture is left to see.
fn words(view: &View) -> String {
    let labels = view.steps.iter().filter_map(|id| augment::find(id));
    let mut text = String::new();
    for label in labels.map(|spec| spec.label) {
        if text.is_empty() {
            text.push_str(label);
        } else {
            let (first, rest) = label.split_at(label.chars().next().map_or(0, char::len_utf8));
            text.extend([", ", &first.to_lowercase(), rest]);
        }
    }
    if text.is_empty() {
        "Not changed".clone_into(&mut text);
    }
    let percent = (view.trace.share_seen() * 100.0).round();
    if percent < 100.0 {
        let seen = if percent < 1.0 {
            ". Hardly any of the picture is seen".to_owned()
        } else {
            format!(". {percent} % of the picture is seen")
        };
        text.push_str(&seen);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::presets::PRESETS;
    use super::*;

    fn photo() -> Picture {
        let rgb = (0..90 * 70 * 3).map(|at| (at * 7 % 251) as u8).collect();
        Picture::new(90, 70, rgb)
    }

    #[test]
    fn every_preset_gives_eight_draws_that_a_seed_repeats() {
        for preset in PRESETS {
            let mut recipe = Recipe::parse(preset.toml).unwrap();
            recipe.data.size = 64;
            recipe.data.small_size = recipe.data.small_size.map(|side| side / 4);
            recipe.stages.clear();
            let drawn = preview(&recipe, 0, &photo(), &[], 7).unwrap();
            assert_eq!(drawn.draws.len(), N_DRAWS, "{}", preset.id);
            assert_eq!(drawn, preview(&recipe, 0, &photo(), &[], 7).unwrap());
            let sizes: Vec<u32> = drawn.draws.iter().map(|draw| draw.picture.width).collect();
            let has_small = sizes.iter().any(|size| *size < 64);
            let is_multi = matches!(preset.id, "dino" | "patch-dino" | "seed-patches");
            assert_eq!(has_small, is_multi, "{}: {sizes:?}", preset.id);
            assert!(drawn.draws.iter().all(|draw| !draw.words.is_empty()));
        }
    }

    #[test]
    fn each_stage_of_a_chain_has_its_own_views() {
        let isc21 = PRESETS.iter().find(|preset| preset.id == "isc21").unwrap();
        let recipe = Recipe::parse(isc21.toml).unwrap();
        let first = preview(&recipe, 0, &photo(), &[], 7).unwrap();
        let last = preview(&recipe, 99, &photo(), &[], 7).unwrap();
        assert!(first.n_stages > 1);
        assert_ne!(first.draws, last.draws);
    }

    #[test]
    fn the_sheet_shows_every_draw_whole() {
        let square = |side, level| Draw {
            picture: Arc::new(Picture::filled(side, side, [level; 3])),
            words: String::new(),
        };
        let drawn = Preview {
            picture: Arc::new(Picture::filled(40, 20, [1; 3])),
            draws: vec![square(16, 2), square(16, 3), square(8, 4)],
            n_stages: 1,
        };
        let sheet = drawn.sheet();
        assert_eq!([sheet.width, sheet.height], [3 * 24 + 8, 2 * 24 + 8]);
        let count = |level: u8| {
            let pixels = sheet.rgb.chunks_exact(3);
            pixels.filter(|pixel| *pixel == [level; 3]).count()
        };
        assert_eq!([1, 2, 3, 4].map(count), [16 * 8, 256, 256, 64]);
    }
}
