//! Pictures on disk: scan, decode, resize, augment.
//!
//! - Owns: [`Picture`], everything that reads or makes pixels.
//! - Invariant: a picture leaves this room upright, in sRGB, without alpha.
//! - Invariant: no file, however broken, ends the program or takes unbounded memory.
//! - Not here: what a network makes of the pixels (`models`).
//! - To read another format: turn on its feature of the `image` crate, add its name in
//!   `decode/sniff.rs` and its extension in `scan.rs`.

pub mod augment;
pub mod datasets;
pub mod demo;
pub mod loader;
pub mod views;

mod decode;
mod encode;
mod error;
mod hash;
mod picture;
mod preprocess;
mod resize;
mod scan;

pub use decode::MAX_PIXELS;
pub use decode::PictureInfo;
pub use decode::decode;
pub use decode::decode_bytes;
pub use decode::decode_info;
pub use encode::encode_jpeg;
pub use encode::encode_png;
pub use encode::thumbnail_jpeg;
pub use error::DecodeError;
pub use error::EncodeError;
pub use hash::content_hash;
pub use hash::content_hash_of;
pub use picture::Picture;
pub use preprocess::Preprocessing;
pub use resize::Filter;
pub use resize::fit_within;
pub use resize::planes;
pub use resize::resize;
pub use resize::resize_with;
pub use scan::DiskFile;
pub use scan::Scan;
pub use scan::is_picture_name;
pub use scan::scan;
