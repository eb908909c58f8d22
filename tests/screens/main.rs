//! Draws every place of the window without a window and clicks through it, as a person would.
//!
//! Jobs are not run: a stand-in writes down what was asked for and answers what a test tells it to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod compare;
mod every_place;
mod find;
mod importing;
mod measuring;
mod published;
mod support;
