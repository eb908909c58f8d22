"""Golden outputs of the heads in `src/models/heads` and of the forms in `src/models/network.rs`.

    python tests/reference/heads.py       writes tests/reference/golden/heads.safetensors

Weights come from `formula.py` under the names of each head's origin, maps and tokens under "map" and
"token" (its rule for three axes). Batch normalization is in evaluation mode, eps 1e-5.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

import formula

GOLDEN = pathlib.Path(__file__).parent / "golden"
BATCH, ROWS, COLS = 2, 3, 4
CHANNELS = 64


def tensor(name, channels):
    """Numbers between -0.5 and 0.5."""
    return torch.from_numpy(formula.weight(name, (BATCH, channels, ROWS * COLS)))


def token(channels):
    return tensor("token", channels)[:, :, 0]


def feature_map(channels):
    return tensor("map", channels).view(BATCH, channels, ROWS, COLS)


def filled(modules: dict[str, nn.Module]) -> nn.ModuleDict:
    """Modules under their names, filled with the formula, in evaluation mode."""
    model = nn.ModuleDict(modules)
    state = {
        name: torch.from_numpy(formula.weight(name, tuple(value.shape)))
        for name, value in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    report = model.load_state_dict(state, strict=False)
    assert all(key.endswith("num_batches_tracked") for key in report.missing_keys)
    return model.eval()


def unit(x):
    return F.normalize(x, dim=1, eps=1e-12)


def gem(x, p):
    return x.clamp(min=1e-6).pow(p).mean(dim=(2, 3)).pow(1.0 / p)


def two_layers(name, hidden, norm):
    layers = [nn.Linear(CHANNELS, hidden), *([nn.BatchNorm1d(hidden)] if norm else []), nn.ReLU()]
    model = filled({name: nn.Sequential(*layers, nn.Linear(hidden, 128))})
    return unit(model[name](token(CHANNELS)))


def one_layer():
    model = filled({"fc": nn.Linear(CHANNELS, 128)})
    return unit(model["fc"](token(CHANNELS)))


def dino(norm):
    width, hidden, bottleneck, prototypes = CHANNELS, 48, 16, 40
    layers = []
    for n_in in (width, hidden):
        layers += [nn.Linear(n_in, hidden), *([nn.BatchNorm1d(hidden)] if norm else []), nn.GELU()]
    mlp = nn.Sequential(*layers, nn.Linear(hidden, bottleneck))
    last = nn.utils.weight_norm(nn.Linear(bottleneck, prototypes, bias=False))
    model = filled({"mlp": mlp, "last_layer": last})
    return model["last_layer"](F.normalize(model["mlp"](token(width)), dim=-1))


def obd_sd(is_double, is_normalized):
    x = feature_map(CHANNELS)
    model = filled({"last_linear": nn.Linear(CHANNELS, 32)})
    pooled = F.adaptive_avg_pool2d(x, 1)
    if is_double:
        pooled = pooled + F.adaptive_max_pool2d(x, 1)
    y = model["last_linear"](pooled.flatten(1))
    return unit(y) if is_normalized else y


def isc21():
    """GeM with p = 1, linear without bias, batch normalization; 512 channels, 256 dimensions."""
    model = filled({"fc": nn.Linear(512, 256, bias=False), "bn": nn.BatchNorm1d(256)})
    return unit(model["bn"](model["fc"](gem(feature_map(512), 1))))


def rdcd():
    """The large vector and the compact one; the projector sees the large one before its norm."""
    model = filled({"fc": nn.Linear(512, 96), "projector": nn.Linear(96, 32)})
    large = model["fc"](gem(feature_map(512), 3))
    return unit(large), unit(model["projector"](large))


def token_and_gem(p):
    """DINO's descriptor of a copy (p = 4), and that of RDCD's teacher (p = 3), of 192 channels."""
    return unit(torch.cat([token(192), gem(feature_map(192), p)], dim=1))


@torch.no_grad()
def main():
    large, compact = rdcd()
    out = {
        "seed": two_layers("fc", CHANNELS, False),
        "seed-wide": two_layers("fc", 2048, False),
        "moco-v1": one_layer(),
        "moco-v2": two_layers("fc", CHANNELS, False),
        "simclr": two_layers("fc", CHANNELS, True),
        "swav": two_layers("projection_head", 2048, True),
        "swav-wide": two_layers("projection_head", 8192, True),
        "swav-widest": two_layers("projection_head", 10_240, False),
        "dino": dino(False),
        "dino-norm": dino(True),
        "obd-sd": obd_sd(False, False),
        "obd-sd-normalize": obd_sd(False, True),
        "obd-sd-double": obd_sd(True, False),
        "obd-sd-double-normalize": obd_sd(True, True),
        "isc21": isc21(),
        "rdcd-large": large,
        "rdcd": compact,
        "token+gem": token_and_gem(4),
        "token+gem3": token_and_gem(3),
    }
    versions = {"torch": torch.__version__}
    save_file({k: v.contiguous() for k, v in out.items()}, GOLDEN / "heads.safetensors", versions)
    print({k: tuple(v.shape) for k, v in out.items()}, versions)


if __name__ == "__main__":
    main()
