//! The names of a transformer's parameters in the files of DINO and DINOv2 (`blocks.0.attn.qkv.weight`).
//! Names of other origins are known to `models::import`.

/// DINO's and DINOv2's names are ours.
pub fn dino_key(ours: &str) -> String {
    ours.to_owned()
}
