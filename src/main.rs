//! Starts Copylens: the window, or its command-line twin.

fn main() {}
