"""Golden descriptors and last maps of the larger convolutional networks in `src/models`.

    python tests/reference/convolutional.py             writes tests/reference/golden/<network>.safetensors
    python tests/reference/convolutional.py resnet34    only these

Weights and pictures come from `formula.py`, pooling and norm from `models.py`. Networks are those of
torchvision and timm as they are; only the wide ResNets are written out here, from the description in
`swav_resnet.py` of SEED (a zero pad of 1 before the stem, `widen` times all channels).
"""

import sys

import efficientnet_pytorch
import timm
import torch
import torchvision
from efficientnet_pytorch import EfficientNet
from safetensors.torch import save_file
from torch import nn
from torchvision.models.resnet import Bottleneck

import formula
from models import DIMENSIONS
from models import GOLDEN
from models import gem
from models import network

PICTURES = {"0": (64, 64), "1": (73, 97)}  # height, width
# SqueezeNet's pools round up, which shows at even sizes only.
SQUEEZENET_PICTURES = {"0": (64, 64), "1": (66, 98)}
# All running variances times this. With those of the formula the maps of these networks grow from
# block to block until their gates only open or shut, and rounding decides which.
VARIANCE = {"efficientnetv2-m": 1.5, "fastvit-t12": 2.0}
# Of wider maps every second, third, ... channel is stored; the descriptor sees all of them.
MAX_CHANNELS = 256


class Trunk(nn.Module):
    """A network called `net` and the function that gives its last map."""

    def __init__(self, net, dense):
        super().__init__()
        self.net = net
        self.dense = lambda x: dense(net, x)


def resnet_map(n, x):
    x = n.maxpool(n.relu(n.bn1(n.conv1(x))))
    return n.layer4(n.layer3(n.layer2(n.layer1(x))))


def resnet(build):
    return Trunk(build(weights=None), resnet_map)


def resnext101_32x4d():
    net = torchvision.models.ResNet(Bottleneck, [3, 4, 23, 3], groups=32, width_per_group=4)
    return Trunk(net, resnet_map)


class WideResNet(nn.Module):
    """The ResNet of SwAV: every channel count of a ResNet times `widen`, the stem included."""

    def __init__(self, blocks, widen):
        super().__init__()
        channels = 64 * widen
        self.padding = nn.ConstantPad2d(1, 0.0)
        self.conv1 = nn.Conv2d(3, channels, 7, stride=2, padding=2, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        for stage, n_blocks in enumerate(blocks):
            planes = 64 * widen * 2**stage
            layer = []
            for block in range(n_blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                downsample = None
                if block == 0:
                    downsample = nn.Sequential(
                        nn.Conv2d(channels, planes * 4, 1, stride, bias=False), nn.BatchNorm2d(planes * 4)
                    )
                layer.append(Bottleneck(channels, planes, stride, downsample))
                channels = planes * 4
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))


def wide_resnet(blocks, widen):
    def dense(n, x):
        x = n.maxpool(n.relu(n.bn1(n.conv1(n.padding(x)))))
        for stage in range(len(blocks)):
            x = getattr(n, f"layer{stage + 1}")(x)
        return x

    return Trunk(WideResNet(blocks, widen), dense)


def features(build):
    return Trunk(build(weights=None), lambda n, x: n.features(x))


def efficientnet_same(name):
    """The first port to PyTorch, which SEED teaches; `image_size` None pads for every size."""
    net = EfficientNet.from_name(name, image_size=None)
    return Trunk(net, lambda n, x: n.extract_features(x))


def efficientnet_v2_m():
    """The map of the last stage, as ISC21 uses it, without the 1x1 convolution behind it."""
    return Trunk(timm.create_model("tf_efficientnetv2_m"), lambda n, x: n.blocks(n.bn1(n.conv_stem(x))))


def whole(name):
    return Trunk(timm.create_model(name), lambda n, x: n.forward_features(x))


NETWORKS = {
    "resnet34": lambda: resnet(torchvision.models.resnet34),
    "resnet101": lambda: resnet(torchvision.models.resnet101),
    "resnet152": lambda: resnet(torchvision.models.resnet152),
    "resnext101-32x4d": resnext101_32x4d,
    "resnet50-wide2": lambda: wide_resnet([3, 4, 6, 3], 2),
    "resnet50-wide4": lambda: wide_resnet([3, 4, 6, 3], 4),
    "resnet50-wide5": lambda: wide_resnet([3, 4, 6, 3], 5),
    # The last stage has three quarters of the parameters; without it the two fit into every test run.
    "resnet50-wide4-short": lambda: wide_resnet([1, 1, 1], 4),
    "resnet50-wide5-short": lambda: wide_resnet([1, 1, 1], 5),
    "squeezenet": lambda: features(torchvision.models.squeezenet1_1),
    "efficientnet-b0": lambda: features(torchvision.models.efficientnet_b0),
    "efficientnet-b1": lambda: features(torchvision.models.efficientnet_b1),
    "efficientnet-b0-same": lambda: efficientnet_same("efficientnet-b0"),
    "efficientnet-b1-same": lambda: efficientnet_same("efficientnet-b1"),
    "efficientnetv2-m": efficientnet_v2_m,
    "fastvit-t12": lambda: whole("fastvit_t12"),
    "mobilevit-xs": lambda: whole("mobilevit_xs"),
    "mobilevit-s": lambda: whole("mobilevit_s"),
}


def descriptor(model, dense):
    fc = [torch.from_numpy(formula.weight("fc." + part, shape)) for part, shape in
          (("weight", (DIMENSIONS, dense.shape[1])), ("bias", (DIMENSIONS,)))]
    pooled = gem(dense)
    return nn.functional.normalize(nn.functional.linear(pooled, fc[0].to(pooled), fc[1].to(pooled)), eps=1e-12)


@torch.no_grad()
def write(name, versions):
    model = network(NETWORKS[name])
    variance = VARIANCE.get(name, 1.0)
    for key, buffer in model.named_buffers():
        if key.endswith("running_var"):
            buffer.mul_(variance)
    sizes = SQUEEZENET_PICTURES if name == "squeezenet" else PICTURES
    out = {"sizes": torch.tensor(list(sizes.values()), dtype=torch.float32), "variance": torch.tensor([variance])}
    for which, (height, width) in sizes.items():
        planes = torch.from_numpy(formula.picture(which, height, width))[None]
        dense = model.dense(planes)
        out[f"descriptor{which}"] = descriptor(model, dense)
        if which == "1":
            step = -(-dense.shape[1] // MAX_CHANNELS)
            out["dense1"] = dense[:, ::step]
    d0, d1 = out["descriptor0"], out["descriptor1"]
    n_parameters = sum(p.numel() for p in model.parameters())
    print(f"{name}: {n_parameters} parameters, map {tuple(dense.shape)} up to {dense.abs().max().item():.3g},",
          f"cosine of the descriptors {(d0 * d1).sum().item():.3f}", flush=True)
    if n_parameters < 200_000_000:
        # What no implementation in f32 can beat: how far f32 itself is from f64.
        double = model.double().dense(planes.double())
        error = (double - dense).abs().max() / double.abs().max()
        print(f"  f32 from f64: map {error.item():.2g}, descriptor {(descriptor(model, double) - d1).abs().max().item():.2g}")
    save_file({k: v.contiguous() for k, v in out.items()}, GOLDEN / f"{name}.safetensors", versions)


if __name__ == "__main__":
    torch.set_num_threads(2)
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
                "efficientnet_pytorch": efficientnet_pytorch.__version__}
    for name in sys.argv[1:] or NETWORKS:
        write(name, versions)
    print(versions)
