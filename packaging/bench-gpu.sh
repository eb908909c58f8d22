#!/bin/sh
# Measures training steps on a graphics card, and beside them PyTorch's, as Markdown on standard output.
#
#   packaging/bench-gpu.sh                          the fastest device
#   DEVICE=cuda:0 packaging/bench-gpu.sh
#   DEVICE=cpu BATCH=8 SIZE=64 STEPS=2 PRESETS=rdcd,sscd packaging/bench-gpu.sh     a try without a card
#
# COPYLENS is the program to measure; by default target/release/copylens, which is built where it is
# missing, with packaging/build-cuda.sh. PYTHON has torch and torchvision (tests/reference/README.md);
# without them the part of PyTorch is left out, and said so.
set -eu
cd "$(dirname "$0")/.."

DEVICE=${DEVICE:-}
BATCH=${BATCH:-128}
SIZE=${SIZE:-224}
STEPS=${STEPS:-10}
PRESETS=${PRESETS:-all}
PRECISIONS=${PRECISIONS:-f32,bf16}
STUDENT=${STUDENT:-efficientnet-b0}
TEACHER=${TEACHER:-resnet50}
PYTHON=${PYTHON:-venv/bin/python}
COPYLENS=${COPYLENS:-target/release/copylens}
[ -x "$COPYLENS" ] || packaging/build-cuda.sh

echo "# Training steps, $(date -u +%Y-%m-%d)"
echo
if command -v nvidia-smi >/dev/null 2>&1; then
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
    echo
fi

# One process for each recipe, so that none of them keeps memory of another.
presets=$PRESETS
if [ "$presets" = all ]; then
    presets=$(ls assets/recipes | sed -n 's/\.toml$//p' | paste -sd, -)
fi
echo "## Copylens"
echo
echo '```text'
old_ifs=$IFS
IFS=,
for preset in $presets; do
    IFS=$old_ifs
    "$COPYLENS" bench --training "$preset" ${DEVICE:+--device "$DEVICE"} --student "$STUDENT" \
        --teacher "$TEACHER" --precision "$PRECISIONS" --step-pictures "$BATCH" --size "$SIZE" \
        --steps "$STEPS" 2>&1 || echo "$preset could not be measured"
done
echo '```'
echo

echo "## PyTorch, RDCD"
echo
if ! "$PYTHON" -c 'import torch, torchvision' 2>/dev/null; then
    echo "Left out: $PYTHON has no torch and torchvision."
    exit 0
fi
torch_device=${DEVICE%%,*}
case $torch_device in
    cpu | cuda*) ;;
    *) torch_device= ;;
esac
echo '```text'
"$PYTHON" tests/reference/bench_training_torch.py ${torch_device:+--device "$torch_device"} \
    --precision "$PRECISIONS" --batch "$BATCH" --size "$SIZE" --steps "$STEPS" \
    --student "$(echo "$STUDENT" | tr - _)" --teacher "$(echo "$TEACHER" | tr - _)" \
    --queue $((BATCH * 3 / 2))
echo '```'
