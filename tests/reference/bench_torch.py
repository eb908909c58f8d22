"""Prints what `copylens bench --networks` prints, for PyTorch and onnxruntime on the same processor.

    venv/bin/pip install torch torchvision timm onnx onnxscript onnxruntime
    venv/bin/python tests/reference/bench_torch.py --networks resnet50,vit-s16 --batch 1,32 --seconds 1 --threads 2
    venv/bin/python tests/reference/bench_torch.py --networks all --json

Weights are random and pictures 224 x 224, as there. PyTorch is measured in both layouts of memory, and the faster one
counts; onnxruntime runs what torch.onnx.export makes of the network.
"""

import argparse
import json
import logging
import os
import tempfile
import time
import warnings
from pathlib import Path

import onnxruntime
import timm
import torch
import torchvision
from torch import nn

from convolutional import Trunk, efficientnet_v2_m, resnext101_32x4d, wide_resnet

SIDE = 224
models = torchvision.models


class Map(nn.Module):
    """The trunk alone, for networks that are written out for their goldens."""

    def __init__(self, trunk: Trunk):
        super().__init__()
        self.trunk = trunk

    def forward(self, x):
        return self.trunk.dense(x)


def timm_vit(patch: int, width: int, depth: int, heads: int, **extra) -> nn.Module:
    return timm.models.vision_transformer.VisionTransformer(
        img_size=SIDE, patch_size=patch, embed_dim=width, depth=depth, num_heads=heads, num_classes=0, **extra
    )


def dinov2(width: int, depth: int, heads: int, registers: int = 0) -> nn.Module:
    gated = {"mlp_layer": timm.layers.SwiGLUPacked, "mlp_ratio": 2 * 8 / 3, "act_layer": nn.SiLU} if width == 1536 else {}
    return timm_vit(14, width, depth, heads, init_values=1e-5, reg_tokens=registers, no_embed_class=registers > 0, **gated)


# The ids of Copylens; classifiers stay, they cost next to nothing.
NETWORKS = {
    "squeezenet": models.squeezenet1_1,
    "mobilevit-xs": lambda: timm.create_model("mobilevit_xs", num_classes=0),
    "mobilenet-v2": models.mobilenet_v2,
    "mobilenet-v3-large": models.mobilenet_v3_large,
    "efficientnet-b0": models.efficientnet_b0,
    "mobilevit-s": lambda: timm.create_model("mobilevit_s", num_classes=0),
    "efficientnet-b1": models.efficientnet_b1,
    "fastvit-t12": lambda: timm.create_model("fastvit_t12", num_classes=0),
    "resnet18": models.resnet18,
    "resnet34": models.resnet34,
    "resnet50": models.resnet50,
    "resnext101-32x4d": lambda: Map(resnext101_32x4d()),
    "resnet101": models.resnet101,
    "efficientnetv2-m": lambda: Map(efficientnet_v2_m()),
    "resnet152": models.resnet152,
    "resnet50-wide2": lambda: Map(wide_resnet([3, 4, 6, 3], 2)),
    "resnet50-wide4": lambda: Map(wide_resnet([3, 4, 6, 3], 4)),
    "resnet50-wide5": lambda: Map(wide_resnet([3, 4, 6, 3], 5)),
    "vit-ti16": lambda: timm_vit(16, 192, 12, 3),
    "vit-s16": lambda: timm_vit(16, 384, 12, 6),
    "vit-s16-student": lambda: nn.Sequential(timm_vit(16, 384, 12, 6), nn.Linear(384, 256)),
    "vit-s8": lambda: timm_vit(8, 384, 12, 6),
    "dinov2-s14": lambda: dinov2(384, 12, 6),
    "dinov2-s14-reg": lambda: dinov2(384, 12, 6, 4),
    "vit-b16": lambda: timm_vit(16, 768, 12, 12),
    "vit-b8": lambda: timm_vit(8, 768, 12, 12),
    "dinov2-b14": lambda: dinov2(768, 12, 12),
    "dinov2-b14-reg": lambda: dinov2(768, 12, 12, 4),
    "dinov2-l14": lambda: dinov2(1024, 24, 16),
    "dinov2-l14-reg": lambda: dinov2(1024, 24, 16, 4),
    "dinov2-g14": lambda: dinov2(1536, 40, 24),
    "dinov2-g14-reg": lambda: dinov2(1536, 40, 24, 4),
}


def rate(run, batch: int, seconds: float) -> float:
    """Pictures a second; the first run warms up, and counts where it takes that long."""
    started = time.perf_counter()
    run()
    first = time.perf_counter() - started
    if first > seconds:
        return batch / first
    started, n_done = time.perf_counter(), 0
    while n_done == 0 or time.perf_counter() - started < seconds:
        run()
        n_done += batch
    return n_done / (time.perf_counter() - started)


def of_torch(net: nn.Module, batch: int, seconds: float) -> float:
    rates = []
    for layout in (torch.contiguous_format, torch.channels_last):
        net = net.to(memory_format=layout)
        x = torch.rand(batch, 3, SIDE, SIDE).contiguous(memory_format=layout)
        net(x[:1])
        rates.append(rate(lambda: net(x), batch, seconds))
    return max(rates)


def session(net: nn.Module, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "net.onnx"
        # The older exporter; for more than 2 GB it puts the weights beside the file.
        torch.onnx.export(
            net.to(memory_format=torch.contiguous_format), (torch.rand(2, 3, SIDE, SIDE),), path, dynamo=False,
            input_names=["x"], dynamic_axes={"x": {0: "batch"}}, opset_version=17,
        )  # fmt: skip
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def of_onnxruntime(running: onnxruntime.InferenceSession, batch: int, seconds: float) -> float:
    x = torch.rand(batch, 3, SIDE, SIDE).numpy()
    running.run(None, {"x": x[:1]})
    return rate(lambda: running.run(None, {"x": x}), batch, seconds)


def line(cells: tuple) -> str:
    network, device, engine, parameters, batch, speed = cells
    return f"{network:<18} {device:<8} {engine:<12} {parameters:>10} {batch:>6} {speed:>11}"


def rows(name: str, arguments: argparse.Namespace):
    net = NETWORKS[name]().eval()
    parameters = sum(p.numel() for p in net.parameters())
    running = None
    for engine in arguments.engines:
        if engine == "onnxruntime" and running is None:
            running = session(net, arguments.threads)
        for batch in arguments.batch:
            if engine == "PyTorch":
                speed = of_torch(net, batch, arguments.seconds)
            else:
                speed = of_onnxruntime(running, batch, arguments.seconds)
            yield {
                "network": name,
                "device": "cpu",
                "engine": engine,
                "parameters": parameters,
                "size": SIDE,
                "batch_size": batch,
                "pictures_per_second": speed,
            }


def main() -> None:
    words = lambda text: text.split(",")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=words, default=["all"])
    parser.add_argument("--batch", type=lambda text: [int(n) for n in text.split(",")], default=[1, 32])
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--engines", type=words, default=["PyTorch", "onnxruntime"])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    names = list(NETWORKS) if "all" in arguments.networks else arguments.networks
    found = []
    if not arguments.json:
        print(f"{arguments.threads} threads, pictures of {SIDE} x {SIDE}")
        print(line(("network", "device", "engine", "parameters", "batch", "pictures/s")), flush=True)
    with torch.inference_mode():
        for name in names:
            for row in rows(name, arguments):
                found.append(row)
                if not arguments.json:
                    millions, speed = f"{row['parameters'] / 1e6:.1f} M", f"{row['pictures_per_second']:.2f}"
                    print(line((name, "cpu", row["engine"], millions, row["batch_size"], speed)), flush=True)
    if arguments.json:
        print(json.dumps({"threads": arguments.threads, "networks": found, "left_out": []}))


if __name__ == "__main__":
    main()
