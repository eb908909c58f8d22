//! How many edited copies the student finds now, on pictures it never trains on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use burn::module::Module as _;
use burn::tensor::Device;
use burn::tensor::Tensor;
use burn::tensor::TensorData;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::data;
use crate::data::Picture;
use crate::data::Preprocessing;
use crate::data::augment::Pipeline;
use crate::eval;
use crate::eval::Descriptors;
use crate::eval::metrics;
use crate::eval::metrics::Ranking;
use crate::models::network::Network;
use crate::monitor::Cancelled;
use crate::monitor::Monitor;

use super::StripRow;
use super::judged::JudgedQuality;

/// Candidates per query, as on DISC21.
const TOP: usize = 10;
/// Pictures per batch: small, so that a stop is felt within a second.
const BATCH: usize = 8;
const STRIP_ROWS: usize = 8;
const STRIP_MATCHES: usize = 5;
/// Longer side of the pictures the copies are made of.
const SOURCE_SIDE: u32 = 384;
const COPY_SIDE: u32 = 224;
/// The harder of the built-in pipelines, the same for every recipe, so that runs can be compared.
const EDITS: &str = "copies";

/// Held-out pictures and one edited copy of each, made once and the same in every sitting.
pub struct HeldOut {
    paths: Vec<PathBuf>,
    originals: Vec<Vec<f32>>,
    copies: Vec<Vec<f32>>,
    /// Copies as JPEG, for the strip of queries.
    strip: Vec<Vec<u8>>,
    size: usize,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Area under the precision-recall curve of all copies together, 0 to 1.
    pub micro_ap: f32,
    /// Share of copies found while 9 of 10 answers are right.
    pub recall_at_p90: f32,
    /// On the judged pairs that were held out, where there are any.
    pub judged: Option<JudgedQuality>,
    pub strip: Vec<StripRow>,
}

impl HeldOut {
    /// Reads the pictures and edits them; unreadable ones are left out.
    pub fn prepare(
        paths: &[PathBuf],
        preprocessing: &Preprocessing,
        seed: u64,
        monitor: &Monitor,
    ) -> Result<Self, Cancelled> {
        let pipeline = Pipeline::preset(EDITS, COPY_SIDE).expect("a built-in pipeline");
        let mut held_out = Self {
            paths: Vec::new(),
            originals: Vec::new(),
            copies: Vec::new(),
            strip: Vec::new(),
            size: preprocessing.size as usize,
        };
        let mut other: Option<Picture> = None;
        for (index, path) in paths.iter().enumerate() {
            monitor.check()?;
            let Ok(picture) = data::decode(path) else {
                continue;
            };
            let picture = data::fit_within(&picture, SOURCE_SIDE);
            let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (index as u64 + 1).rotate_left(32));
            let copy = pipeline.apply_with(&picture, other.as_ref(), &mut rng);
            held_out.paths.push(path.clone());
            held_out
                .originals
                .push(data::planes(&picture, preprocessing));
            held_out.copies.push(data::planes(&copy, preprocessing));
            if held_out.strip.len() < STRIP_ROWS {
                held_out.strip.push(data::encode_jpeg(&copy, 85));
            }
            other = Some(picture);
        }
        Ok(held_out)
    }

    /// Searches every copy among all originals with the student as it is now.
    pub fn measure(
        &self,
        student: &Network,
        device: &Device,
        monitor: &Monitor,
    ) -> Result<Quality, Cancelled> {
        let student = student.valid();
        let rows = |planes: &[Vec<f32>]| embed(&student, planes, self.size, device, monitor);
        let all = |rows: Vec<Vec<f32>>| Descriptors::from_rows(rows.iter().map(Vec::as_slice));
        let originals = all(rows(&self.originals)?);
        let copies = all(rows(&self.copies)?);
        let silent = Monitor::silent();
        let neighbors = eval::nearest(&copies, &originals, TOP, &silent)?;
        let ids: Vec<u32> = (0..self.paths.len() as u32).collect();
        let truth: BTreeSet<(u32, u32)> = ids.iter().map(|id| (*id, *id)).collect();
        let ranking = Ranking::from_neighbors(&neighbors, &ids, &ids, truth)
            .expect("every pair comes once from one search");
        let strip = self.strip.iter().enumerate().map(|(row, jpeg)| StripRow {
            original: self.paths[row].clone(),
            query_jpeg: jpeg.clone(),
            matches: neighbors[row]
                .iter()
                .take(STRIP_MATCHES)
                .map(|found| (self.paths[found.row as usize].clone(), found.similarity))
                .collect(),
        });
        Ok(Quality {
            micro_ap: metrics::value("micro-ap", &ranking).unwrap_or(0.0),
            recall_at_p90: metrics::value("recall-at-p90", &ranking).unwrap_or(0.0),
            judged: None,
            strip: strip.collect(),
        })
    }
}

/// Descriptors of network inputs `[3][size][size]`, in their order.
pub fn embed(
    student: &Network,
    planes: &[Vec<f32>],
    size: usize,
    device: &Device,
    monitor: &Monitor,
) -> Result<Vec<Vec<f32>>, Cancelled> {
    let mut rows = Vec::with_capacity(planes.len());
    for batch in planes.chunks(BATCH) {
        monitor.check()?;
        let shape = [batch.len(), 3, size, size];
        let data = TensorData::new(batch.concat(), shape);
        let x_bchw = Tensor::<4>::from_data(data, device);
        let descriptor_bd = student.forward(x_bchw).descriptor_bd;
        let [_, d] = descriptor_bd.dims();
        let values: Vec<f32> = descriptor_bd
            .into_data()
            .convert::<f32>()
            .try_into_vec()
            .expect("a float tensor converts to f32");
        rows.extend(values.chunks_exact(d).map(<[f32]>::to_vec));
    }
    Ok(rows)
}

impl Quality {
    /// What decides between two students: finding edited copies, and where pairs were judged
    /// telling copies from others just as much.
    pub fn score(&self) -> f32 {
        let judged = self.judged.map(|judged| judged.auc);
        judged.map_or(self.micro_ap, |auc| f32::midpoint(self.micro_ap, auc))
    }

    /// By curve key.
    pub fn values(&self) -> BTreeMap<String, f32> {
        let mut values = BTreeMap::from([
            ("quality/micro-ap".to_owned(), self.micro_ap),
            ("quality/recall".to_owned(), self.recall_at_p90),
        ]);
        if let Some(judged) = &self.judged {
            values.insert("quality/judged-right".to_owned(), judged.right);
            values.insert("quality/judged-auc".to_owned(), judged.auc);
        }
        values
    }
}
