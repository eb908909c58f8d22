"""Runs exported ONNX files in onnxruntime and compares descriptors with those of Copylens.

    COPYLENS_ONNX_FOLDER=folder cargo test --test onnx_export files_for_other_programs
    venv/bin/python tests/reference/onnx_check.py folder

Needs onnx, onnxruntime, numpy, safetensors and, for a folder of pictures as a second argument, Pillow:
then it also says what half precision does to the descriptors of those pictures. Prints a table, and writes `golden/onnx.txt` for the
networks that `tests/onnx_export.rs` checks without Python, once all have passed.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

from formula import fnv1a

MAX_DIFFERENCE = 1e-4
# As in tests/onnx_export.rs; tensors count together.
MAX_GOLDEN_BYTES = 52_000_000
GOLDEN = Path(__file__).parent / "golden" / "onnx.txt"


def session(path: Path) -> onnxruntime.InferenceSession:
    """The file, on one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(path: Path, pictures: np.ndarray) -> np.ndarray:
    """Descriptors of one batch."""
    return session(path).run(["descriptors"], {"pictures": pictures})[0]


def summary(model: onnx.ModelProto) -> str:
    """What the Rust test compares: counts, and a hash of all nodes and tensors."""
    graph = model.graph
    lines = [f"{n.op_type} {' '.join(n.input)} -> {' '.join(n.output)}" for n in graph.node]
    lines += [f"{t.name} {list(t.dims)}" for t in graph.initializer]
    text = "".join(line + "\n" for line in lines)
    return f"{len(graph.node)} nodes, {len(graph.initializer)} tensors, {fnv1a(text):016x}"


def check(path: Path) -> tuple[str, str]:
    """The name of a network and its summary, after all comparisons."""
    name = path.stem
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    own = load_file(path.with_suffix(".safetensors"))
    pictures, expected = own["pictures"], own["descriptors"]
    batch = run(path, pictures)
    single = np.concatenate([run(path, pictures[i : i + 1]) for i in range(len(pictures))])
    differences = [float(np.abs(found - expected).max()) for found in (batch, single)]
    half = run(path.with_name(f"{name}-half.onnx"), pictures)
    distance = float((1.0 - (half * expected).sum(axis=1)).max())
    spread = float(1.0 - (expected @ expected.T).min())
    row = f"{name:24} {pictures.shape[-1]:4} {len(model.graph.node):6}"
    print(f"{row} {differences[0]:12.2e} {differences[1]:12.2e} {distance:12.2e} {spread:12.2e}", flush=True)
    assert batch.shape == expected.shape
    assert max(differences) <= MAX_DIFFERENCE, name
    return name, summary(model)


def half(whole: Path, halved: Path, pictures: list[Path]) -> None:
    """The largest and the mean cosine distance between descriptors of both files."""
    from PIL import Image

    known = {entry.key: entry.value for entry in onnx.load(whole).metadata_props}
    size = int(known["size"])
    mean, std = (np.array(known[key].split(", "), dtype=np.float32) for key in ("mean", "std"))
    files = [session(path) for path in (whole, halved)]
    distances = []
    for path in pictures:
        image = Image.open(path).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
        planes = ((np.asarray(image, dtype=np.float32) / 255 - mean) / std).transpose(2, 0, 1)
        a, b = (file.run(None, {"pictures": planes[None].astype(np.float32)})[0][0] for file in files)
        distances.append(1.0 - float(a.astype(np.float64) @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    text = f"largest {max(distances):.2e}, mean {np.mean(distances):.2e}"
    print(f"half precision, {known['name']}, {len(pictures)} pictures: {text}")


def main() -> None:
    folder = Path(sys.argv[1])
    print(f"{'network':24} {'size':>4} {'nodes':>6} {'batch of 3':>12} {'one by one':>12} {'half':>12} {'pictures':>12}")
    lines = ["# Written by onnx_check.py with onnxruntime " + onnxruntime.__version__]
    for path in sorted(folder.glob("*.onnx")):
        if path.stem.endswith("-half"):
            continue
        name, text = check(path)
        if path.stat().st_size <= MAX_GOLDEN_BYTES or name.endswith("-short"):
            lines.append(f"{name}: {text}")
    if len(sys.argv) > 2:
        pictures = sorted(Path(sys.argv[2]).rglob("*.jpg"))
        half(folder / "bundled" / "whole.onnx", folder / "bundled" / "half.onnx", pictures)
        for name in ("vit-ti16", "vit-s16"):
            half(folder / f"{name}.onnx", folder / f"{name}-half.onnx", pictures)
    GOLDEN.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
