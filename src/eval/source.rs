//! Where descriptors come from: whoever evaluates brings a network, this room does not know one.

use crate::data::Preprocessing;

/// Which descriptor of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The one it is deployed with, of length 1.
    #[default]
    Deployed,
    /// The class token and the mean of patches of DINO's Copydays script, of any length.
    TokenAndPatches,
}

/// Turns network inputs into descriptors.
pub trait DescriptorSource {
    /// Two sources with one fingerprint give the same descriptors for the same input.
    fn fingerprint(&self) -> String;

    fn preprocessing(&self) -> Preprocessing;

    /// What the sides of an input are multiples of.
    fn multiple(&self) -> u32;

    fn has(&self, form: Form) -> bool;

    /// Inputs of one size `[height, width]`, `3 * height * width` numbers each, to one row each.
    fn embed(&mut self, planes: &[Vec<f32>], size: [usize; 2], form: Form) -> Vec<Vec<f32>>;
}
