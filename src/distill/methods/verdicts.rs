//! Fine-tuning on pairs that a person has judged: the last stage of ISC21 (arXiv:2112.04323), kept
//! close to where the student began.

use std::collections::BTreeMap;

use burn::module::Module as _;
use burn::tensor::Tensor;

use crate::models::network::Network;

use super::Building;
use super::Method;
use super::MethodSpec;
use super::Part;
use super::Place;
use super::Saved;
use super::Term;
use super::about::pages;
use super::network_state::copy_without_gradient;
use super::network_state::filled;
use super::rows::Rows;
use super::rows::SSCD;
use super::rows::Shape;
use crate::distill::losses::Needs;
use crate::distill::losses::verdicts::Verdicts;
use crate::distill::student::Student;
use crate::models::state;

pub(super) const VERDICTS: MethodSpec = MethodSpec {
    id: "verdicts",
    label: "Your verdicts",
    help: "Learns from pairs that you marked as copies or as no copies.",
    about: &pages::VERDICTS,
    provides: &[Needs::Views, Needs::Memory, Needs::Pairs],
    needs_pairs: true,
    spreads: false,
    build: |building| Box::new(Judged::new(building)),
    ..SSCD
};

struct Judged {
    rows: Rows,
    loss: Verdicts,
    weight: f32,
    /// Weight of staying where the student began.
    keep: f32,
    start: Option<Network>,
}

impl Judged {
    fn new(building: &Building<'_>) -> Self {
        let shape = Shape {
            all_views: true,
            memory: true,
            ..Shape::default()
        };
        let chosen = |id: &str| building.recipe.losses.iter().find(|loss| loss.id == id);
        let values = chosen("verdicts").map(|chosen| chosen.parameters.clone());
        let weight = |id: &str| chosen(id).map_or(0.0, |chosen| chosen.weight);
        let Building {
            spec,
            head,
            student,
            device,
            ..
        } = building;
        Self {
            rows: Rows::new(building, shape),
            loss: Verdicts::new(&values.unwrap_or_else(BTreeMap::new)),
            weight: weight("verdicts"),
            keep: weight("keep"),
            start: Some(copy_without_gradient(&student.network, spec, *head, device)),
        }
    }

    /// `1 - cosine` between the descriptors now and at the beginning.
    fn distance_to_start(&self, x_bchw: Tensor<4>, now_bd: &Tensor<2>) -> Option<Tensor<1>> {
        let start = self.start.as_ref()?.valid();
        let start_bd = Tensor::from_inner(start.forward(x_bchw.inner()).descriptor_bd);
        let cosine_b1 = (now_bd.clone() * start_bd).sum_dim(1);
        Some((cosine_b1.neg() + 1.0).mean())
    }
}

impl Method for Judged {
    fn begin(&mut self, student: &Student, place: Place) {
        self.rows.begin(student, place);
    }

    fn part(&mut self, student: &Student, part: Part, place: Place) -> Vec<Term> {
        let x_bchw = part.views[0].clone();
        let copies = part.judged.clone();
        let ids = part.ids.clone();
        let (input, maps) = self.rows.look(student, part, place);
        drop(maps);
        let mut terms = self.rows.terms_of(&input, place);
        let rows_bd = input.descriptor_bd;
        // The two rows of a pair follow each other in either order.
        let is_whole = ids.chunks_exact(2).all(|pair| pair[0] / 2 == pair[1] / 2);
        if is_whole && ids.len().is_multiple_of(2) {
            let [b, d] = rows_bd.dims();
            let side = |side: usize| {
                rows_bd
                    .clone()
                    .reshape([b / 2, 2, d])
                    .slice([0..b / 2, side..side + 1, 0..d])
                    .reshape([b / 2, d])
            };
            let judged: Vec<bool> = copies.iter().step_by(2).copied().collect();
            terms.push(Term {
                id: "verdicts",
                weight: self.weight,
                value: self.loss.forward(side(0), side(1), &judged),
            });
        }
        if let Some(value) = self.distance_to_start(x_bchw, &rows_bd) {
            terms.push(Term {
                id: "keep",
                weight: self.keep,
                value,
            });
        }
        terms
    }

    fn end(&mut self, applied: bool) {
        self.rows.end(applied);
    }

    fn reset(&mut self, student: &Student) {
        self.rows.reset(student);
        if let Some(start) = &self.start {
            self.start = filled(start, &state::read_state(&student.network.valid()));
        }
    }

    fn save(&self) -> Saved {
        let mut saved = self.rows.save();
        if let Some(start) = &self.start {
            saved.put_module("start", start);
        }
        saved
    }

    fn restore(&mut self, mut saved: Saved) -> bool {
        saved.take_module("start", &mut self.start) && self.rows.restore(saved)
    }
}
