"""Golden descriptors and patch maps of the transformers in `src/models/vit`.

    python tests/reference/transformers.py           writes tests/reference/golden/<network>.safetensors
    python tests/reference/transformers.py large     the two full-size networks too (12 GB of memory)

Weights and pictures come from `formula.py`, under the names of DINO and DINOv2. The networks are
written down here from their definition (Dosovitskiy et al., arXiv:2010.11929; Caron et al.,
arXiv:2104.14294; Oquab et al., arXiv:2304.07193; Darcet et al., arXiv:2309.16588); positions are
resized by PyTorch's own `interpolate`. Where timm has the network, its output at the native size is
compared with ours before anything is written.
"""

import dataclasses
import pathlib
import sys

import timm
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

import formula

GOLDEN = pathlib.Path(__file__).parent / "golden"


@dataclasses.dataclass
class Config:
    """One network; `timm` is the name of timm's twin."""

    width: int
    depth: int
    heads: int
    patch: int
    side: int
    registers: int = 0
    scaled: bool = False
    gated: bool = False
    timm: str = ""


class Attention(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.heads = c.heads
        self.qkv = nn.Linear(c.width, 3 * c.width)
        self.proj = nn.Linear(c.width, c.width)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.mT / (d // self.heads) ** 0.5, dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, n, d))


class Mlp(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.fc1 = nn.Linear(c.width, 4 * c.width)
        self.fc2 = nn.Linear(4 * c.width, c.width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class GatedMlp(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        hidden = (int(4 * c.width * 2 / 3) + 7) // 8 * 8
        self.w12 = nn.Linear(c.width, 2 * hidden)
        self.w3 = nn.Linear(hidden, c.width)

    def forward(self, x):
        a, b = self.w12(x).chunk(2, dim=-1)
        return self.w3(F.silu(a) * b)


class LayerScale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.norm1 = nn.LayerNorm(c.width, eps=1e-6)
        self.attn = Attention(c)
        self.ls1 = LayerScale(c.width) if c.scaled else nn.Identity()
        self.norm2 = nn.LayerNorm(c.width, eps=1e-6)
        self.mlp = GatedMlp(c) if c.gated else Mlp(c)
        self.ls2 = LayerScale(c.width) if c.scaled else nn.Identity()

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class PatchEmbed(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.proj = nn.Conv2d(3, c.width, c.patch, c.patch)


class VisionTransformer(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        n = (c.side // c.patch) ** 2
        self.patch_embed = PatchEmbed(c)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, n + 1, c.width))
        if c.registers:
            self.register_tokens = nn.Parameter(torch.zeros(1, c.registers, c.width))
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.depth))
        self.norm = nn.LayerNorm(c.width, eps=1e-6)

    def positions(self, height, width):
        """Positions of the patches, [1, rows * cols, d]."""
        table = self.pos_embed[:, 1:]
        m, (rows, cols) = self.c.side // self.c.patch, (height // self.c.patch, width // self.c.patch)
        if rows * cols == m * m and height == width:
            return table
        grid = table.view(1, m, m, -1).permute(0, 3, 1, 2)
        if self.c.registers:
            grid = F.interpolate(grid, size=(rows, cols), mode="bicubic", antialias=True)
        else:
            factors = ((rows + 0.1) / m, (cols + 0.1) / m)
            grid = F.interpolate(grid, scale_factor=factors, mode="bicubic")
        assert tuple(grid.shape[2:]) == (rows, cols)
        return grid.flatten(2).transpose(1, 2)

    def forward(self, x):
        """The class token [b, d] and the patches [b, d, rows, cols], normalized."""
        patches = self.patch_embed.proj(x)
        b, d, rows, cols = patches.shape
        patches = patches.flatten(2).transpose(1, 2) + self.positions(*x.shape[2:])
        parts = [(self.cls_token + self.pos_embed[:, :1]).expand(b, -1, -1)]
        if self.c.registers:
            parts.append(self.register_tokens.expand(b, -1, -1))
        tokens = torch.cat([*parts, patches], dim=1)
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        patches = tokens[:, 1 + self.c.registers :].transpose(1, 2).reshape(b, d, rows, cols)
        return tokens[:, 0], patches


@torch.no_grad()
def network(config: Config) -> VisionTransformer:
    """Built and filled with the formula."""
    with torch.device("meta"):
        model = VisionTransformer(config)
    model = model.to_empty(device="cpu")
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.from_numpy(formula.weight(name, tuple(parameter.shape))))
    return model.eval()


def timm_name(name: str, gated: bool) -> str:
    """timm's name for one of ours."""
    name = name.replace("register_tokens", "reg_token")
    return name.replace("mlp.w12", "mlp.fc1").replace("mlp.w3", "mlp.fc2") if gated else name


@torch.no_grad()
def check_against_timm(model: VisionTransformer):
    """timm's network of the same weights gives the same tokens at the native size."""
    c = model.c
    twin = timm.create_model(c.timm, img_size=c.side, depth=c.depth, num_classes=0).eval()
    state = {timm_name(name, c.gated): value for name, value in model.state_dict().items()}
    if c.registers:
        # timm keeps the position of the class token inside the token.
        state["cls_token"] = state["cls_token"] + state["pos_embed"][:, :1]
        state["pos_embed"] = state["pos_embed"][:, 1:]
    twin.load_state_dict(state)
    picture = torch.from_numpy(formula.picture("0", c.side, c.side))[None]
    token, patches = model(picture)
    theirs = twin.forward_features(picture)
    ours = torch.cat([token[:, None], patches.flatten(2).transpose(1, 2)], dim=1)
    theirs = torch.cat([theirs[:, :1], theirs[:, 1 + c.registers :]], dim=1)
    difference = (ours - theirs).abs().max().item()
    print("  timm", c.timm, "differs by", difference, "of", ours.abs().max().item())
    assert difference < 1e-4 * ours.abs().max().item()


DINO = dict(side=224)
DINOV2 = dict(patch=14, side=518, scaled=True)
SMALL, BASE = dict(width=384, depth=12, heads=6), dict(width=768, depth=12, heads=12)
LARGE, GIANT = dict(width=1024, heads=16), dict(width=1536, heads=24, gated=True)
TIMM = "vit_{}_patch14_{}dinov2"

# Network, and the sizes of its pictures as (height, width).
NETWORKS = {
    "vit-ti16": (Config(192, 12, 3, 16, **DINO, timm="vit_tiny_patch16_224"), [(224, 224), (96, 64), (272, 240)]),
    "vit-s16": (Config(**SMALL, patch=16, **DINO, timm="vit_small_patch16_224"), [(224, 224), (64, 96)]),
    "vit-b16": (Config(**BASE, patch=16, **DINO, timm="vit_base_patch16_224"), [(224, 224), (64, 96)]),
    "vit-s8": (Config(**SMALL, patch=8, **DINO, timm="vit_small_patch8_224"), [(224, 224), (48, 64)]),
    "vit-b8": (Config(**BASE, patch=8, **DINO, timm="vit_base_patch8_224"), [(48, 64)]),
    "dinov2-s14": (Config(**SMALL, **DINOV2, timm=TIMM.format("small", "")), [(518, 518), (98, 70)]),
    "dinov2-b14": (Config(**BASE, **DINOV2, timm=TIMM.format("base", "")), [(98, 70)]),
    "dinov2-s14-reg": (
        Config(**SMALL, **DINOV2, registers=4, timm=TIMM.format("small", "reg4_")),
        [(98, 70), (532, 546)],
    ),
    "dinov2-b14-reg": (Config(**BASE, **DINOV2, registers=4, timm=TIMM.format("base", "reg4_")), [(98, 70)]),
    "dinov2-l14-depth2": (Config(**LARGE, depth=2, **DINOV2, timm=TIMM.format("large", "")), [(98, 70)]),
    "dinov2-l14-reg-depth2": (
        Config(**LARGE, depth=2, **DINOV2, registers=4, timm=TIMM.format("large", "reg4_")),
        [(98, 70)],
    ),
    "dinov2-g14-depth2": (Config(**GIANT, depth=2, **DINOV2, timm=TIMM.format("giant", "")), [(98, 70)]),
    "dinov2-g14-reg-depth2": (
        Config(**GIANT, depth=2, **DINOV2, registers=4, timm=TIMM.format("giant", "reg4_")),
        [(98, 70)],
    ),
}
FULL_SIZE = {
    "dinov2-l14": (Config(**LARGE, depth=24, **DINOV2), [(98, 70)]),
    "dinov2-g14": (Config(**GIANT, depth=40, **DINOV2), [(98, 70)]),
}


def corners(patches: torch.Tensor) -> torch.Tensor:
    """The cells at the corners and in the middle, [5, d]."""
    _, _, rows, cols = patches.shape
    places = [(0, 0), (0, cols - 1), (rows // 2, cols // 2), (rows - 1, 0), (rows - 1, cols - 1)]
    return torch.stack([patches[0, :, row, col] for row, col in places])


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    is_large = "large" in sys.argv[1:]
    versions = {"torch": torch.__version__, "timm": timm.__version__}
    for name, (config, sizes) in (FULL_SIZE if is_large else NETWORKS).items():
        model = network(config)
        print(name, sum(p.numel() for p in model.parameters()), "parameters")
        if config.timm:
            check_against_timm(model)
        out = {}
        for height, width in sizes:
            size = f"{height}x{width}"
            planes = torch.from_numpy(formula.picture("0", height, width))[None]
            token, patches = model(planes)
            out[f"token-{size}"] = token[0]
            out[f"corners-{size}"] = corners(patches)
            out[f"mean-{size}"] = patches.mean(dim=(2, 3))[0]
            scale = token.abs().max().item()
            if not is_large:
                # What f32 cannot beat: how far f32 itself is from f64.
                double = model.double()(planes.double())[0].float()
                model.float()
                print(" ", size, "f32 vs f64", (double - token).abs().max().item() / scale)
            print(" ", size, "largest", scale, "std over patches", patches.std(dim=(2, 3)).mean().item())
        save_file({k: v.contiguous() for k, v in out.items()}, GOLDEN / f"{name}.safetensors", versions)
    print(versions)


if __name__ == "__main__":
    main()
