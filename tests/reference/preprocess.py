"""Golden pictures for tests/golden_preprocess.rs, made with Pillow and torchvision.

    pip install pillow torch torchvision
    python tests/reference/preprocess.py ../shared/data/photos/demo tests/reference/golden

Last run with Python 3.11, Pillow 13.0.0, torchvision 0.29.2.

Writes three PNG files of stacked pictures:
- preprocess_64.png   20 photos resized to 64 x 64
- preprocess_224.png  3 photos resized to 224 x 224
- resize.png          four tiles of the first file resized to 150 x 40 (wider and flatter)
"""

import sys
from pathlib import Path

from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import resize

# Photos in the order of the tiles; the Rust test reads the same list.
N_SMALL = 20
N_LARGE = 3
TILES = (0, 5, 11, 17)


def photo(path):
    return Image.open(path).convert("RGB")


def bilinear(picture, width, height):
    size = [height, width]
    return resize(picture, size, InterpolationMode.BILINEAR, antialias=True)


def stack(pictures, path):
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(pictures)))
    for row, picture in enumerate(pictures):
        sheet.paste(picture, (0, row * height))
    sheet.save(path, optimize=True)


def main():
    photos, golden = Path(sys.argv[1]), Path(sys.argv[2])
    paths = sorted(photos.glob("*.jpg"))[:N_SMALL]
    small = [bilinear(photo(path), 64, 64) for path in paths]
    stack(small, golden / "preprocess_64.png")
    large = [bilinear(photo(path), 224, 224) for path in paths[:N_LARGE]]
    stack(large, golden / "preprocess_224.png")
    stack([bilinear(small[tile], 150, 40) for tile in TILES], golden / "resize.png")


main()
