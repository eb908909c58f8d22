"""How long AugLy, torchvision and Pillow take for the augmentations of Copylens, on one core.

    pip install augly python-magic iopath regex nlpaug torch torchvision pillow
    copylens bench --augmentations PICTURES --json > ours.jsonl
    python tests/reference/augment_bench.py PICTURES ours.jsonl

Last run with Python 3.11, AugLy 1.0.0, Pillow 13.0.0, torchvision 0.29.2, NumPy 2.4.6.

PICTURES is a folder; the first twelve are used by both sides. Each line of `ours.jsonl` is
`{"id": .., "is_pipeline": .., "micros": ..}`. Prints one row per augmentation that AugLy,
torchvision or Pillow has too: microseconds of both and how many times faster ours is.
"""

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageFilter, ImageFont, ImageOps

# AugLy 1.0 was written for older versions of these two.
np.float = float
if not hasattr(ImageFont.FreeTypeFont, "getsize_multiline"):
    ImageFont.FreeTypeFont.getsize_multiline = lambda font, text: font.getbbox(text)[2:]

import augly.image as augly
from torchvision import transforms as T

N_PICTURES = 12
N_ROUNDS = 15
SIZE = 224
U = random.uniform

torch.set_num_threads(1)


def text():
    return [random.randrange(10_000) for _ in range(random.randint(5, 9))]


def jitter(light, saturation, hue):
    return T.ColorJitter(light, light, saturation, hue)


class Pair:
    """What the functions that need a second picture take."""

    other = None


def library(pictures):
    """Callable of one picture per augmentation."""
    crop = T.RandomResizedCrop(SIZE)
    bicubic = T.RandomResizedCrop(SIZE, interpolation=T.InterpolationMode.BICUBIC)
    colors = jitter(0.8, 0.8, 0.2)
    tilt = T.RandomPerspective(0.5, p=1.0)
    scale = lambda p, s: p.resize((max(1, int(p.width * s)), max(1, int(p.height * s))))
    erase = T.Compose([T.ToTensor(), T.RandomErasing(1.0, value="random"), T.ToPILImage()])
    square = T.Compose([T.Resize(256), T.RandomCrop(SIZE)])
    return {
        "random-resized-crop": crop,
        "bicubic-crop": bicubic,
        "square-crop": square,
        "squash": lambda p: p.resize((256, 256), Image.BILINEAR),
        "horizontal-flip": lambda p: augly.hflip(p),
        "vertical-flip": lambda p: augly.vflip(p),
        "right-angle-rotation": lambda p: p.rotate(random.choice([90, 180, 270]), Image.BILINEAR),
        "free-rotation": lambda p: p.rotate(random.randrange(360), Image.BILINEAR),
        "inscribed-rotation": lambda p: augly.rotate(p, degrees=U(0, 180)),
        "text-overlay": lambda p: augly.overlay_text(
            p, text=text(), font_size=U(0.1, 0.3), opacity=U(0.1, 1), x_pos=U(0, 0.5), y_pos=U(0, 0.8)
        ),
        "text-lines": lambda p: augly.overlay_text(
            p, text=[text(), text()], font_size=U(0.1, 0.3), x_pos=U(0, 0.5), y_pos=U(0, 0.5)
        ),
        "emoji-overlay": lambda p: augly.overlay_emoji(
            p, opacity=U(0.7, 1), emoji_size=U(0.1, 0.5), x_pos=U(0, 0.5), y_pos=U(0, 0.5)
        ),
        "emoji-anywhere": lambda p: augly.overlay_emoji(
            p, emoji_size=U(0.1, 0.3), x_pos=U(0, 1), y_pos=U(0, 1)
        ),
        "color-jitter": colors,
        "brightness-contrast": lambda p: augly.contrast(
            augly.brightness(p, factor=U(0.5, 1.8)), factor=U(0.4, 2)
        ),
        "grayscale": lambda p: augly.grayscale(p),
        "gaussian-blur": lambda p: augly.blur(p, radius=U(1, 5)),
        "jpeg": lambda p: augly.encoding_quality(p, quality=random.randint(0, 100)),
        "stretch": lambda p: augly.change_aspect_ratio(p, ratio=U(0.5, 2)),
        "perspective": lambda p: augly.perspective_transform(p, sigma=50.0),
        "random-perspective": tilt,
        "pad": lambda p: augly.pad(p, w_factor=U(0, 0.25), h_factor=U(0, 0.25)).resize(
            p.size, Image.BILINEAR
        ),
        "pad-square": lambda p: augly.pad_square(p),
        "picture-overlay": lambda p: augly.overlay_onto_background_image(
            p, Pair.other, overlay_size=U(0.4, 1), opacity=U(0.8, 1)
        ),
        "other-on-top": lambda p: augly.overlay_image(
            p, Pair.other, overlay_size=U(0.3, 0.6), opacity=U(0.6, 1)
        ),
        "overlay-either-way": lambda p: augly.overlay_image(
            p, Pair.other, overlay_size=U(0.3, 0.6), opacity=U(0.6, 1)
        ),
        "screenshot": lambda p: augly.overlay_onto_screenshot(p).resize(p.size, Image.BILINEAR),
        "caption": lambda p: augly.meme_format(p, text="some words here", caption_height=75).resize(
            p.size, Image.BILINEAR
        ),
        "noise": lambda p: augly.random_noise(p, var=U(0.0002, 0.025)),
        "pixelate": lambda p: augly.pixelization(p, ratio=U(0.15, 0.6)),
        "pixelization": lambda p: augly.pixelization(p, ratio=U(0.1, 1)),
        "scale-down": lambda p: scale(p, U(0.2, 0.7)).resize(p.size),
        "posterize": lambda p: ImageOps.posterize(p, random.randint(2, 5)),
        "solarize": lambda p: ImageOps.solarize(p, 128),
        "sharpness": lambda p: augly.sharpen(p, factor=U(0, 3)),
        "edge-enhance": lambda p: augly.apply_pil_filter(p, filter_type=ImageFilter.EDGE_ENHANCE),
        "shuffle-pixels": lambda p: augly.shuffle_pixels(p, factor=0.1),
        "stripes": lambda p: augly.overlay_stripes(
            p, line_width=U(0.1, 0.5), line_density=U(0.5, 0.9), line_angle=U(1, 89), line_opacity=U(0.3, 1)
        ),
        "erasing": erase,
        "advanced": advanced(crop, colors),
        "strong-blur": strong_blur(crop, colors),
        "isc21-hard-1": hard(),
        "dino-global-1": dino(bicubic),
    }


def sometimes(probability, change):
    return T.Lambda(lambda p: change(p) if random.random() < probability else p)


def blur(low, high):
    return lambda p: augly.blur(p, radius=U(low, high))


def strong_blur(crop, colors):
    gray = T.RandomGrayscale(0.2)
    flip = T.RandomHorizontalFlip()
    return T.Compose([crop, flip, T.RandomApply([colors], 0.8), gray, sometimes(0.5, blur(1, 5))])


def advanced(crop, colors):
    emoji = lambda p: augly.overlay_emoji(p, opacity=U(0.7, 1), emoji_size=U(0.1, 0.5))
    write = lambda p: augly.overlay_text(p, text=text(), font_size=U(0.1, 0.3), opacity=U(0.1, 1))
    quality = lambda p: augly.encoding_quality(p, quality=random.randint(0, 100))
    return T.Compose([
        T.RandomHorizontalFlip(),
        sometimes(0.05, lambda p: p.rotate(random.choice([90, 180, 270]), Image.BILINEAR)),
        sometimes(0.1, write),
        sometimes(0.2, emoji),
        sometimes(0.05, lambda p: p.rotate(random.randrange(360), Image.BILINEAR)),
        crop,
        T.RandomApply([colors], 0.8),
        T.RandomGrayscale(0.2),
        sometimes(0.5, blur(1, 5)),
        sometimes(0.2, quality),
    ])


def dino(bicubic):
    colors = T.RandomApply([jitter(0.4, 0.2, 0.1)], 0.8)
    light = lambda p: p.filter(ImageFilter.GaussianBlur(U(0.1, 2)))
    crop = T.RandomResizedCrop(SIZE, (0.4, 1), interpolation=T.InterpolationMode.BICUBIC)
    return T.Compose([crop, T.RandomHorizontalFlip(), colors, T.RandomGrayscale(0.2), T.Lambda(light)])


def hard():
    small, most = T.RandomResizedCrop(SIZE, (0.15, 1)), T.RandomResizedCrop(SIZE, (0.7, 1))
    over = lambda p: most(augly.overlay_image(p, Pair.other, overlay_size=U(0.4, 0.6), opacity=U(0.6, 1)))
    edits = [
        jitter(0.7, 0.7, 0.2),
        sometimes(0.25, lambda p: augly.pixelization(p, ratio=U(0.1, 1))),
        sometimes(0.25, lambda p: augly.shuffle_pixels(p, factor=0.1)),
        sometimes(0.25, lambda p: augly.encoding_quality(p, quality=random.choice([10, 20, 30, 50]))),
        sometimes(0.25, lambda p: augly.grayscale(p)),
        sometimes(0.25, blur(0.01, 8.75)),
        T.RandomPerspective(0.5, p=0.25),
        T.RandomHorizontalFlip(),
        T.RandomVerticalFlip(0.1),
        sometimes(0.25, lambda p: augly.overlay_text(p, text=[text(), text()], font_size=U(0.1, 0.3))),
        sometimes(0.25, lambda p: augly.overlay_emoji(p, emoji_size=U(0.1, 0.3))),
        sometimes(0.25, lambda p: augly.apply_pil_filter(p, filter_type=ImageFilter.EDGE_ENHANCE)),
    ]
    erase = T.Compose([T.ToTensor(), T.RandomErasing(0.25, value="random"), T.ToPILImage()])
    return T.Compose([
        sometimes(0.25, lambda p: augly.rotate(p, degrees=U(0, 180))),
        T.Lambda(lambda p: over(p) if random.random() < 0.05 else small(p)),
        T.RandomOrder(edits),
        T.Lambda(lambda p: p.convert("RGB")),
        erase,
    ])


def micros(change, pictures):
    """Mean over the pictures of the fastest round of each, as Copylens measures itself."""
    total = 0.0
    for seed, picture in enumerate(pictures):
        best = float("inf")
        for _ in range(N_ROUNDS):
            random.seed(seed)
            torch.manual_seed(seed)
            start = time.perf_counter()
            change(picture).load()
            best = min(best, time.perf_counter() - start)
        total += best
    return 1e6 * total / len(pictures)


def main():
    paths = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix in (".png", ".jpg"))
    pictures = [Image.open(path).convert("RGB") for path in paths[:N_PICTURES]]
    Pair.other = pictures[1]
    ours = [json.loads(line) for line in open(sys.argv[2])]
    theirs = library(pictures)
    print("| augmentation | theirs, us | ours, us | times faster |\n|---|---|---|---|")
    for row in ours:
        change = theirs.get(row["id"])
        if change is None:
            continue
        try:
            time_of_theirs = micros(change, pictures)
        except Exception as error:  # AugLy does not run everywhere
            print(f"| {row['id']} | fails: {str(error)[:40]} | {row['micros']:.0f} | |")
            continue
        faster = time_of_theirs / row["micros"]
        print(f"| {row['id']} | {time_of_theirs:.0f} | {row['micros']:.0f} | {faster:.1f} |")


main()
