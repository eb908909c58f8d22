//! Runs a plan on pictures.

use crate::models::graph::Shape;

use super::Results;
use super::Value;
use super::buffer::Buffer;
use super::operations::apply;
use super::operations::works_in_place;
use super::plan::Kernel;
use super::plan::Plan;
use super::plan::Step;

/// Memory of one thread, kept from call to call.
#[derive(Default)]
pub(super) struct Workspace {
    slots: Vec<Buffer>,
    scratch: Buffer,
}

impl Plan {
    /// The wanted results of every picture `[3, h, w]`, each with all its numbers, by `n_threads`
    /// threads.
    pub(super) fn run(
        &self,
        pictures: &[Vec<f32>],
        workspace: &mut Workspace,
        n_threads: usize,
    ) -> Vec<Results> {
        let n = pictures.len();
        let n_slots = workspace.slots.len().max(self.slots.len());
        workspace.slots.resize_with(n_slots, Buffer::default);
        for (buffer, size) in workspace.slots.iter_mut().zip(&self.slots) {
            buffer.grow(n * size);
        }
        let input = &self.steps[0];
        let n_values = input.shape.n_values();
        let cells = workspace.slots[input.slot].chunks_exact_mut(n_values);
        for (picture, cells) in pictures.iter().zip(cells) {
            interleave(picture, cells);
        }
        for step in &self.steps[1..] {
            self.step(step, n, workspace, n_threads);
        }
        let value = |picture: usize, step: &Step, shape: Shape| {
            let n_values = shape.n_values();
            let numbers = workspace.slots[step.slot][picture * n_values..][..n_values].to_vec();
            Value { shape, numbers }
        };
        let results = |picture| {
            let outputs = self.outputs.iter();
            let values = outputs
                .map(|(output, step, shape)| (*output, value(picture, &self.steps[*step], *shape)));
            values.collect()
        };
        (0..n).map(results).collect()
    }

    fn step(&self, step: &Step, n: usize, workspace: &mut Workspace, n_threads: usize) {
        let Workspace { slots, scratch } = workspace;
        let mut buffer = std::mem::take(&mut slots[step.slot]);
        let read = |step: &Step| &slots[step.slot][..n * step.shape.n_values()];
        let inputs: Vec<&Step> = step.inputs.iter().map(|idx| &self.steps[*idx]).collect();
        let to = &mut buffer[..n * step.shape.n_values()];
        if let Some(residual) = step.residual.map(|idx| &self.steps[idx])
            && residual.slot != step.slot
        {
            to.copy_from_slice(read(residual));
        }
        match &step.kernel {
            Kernel::Multiply(layer) => {
                let size = cells(step.from, n);
                layer.run(read(inputs[0]), size, to, &step.finish, scratch, n_threads);
            }
            Kernel::Winograd(layer) => {
                let size = cells(step.from, n);
                layer.run(read(inputs[0]), size, to, &step.finish, scratch, n_threads);
            }
            Kernel::Depthwise(layer) => {
                let size = cells(step.from, n);
                layer.run(read(inputs[0]), size, to, &step.finish, scratch, n_threads);
            }
            Kernel::Other(operation) => {
                let is_in_place = inputs.first().is_some_and(|first| first.slot == step.slot);
                if works_in_place(operation) && !is_in_place {
                    to.copy_from_slice(read(inputs[0]));
                }
                let of_inputs = inputs.iter().skip(usize::from(is_in_place));
                let mut values: Vec<&[f32]> = of_inputs.map(|step| read(step)).collect();
                if is_in_place {
                    values.insert(0, &[]);
                }
                apply(operation, step, &values, to, n_threads);
            }
        }
        slots[step.slot] = buffer;
    }
}

/// `[3, h, w]` to `[h, w, 3]`.
fn interleave(planes: &[f32], cells: &mut [f32]) {
    let (red, rest) = planes.split_at(cells.len() / 3);
    let (green, blue) = rest.split_at(red.len());
    let colors = red.iter().zip(green).zip(blue);
    for (cell, ((red, green), blue)) in cells.chunks_exact_mut(3).zip(colors) {
        cell.copy_from_slice(&[*red, *green, *blue]);
    }
}

/// `[n, height, width]` of a map, or of rows as a map of one line.
fn cells(shape: Shape, n: usize) -> [usize; 3] {
    match shape {
        Shape::Map { height, width, .. } => [n, height, width],
        Shape::Rows { rows, .. } => [n, 1, rows],
    }
}
