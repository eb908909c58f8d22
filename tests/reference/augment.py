"""Golden pictures for tests/golden_augment.rs, made with Pillow and torchvision.

    pip install pillow torch torchvision
    python tests/reference/augment.py tests/reference/golden

Last run with Python 3.11, Pillow 13.0.0, torchvision 0.29.2.

Reads a tile of preprocess_64.png (tests/reference/preprocess.py) and writes augment.png, a column
of 40 x 40 pictures: the tile itself, then one per line of CHANGES. The Rust test lists the same
lines in the same order.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torchvision.transforms import functional as F

SIDE = 40
TILE = 5


def jpeg(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def coarse(picture, ratio):
    """AugLy's pixelization."""
    small = picture.resize((int(SIDE * ratio), int(SIDE * ratio)))
    return small.resize(picture.size)


CHANGES = [
    lambda p: ImageOps.posterize(p, 3),
    lambda p: ImageOps.solarize(p, 128),
    lambda p: ImageEnhance.Sharpness(p).enhance(0.25),
    lambda p: ImageEnhance.Sharpness(p).enhance(2.5),
    lambda p: p.filter(ImageFilter.EDGE_ENHANCE),
    lambda p: p.filter(ImageFilter.EDGE_ENHANCE_MORE),
    lambda p: p.filter(ImageFilter.GaussianBlur(0.5)),
    lambda p: p.filter(ImageFilter.GaussianBlur(1.0)),
    lambda p: p.filter(ImageFilter.GaussianBlur(2.0)),
    lambda p: p.filter(ImageFilter.GaussianBlur(3.5)),
    lambda p: F.adjust_hue(p, 0.1),
    lambda p: F.adjust_hue(p, -0.4),
    lambda p: F.adjust_saturation(p, 1.5),
    lambda p: F.adjust_brightness(p, 0.4),
    lambda p: F.adjust_contrast(p, 1.6),
    lambda p: F.to_grayscale(p, num_output_channels=3),
    lambda p: F.rotate(p, 30, F.InterpolationMode.BILINEAR),
    lambda p: coarse(p, 0.3),
    lambda p: jpeg(p, 20),
]


def main():
    golden = Path(sys.argv[1])
    sheet = Image.open(golden / "preprocess_64.png").convert("RGB")
    top = TILE * sheet.width
    tile = sheet.crop((0, top, SIDE, top + SIDE))
    pictures = [tile] + [change(tile) for change in CHANGES]
    column = Image.new("RGB", (SIDE, SIDE * len(pictures)))
    for row, picture in enumerate(pictures):
        column.paste(picture, (0, row * SIDE))
    column.save(golden / "augment.png", optimize=True)


main()
