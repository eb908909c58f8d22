//! Tokens of views, and CopyNCE, which compares them directly.

use std::collections::BTreeMap;

use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;

use crate::data::augment::CropBox;
use crate::data::augment::Trace;
use crate::data::views;
use crate::models::network::Network;

use super::Building;
use super::Method;
use super::MethodSpec;
use super::Part;
use super::Place;
use super::Saved;
use super::Term;
use super::about::pages;
use super::rows::Rows;
use super::rows::SSCD;
use super::rows::Shape;
use crate::distill::block_pairs::Crop;
use crate::distill::block_pairs::block_pairs;
use crate::distill::losses::Needs;
use crate::distill::losses::copy_nce::CopyNce;
use crate::distill::losses::dino::Center;
use crate::distill::losses::patch_dino::RULE;
use crate::distill::losses::patch_dino::WEIGHTING;
use crate::distill::losses::token_centers::TokenCenters;
use crate::distill::losses::token_pairs::TokenPlace;
use crate::distill::losses::token_pairs::ViewPair;
use crate::distill::losses::token_pairs::Weighting;
use crate::distill::losses::token_pairs::center_pairs;
use crate::distill::student::Student;

/// CopyNCE (Lu et al., arXiv:2602.17484).
pub(super) const COPY_NCE: MethodSpec = MethodSpec {
    id: "copy-nce",
    label: "CopyNCE",
    help: "Two versions of a picture find each other, whole and patch by patch.",
    about: &pages::COPY_NCE,
    provides: &[Needs::Views, Needs::Pooled, Needs::Tokens],
    is_traced: true,
    spreads: false,
    build: |building| Box::new(PatchContrast::new(building)),
    ..SSCD
};

struct PatchContrast {
    rows: Rows,
    loss: CopyNce,
    weight: f32,
}

impl PatchContrast {
    fn new(building: &Building<'_>) -> Self {
        let shape = Shape {
            all_views: true,
            ..Shape::default()
        };
        let losses = &building.recipe.losses;
        let chosen = losses.iter().find(|chosen| chosen.id == "copy-nce");
        let values = chosen.map_or_else(BTreeMap::new, |chosen| chosen.parameters.clone());
        let mut rows = Rows::new(building, shape);
        // Patches of mixed pictures have no place of their own.
        rows.mixup = 0.0;
        Self {
            rows,
            loss: CopyNce::new(&values),
            weight: chosen.map_or(0.0, |chosen| chosen.weight),
        }
    }

    /// The first view asks, the second is asked.
    fn patches(&self, deep_bchw: Tensor<4>, traces: &[Vec<Trace>], size: usize) -> Tensor<1> {
        let [b, c, h, w] = deep_bchw.dims();
        let n = traces[0].len();
        let cells_bnd = deep_bchw.reshape([b, c, h * w]).swap_dims(1, 2);
        let view = |idx: usize| {
            let rows = idx * n..(idx + 1) * n;
            cells_bnd.clone().slice([rows, 0..h * w, 0..c])
        };
        let patch = (size / w) as u32;
        let weights = |from: usize, to: usize| {
            let values: Vec<f32> = traces[from]
                .iter()
                .zip(&traces[to])
                .flat_map(|(from, to)| self.loss.weights(&views::overlap(from, to, patch), h * w))
                .collect();
            let data = TensorData::new(values, [n, h * w, h * w]);
            Tensor::<3>::from_data(data, &cells_bnd.device())
        };
        self.loss
            .forward(view(0), view(1), [weights(0, 1), weights(1, 0)])
    }
}

impl Method for PatchContrast {
    fn begin(&mut self, student: &Student, place: Place) {
        self.rows.begin(student, place);
    }

    fn part(&mut self, student: &Student, part: Part, place: Place) -> Vec<Term> {
        let traces = part.traces.clone();
        let [_, _, _, size] = part.views[0].dims();
        let (terms, maps) = self.rows.terms(student, part, place);
        let value = self.patches(maps.deep, &traces, size);
        terms
            .into_iter()
            .chain([Term {
                id: "copy-nce",
                weight: self.weight,
                value,
            }])
            .collect()
    }

    fn end(&mut self, applied: bool) {
        self.rows.end(applied);
    }

    fn reset(&mut self, student: &Student) {
        self.rows.reset(student);
    }

    fn save(&self) -> Saved {
        self.rows.save()
    }

    fn restore(&mut self, saved: Saved) -> bool {
        self.rows.restore(saved)
    }
}

/// How patches are paired, and how the pairs of two views share their loss.
pub(super) struct Rule {
    is_published: bool,
    pub weighting: Weighting,
}

impl Rule {
    pub fn new(values: &BTreeMap<String, f32>) -> Self {
        let names = ["mean", "lambda-mean", "sum", "lambda-sum"];
        let name = names[(WEIGHTING.of(values) as usize).min(names.len() - 1)];
        Self {
            is_published: RULE.of(values) > 0.5,
            weighting: Weighting::named(name, values).unwrap_or(Weighting::Mean),
        }
    }

    /// The tokens that every two views of a picture share; the first `n_global` views are the
    /// teacher's.
    pub fn pairs(
        &self,
        traces: &[Vec<Trace>],
        n_global: usize,
        tokens: &[Tensor<3>],
        views: &[Tensor<4>],
    ) -> Vec<ViewPair> {
        let mut pairs = Vec::new();
        let patch = |view: usize| {
            let n_patches = tokens[view].dims()[1] - 1;
            let side = (n_patches as f32).sqrt().round().max(1.0);
            (views[view].dims()[3] as f32 / side) as u32
        };
        for picture in 0..traces.first().map_or(0, Vec::len) {
            for teacher_view in 0..n_global {
                for student_view in (0..traces.len()).filter(|view| *view != teacher_view) {
                    let [from, to] =
                        [teacher_view, student_view].map(|view| &traces[view][picture]);
                    pairs.push(ViewPair {
                        picture,
                        teacher_view,
                        student_view,
                        tokens: self.tokens(from, to, patch(student_view)),
                    });
                }
            }
        }
        pairs
    }

    fn tokens(&self, teacher: &Trace, student: &Trace, patch: u32) -> Vec<[usize; 2]> {
        let crops = teacher.crop_box().zip(student.crop_box());
        match crops.filter(|_| self.is_published) {
            Some((a, b)) => block_pairs(crop(a, teacher), crop(b, student), patch),
            None => center_pairs(&views::centers_within(student, teacher, patch)),
        }
    }
}

fn crop(found: CropBox, trace: &Trace) -> Crop {
    Crop {
        top: found.top,
        left: found.left,
        height: found.height,
        width: found.width,
        flipped: found.is_mirrored,
        size: trace.view_size[0],
    }
}

/// Class token and patches of every view, `[b, 1 + n, c]`; views of one size go through the network
/// together.
pub(super) fn tokens_of_views(network: &Network, views: &[Tensor<4>]) -> Vec<Tensor<3>> {
    through(views, |x_bchw| {
        let maps = network.maps(x_bchw);
        let class_bc = network.class_token(&maps);
        let [b, c, h, w] = maps.deep.dims();
        let cells_bnc = maps.deep.reshape([b, c, h * w]).swap_dims(1, 2);
        Tensor::cat(vec![class_bc.reshape([b, 1, c]), cells_bnc], 1)
    })
}

/// The class token of every view, `[b, c]`; the pooled map of a network without one.
pub(super) fn class_tokens(network: &Network, views: &[Tensor<4>]) -> Vec<Tensor<2>> {
    let tokens = through(views, |x_bchw| {
        let maps = network.maps(x_bchw);
        let class_bc = network.class_token(&maps);
        let [b, c] = class_bc.dims();
        class_bc.reshape([b, 1, c])
    });
    tokens
        .into_iter()
        .map(|tokens| {
            let [b, _, c] = tokens.dims();
            tokens.reshape([b, c])
        })
        .collect()
}

/// Views that follow each other with the same size, in one pass.
fn through(views: &[Tensor<4>], forward: impl Fn(Tensor<4>) -> Tensor<3>) -> Vec<Tensor<3>> {
    let mut results = Vec::with_capacity(views.len());
    for group in views.chunk_by(|a, b| a.dims() == b.dims()) {
        let [b, ..] = group[0].dims();
        let together = forward(Tensor::cat(group.to_vec(), 0));
        let [_, n, c] = together.dims();
        for view in 0..group.len() {
            let rows = view * b..(view + 1) * b;
            results.push(together.clone().slice([rows, 0..n, 0..c]));
        }
    }
    results
}

/// The tokens at these places, `[n, c]`.
pub(super) fn gather(tokens: &[Tensor<3>], places: &[TokenPlace]) -> Tensor<2> {
    let mut first = Vec::with_capacity(tokens.len());
    let mut n_rows = 0;
    let flat: Vec<Tensor<2>> = tokens
        .iter()
        .map(|view| {
            let [b, n, c] = view.dims();
            first.push((n_rows, n));
            n_rows += b * n;
            view.clone().reshape([b * n, c])
        })
        .collect();
    let flat = Tensor::cat(flat, 0);
    let rows: Vec<i64> = places
        .iter()
        .map(|place| {
            let (first, n) = first[place.view];
            (first + place.picture * n + place.token) as i64
        })
        .collect();
    let n = rows.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [n]), &flat.device());
    flat.select(0, rows)
}

/// Centers on the device with autodiff.
pub(super) fn on_tape(centers: &TokenCenters) -> TokenCenters {
    let lifted = |center: &Center| Center {
        value_1k: Tensor::from_inner(center.value_1k.clone()),
        momentum: center.momentum,
    };
    match centers {
        TokenCenters::Shared { class, patch } => TokenCenters::Shared {
            class: lifted(class),
            patch: lifted(patch),
        },
        TokenCenters::PerToken {
            values_nk,
            momentum,
        } => TokenCenters::PerToken {
            values_nk: Tensor::from_inner(values_nk.clone()),
            momentum: *momentum,
        },
    }
}
