//! How the colors of a copy differ from the original inside the common region.

use super::candidate::Candidate;
use super::frame::Frame;
use super::grey::Pyramid;
use super::grey::View;
use crate::data::Picture;

const SIDE: f64 = 160.0;
/// Deviation of the grey levels from which fine detail can be judged.
const DETAIL_LEVELS: f32 = 6.0;

/// What changed besides the position, measured so that something laid over a part does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Appearance {
    /// Mean absolute difference of the color levels, 0 to 255.
    pub difference: f32,
    /// Median change of the luma levels, brighter is positive.
    pub brighter: f32,
    /// Spread of the luma levels relative to the original's.
    pub contrast: f32,
    /// Mean distance from grey in color levels, of the original and of the copy.
    pub chroma: [f32; 2],
    /// Median shift of red and blue against green, in levels.
    pub cast: [f32; 2],
    /// Fine detail relative to the original's, contrast taken out.
    pub detail: f32,
    /// Share of the common region that shows something else.
    pub foreign: f32,
}

impl Appearance {
    pub fn measure(a: &Picture, b: &Picture, candidate: &Candidate) -> Self {
        Self::try_measure(a, b, candidate).unwrap_or(Self {
            contrast: 1.0,
            detail: 1.0,
            ..Self::default()
        })
    }

    fn try_measure(a: &Picture, b: &Picture, candidate: &Candidate) -> Option<Self> {
        let size = |picture: &Picture| [f64::from(picture.width), f64::from(picture.height)];
        let frame = Frame::new(size(a), size(b), &candidate.a_from_b, SIDE)?;
        let mut views = Vec::with_capacity(3);
        for channel in 0..3 {
            let a = Pyramid::of_channel(a, channel);
            let b = Pyramid::of_channel(b, channel);
            views.push(frame.views(&a, &b, &candidate.a_from_b)?);
        }
        let inside: Vec<usize> = (0..views[0].0.levels.len())
            .filter(|&i| views[0].0.inside[i] && views[0].1.inside[i])
            .collect();
        if inside.is_empty() {
            return None;
        }
        let color_a = |i: usize| [0, 1, 2].map(|channel: usize| views[channel].0.levels[i]);
        let color_b = |i: usize| [0, 1, 2].map(|channel: usize| views[channel].1.levels[i]);
        let each = |value: &dyn Fn(usize) -> f32| inside.iter().map(|&i| value(i)).collect();
        let luma_a = quantiles(each(&|i| luma(color_a(i))));
        let luma_b = quantiles(each(&|i| luma(color_b(i))));
        let cast = |channel: usize| {
            let from_green = |color: [f32; 3]| color[channel] - color[1];
            median(each(&|i| from_green(color_b(i)) - from_green(color_a(i))))
        };
        let contrast = (luma_b[2] - luma_b[0] + 2.0) / (luma_a[2] - luma_a[0] + 2.0);
        Some(Self {
            difference: mean(each(&|i| difference(color_a(i), color_b(i)))),
            brighter: median(each(&|i| luma(color_b(i)) - luma(color_a(i)))),
            contrast,
            chroma: [
                mean(each(&|i| chroma(color_a(i)))),
                mean(each(&|i| chroma(color_b(i)))),
            ],
            cast: [cast(0), cast(2)],
            detail: detail(&views[1].0, &views[1].1),
            foreign: candidate.agreement.foreign,
        })
    }
}

fn luma([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn chroma(color: [f32; 3]) -> f32 {
    color.into_iter().fold(0.0, f32::max) - color.into_iter().fold(255.0, f32::min)
}

fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(p, q)| (p - q).abs()).sum::<f32>() / 3.0
}

fn mean(values: Vec<f32>) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

fn median(values: Vec<f32>) -> f32 {
    quantiles(values)[1]
}

/// The 10th, 50th and 90th of a hundred.
fn quantiles(mut values: Vec<f32>) -> [f32; 3] {
    values.sort_by(f32::total_cmp);
    [0.1, 0.5, 0.9].map(|share| {
        let place = (values.len().saturating_sub(1)) as f32 * share;
        values.get(place as usize).copied().unwrap_or(0.0)
    })
}

/// Median over the textured blocks of how much finer structure B has than A, relative to the
/// coarser structure of the same block; contrast and brightness cancel out.
fn detail(a: &View, b: &View) -> f32 {
    const BLOCK: usize = 10;
    let mut ratios = Vec::new();
    for top in (1..a.height.saturating_sub(BLOCK)).step_by(BLOCK) {
        for left in (1..a.width.saturating_sub(BLOCK)).step_by(BLOCK) {
            if let (Some(p), Some(q)) =
                (fineness(a, left, top, BLOCK), fineness(b, left, top, BLOCK))
            {
                ratios.push(q / p.max(0.01));
            }
        }
    }
    if ratios.len() < 6 {
        1.0
    } else {
        median(ratios)
    }
}

/// Deviation from the mean of the four neighbours, over the deviation of the block.
fn fineness(view: &View, left: usize, top: usize, block: usize) -> Option<f32> {
    let at = |x: usize, y: usize| view.levels[y * view.width + x];
    let (mut n, mut sum, mut squares, mut fine) = (0.0, 0.0, 0.0, 0.0);
    for y in top..top + block {
        for x in left..left + block {
            if !view.inside[y * view.width + x] {
                return None;
            }
            let level = at(x, y);
            let around = (at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1)) / 4.0;
            n += 1.0;
            sum += level;
            squares += level * level;
            fine += (level - around).powi(2);
        }
    }
    let deviation = (squares / n - (sum / n) * (sum / n)).max(0.0_f32).sqrt();
    (deviation >= DETAIL_LEVELS).then(|| (fine / n).sqrt() / deviation)
}
