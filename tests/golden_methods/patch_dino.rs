//! Patch-Wise DINO, from the boxes of the crops to the gradient.

use std::collections::BTreeMap;

use burn::tensor::Int;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use copylens::distill::block_pairs::Crop;
use copylens::distill::block_pairs::block_pairs;
use copylens::distill::losses::patch_dino::PatchDino;
use copylens::distill::losses::token_centers::TokenCenters;
use copylens::distill::losses::token_pairs::TokenPairs;
use copylens::distill::losses::token_pairs::TokenPlace;
use copylens::distill::losses::token_pairs::ViewPair;
use copylens::distill::losses::token_pairs::Weighting;

use crate::golden::Golden;
use crate::golden::numbers;

/// One batch of the file.
struct Batch {
    n_pictures: usize,
    n_globals: usize,
    patch: u32,
    sizes: Vec<u32>,
    boxes: Vec<i64>,
}

impl Batch {
    fn read(golden: &Golden, case: &str) -> Self {
        let numbers = golden.integers(case, "numbers");
        let sizes = golden.integers(case, "sizes").into_iter();
        Self {
            n_pictures: golden.shape(case, "boxes")[0],
            n_globals: numbers[3] as usize,
            patch: numbers[2] as u32,
            sizes: sizes.map(|size| size as u32).collect(),
            boxes: golden.integers(case, "boxes"),
        }
    }

    fn crop(&self, picture: usize, view: usize) -> Crop {
        let at = (picture * self.sizes.len() + view) * 5;
        let number = |offset: usize| self.boxes[at + offset] as u32;
        Crop {
            top: number(0),
            left: number(1),
            height: number(2),
            width: number(3),
            flipped: number(4) == 1,
            size: self.sizes[view],
        }
    }

    /// Pairs of all global views of the teacher with all other views.
    fn views(&self) -> Vec<ViewPair> {
        let mut views = Vec::new();
        for picture in 0..self.n_pictures {
            for teacher_view in 0..self.n_globals {
                for student_view in 0..self.sizes.len() {
                    if teacher_view == student_view {
                        continue;
                    }
                    let [a, b] = [teacher_view, student_view].map(|view| self.crop(picture, view));
                    views.push(ViewPair {
                        picture,
                        teacher_view,
                        student_view,
                        tokens: block_pairs(a, b, self.patch),
                    });
                }
            }
        }
        views
    }

    fn tokens(&self, view: usize) -> usize {
        let side = (self.sizes[view] / self.patch) as usize;
        side * side + 1
    }

    /// All tokens of the first views, in the order of the file.
    fn places(&self, n_views: usize) -> Vec<TokenPlace> {
        let mut places = Vec::new();
        for view in 0..n_views {
            for picture in 0..self.n_pictures {
                places.extend((0..self.tokens(view)).map(|token| TokenPlace {
                    view,
                    picture,
                    token,
                }));
            }
        }
        places
    }
}

/// The rows of `all` that belong to `places`.
fn packed(all: &Tensor<2>, everything: &[TokenPlace], places: &[TokenPlace]) -> Tensor<2> {
    let rows: BTreeMap<TokenPlace, i64> = everything.iter().copied().zip(0..).collect();
    let rows: Vec<i64> = places.iter().map(|place| rows[place]).collect();
    let n = rows.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [n]), &all.device());
    all.clone().select(0, rows)
}

#[test]
fn patch_dino_and_its_centers_equal_the_reference() {
    let golden = Golden::open("patch-dino");
    let patch_dino = PatchDino::new(&BTreeMap::new());
    for case in golden.cases("mean") {
        let batch = Batch::read(&golden, &case);
        let center = golden.tensor::<2>(&case, "center");
        let [n, k] = center.dims();
        let row = |at: usize| center.clone().slice([at..at + 1, 0..k]);
        let mut centers = if n == 2 {
            TokenCenters::shared(&BTreeMap::new(), row(0), row(1))
        } else {
            TokenCenters::per_token(&BTreeMap::new(), center.clone())
        };
        let [lambda, temperature] = [0, 1].map(|at| golden.values(&case, "numbers")[at]);
        let teacher = golden.tensor::<2>(&case, "teacher");
        let teacher_places = batch.places(batch.n_globals);
        let student_places = batch.places(batch.sizes.len());
        for name in ["mean", "lambda-mean", "sum", "lambda-sum"] {
            let weighting = Weighting::named(name, &numbers([("lambda", lambda)])).unwrap();
            let pairs = TokenPairs::pack(&batch.views(), batch.n_pictures, weighting);
            assert!(
                pairs.student.len() < student_places.len(),
                "tokens are left out"
            );
            let leaf = golden.leaf::<2>(&case);
            let loss = patch_dino.forward(
                packed(&leaf, &student_places, &pairs.student),
                &packed(&teacher, &teacher_places, &pairs.teacher),
                &centers,
                temperature,
                &pairs,
            );
            golden.check(&case, name, loss, &leaf);
        }
        centers.update(teacher, &teacher_places);
        let all = TokenPlace {
            view: 0,
            picture: 0,
            token: 0,
        };
        let places: Vec<_> = (0..n).map(|token| TokenPlace { token, ..all }).collect();
        golden.compare(&case, "next-center", centers.rows(&places));
    }
}
