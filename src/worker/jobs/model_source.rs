//! A loaded model as the protocols of `eval` want it.

use std::rc::Rc;

use crate::data::Preprocessing;
use crate::eval::DescriptorSource;
use crate::eval::Form;
use crate::models;
use crate::models::Embedder;

/// Inputs embedded at once.
const BATCH_SIZE: usize = 16;

/// A model on a device.
pub(super) struct ModelSource {
    embedder: Rc<Embedder>,
    /// Of the file and of what computes, because devices round differently.
    fingerprint: String,
}

impl ModelSource {
    pub(super) fn new(embedder: Rc<Embedder>, device: &str) -> anyhow::Result<Self> {
        let file = models::fingerprint(embedder.info())?;
        let fingerprint = format!("{file} {device} {}", embedder.engine_name());
        Ok(Self {
            embedder,
            fingerprint,
        })
    }
}

impl DescriptorSource for ModelSource {
    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn preprocessing(&self) -> Preprocessing {
        *self.embedder.preprocessing()
    }

    fn multiple(&self) -> u32 {
        self.embedder.multiple()
    }

    fn has(&self, form: Form) -> bool {
        match form {
            Form::Deployed => true,
            Form::TokenAndPatches => self.embedder.has_token(),
        }
    }

    fn embed(&mut self, planes: &[Vec<f32>], size: [usize; 2], form: Form) -> Vec<Vec<f32>> {
        let batches = planes.chunks(BATCH_SIZE);
        let rows = batches.flat_map(|batch| match form {
            Form::Deployed => self.embedder.embed_sized(batch, size),
            Form::TokenAndPatches => {
                let rows = self.embedder.token_and_patches(batch, size);
                rows.unwrap_or_default()
            }
        });
        rows.collect()
    }
}
