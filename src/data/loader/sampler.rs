//! Which pictures form the batches of an epoch.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use crate::data::augment::below;
use crate::data::augment::shuffle;

use super::LoaderError;

/// How the pictures of an epoch are chosen.
#[derive(Clone, Debug, Default)]
pub enum Sampler {
    /// Every picture once, in random order; what does not fill a batch is left out.
    #[default]
    EachOnce,
    /// P x K: `batch / per_class` classes drawn at random for each batch, and `per_class` pictures
    /// of each. OBD-SD draws both with replacement, so that a class or a file can come twice into
    /// a batch; here they repeat only where there are too few, and are changed anew each time.
    Classes {
        /// Class of each picture of the list.
        labels: Arc<Vec<u32>>,
        per_class: usize,
    },
}

/// One row of a batch before it is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Place in the list.
    pub picture: u32,
    /// Number of its random stream within the epoch.
    pub stream: u64,
}

impl Sampler {
    pub(super) fn check(&self, n_pictures: usize, batch_size: usize) -> Result<(), LoaderError> {
        let Self::Classes { labels, per_class } = self else {
            return Ok(());
        };
        if labels.len() != n_pictures {
            return Err(LoaderError::Labels {
                n_labels: labels.len(),
                n_pictures,
            });
        }
        if *per_class == 0 || !batch_size.is_multiple_of(*per_class) {
            return Err(LoaderError::Uneven {
                batch_size,
                per_class: *per_class,
            });
        }
        Ok(())
    }

    /// The rows of all batches of an epoch, one batch after the other.
    pub(super) fn order(
        &self,
        n_pictures: usize,
        batch_size: usize,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Slot> {
        match self {
            Self::EachOnce => {
                let mut order: Vec<u32> = (0..n_pictures as u32).collect();
                shuffle(rng, &mut order);
                let slot = |picture| Slot {
                    picture,
                    stream: u64::from(picture),
                };
                order.into_iter().map(slot).collect()
            }
            Self::Classes { labels, per_class } => {
                let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
                for (picture, label) in labels.iter().enumerate() {
                    members.entry(*label).or_default().push(picture as u32);
                }
                let classes: Vec<Vec<u32>> = members.into_values().collect();
                let mut slots = Vec::with_capacity(n_pictures);
                for _ in 0..n_pictures / batch_size {
                    for class in choose(rng, classes.len(), batch_size / per_class) {
                        let members = &classes[class];
                        for at in choose(rng, members.len(), *per_class) {
                            let stream = slots.len() as u64;
                            slots.push(Slot {
                                picture: members[at],
                                stream,
                            });
                        }
                    }
                }
                slots
            }
        }
    }
}

/// `n` of the numbers below `n_all` at random, none twice before all have come.
fn choose(rng: &mut ChaCha8Rng, n_all: usize, n: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..n_all).collect();
    (0..n)
        .map(|count| {
            let place = count % n_all;
            let other = place + below(rng, (n_all - place) as u32) as usize;
            numbers.swap(place, other);
            numbers[place]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    fn classes(labels: &[u32], per_class: usize, batch_size: usize) -> Vec<Vec<u32>> {
        let sampler = Sampler::Classes {
            labels: Arc::new(labels.to_vec()),
            per_class,
        };
        sampler.check(labels.len(), batch_size).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let order = sampler.order(labels.len(), batch_size, &mut rng);
        let pictures: Vec<u32> = order.iter().map(|slot| slot.picture).collect();
        pictures.chunks(batch_size).map(<[u32]>::to_vec).collect()
    }

    #[test]
    fn a_batch_holds_p_classes_of_k_different_pictures() {
        // 40 pictures of 8 classes of 5: 3 batches of 12, 4 classes of 3 each.
        let labels: Vec<u32> = (0..40).map(|idx| idx % 8 * 7).collect();
        let batches = classes(&labels, 3, 12);
        assert_eq!(batches.len(), 3);
        for batch in &batches {
            assert_eq!(batch.iter().collect::<BTreeSet<_>>().len(), 12, "{batch:?}");
            let found: Vec<u32> = batch.iter().map(|id| labels[*id as usize]).collect();
            for group in found.chunks(3) {
                assert!(group.iter().all(|label| *label == group[0]), "{found:?}");
            }
            assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 4, "{found:?}");
        }
        assert_ne!(batches[0], batches[1]);
    }

    #[test]
    fn a_class_too_small_repeats_its_pictures() {
        let batches = classes(&[1, 1, 2, 2, 2, 3], 4, 4);
        for batch in batches {
            let n_different = batch.iter().collect::<BTreeSet<_>>().len();
            assert!((1..=3).contains(&n_different), "{batch:?}");
        }
    }

    #[test]
    fn labels_and_batches_that_do_not_fit_are_refused() {
        let sampler = |n_labels: usize, per_class| Sampler::Classes {
            labels: Arc::new(vec![0; n_labels]),
            per_class,
        };
        assert!(sampler(7, 2).check(8, 4).is_err());
        assert!(sampler(8, 3).check(8, 4).is_err());
        assert!(sampler(8, 0).check(8, 4).is_err());
        assert!(sampler(8, 2).check(8, 4).is_ok());
    }
}
