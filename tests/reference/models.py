"""Golden descriptors and dense maps of the networks in `src/models`.

    python tests/reference/models.py        writes tests/reference/golden/<network>.safetensors

Weights and pictures come from `formula.py`. Networks are torchvision's own, with
GeM (p = 3, eps = 1e-6) for the average pool, a linear head and an L2 norm (max(norm, 1e-12)).
Made with the versions printed at the end and stored in the metadata of each file.
"""

import pathlib

import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

import formula

GOLDEN = pathlib.Path(__file__).parent / "golden"
DIMENSIONS = 256


def gem(maps: torch.Tensor) -> torch.Tensor:
    """Generalized mean of each map, p = 3."""
    return maps.clamp(min=1e-6).pow(3).mean(dim=(2, 3)).pow(1.0 / 3.0)


class ResNet(nn.Module):
    """torchvision's ResNet; its `fc` is the head."""

    def __init__(self, build):
        super().__init__()
        self.net = build(weights=None)
        self.net.fc = nn.Linear(self.net.fc.in_features, DIMENSIONS)

    def dense(self, x):
        n = self.net
        x = n.maxpool(n.relu(n.bn1(n.conv1(x))))
        return n.layer4(n.layer3(n.layer2(n.layer1(x))))

    def head(self, pooled):
        return self.net.fc(pooled)


class MobileNetV3Large(nn.Module):
    """torchvision's MobileNetV3-Large; `classifier.3` is the last linear layer of the head."""

    def __init__(self):
        super().__init__()
        self.net = torchvision.models.mobilenet_v3_large(weights=None)
        self.net.classifier[3] = nn.Linear(1280, DIMENSIONS)

    def dense(self, x):
        return self.net.features(x)

    def head(self, pooled):
        return self.net.classifier(pooled)


class Bottleneck(nn.Module):
    """Expand, depthwise, project; with the expansion even where its factor is 1."""

    def __init__(self, n_in, n_out, stride, factor):
        super().__init__()
        hidden = n_in * factor
        self.conv0 = nn.Conv2d(n_in, hidden, 1, bias=False)
        self.batchnorm0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False)
        self.batchnorm1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, n_out, 1, bias=False)
        self.batchnorm2 = nn.BatchNorm2d(n_out)
        self.has_shortcut = stride == 1 and n_in == n_out

    def forward(self, x):
        y = nn.functional.relu6(self.batchnorm0(self.conv0(x)))
        y = nn.functional.relu6(self.batchnorm1(self.conv1(y)))
        y = self.batchnorm2(self.conv2(y))
        return x + y if self.has_shortcut else y


class MobileNetV2(nn.Module):
    """MobileNetV2 1.0 under the names of `mobilenetv2_1_0_backbone.safetensors`, plus `fc`."""

    STRIDES = [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1]
    OUTPUTS = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320]

    def __init__(self):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self.batchnorm0 = nn.BatchNorm2d(32)
        blocks, n_in = [], 32
        for i, (stride, n_out) in enumerate(zip(self.STRIDES, self.OUTPUTS)):
            blocks.append(Bottleneck(n_in, n_out, stride, 1 if i == 0 else 6))
            n_in = n_out
        self.linearbottleneck = nn.ModuleList(blocks)
        self.conv1 = nn.Conv2d(320, 1280, 1, bias=False)
        self.batchnorm1 = nn.BatchNorm2d(1280)
        self.fc = nn.Linear(1280, DIMENSIONS)

    def dense(self, x):
        x = nn.functional.relu6(self.batchnorm0(self.conv0(x)))
        for block in self.linearbottleneck:
            x = block(x)
        return nn.functional.relu6(self.batchnorm1(self.conv1(x)))

    def head(self, pooled):
        return self.fc(pooled)


def gluon_name(name: str) -> str:
    """`linearbottleneck.3.batchnorm0.weight` -> `mobilenetv20_features_linearbottleneck3_batchnorm0_gamma`."""
    if name.startswith("fc."):
        return name
    if "batchnorm" in name:
        name = name.replace(".weight", ".gamma").replace(".bias", ".beta")
    name = name.replace("linearbottleneck.", "linearbottleneck")
    return "mobilenetv20_features_" + name.replace(".", "_")


def network(build, rename=lambda name: name) -> nn.Module:
    """Build a network and fill it with the formula."""
    torch.manual_seed(0)
    model = build()
    inner = getattr(model, "net", model)
    state = {}
    for name, tensor in inner.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        state[name] = torch.from_numpy(formula.weight(rename(name), tuple(tensor.shape)))
    report = inner.load_state_dict(state, strict=False)
    assert not report.unexpected_keys
    assert all(key.endswith("num_batches_tracked") for key in report.missing_keys)
    return model.eval()


def descriptor(model, picture):
    return nn.functional.normalize(model.head(gem(model.dense(picture))), eps=1e-12)


NETWORKS = {
    "resnet18": lambda: network(lambda: ResNet(torchvision.models.resnet18)),
    "resnet50": lambda: network(lambda: ResNet(torchvision.models.resnet50)),
    "mobilenet-v3-large": lambda: network(MobileNetV3Large),
    "mobilenet-v2": lambda: network(MobileNetV2, gluon_name),
}


@torch.no_grad()
def main():
    GOLDEN.mkdir(exist_ok=True)
    pictures = {"0": (64, 64), "1": (64, 96)}  # height, width
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    for name, build in NETWORKS.items():
        model = build()
        out = {}
        for which, (height, width) in pictures.items():
            planes = torch.from_numpy(formula.picture(which, height, width))[None]
            out[f"input{which}"] = planes
            out[f"descriptor{which}"] = descriptor(model, planes)
            # What training in f32 cannot beat: how far f32 itself is from f64.
            double = descriptor(model.double(), planes.double()).float()
            model.float()
            print(name, which, "f32 vs f64", (double - out[f"descriptor{which}"]).abs().max().item())
        out["dense1"] = model.dense(out["input1"])
        d0, d1 = out["descriptor0"], out["descriptor1"]
        print(name, "cosine", (d0 * d1).sum().item(), "dense", tuple(out["dense1"].shape),
              "max", out["dense1"].max().item(), "std of descriptor", d0.std().item())
        save_file({k: v.contiguous() for k, v in out.items()}, GOLDEN / f"{name}.safetensors", versions)
    print(versions)


if __name__ == "__main__":
    main()
