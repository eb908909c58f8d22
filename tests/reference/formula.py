"""Numbers by formula, so that Rust and PyTorch agree on weights and pictures without a file of weights.

WEIGHTS. For each parameter or buffer, `name` is its key in the state dict:

    h    = FNV-1a 64 of the UTF-8 bytes of name        (offset 0xcbf29ce484222325, prime 0x100000001b3)
    x_i  = splitmix64(h + i)                           (element i of the row-major flattened tensor; all sums wrap at 64 bits)
    u_i  = (x_i >> 40) / 2**24                         (in [0, 1), exact in f32)

    splitmix64(s): z = s + 0x9e3779b97f4a7c15
                   z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
                   z = (z ^ (z >> 27)) * 0x94d049bb133111eb
                   return z ^ (z >> 31)

and the value depends on what the tensor is:

    running variance of a BatchNorm  (*running_var)            0.5 + u
    running mean of a BatchNorm      (*running_mean)           0.2 * (u - 0.5)
    scale of a normalization         (1-D *weight, *gamma)     0.5 + u
    any bias                         (1-D *bias, *beta)        0.2 * (u - 0.5)
    any other vector                 (1-D, LayerScale)         0.5 + u
    tokens and positions             (3-D)                     u - 0.5
    weight of a convolution/linear   (2-D or 4-D *weight)      (2 * u - 1) * sqrt(6 / fan_in) / 1.15
    *num_batches_tracked                                       left alone

fan_in is the product of all axes but the first. The arithmetic is done in f64 and rounded to f32 once.
torchvision's layout everywhere: convolutions are [out, in / groups, kh, kw], linear layers [out, in].

PICTURES. Already normalized planes, value at channel c, row y, column x of picture p:

    u = (splitmix64(FNV-1a("picture" + p) + (c * 8 + y // 8) * 64 + x // 8) >> 40) / 2**24      p is "0" or "1"
    v = 4 * u - 2 + 0.25 * (((x * 7 + y * 3 + c * 5) % 16) / 16 - 0.5)

that is blocks of 8 x 8 pixels of a random value with a fine ramp over them. The goldens hold them too.
"""

import math

import numpy as np

MASK = (1 << 64) - 1


def fnv1a(name: str) -> int:
    """FNV-1a, 64 bit."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def uniform(name: str, index: np.ndarray) -> np.ndarray:
    """u of the formula for an array of indices, f64."""
    with np.errstate(over="ignore"):
        z = index.astype(np.uint64) + np.uint64(fnv1a(name)) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The tensor called `name`."""
    u = uniform(name, np.arange(math.prod(shape)))
    if name.endswith("running_var"):
        values = 0.5 + u
    elif name.endswith("running_mean"):
        values = 0.2 * (u - 0.5)
    elif len(shape) == 1:
        is_bias = name.endswith(("bias", "beta"))
        values = 0.2 * (u - 0.5) if is_bias else 0.5 + u
    elif len(shape) == 3:
        values = u - 0.5
    else:
        values = (2.0 * u - 1.0) * math.sqrt(6.0 / math.prod(shape[1:])) / 1.15
    return values.reshape(shape).astype(np.float32)


def picture(which: str, height: int, width: int) -> np.ndarray:
    """Normalized planes [3, height, width]."""
    c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
    u = uniform("picture" + which, (c * 8 + y // 8) * 64 + x // 8)
    ramp = ((x * 7 + y * 3 + c * 5) % 16) / 16 - 0.5
    return (4.0 * u - 2.0 + 0.25 * ramp).astype(np.float32)
