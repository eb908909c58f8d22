//! A picture on its way through a pipeline.

use crate::data::Picture;

use super::canvas;
use super::canvas::Area;
use super::canvas::Filter;
use super::homography::Homography;
use super::trace::Trace;

/// A changed picture that knows where its pixels come from.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub picture: Picture,
    pub trace: Trace,
    /// Ids of the augmentations that happened, in their order.
    pub steps: Vec<&'static str>,
}

impl View {
    pub fn new(picture: Picture) -> Self {
        let trace = Trace::new([picture.width, picture.height]);
        Self {
            picture,
            trace,
            steps: Vec::new(),
        }
    }

    /// Takes another picture, in which the old one lies at `old_from_new` and nowhere else.
    pub(super) fn replace(&mut self, picture: Picture, old_from_new: &Homography) {
        self.trace
            .follow([picture.width, picture.height], old_from_new);
        self.picture = picture;
    }

    /// Cuts `area` out and brings it to `width x height`.
    pub(super) fn crop(&mut self, area: Area, width: u32, height: u32, filter: Filter) {
        let (width, height) = (width.max(1), height.max(1));
        let scale = [
            f64::from(area.width) / f64::from(width),
            f64::from(area.height) / f64::from(height),
        ];
        let shift = [area.left, area.top].map(f64::from);
        let cropped = canvas::resize_area(&self.picture, area, (width, height), filter);
        self.replace(cropped, &Homography::scale_and_shift(scale, shift));
    }

    /// The whole view at another size, bilinear.
    pub(super) fn resize(&mut self, width: u32, height: u32) {
        if (width, height) != (self.picture.width, self.picture.height) {
            let all = Area::of(&self.picture);
            self.crop(all, width, height, Filter::Bilinear);
        }
    }

    /// Takes a picture into which the old one was pasted, stretched to fill `place`.
    pub(super) fn paste_into(&mut self, canvas: Picture, place: Area) {
        let scale = [
            f64::from(self.picture.width) / f64::from(place.width.max(1)),
            f64::from(self.picture.height) / f64::from(place.height.max(1)),
        ];
        let shift = [
            -scale[0] * f64::from(place.left),
            -scale[1] * f64::from(place.top),
        ];
        self.replace(canvas, &Homography::scale_and_shift(scale, shift));
    }

    /// Left and right exchanged.
    pub(super) fn mirror(&mut self) {
        let mirrored = self.picture.mirrored();
        let shift = [f64::from(mirrored.width), 0.0];
        self.replace(mirrored, &Homography::scale_and_shift([-1.0, 1.0], shift));
    }
}
