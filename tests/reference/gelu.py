"""The two rational functions of `src/models/gelu.rs`, fitted to the error function.

    python tests/reference/gelu.py       prints the coefficients and the largest error in f32

Each is odd, x P(x^2) / Q(x^2) with five powers above and below. The linearized least squares are
weighted again and again by their own error (Lawson), which levels its peaks.
"""

import numpy as np
from scipy.special import erf

POWERS = 5


def density(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


FUNCTIONS = {
    "ERF": (lambda x: erf(x / np.sqrt(2)), 5.6),
    "SLOPE": (lambda x: erf(x / np.sqrt(2)) / 2 + x * density(x), 6.0),
}


def fit(function, limit):
    """Coefficients of P and Q, lowest power first, with Q[0] = 1."""
    nodes = np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    x = limit * 0.5 * (1 - nodes)
    scaled = ((x / limit) ** 2)[:, None]
    y = function(x)
    matrix = np.hstack([
        x[:, None] * scaled ** np.arange(POWERS + 1),
        -y[:, None] * scaled ** np.arange(1, POWERS + 1),
    ])
    weights, below, best = np.ones_like(x), np.ones_like(x), None
    for _ in range(400):
        root = np.sqrt(weights) / np.abs(below)
        solution = np.linalg.lstsq(matrix * root[:, None], y * root, rcond=None)[0]
        p, q = solution[: POWERS + 1], np.r_[1.0, solution[POWERS + 1 :]]
        below = np.polyval(q[::-1], scaled[:, 0])
        error = np.abs(x * np.polyval(p[::-1], scaled[:, 0]) / below - y)
        if best is None or error.max() < best[0]:
            best = (error.max(), p, q)
        weights = weights * (error / error.max() + 1e-3)
        weights = np.maximum(weights / weights.sum(), 1e-12)
    powers = limit ** (2 * np.arange(POWERS + 1))
    return best[1] / powers, best[2] / powers


def in_f32(p, q, limit, x):
    """The value as a program computes it."""
    x = np.clip(x.astype(np.float32), np.float32(-limit), np.float32(limit))
    square = x * x
    above, below = p[-1], q[-1]
    for a, b in zip(p[-2::-1], q[-2::-1]):
        above, below = above * square + a, below * square + b
    return x * above / below


def main():
    x = np.linspace(-8, 8, 400_001)
    for name, (function, limit) in FUNCTIONS.items():
        p, q = (part.astype(np.float32) for part in fit(function, limit))
        error = np.abs(in_f32(p, q, limit, x).astype(float) - function(x)).max()
        print(name, "limit", limit, "above", list(map(str, p)), "below", list(map(str, q)), "error", error)


if __name__ == "__main__":
    main()
