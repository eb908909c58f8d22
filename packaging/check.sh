#!/bin/sh
# The whole check of the code, on a desk and on a server; quick steps first.
# The window is checked apart from it by tests/smoke/window.sh.
set -eu
cd "$(dirname "$0")/.."
export CLIPPY_CONF_DIR="$PWD/packaging/lint" RUSTDOCFLAGS="-D warnings"
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo doc --locked --no-deps --document-private-items
cargo test --locked
