//! Convolutions of 3 x 3 with fewer products: Winograd's F(2 x 2, 3 x 3) (Lavin and Gray,
//! arXiv:1509.09308, section 4.1).
//!
//! Four neighboring results come from 16 products instead of 36: the 4 x 4 cells under them and the
//! weights are transformed, multiplied place by place, and transformed back. The sum over the
//! channels lies inside, so there are 16 products of matrices.

use std::cell::RefCell;
use std::sync::Arc;

use macerator::AutoArch;
use macerator::Simd;
use macerator::WithSimd;

use crate::models::graph::Border;
use crate::models::graph::Conv;

use super::activate::activate;
use super::buffer::Buffer;
use super::conv::surround;
use super::panels::Panels;
use super::parallel::each_chunk;
use super::plan::Finish;
use super::plan::Packed;
use super::product::ANY;
use super::product::Product;
use super::product::multiply;
use super::simd::Floats;
use super::simd::lanes;
use super::simd::load;
use super::simd::splat;
use super::simd::store;

/// Places of a tile.
const PLACES: usize = 16;
/// Tiles that are multiplied together at least, if there are so many.
const TILES: usize = 48;
/// Pictures of so few tiles are not cut: threads share the places instead, and with them the weights.
const FEW_TILES: usize = 64;
/// Cells of the result from which on the transformed weights, which are larger, pay.
const MIN_CELLS: usize = 36;
/// Channels are whole vectors on every processor.
const CHANNELS: usize = 16;
/// From so many channels on the transforms are small beside the products.
const MIN_CHANNELS: usize = 48;

/// A convolution whose weights are transformed: a matrix for each place.
pub(super) struct Winograd {
    panels: Arc<Vec<Panels>>,
    bias: Buffer,
    border: Border,
    channels: usize,
    columns: usize,
}

impl Winograd {
    /// `None` where it does not pay for a result of so many cells. The number of pictures does not
    /// count, since numbers are rounded a little differently.
    pub(super) fn of_conv(conv: &Conv, n_cells: usize, packed: &mut Packed) -> Option<Self> {
        let [out, into, ..] = conv.weight.dims::<4>();
        let window = conv.window;
        let is_whole = |n: usize| n.is_multiple_of(CHANNELS) && n >= MIN_CHANNELS;
        let pays = window.kernel == [3, 3]
            && window.stride == [1, 1]
            && conv.groups == 1
            && is_whole(out)
            && is_whole(into)
            && n_cells >= MIN_CELLS;
        if !pays {
            return None;
        }
        let mut bias = Buffer::zeros(out);
        if let Some(values) = &conv.bias {
            bias[..out].copy_from_slice(&values.values);
        }
        let name = format!("{} in {PLACES} places", conv.weight.name);
        let panels = packed.entry(name.into());
        Some(Self {
            panels: Arc::clone(panels.or_insert_with(|| Arc::new(transformed_panels(conv)))),
            bias,
            border: window.border,
            channels: into,
            columns: out,
        })
    }

    /// Of its packed weights.
    pub(super) fn n_bytes(&self) -> usize {
        self.panels.iter().map(Panels::n_bytes).sum()
    }

    /// `[n, h, w, channels]` to `[n, h, w, columns]`.
    pub(super) fn run(
        &self,
        from: &[f32],
        [n, height, width]: [usize; 3],
        to: &mut [f32],
        finish: &Finish,
        scratch: &mut Buffer,
        n_threads: usize,
    ) {
        let border = self.border;
        let cells = [
            height + border.top + border.bottom - 2,
            width + border.left + border.right - 2,
        ];
        // Whole tiles.
        let border = Border {
            bottom: border.bottom + cells[0] % 2,
            right: border.right + cells[1] % 2,
            ..border
        };
        let size = [
            height + border.top + border.bottom,
            width + border.left + border.right,
        ];
        let n_values = size[0] * size[1] * self.channels;
        scratch.grow(n * n_values);
        let shape = [n, height, width, self.channels];
        surround(from, shape, border, &mut scratch[..n * n_values]);
        let line = cells[1] * self.columns;
        let to = &mut to[..n * cells[0] * line];
        let [n_lines, width] = cells.map(|cells| cells.div_ceil(2));
        let n_tiles = n_lines * width;
        let part = Part {
            layer: self,
            from: &scratch[..n * n_values],
            n: 1,
            step: n_values,
            width: size[1],
            cells,
        };
        if n_tiles < TILES || n_threads > 1 && n_tiles <= FEW_TILES {
            let n = TILES.div_ceil(n_tiles);
            for (idx, to) in to.chunks_mut(n * cells[0] * line).enumerate() {
                let part = Part {
                    from: &part.from[idx * n * n_values..],
                    n: to.len() / (cells[0] * line),
                    ..part
                };
                part.run(to, finish, n_threads);
            }
            return;
        }
        let n_lines = lines_of_part(n_lines, width, n_threads);
        for (from, to) in part
            .from
            .chunks_exact(n_values)
            .zip(to.chunks_exact_mut(cells[0] * line))
        {
            each_chunk(to, 2 * n_lines * line, n_threads, |idx, to| {
                let part = Part {
                    from: &from[2 * idx * n_lines * size[1] * self.channels..],
                    cells: [to.len() / line, cells[1]],
                    ..part
                };
                part.run(to, finish, 1);
            });
        }
    }
}

/// Lines of tiles that are multiplied together, so that the busiest thread has few.
fn lines_of_part(n_lines: usize, width: usize, n_threads: usize) -> usize {
    let least = TILES.div_ceil(width);
    if n_threads == 1 {
        return least;
    }
    let of_busiest = |part: &usize| n_lines.div_ceil(*part).div_ceil(n_threads) * part;
    (least..=2 * least).min_by_key(of_busiest).unwrap_or(least)
}

thread_local! {
    /// The transformed cells of a part, and their products.
    static PLACES_OF_PART: RefCell<Buffer> = RefCell::default();
}

fn transformed_panels(conv: &Conv) -> Vec<Panels> {
    let [out, into, ..] = conv.weight.dims::<4>();
    let mut transformed = vec![vec![0.0; out * into]; PLACES];
    for (idx, kernel) in conv.weight.values.chunks_exact(9).enumerate() {
        let lines = [0, 3, 6].map(|at| transform([kernel[at], kernel[at + 1], kernel[at + 2]]));
        for column in 0..4 {
            let values = transform(lines.map(|line| line[column]));
            for (line, value) in values.into_iter().enumerate() {
                transformed[line * 4 + column][idx] = value;
            }
        }
    }
    let weights = transformed.iter();
    weights
        .map(|weights| Panels::of_weights(weights, out, 1))
        .collect()
}

/// `G g`
fn transform([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, 0.5 * (a + b + c), 0.5 * (a - b + c), c]
}

/// Some lines of tiles of one picture, or some whole pictures.
#[derive(Clone, Copy)]
struct Part<'a> {
    layer: &'a Winograd,
    /// The maps with their borders, from the first cell under the part on.
    from: &'a [f32],
    /// Pictures, and how far their maps are from one another.
    n: usize,
    step: usize,
    /// Cells of a line of the map.
    width: usize,
    /// `[height, width]` of the result in each picture.
    cells: [usize; 2],
}

impl Part<'_> {
    /// Lines of tiles in a picture, and tiles of a line.
    fn tiles(&self) -> [usize; 2] {
        self.cells.map(|cells| cells.div_ceil(2))
    }

    fn run(self, to: &mut [f32], finish: &Finish, n_threads: usize) {
        let (channels, columns) = (self.layer.channels, self.layer.columns);
        let n_tiles = self.n * self.tiles().iter().product::<usize>();
        // Taken out, because a thread that waits for others may begin with another part.
        let mut scratch = PLACES_OF_PART.take();
        let n_inside = PLACES * n_tiles * channels;
        let n_values = n_inside + PLACES * n_tiles * columns;
        scratch.grow(n_values);
        let (inside, products) = scratch[..n_values].split_at_mut(n_inside);
        AutoArch::new().dispatch(Forth {
            part: self,
            to: &mut *inside,
        });
        let rows: Vec<usize> = (0..n_tiles).map(|tile| tile * channels).collect();
        each_chunk(products, n_tiles * columns, n_threads, |place, to| {
            let panels = &self.layer.panels[place];
            multiply(Product {
                from: &inside[place * n_tiles * channels..],
                rows: &rows,
                taps: &[0],
                run: channels,
                panels,
                list: &panels.list,
                to,
                stride: columns,
                column: 0,
                adds: false,
                bounds: ANY,
            });
        });
        AutoArch::new().dispatch(Back {
            part: self,
            from: products,
            to: &mut *to,
            finish,
        });
        PLACES_OF_PART.set(scratch);
        if let Some(activation) = finish.activation {
            activate(activation, to);
        }
    }
}

/// Transforms the cells under the tiles, `[places, tiles, channels]`.
struct Forth<'a, 'b> {
    part: Part<'a>,
    to: &'b mut [f32],
}

impl WithSimd for Forth<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let channels = self.part.layer.channels;
        let [height, width] = self.part.tiles();
        let n_tiles = self.part.n * height * width;
        let stride = n_tiles * channels;
        let line = self.part.width * channels;
        for tile in 0..n_tiles {
            let (picture, y, x) = (tile / (height * width), tile / width % height, tile % width);
            let start = picture * self.part.step + y * 2 * line + x * 2 * channels;
            let from = &self.part.from[start..];
            let to = &mut self.to[tile * channels..];
            for channel in (0..channels).step_by(lanes::<S>()) {
                let from = &from[channel..];
                let a = forth(four::<S>(from, channels));
                let b = forth(four::<S>(&from[line..], channels));
                let c = forth(four::<S>(&from[2 * line..], channels));
                let d = forth(four::<S>(&from[3 * line..], channels));
                let to = &mut to[channel..];
                let places = 4 * stride;
                put_four(forth([a[0], b[0], c[0], d[0]]), to, places);
                put_four(forth([a[1], b[1], c[1], d[1]]), &mut to[stride..], places);
                put_four(
                    forth([a[2], b[2], c[2], d[2]]),
                    &mut to[2 * stride..],
                    places,
                );
                put_four(
                    forth([a[3], b[3], c[3], d[3]]),
                    &mut to[3 * stride..],
                    places,
                );
            }
        }
    }
}

/// Four vectors that lie `step` apart.
#[inline(always)]
fn four<S: Simd>(from: &[f32], step: usize) -> [Floats<S>; 4] {
    let from = &from[..3 * step + lanes::<S>()];
    [
        load::<S>(from),
        load::<S>(&from[step..]),
        load::<S>(&from[2 * step..]),
        load::<S>(&from[3 * step..]),
    ]
}

#[inline(always)]
fn put_four<S: Simd>([a, b, c, d]: [Floats<S>; 4], to: &mut [f32], step: usize) {
    let to = &mut to[..3 * step + lanes::<S>()];
    store::<S>(a, to);
    store::<S>(b, &mut to[step..]);
    store::<S>(c, &mut to[2 * step..]);
    store::<S>(d, &mut to[3 * step..]);
}

/// `B^T d`
#[inline(always)]
fn forth<S: Simd>([a, b, c, d]: [Floats<S>; 4]) -> [Floats<S>; 4] {
    [a - c, b + c, c - b, b - d]
}

/// Transforms the products back and writes the cells of the result.
struct Back<'a, 'b> {
    part: Part<'a>,
    from: &'b [f32],
    to: &'b mut [f32],
    finish: &'b Finish,
}

impl WithSimd for Back<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let columns = self.part.layer.columns;
        let [height, width] = self.part.tiles();
        let [out_height, out_width] = self.part.cells;
        let n_tiles = self.part.n * height * width;
        let stride = n_tiles * columns;
        for tile in 0..n_tiles {
            let (y, x) = (tile / width % height * 2, tile % width * 2);
            let picture = tile / (height * width) * out_height;
            // An odd line or column ends in the middle of a tile.
            let (n_down, n_right) = ((out_height - y).min(2), (out_width - x).min(2));
            let to = &mut self.to[((picture + y) * out_width + x) * columns..];
            for column in (0..columns).step_by(lanes::<S>()) {
                let from = &self.from[tile * columns + column..];
                let a = back(four::<S>(from, stride));
                let b = back(four::<S>(&from[4 * stride..], stride));
                let c = back(four::<S>(&from[8 * stride..], stride));
                let d = back(four::<S>(&from[12 * stride..], stride));
                let bias = load::<S>(&self.part.layer.bias[column..]);
                let to = &mut to[column..];
                let [above, below] = back([a[0], b[0], c[0], d[0]]);
                finish(above + bias, to, self.finish);
                if n_down > 1 {
                    finish(below + bias, &mut to[out_width * columns..], self.finish);
                }
                if n_right > 1 {
                    let [above, below] = back([a[1], b[1], c[1], d[1]]);
                    let to = &mut to[columns..];
                    finish(above + bias, to, self.finish);
                    if n_down > 1 {
                        finish(below + bias, &mut to[out_width * columns..], self.finish);
                    }
                }
            }
        }
    }
}

/// Writes one vector of the result.
#[inline(always)]
fn finish<S: Simd>(mut value: Floats<S>, to: &mut [f32], finish: &Finish) {
    let [low, high] = finish.bounds;
    if finish.adds {
        value += load::<S>(to);
    }
    store::<S>(splat::<S>(high).min(splat::<S>(low).max(value)), to);
}

/// `A^T m`
#[inline(always)]
fn back<S: Simd>([a, b, c, d]: [Floats<S>; 4]) -> [Floats<S>; 2] {
    [a + b + c, b - c - d]
}
