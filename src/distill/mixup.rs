//! Mixup and cutmix of a batch of views, as SSCD draws them.

use burn::tensor::Tensor;
use burn::tensor::TensorData;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// How one row is mixed with its partner, row `n - 1 - i`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    /// `gamma x + (1 - gamma) partner`.
    Blend { gamma: f32 },
    /// A box of the partner is pasted: left, top, width, height in pixels.
    Paste { place: [usize; 4] },
}

/// What happens to each row of a batch. `None` for a row that stays as it is.
///
/// Source: SSCD's code; a row is mixed with the chosen probability, then mixup or cutmix with equal
/// chance, gamma from Beta(2, 2).
pub struct Mix {
    rows: Vec<Option<How>>,
    size: usize,
}

impl Mix {
    /// Draws for `n` rows of `size` pixels; the same arguments give the same draw.
    pub fn draw(n: usize, size: usize, share: f32, seed: u64, step: u64, part: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_add(step.rotate_left(20)) ^ part);
        let rows = (0..n)
            .map(|_| {
                let is_mixed = rng.random::<f32>() < share;
                let how = Self::draw_one(size, &mut rng);
                is_mixed.then_some(how)
            })
            .collect();
        Self { rows, size }
    }

    fn draw_one(size: usize, rng: &mut ChaCha8Rng) -> How {
        // Beta(2, 2) is the middle one of three uniform numbers.
        let mut three = [rng.random::<f32>(), rng.random(), rng.random()];
        three.sort_by(f32::total_cmp);
        let gamma = three[1];
        if rng.random::<bool>() {
            return How::Blend { gamma };
        }
        let side = (size as f32 * (1.0 - gamma).sqrt()) as i64;
        let mut span = || {
            let center = rng.random_range(0..size) as i64;
            let low = (center - side / 2).clamp(0, size as i64);
            let high = (center - side / 2 + side).clamp(0, size as i64);
            (low as usize, (high - low) as usize)
        };
        let ((left, width), (top, height)) = (span(), span());
        How::Paste {
            place: [left, top, width, height],
        }
    }

    /// `[2n, 2n]`, row-major: the two rows share a picture. Rows `i` and `i + n` are views of
    /// picture `ids[i]`; a mixed row also belongs to its partner's picture.
    pub fn same_pictures(&self, ids: &[u64]) -> Vec<bool> {
        let n = self.rows.len();
        let of = |row: usize| ids[row % ids.len()];
        let pictures: Vec<[u64; 2]> = (0..n)
            .map(|row| match self.rows[row] {
                Some(_) => [of(row), of(n - 1 - row)],
                None => [of(row), of(row)],
            })
            .collect();
        let shares = |a: [u64; 2], b: [u64; 2]| a.contains(&b[0]) || a.contains(&b[1]);
        pictures
            .iter()
            .flat_map(|a| pictures.iter().map(move |b| shares(*a, *b)))
            .collect()
    }
}

/// Mixes the rows of `[n, 3, size, size]` with rows of the unmixed batch.
pub fn apply(x_bchw: Tensor<4>, mix: &Mix) -> Tensor<4> {
    if mix.rows.iter().all(Option::is_none) {
        return x_bchw;
    }
    let (n, size) = (mix.rows.len(), mix.size);
    let mut weights = vec![0.0_f32; n * size * size];
    for (how, weights) in mix.rows.iter().zip(weights.chunks_exact_mut(size * size)) {
        match how {
            None => {}
            Some(How::Blend { gamma }) => weights.fill(1.0 - gamma),
            Some(How::Paste { place }) => {
                let [left, top, width, height] = *place;
                for row in top..top + height {
                    weights[row * size + left..row * size + left + width].fill(1.0);
                }
            }
        }
    }
    let data = TensorData::new(weights, [n, 1, size, size]);
    let partner_share = Tensor::<4>::from_data(data, &x_bchw.device());
    let partner = x_bchw.clone().flip([0]);
    let own_share = partner_share.clone().neg() + 1.0;
    x_bchw * own_share + partner * partner_share
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn a_mixed_row_belongs_to_both_pictures() {
        let blend = Some(How::Blend { gamma: 0.5 });
        let mix = Mix {
            rows: vec![None, blend, None, None],
            size: 2,
        };
        // Rows: 7, 8 (mixed with row 2, picture 7), 7, 8.
        let same = mix.same_pictures(&[7, 8]);
        let row = |i: usize| same[i * 4..i * 4 + 4].to_vec();
        assert_eq!(row(0), [true, true, true, false]);
        assert_eq!(row(1), [true, true, true, true]);
        assert_eq!(row(3), [false, true, false, true]);
    }

    #[test]
    fn pixels_come_from_the_partner() {
        let device = Device::flex();
        let x = Tensor::<4>::from_data(
            TensorData::new((0..12).map(|v| v as f32).collect::<Vec<_>>(), [2, 3, 1, 2]),
            &device,
        );
        let paste = Some(How::Paste {
            place: [1, 0, 1, 1],
        });
        let mix = Mix {
            rows: vec![paste, None],
            size: 2,
        };
        // A 2x2 picture needs two rows of pixels: repeat the one row.
        let x = Tensor::cat(vec![x.clone(), x], 2);
        let mixed = apply(x, &mix).into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(mixed[..4], [0.0, 7.0, 0.0, 1.0]);
    }

    #[test]
    fn draws_repeat_and_follow_the_share() {
        let count = |mix: &Mix| mix.rows.iter().flatten().count();
        let a = Mix::draw(10_000, 64, 0.05, 1, 2, 3);
        let b = Mix::draw(10_000, 64, 0.05, 1, 2, 3);
        assert_eq!(a.rows, b.rows);
        assert!((400..600).contains(&count(&a)), "{}", count(&a));
        let none = Mix::draw(100, 64, 0.0, 1, 2, 3);
        assert_eq!(count(&none), 0);
    }
}
