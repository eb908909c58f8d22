#!/bin/sh
# Builds Copylens with support for NVIDIA GPUs (cargo feature `cuda`).
#
#   packaging/build-cuda.sh                 cargo build --release --features cuda
#   packaging/build-cuda.sh check           type-check only
#   packaging/build-cuda.sh CARGO-ARGS...   any other cargo command, e.g. `test --lib devices::`
#
# The CUDA part of Burn links LLVM. On a machine with the internet its build script fetches LLVM
# by itself. Where LLVM 22 of Debian or Ubuntu is installed that one is used, nothing is fetched:
#
#   apt-get install --no-install-recommends llvm-22-dev libpolly-22-dev libzstd-dev zlib1g-dev
#
# The program then needs only the NVIDIA driver; a few kernels also want `libdevice.10.bc` of a CUDA
# toolkit (CUDA_PATH, /usr/local/cuda, /opt/cuda or /usr/lib/cuda).
set -eu
cd "$(dirname "$0")/.."

llvm=/usr/lib/llvm-22
bundler=$(sed -n '/^name = "tracel-llvm-bundler"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
if [ -z "$bundler" ]; then
    echo "Cargo.lock names no tracel-llvm-bundler: the recipe for LLVM no longer fits" >&2
    exit 1
fi

if [ -x "$llvm/bin/llvm-config" ]; then
    # Where Burn's build script looks for an LLVM it has fetched before.
    XDG_DATA_HOME="$PWD/target/llvm"
    export XDG_DATA_HOME
    prefix="$XDG_DATA_HOME/tracel/tracel-llvm-$bundler"
    mkdir -p "$prefix/bin"
    ln -sfn "$llvm/lib" "$prefix/lib"
    ln -sfn "$llvm/include" "$prefix/include"
    # The real answer names libz3.so by path, which the build script turns into a wrong name.
    cat > "$prefix/bin/llvm-config" <<CONFIG
#!/bin/sh
case " \$* " in *" --system-libs "*) echo "-lrt -ldl -lm -lz -lzstd"; exit;; esac
exec $llvm/bin/llvm-config "\$@"
CONFIG
    chmod +x "$prefix/bin/llvm-config"
    : > "$prefix/.tracel-llvm-installed"
    echo "Using LLVM of $llvm"
else
    echo "LLVM 22 is not installed: the build fetches LLVM $bundler, which needs the internet"
fi

case "${1-}" in
    "") exec cargo build --locked --release --features cuda ;;
    check) exec cargo check --locked --features cuda ;;
    *) exec cargo "$@" --locked --features cuda ;;
esac
