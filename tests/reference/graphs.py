"""Writes tests/reference/graphs/*.txt: what torch.onnx.export makes of networks, without their numbers.

    venv/bin/pip install torch torchvision timm onnx onnxscript numpy
    venv/bin/python tests/reference/graphs.py

The network gets the numbers of formula.py and is exported; each tensor of the file is then traced back to the
parameters it was made of. A file has one line per tensor and per node, names of values shortened:

    tensor NAME SHAPE is PARAMETER              the numbers as they are
    tensor NAME SHAPE transpose PARAMETER       a matrix, stored transposed
    tensor NAME SHAPE fold CONVOLUTION NORM     a convolution times the factor of its batch normalization
    tensor NAME SHAPE shift NORM                what is left of the normalization
    epsilon NUMBER                              of all batch normalizations
    node KIND INPUTS > OUTPUTS                  a missing input is -; Gemm+ has transB = 1
"""

import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import timm
import torch
import torchvision
from onnx import numpy_helper
from torch import nn

import formula

OUT = Path(__file__).parent / "graphs"
SIDE = 224
models = torchvision.models
# Network, whether by the exporter of torch.export, and the version of ONNX.
GRAPHS = {
    "resnet18": (models.resnet18, False, 17),
    "mobilenet-v2": (models.mobilenet_v2, False, 17),
    "mobilenet-v3-large": (models.mobilenet_v3_large, True, 18),
    "efficientnet-b0": (models.efficientnet_b0, False, 17),
    "squeezenet": (models.squeezenet1_1, True, 18),
    # Before version 17 a layer normalization is spelled out.
    "vit-ti16-spelled": (lambda: timm.create_model("vit_tiny_patch16_224", num_classes=0), False, 14),
    "vit-ti16": (lambda: timm.create_model("vit_tiny_patch16_224", num_classes=0), True, 18),
}


def with_formula(net: nn.Module) -> nn.Module:
    state = net.state_dict()
    for name, value in state.items():
        if value.dtype.is_floating_point:
            state[name] = torch.from_numpy(formula.weight(name, tuple(value.shape)))
    net.load_state_dict(state)
    return net.eval()


def exported(net: nn.Module, new: bool, version: int) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "net.onnx"
        extra = {"external_data": False, "verbose": False} if new else {}
        torch.onnx.export(net, (torch.zeros(1, 3, SIDE, SIDE),), path, dynamo=new, opset_version=version, **extra)
        return onnx.load(path)


def origins(net: nn.Module) -> tuple[list[tuple[str, np.ndarray]], float]:
    """Every tensor an exporter may store, with the line that makes it again."""
    found, epsilon = [], 0.0
    state = {k: v.numpy() for k, v in net.state_dict().items() if v.dtype.is_floating_point}
    for name, value in state.items():
        found.append((f"is {name}", value))
        if value.ndim == 2:
            found.append((f"transpose {name}", value.T))
    modules = list(net.named_modules())
    convolutions = [(name, module) for name, module in modules if isinstance(module, nn.Conv2d)]
    for norm, module in modules:
        if not isinstance(module, nn.BatchNorm2d):
            continue
        epsilon = module.eps
        factor = (module.weight / torch.sqrt(module.running_var + module.eps)).detach().numpy()
        found.append((f"shift {norm}", state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * factor))
        for name, convolution in convolutions:
            if convolution.out_channels == len(factor):
                folded = state[f"{name}.weight"] * factor[:, None, None, None]
                found.append((f"fold {name} {norm}", folded))
    return found, epsilon


def origin(value: np.ndarray, found: list[tuple[str, np.ndarray]]) -> str:
    # An exporter multiplies in another order: the last digit differs.
    same = [line for line, other in found if other.shape == value.shape and np.allclose(other, value, rtol=1e-5, atol=1e-6)]
    if len(same) != 1:
        raise SystemExit(f"{len(same)} origins of a tensor {value.shape}")
    return same[0]


def text(net: nn.Module, model: onnx.ModelProto) -> str:
    found, epsilon = origins(net)
    lines = [f"epsilon {epsilon}"] if epsilon else []
    known = {"": "-"}
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.float32 or value.size < 2:
            continue
        name = tensor.name
        known[name] = name
        shape = ",".join(map(str, value.shape))
        lines.append(f"tensor {name} {shape} {origin(value, found)}")
    for node in model.graph.node:
        if node.op_type == "Constant":
            continue
        names = [[known.setdefault(name, str(len(known))) for name in part] for part in (node.input, node.output)]
        is_transposed = any(a.name == "transB" and a.i == 1 for a in node.attribute)
        kind = node.op_type + ("+" if is_transposed else "")
        lines.append(" ".join(["node", kind, *names[0], ">", *names[1]]))
    return "\n".join(lines) + "\n"


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for name, (build, new, version) in GRAPHS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        net = with_formula(build())
        (OUT / f"{name}.txt").write_text(text(net, exported(net, new, version)))


if __name__ == "__main__":
    main()
