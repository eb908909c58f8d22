#!/bin/bash
# Opens the real window on a virtual screen, walks through it as a person would, and keeps screenshots.
#
#   tests/smoke/window.sh [PROGRAM]      default: target/debug/copylens
#
# Needs (Debian, Ubuntu): xvfb mesa-vulkan-drivers imagemagick xdotool dbus at-spi2-core
# gir1.2-atspi-2.0 python3-gi python3-xlib. Screenshots and logs land in target/smoke/.
# The last line counts: "12 passed, 0 failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-target/debug/copylens}
[ $# -gt 0 ] || cargo build --locked
out=$PWD/target/smoke
rm -rf "$out"
mkdir -p "$out"
home=$(mktemp -d)
xvfb=
cleanup() {
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    rm -rf "$home"
}
trap cleanup EXIT

# Xvfb chooses a free display and says which.
mkfifo "$home/display"
Xvfb -displayfd 7 -screen 0 1280x800x24 -nolisten tcp 7> "$home/display" 2> "$out/xvfb.log" &
xvfb=$!
read -r display < "$home/display"
export DISPLAY=":$display"

unset WAYLAND_DISPLAY XDG_CURRENT_DESKTOP
export COPYLENS_HOME="$home/copylens" XDG_RUNTIME_DIR="$home"
export RUST_BACKTRACE=1 PYTHONDONTWRITEBYTECODE=1
# The system's Python: it has the modules from the packages above.
dbus-run-session -- /usr/bin/python3 tests/smoke/window.py "$program" "$out"
