"""Makes the small files of tests/reference/checkpoints: one tiny network in every container and precision, and files
that attack their reader. Values come from formula.py, so the tests know them without a second file.

    venv/bin/pip install torch onnx safetensors numpy
    venv/bin/python tests/reference/checkpoints.py

`Attack` below runs a command when an unpickler obeys it. Nothing here unpickles it, and Copylens must not.
"""

import argparse
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

import formula

OUT = Path(__file__).parent / "checkpoints"
TYPES = {"f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32, "f64": torch.float64}


class Tiny(torch.nn.Module):
    """A convolution, a normalization and a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3, bias=False)
        self.bn = torch.nn.BatchNorm2d(4)
        self.fc = torch.nn.Linear(4, 5)

    def forward(self, x):
        return self.fc(self.bn(self.conv(x)).mean(dim=[2, 3]))


def tiny() -> Tiny:
    """The network with the values of the formula."""
    net = Tiny()
    state = {}
    for name, value in net.state_dict().items():
        is_float = value.dtype.is_floating_point
        state[name] = torch.from_numpy(formula.weight(name, tuple(value.shape))) if is_float else value
    net.load_state_dict(state)
    return net.eval()


def state(dtype: torch.dtype) -> dict:
    """Its state dict in one precision."""
    return {k: v.to(dtype) if v.dtype.is_floating_point else v for k, v in tiny().state_dict().items()}


def views() -> dict:
    """Tensors that share and step through one storage."""
    base = torch.from_numpy(formula.weight("fc.weight", (5, 4)))
    return {"transposed": base.t(), "part": base[1:3], "column": base[:, 2], "scalar": base[4, 3], "base": base}


def legacy(value, name: str) -> None:
    torch.save(value, OUT / name, _use_new_zipfile_serialization=False)


def script(module, name: str) -> None:
    """A TorchScript archive without the paths of the machine that it keeps for its error messages."""
    whole = io.BytesIO()
    torch.jit.save(module, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(OUT / name, "w") as target:
        for part in source.infolist():
            if not part.filename.endswith(".debug_pkl"):
                target.writestr(part.filename.replace("archive", "tiny", 1), source.read(part), part.compress_type)


def torch_files() -> None:
    for name, dtype in TYPES.items():
        torch.save(state(dtype), OUT / f"zip-{name}.pth")
        legacy(state(dtype), f"legacy-{name}.pth")
        save_file(state(dtype), OUT / f"{name}.safetensors")
        script(torch.jit.script(tiny().to(dtype)), f"script-{name}.pt")
    script(torch.jit.trace(tiny(), torch.zeros(1, 3, 8, 8)), "trace-f32.pt")
    torch.save(views(), OUT / "views-zip.pth")
    legacy(views(), "views-legacy.pth")
    torch.save(tiny().fc, OUT / "module.pth")


def training_file() -> None:
    """What a training script leaves: state, settings, numbers of NumPy, names with a prefix."""
    net = tiny()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.ones(2, 3, 8, 8)).sum().backward()
    optimizer.step()
    value = {
        "epoch": 3,
        "arch": "tiny",
        "state_dict": {f"module.{k}": v for k, v in state(torch.float32).items()},
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(lr=0.1, input_size=512, out=Path("runs")),
        "best": np.float64(0.5),
        "history": {1: [0.1, 0.2], 2: [0.3]},
    }
    torch.save(value, OUT / "training-zip.pth")
    legacy(value, "training-legacy.pth")


class Attack:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch copylens-was-here",)


class Evaluate:
    """Evaluates a text when it is unpickled."""

    def __reduce__(self):
        return eval, ("__import__('os').system('touch copylens-was-here')",)


def attacks() -> None:
    value = state(torch.float32)
    torch.save(value | {"extra": Attack()}, OUT / "attack-zip.pth")
    legacy(value | {"extra": Evaluate()}, "attack-legacy.pth")
    for protocol in (0, 2, 4):
        (OUT / f"attack-bare-{protocol}.pth").write_bytes(pickle.dumps(Attack(), protocol=protocol))
    # Storages that are packed: 16 MB of zeros in a file of some 16 kB.
    plain = io.BytesIO()
    torch.save({"bomb": torch.zeros(4 << 20)}, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(OUT / "bomb.pth", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for part in source.infolist():
            packed.writestr(part.filename, source.read(part))
    broken = state(torch.float32)
    broken["fc.weight"][2, 1] = float("nan")
    torch.save(broken, OUT / "nan.pth")
    (OUT / "page.pth").write_text("<!DOCTYPE html>\n<html><body>404: not found</body></html>\n")


def onnx_file(name: str, dtype: np.dtype, raw: bool) -> None:
    """A graph as PyTorch exports it: the convolution keeps its name, the linear layer on tokens loses it."""
    weight = {k: formula.weight(k, s).astype(dtype) for k, s in {"conv.weight": (4, 3, 3, 3), "fc.weight": (5, 4), "fc.bias": (5,)}.items()}
    tensors = {"conv.weight": weight["conv.weight"], "fc.bias": weight["fc.bias"], "onnx::MatMul_17": np.ascontiguousarray(weight["fc.weight"].T)}

    def stored(key: str, value: np.ndarray) -> TensorProto:
        if raw:
            return numpy_helper.from_array(value, key)
        return helper.make_tensor(key, TensorProto.FLOAT, value.shape, value.flatten().tolist())

    nodes = [
        helper.make_node("Conv", ["x", "conv.weight"], ["map"], name="/conv/Conv", kernel_shape=[3, 3]),
        helper.make_node("Reshape", ["map", "shape"], ["tokens"], name="/Reshape"),
        helper.make_node("MatMul", ["tokens", "onnx::MatMul_17"], ["product"], name="/fc/MatMul"),
        helper.make_node("Add", ["fc.bias", "product"], ["y"], name="/fc/Add"),
    ]
    initializers = [stored(k, v) for k, v in tensors.items()]
    initializers.append(numpy_helper.from_array(np.array([1, -1, 4], dtype=np.int64), "shape"))
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", kind, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", kind, [1, 36, 5])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model)
    onnx.save(model, OUT / name)


def onnx_layers() -> None:
    """Every kind of layer that a graph tells apart, without names that say what it is."""
    shapes = {"0": (4, 3, 3, 3), "1": (4,), "2": (4,), "3": (4,), "4": (4,), "5": (1, 1, 4), "6": (4,), "7": (4,), "8": (4,), "9": (4, 5), "10": (6, 5), "11": (6,), "12": (6,), "13": (6,)}
    # Tensor 1 is used twice, once through Identity.
    nodes = [
        helper.make_node("Identity", ["1"], ["shared"]),
        helper.make_node("Conv", ["x", "0"], ["map"], kernel_shape=[3, 3]),
        helper.make_node("BatchNormalization", ["map", "1", "2", "3", "4"], ["normal"]),
        helper.make_node("Reshape", ["normal", "shape"], ["tokens"]),
        helper.make_node("Concat", ["5", "tokens"], ["joined"], axis=1),
        helper.make_node("LayerNormalization", ["joined", "6", "7"], ["a"]),
        helper.make_node("Mul", ["a", "shared"], ["b"]),
        helper.make_node("Add", ["b", "8"], ["c"]),
        helper.make_node("MatMul", ["c", "9"], ["d"]),
        helper.make_node("Reshape", ["d", "flat"], ["e"]),
        helper.make_node("Gemm", ["e", "10", "11"], ["f"], transB=1),
        helper.make_node("Mul", ["f", "12"], ["g"]),
        helper.make_node("Identity", ["13"], ["unused"]),
    ]
    initializers = [numpy_helper.from_array(formula.weight(f"{k}.weight", s), k) for k, s in shapes.items()]
    for name, values in {"shape": [1, -1, 4], "flat": [-1, 5]}.items():
        initializers.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
    graph = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("g", TensorProto.FLOAT, [37, 6])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model)
    onnx.save(model, OUT / "layers.onnx")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    torch_files()
    training_file()
    attacks()
    onnx_file("f32.onnx", np.float32, raw=True)
    onnx_file("f16.onnx", np.float16, raw=True)
    onnx_file("f64.onnx", np.float64, raw=True)
    onnx_file("f32-list.onnx", np.float32, raw=False)
    onnx_layers()


if __name__ == "__main__":
    main()
