//! The rows of one device, and those of all devices of a run (all-gather).

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::meeting::Meeting;

/// What the losses compare: one row per view of a picture.
pub struct ViewRows {
    /// Picture of each row.
    pub ids: Vec<u64>,
    /// What makes two rows the same.
    pub labels: Vec<u64>,
    /// Which rows show the same picture, where a method looks at all views together.
    pub same: Option<Same>,
    /// Of the student; gradients flow here.
    pub descriptor_bd: Tensor<2>,
    pub large_bk: Tensor<2>,
    pub pooled_bc: Tensor<2>,
    /// Of the momentum student and of the teacher, on the device without autodiff.
    pub key_bd: Option<Tensor<2>>,
    pub teacher_bd: Option<Tensor<2>>,
}

/// Row-major, for every two rows.
#[derive(Clone)]
pub struct Same {
    pub pairs: Vec<bool>,
    /// Rows may be mixtures of two pictures; those of other devices are then none of their own
    /// (SSCD 2.2).
    pub is_mixed: bool,
}

/// The same as plain numbers, which may go from one device to another.
pub struct PlainRows {
    ids: Vec<u64>,
    labels: Vec<u64>,
    same: Option<Same>,
    descriptor_bd: TensorData,
    large_bk: TensorData,
    pooled_bc: TensorData,
    key_bd: Option<TensorData>,
    teacher_bd: Option<TensorData>,
}

/// One device's way to the rows of all.
#[derive(Clone)]
pub struct Peers {
    pub meeting: Arc<Meeting<PlainRows>>,
    /// Counted from 0.
    pub place: usize,
}

impl Peers {
    /// The rows of all devices, in the same order everywhere; gradients flow into the own ones.
    ///
    /// A loss over all rows has, on each device, the exact gradient with respect to the rows of this
    /// device, as anchors and as what other anchors see. The sum over devices of the gradients of
    /// the weights is then that of one device with all rows. It equals the gather of SSCD's code,
    /// where every device takes the loss of its own anchors and the gradients of the gathered rows
    /// are summed.
    pub fn whole(&self, own: ViewRows) -> ViewRows {
        let all = self.meeting.meet(self.place, own.plain());
        let gather = |own: Tensor<2>, of: &dyn Fn(&PlainRows) -> Option<&TensorData>| {
            let device = own.device();
            let parts = all.iter().enumerate().filter_map(|(place, rows)| {
                if place == self.place {
                    return Some(own.clone());
                }
                Some(Tensor::from_data(of(rows)?.clone(), &device))
            });
            Tensor::cat(parts.collect(), 0)
        };
        let joined = |of: fn(&PlainRows) -> &Vec<u64>| all.iter().flat_map(of).copied().collect();
        ViewRows {
            ids: joined(|rows| &rows.ids),
            labels: joined(|rows| &rows.labels),
            same: own.same.as_ref().map(|_| same_of_all(&all)),
            descriptor_bd: gather(own.descriptor_bd, &|rows| Some(&rows.descriptor_bd)),
            large_bk: gather(own.large_bk, &|rows| Some(&rows.large_bk)),
            pooled_bc: gather(own.pooled_bc, &|rows| Some(&rows.pooled_bc)),
            key_bd: own
                .key_bd
                .map(|key_bd| gather(key_bd, &|rows| rows.key_bd.as_ref())),
            teacher_bd: own
                .teacher_bd
                .map(|rows_bd| gather(rows_bd, &|rows| rows.teacher_bd.as_ref())),
        }
    }
}

impl ViewRows {
    fn plain(&self) -> PlainRows {
        let plain = |rows: &Tensor<2>| rows.clone().detach().into_data();
        PlainRows {
            ids: self.ids.clone(),
            labels: self.labels.clone(),
            same: self.same.clone(),
            descriptor_bd: plain(&self.descriptor_bd),
            large_bk: plain(&self.large_bk),
            pooled_bc: plain(&self.pooled_bc),
            key_bd: self.key_bd.as_ref().map(plain),
            teacher_bd: self.teacher_bd.as_ref().map(plain),
        }
    }
}

/// Within a device as it says; between two devices by label, and nothing where rows are mixtures.
fn same_of_all(all: &[PlainRows]) -> Same {
    let is_mixed = all
        .iter()
        .filter_map(|rows| rows.same.as_ref())
        .any(|same| same.is_mixed);
    let mut pairs = Vec::new();
    for (place, rows) in all.iter().enumerate() {
        for (row, label) in rows.labels.iter().enumerate() {
            for (other_place, others) in all.iter().enumerate() {
                let n = others.labels.len();
                match &others.same {
                    Some(same) if place == other_place => {
                        pairs.extend(&same.pairs[row * n..][..n]);
                    }
                    _ => pairs.extend(others.labels.iter().map(|o| !is_mixed && o == label)),
                }
            }
        }
    }
    Same { pairs, is_mixed }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::tensor::Device;

    use super::*;
    use crate::distill::losses;
    use crate::distill::losses::LossInput;
    use crate::models::layers::l2_normalize;

    const D: usize = 6;
    /// Pictures 0 and 1 are on the first device, 2 and 3 on the second, two views of each.
    const IDS: [u64; 8] = [0, 1, 0, 1, 2, 3, 2, 3];

    fn values(rows: std::ops::Range<usize>) -> TensorData {
        let numbers = rows.clone().flat_map(|row| {
            (0..D).map(move |d| ((row * 29 + d * 13 + row * d * 7) % 23) as f32 - 11.0)
        });
        TensorData::new(numbers.collect::<Vec<f32>>(), [rows.len(), D])
    }

    /// InfoNCE and ten times the entropy term of these rows, and the gradient with respect to them.
    fn loss_and_gradient(rows: std::ops::Range<usize>, peers: Option<&Peers>) -> (f32, Vec<f32>) {
        let device = Device::flex().autodiff();
        let leaf = Tensor::<2>::from_data(values(rows.clone()), &device).require_grad();
        let z_bd = l2_normalize(leaf.clone());
        let labels = IDS[rows].to_vec();
        let pairs = labels
            .iter()
            .flat_map(|a| labels.iter().map(move |b| a == b));
        let own = ViewRows {
            ids: labels.clone(),
            same: Some(Same {
                pairs: pairs.collect(),
                is_mixed: false,
            }),
            labels,
            large_bk: z_bd.clone(),
            pooled_bc: z_bd.clone(),
            descriptor_bd: z_bd,
            key_bd: None,
            teacher_bd: None,
        };
        let whole = match peers {
            Some(peers) => peers.whole(own),
            None => own,
        };
        assert_eq!(whole.ids, IDS);
        let same = TensorData::new(whole.same.unwrap().pairs, [8, 8]);
        let input = LossInput {
            same_bb: Some(Tensor::from_data(same, &device)),
            ..LossInput::of(whole.descriptor_bd)
        };
        let of = |id: &str| {
            let build = losses::loss(id).unwrap().build.unwrap();
            build(&BTreeMap::new()).forward(&input)
        };
        let loss = of("info-nce") + of("entropy") * 10.0;
        let gradient = leaf.grad(&loss.backward()).unwrap().into_data();
        (loss.into_scalar(), gradient.try_into_vec().unwrap())
    }

    /// The formulas of SSCD over the rows of all devices (arXiv:2202.10261, section 3).
    #[test]
    fn gradients_of_two_devices_are_those_of_one_with_all_rows() {
        let (loss, expected) = loss_and_gradient(0..8, None);
        let meeting = Arc::new(Meeting::new(2));
        let found = std::thread::scope(|scope| {
            let on = |place: usize| {
                let peers = Peers {
                    meeting: meeting.clone(),
                    place,
                };
                scope.spawn(move || loss_and_gradient(place * 4..place * 4 + 4, Some(&peers)))
            };
            let threads = [on(0), on(1)];
            threads.map(|thread| thread.join().unwrap())
        });
        for (value, _) in &found {
            assert!((value - loss).abs() < 1e-5 * loss.abs(), "{value}, {loss}");
        }
        let gradient = [found[0].1.clone(), found[1].1.clone()].concat();
        let largest = expected.iter().fold(0.0_f32, |top, x| top.max(x.abs()));
        assert!(largest > 0.0);
        for (a, b) in gradient.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-5 * largest, "{a}, {b}");
        }
    }

    #[test]
    fn mixed_rows_of_other_devices_are_all_negatives() {
        let device = Device::flex();
        let rows = |labels: [u64; 2], is_mixed: bool| {
            let z_bd = Tensor::<2>::zeros([2, 1], &device);
            let rows = ViewRows {
                ids: labels.to_vec(),
                labels: labels.to_vec(),
                same: Some(Same {
                    pairs: vec![true, false, false, true],
                    is_mixed,
                }),
                descriptor_bd: z_bd.clone(),
                large_bk: z_bd.clone(),
                pooled_bc: z_bd,
                key_bd: None,
                teacher_bd: None,
            };
            rows.plain()
        };
        let plain = same_of_all(&[rows([1, 2], false), rows([2, 3], false)]);
        let expected = [
            [true, false, false, false],
            [false, true, true, false],
            [false, true, true, false],
            [false, false, false, true],
        ];
        assert_eq!(plain.pairs, expected.concat());
        let mixed = same_of_all(&[rows([1, 2], true), rows([2, 3], true)]);
        assert!(mixed.is_mixed && !mixed.pairs[6] && !mixed.pairs[9]);
    }
}
