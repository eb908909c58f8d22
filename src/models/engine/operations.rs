//! Every operation that is not a product of its own.

use macerator::AutoArch;

use crate::models::graph::Constant;
use crate::models::graph::Operation;
use crate::models::graph::Shape;
use crate::models::graph::Window;

use super::activate::activate;
use super::attention::Attention;
use super::maps;
use super::maps::LargestOfLine;
use super::parallel::each_chunk;
use super::plan::Step;
use super::rows::Pool;
use super::rows::RowWork;

/// Numbers that one thread changes at a time.
const CHUNK: usize = 16 * 1024;

/// Whether the first input becomes the result number by number or row by row.
pub(super) fn works_in_place(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Activate(_)
            | Operation::Add
            | Operation::Multiply
            | Operation::Gate
            | Operation::AddTable(_)
            | Operation::LayerNorm { .. }
            | Operation::Normalize { .. }
    )
}

/// One operation on all pictures. Where it works in place, `to` has the first input.
pub(super) fn apply(
    operation: &Operation,
    step: &Step,
    inputs: &[&[f32]],
    to: &mut [f32],
    n_threads: usize,
) {
    let channels = step.shape.channels();
    let n_values = step.shape.n_values();
    let each_row = |to: &mut [f32], work| change_rows(to, channels, work, n_threads);
    let pictures = inputs[0].chunks_exact(step.from.n_values());
    match operation {
        Operation::Activate(activation) => {
            each_chunk(to, CHUNK, n_threads, |_, values| {
                activate(*activation, values);
            });
        }
        Operation::Add => RowWork::Add(inputs[1]).run(to),
        Operation::Multiply => RowWork::Multiply(inputs[1]).run(to),
        Operation::Gate => {
            let gates = inputs[1].chunks_exact(channels);
            for (to, gate) in to.chunks_exact_mut(n_values).zip(gates) {
                each_row(to, RowWork::Multiply(gate));
            }
        }
        Operation::AddTable(table) => {
            for to in to.chunks_exact_mut(n_values) {
                RowWork::Add(&table.values).run(to);
            }
        }
        Operation::LayerNorm {
            scale,
            shift,
            epsilon,
        } => each_row(
            to,
            RowWork::Norm {
                scale: &scale.values,
                shift: shift.as_ref().map(|shift| &*shift.values),
                epsilon: *epsilon,
            },
        ),
        Operation::Normalize { epsilon } => each_row(to, RowWork::Normalize { epsilon: *epsilon }),
        Operation::JoinChannels => {
            let first = step.from.channels();
            maps::join(inputs[0], inputs[1], [first, channels - first], to);
        }
        Operation::TakeChannels { start, count } => {
            let rows = inputs[0].chunks_exact(step.from.channels());
            for (from, to) in rows.zip(to.chunks_exact_mut(*count)) {
                to.copy_from_slice(&from[*start..][..*count]);
            }
        }
        Operation::Attention { heads, groups } => {
            let attention = Attention {
                heads: *heads,
                rows: step.shape.as_rows()[0] / groups,
                channels,
            };
            attention.run(inputs[0], to, n_threads);
        }
        Operation::MaxPool(_)
        | Operation::Mean
        | Operation::GeneralizedMean { .. }
        | Operation::PrependRows(_)
        | Operation::TakeRows { .. }
        | Operation::Unfold { .. }
        | Operation::Fold { .. }
        | Operation::Resize { .. } => {
            for (from, to) in pictures.zip(to.chunks_exact_mut(n_values)) {
                one_picture(operation, [step.from, step.shape], from, to, n_threads);
            }
        }
        Operation::Input
        | Operation::Conv(_)
        | Operation::Linear(_)
        | Operation::MapToRows
        | Operation::RowsToMap { .. } => {
            unreachable!("a plan has no step for {}", operation.name())
        }
    }
}

/// The operations that need the shape of a picture.
fn one_picture(
    operation: &Operation,
    [before, shape]: [Shape; 2],
    from: &[f32],
    to: &mut [f32],
    n_threads: usize,
) {
    let channels = shape.channels();
    if let Operation::MaxPool(window) = operation {
        largest(*window, [before, shape], from, to, n_threads);
    } else if let Operation::GeneralizedMean { power, epsilon } = operation {
        let (power, epsilon) = (*power, *epsilon);
        Pool::Generalized { power, epsilon }.run(from, to);
    } else if let Operation::PrependRows(Constant { values, .. }) = operation {
        let (first, rest) = to.split_at_mut(values.len());
        first.copy_from_slice(values);
        rest.copy_from_slice(from);
    } else if let Operation::TakeRows { start, .. } = operation {
        to.copy_from_slice(&from[start * channels..][..to.len()]);
    } else if let Operation::Unfold { patch } = operation {
        let [_, height, width] = before.as_map();
        maps::unfold(from, [height, width, channels], *patch, false, to);
    } else if let Operation::Fold { patch, .. } = operation {
        let [_, height, width] = shape.as_map();
        maps::unfold(from, [height, width, channels], *patch, true, to);
    } else if let Operation::Resize { height, width } = operation {
        let [_, from_height, from_width] = before.as_map();
        let size = [from_height, from_width, channels];
        maps::resize(from, size, [*height, *width], to);
    } else {
        Pool::Mean.run(from, to);
    }
}

fn largest(
    window: Window,
    [before, shape]: [Shape; 2],
    from: &[f32],
    to: &mut [f32],
    n_threads: usize,
) {
    let [channels, height, width] = before.as_map();
    let line = shape.as_map()[2] * channels;
    each_chunk(to, line, n_threads, |y, to| {
        AutoArch::new().dispatch(LargestOfLine {
            from,
            size: [height, width, channels],
            window,
            y,
            to,
        });
    });
}

fn change_rows(to: &mut [f32], channels: usize, work: RowWork<'_>, n_threads: usize) {
    // Whole rows in every chunk.
    let chunk = (CHUNK / channels).max(1) * channels;
    each_chunk(to, chunk, n_threads, |_, rows| {
        rows.chunks_exact_mut(channels)
            .for_each(|row| work.run(row));
    });
}
