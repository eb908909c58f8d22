//! The formulas of every training method equal a PyTorch reference, gradients included
//! (`tests/reference/{method_losses,dino,optimisers}.py`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copy_nce;
mod dino;
mod golden;
mod icd;
mod isc21;
mod obd_sd;
mod optimisers;
mod patch_dino;
mod seed;
