//! Draws every place of the window without a window and clicks through it, as a person would.
//!
//! Jobs are not run: a stand-in writes down what was asked for and answers what a test tells it to.

mod compare;
mod every_place;
mod find;
mod support;
