//! Textures of small pictures, made in the background and kept within a budget.
//!
//! A view asks every frame for what it shows; what nobody asked for lately is forgotten first.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;
use eframe::egui;
use egui::ColorImage;
use egui::Context;
use egui::Id;
use egui::TextureHandle;
use egui::TextureOptions;
use parking_lot::Mutex;

use crate::data;
use crate::data::Picture;

/// Longest side of a thumbnail in pixels: sharp at 160 points on a display of scale 2.
pub const THUMBNAIL_PX: u32 = 320;
/// Textures beyond this are forgotten, the ones not shown for longest first.
const BUDGET_BYTES: usize = 192 << 20;
/// Pictures being made at once. What is asked for beyond this is asked for again next frame, so
/// fast scrolling does not queue up pictures that are out of sight already.
const MAX_IN_FLIGHT: usize = 16;

/// Where the pixels come from.
#[derive(Clone, Debug)]
pub enum ThumbnailSource {
    /// A stored thumbnail.
    Jpeg(Arc<Vec<u8>>),
    Picture(Arc<Picture>),
    /// A file on disk, decoded in full.
    File(PathBuf),
    /// A piece of a picture: left, top, right, bottom; made smaller where it is longer than this.
    Part {
        picture: Arc<Picture>,
        area: [u32; 4],
        longest: u32,
    },
}

/// What is there to draw for a picture.
#[derive(Clone)]
pub enum Thumbnail {
    Ready(TextureHandle),
    Making,
    /// The file is gone or is no picture.
    Unreadable,
}

impl Thumbnail {
    pub fn texture(&self) -> Option<&TextureHandle> {
        match self {
            Self::Ready(texture) => Some(texture),
            Self::Making | Self::Unreadable => None,
        }
    }
}

struct Entry {
    thumbnail: Thumbnail,
    bytes: usize,
    shown_at: u64,
}

type Made = (Id, Option<ColorImage>);

/// The textures there are.
pub struct Thumbnails {
    inner: Mutex<Inner>,
    made_in: Sender<Made>,
    made_out: Receiver<Made>,
}

#[derive(Default)]
struct Inner {
    entries: BTreeMap<u64, Entry>,
    n_in_flight: usize,
}

impl Default for Thumbnails {
    fn default() -> Self {
        let (made_in, made_out) = crossbeam_channel::bounded(2 * MAX_IN_FLIGHT);
        Self {
            inner: Mutex::default(),
            made_in,
            made_out,
        }
    }
}

impl Thumbnails {
    /// The texture under this `id`; it is made from `source` when it is not there yet.
    pub fn get(
        &self,
        ctx: &Context,
        id: Id,
        source: impl FnOnce() -> ThumbnailSource,
    ) -> Thumbnail {
        let mut inner = self.inner.lock();
        self.collect(ctx, &mut inner);
        let now = ctx.cumulative_frame_nr();
        if let Some(entry) = inner.entries.get_mut(&id.value()) {
            entry.shown_at = now;
            return entry.thumbnail.clone();
        }
        if inner.n_in_flight == MAX_IN_FLIGHT {
            ctx.request_repaint_after(std::time::Duration::from_millis(16));
            return Thumbnail::Making;
        }
        inner.n_in_flight += 1;
        inner.entries.insert(
            id.value(),
            Entry {
                thumbnail: Thumbnail::Making,
                bytes: 0,
                shown_at: now,
            },
        );
        drop(inner);
        self.make(ctx, id, source());
        Thumbnail::Making
    }

    fn make(&self, ctx: &Context, id: Id, source: ThumbnailSource) {
        let made = self.made_in.clone();
        let ctx = ctx.clone();
        rayon::spawn(move || {
            let image = small_image(source);
            if made.send((id, image)).is_ok() {
                ctx.request_repaint();
            }
        });
    }

    /// Turns finished pictures into textures.
    fn collect(&self, ctx: &Context, inner: &mut Inner) {
        let now = ctx.cumulative_frame_nr();
        for (id, image) in self.made_out.try_iter() {
            inner.n_in_flight -= 1;
            let (thumbnail, bytes) = match image {
                Some(image) => {
                    let bytes = image.pixels.len() * 4;
                    let options = TextureOptions::LINEAR;
                    let texture = ctx.load_texture("thumbnail", image, options);
                    (Thumbnail::Ready(texture), bytes)
                }
                None => (Thumbnail::Unreadable, 0),
            };
            let entry = Entry {
                thumbnail,
                bytes,
                shown_at: now,
            };
            inner.entries.insert(id.value(), entry);
        }
        inner.forget_beyond(BUDGET_BYTES, now);
    }
}

impl Inner {
    /// Forgets what was not shown for longest until the budget holds.
    fn forget_beyond(&mut self, budget_bytes: usize, now: u64) {
        let mut bytes: usize = self.entries.values().map(|entry| entry.bytes).sum();
        while bytes > budget_bytes {
            let oldest = self
                .entries
                .iter()
                .filter(|(_, entry)| entry.shown_at + 1 < now && entry.bytes > 0)
                .min_by_key(|(_, entry)| entry.shown_at)
                .map(|(id, _)| *id);
            let Some(entry) = oldest.and_then(|id| self.entries.remove(&id)) else {
                return;
            };
            bytes -= entry.bytes;
        }
    }
}

fn small_image(source: ThumbnailSource) -> Option<ColorImage> {
    let picture = match source {
        ThumbnailSource::Jpeg(bytes) => {
            Arc::new(data::decode_bytes(&bytes, "thumbnail".as_ref()).ok()?)
        }
        ThumbnailSource::Picture(picture) => picture,
        ThumbnailSource::File(path) => Arc::new(data::decode(&path).ok()?),
        ThumbnailSource::Part {
            picture,
            area,
            longest,
        } => return Some(part_image(&picture, area, longest)),
    };
    let longest = picture.width.max(picture.height);
    if longest <= THUMBNAIL_PX {
        return Some(color_image(&picture));
    }
    Some(color_image(&data::fit_within(&picture, THUMBNAIL_PX)))
}

fn part_image(picture: &Picture, area: [u32; 4], longest: u32) -> ColorImage {
    let [left, top, right, bottom] = area;
    let (width, height) = (right - left, bottom - top);
    if width.max(height) > longest {
        return color_image(&data::fit_within(picture, longest));
    }
    let row_bytes = picture.width as usize * 3;
    let rows = picture.rgb.chunks_exact(row_bytes);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for row in rows.skip(top as usize).take(height as usize) {
        rgb.extend_from_slice(&row[left as usize * 3..right as usize * 3]);
    }
    ColorImage::from_rgb([width as usize, height as usize], &rgb)
}

/// A name for pixels in memory; the same pixels always have the same one.
pub fn picture_id(picture: &Picture) -> Id {
    let n_samples = 257;
    let step = (picture.rgb.len() / n_samples).max(1);
    let samples: Vec<u8> = picture.rgb.iter().step_by(step).copied().collect();
    Id::unique((picture.width, picture.height, samples))
}

/// The pixels as egui wants them.
pub fn color_image(picture: &Picture) -> ColorImage {
    let size = [picture.width as usize, picture.height as usize];
    ColorImage::from_rgb(size, &picture.rgb)
}
