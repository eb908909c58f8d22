//! The pictures of one step.

use std::ops::Range;

use crate::data::augment::Trace;

/// The views of every picture of one step.
pub struct StepBatch {
    /// Picture of each row.
    pub ids: Vec<u64>,
    /// What makes two pictures the same to the losses.
    pub labels: Vec<u64>,
    /// Whether a person called the pair of a row a copy; empty without pairs.
    pub judged: Vec<bool>,
    /// Per view: `batch * 3 * size * size` normalised numbers.
    pub views: Vec<Vec<f32>>,
    /// Side of each view in pixels.
    pub sizes: Vec<usize>,
    /// Per view one trace per picture; empty where the method needs none.
    pub traces: Vec<Vec<Trace>>,
}

impl StepBatch {
    /// Some pictures of it.
    pub fn rows(&self, rows: Range<usize>) -> Self {
        let of = |values: &[u64]| values[rows.clone()].to_vec();
        let views = self.views.iter().zip(&self.sizes).map(|(view, size)| {
            let n_values = 3 * size * size;
            view[rows.start * n_values..rows.end * n_values].to_vec()
        });
        let judged = self.judged.get(rows.clone());
        let traces = self.traces.iter().map(|view| view[rows.clone()].to_vec());
        Self {
            ids: of(&self.ids),
            labels: of(&self.labels),
            judged: judged.map(<[bool]>::to_vec).unwrap_or_default(),
            views: views.collect(),
            sizes: self.sizes.clone(),
            traces: traces.collect(),
        }
    }
}
