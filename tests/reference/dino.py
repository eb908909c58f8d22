"""Golden values and gradients of DINO and Patch-Wise DINO.

    python tests/reference/dino.py        writes tests/reference/golden/{dino,patch-dino}.safetensors

Keys are `<case>/<tensor>`; whole numbers are stored as f32. Gradients are with respect to the student's scores.

Patch-Wise DINO is written as its paper reads: full token sequences, one cross-entropy per pair of views and picture.
Its pairs come from `block_pairs` below, written from the rule and not from our Rust.
"""

import torch
from torch.nn.functional import log_softmax, softmax

from method_losses import Cases, rows

STUDENT = 0.1


def cross_entropy(teacher, center, temperature, student):
    """Per row, no gradient to the teacher."""
    return -(softmax((teacher - center) / temperature, -1).detach() * log_softmax(student / STUDENT, -1)).sum(-1)


# DINO --------------------------------------------------------------------------------------------

def write_dino():
    out = Cases("dino")

    def case(name, student, teacher, center, temperature):
        """`x` [V, B, K], `teacher` [U, B, K]."""
        t, c, temperature = out.put(name, teacher=teacher, center=center, temperature=torch.tensor([temperature]))
        (x,) = out.put(name, x=student)
        x.requires_grad_()
        terms = [
            cross_entropy(t[u], c, temperature, x[v]).mean() for u in range(len(t)) for v in range(len(x)) if u != v
        ]
        out.answer(name, "dino", torch.stack(terms).mean(), x)
        out.answer(name, "next-center", 0.9 * c + 0.1 * t.reshape(-1, t.shape[-1]).mean(0, keepdim=True))

    def scores(seed, v, b, k, scale=1.0):
        return scale * rows(seed, v * b, k).reshape(v, b, k)

    case("plain", scores(1, 5, 3, 12), scores(2, 2, 3, 12), 0.3 * rows(3, 1, 12), 0.04)
    case("warm", scores(1, 10, 2, 8), scores(2, 2, 2, 8), rows(3, 1, 8), 0.07)
    case("one-picture", scores(4, 3, 1, 12), scores(5, 2, 1, 12), torch.zeros(1, 12), 0.04)
    case("same-picture", scores(4, 3, 1, 12).repeat(1, 3, 1), scores(5, 2, 1, 12).repeat(1, 3, 1), rows(6, 1, 12), 0.04)
    case("only-global", scores(7, 2, 3, 12), scores(8, 2, 3, 12), rows(9, 1, 12), 0.04)
    case("uniform", torch.zeros(3, 2, 12), torch.zeros(2, 2, 12), torch.zeros(1, 12), 0.04)
    case("large-scores", scores(10, 4, 3, 12, 30.0), scores(11, 2, 3, 12, 30.0), rows(12, 1, 12), 0.04)
    return out


# Patch-Wise DINO ---------------------------------------------------------------------------------

def block(box, grid, common):
    """Cells of a view that cover the common area, as lists of rows and columns."""
    top, left, height, width, flip = box
    t, l, b, r = common
    y0, n_rows = round(grid * ((t - top) / height)), round(grid * ((b - t) / height))
    x0, n_cols = round(grid * ((l - left) / width)), round(grid * ((r - l) / width))
    columns = list(range(x0, min(x0 + n_cols, grid)))
    return list(range(y0, min(y0 + n_rows, grid))), [grid - 1 - c for c in columns] if flip else columns


def equalize(a, b):
    n = min(len(a), len(b))
    def pick(entries):
        return [entries[k * (len(entries) - 1) // (n - 1) if n > 1 else 0] for k in range(n)]
    return pick(a), pick(b)


def block_pairs(teacher, student, grids):
    """Token indices of both views, the class tokens first. Boxes are (top, left, height, width, mirrored)."""
    common = (
        max(teacher[0], student[0]), max(teacher[1], student[1]),
        min(teacher[0] + teacher[2], student[0] + student[2]), min(teacher[1] + teacher[3], student[1] + student[3]),
    )
    pairs = [(0, 0)]
    if common[0] >= common[2] or common[1] >= common[3]:
        return pairs
    (rows_t, cols_t), (rows_s, cols_s) = block(teacher, grids[0], common), block(student, grids[1], common)
    rows_t, rows_s = equalize(rows_t, rows_s)
    cols_t, cols_s = equalize(cols_t, cols_s)
    for rt, rs in zip(rows_t, rows_s):
        for ct, cs in zip(cols_t, cols_s):
            pairs.append((1 + rt * grids[0] + ct, 1 + rs * grids[1] + cs))
    return pairs


PATCH, SIZES, GLOBALS = 16, [64, 64, 32, 32], 2
WEIGHTINGS = ["mean", "lambda-mean", "sum", "lambda-sum"]


def weigh(name, ce, weight):
    """One picture, one pair of views: class token first. Sums are over pictures, means are taken by the caller."""
    if name == "mean":
        return ce.mean()
    if name == "sum":
        return ce.sum()
    if len(ce) == 1:
        return ce[0] if name == "lambda-mean" else weight * ce[0]
    rest = ce[1:].mean() if name == "lambda-mean" else ce[1:].sum()
    return weight * ce[0] + (1 - weight) * rest


def random_boxes(seed, n_pictures):
    """One box per picture and view of a 256 x 256 source; the second local view of picture 0 meets nothing."""
    generator = torch.Generator().manual_seed(seed)
    def integer(low, high):
        return int(torch.randint(low, high, (1,), generator=generator))
    boxes = []
    for _ in range(n_pictures):
        for size in SIZES:
            span = (140, 240) if size == 64 else (60, 120)
            height, width = integer(*span), integer(*span)
            boxes.append([integer(0, 257 - height), integer(0, 257 - width), height, width, integer(0, 2)])
    boxes[0] = [0, 0, 150, 150, 1]
    boxes[1] = [20, 10, 160, 140, 0]
    boxes[3] = [190, 190, 60, 60, 0]
    return torch.tensor(boxes).reshape(n_pictures, len(SIZES), 5)


def write_patch_dino():
    out = Cases("patch-dino")

    def case(name, boxes, k, per_token, weight=0.8, temperature=0.04):
        n_pictures = len(boxes)
        tokens = [(size // PATCH) ** 2 + 1 for size in SIZES]
        n_teacher = n_pictures * sum(tokens[:GLOBALS])
        out.put(name, boxes=boxes, numbers=torch.tensor([weight, temperature, PATCH, GLOBALS]), sizes=torch.tensor(SIZES))
        teacher, center = out.put(
            name, teacher=rows(2, n_teacher, k), center=0.5 * rows(3, tokens[0] if per_token else 2, k)
        )
        (x,) = out.put(name, x=rows(1, n_pictures * sum(tokens), k))
        x.requires_grad_()
        weight, temperature = [float(torch.tensor(v).float()) for v in (weight, temperature)]

        def views(flat, sizes):
            """Rows are view after view, in each picture after picture, in each token after token."""
            parts = flat.split([n_pictures * n for n in sizes])
            return [part.reshape(n_pictures, n, k) for part, n in zip(parts, sizes)]

        students, teachers = views(x, tokens), views(teacher, tokens[:GLOBALS])
        boxes = boxes.tolist()
        for weighting in WEIGHTINGS:
            total, n_terms = 0.0, 0
            for u in range(GLOBALS):
                for v in range(len(SIZES)):
                    if u == v:
                        continue
                    n_terms += 1
                    for picture in range(n_pictures):
                        grids = (SIZES[u] // PATCH, SIZES[v] // PATCH)
                        pairs = block_pairs(boxes[picture][u], boxes[picture][v], grids)
                        a, b = torch.tensor(pairs).T
                        c = center[a] if per_token else center[(a > 0).long()]
                        ce = cross_entropy(teachers[u][picture, a], c, temperature, students[v][picture, b])
                        term = weigh(weighting, ce, weight)
                        total = total + (term if weighting == "lambda-sum" else term / n_pictures)
            out.answer(name, weighting, total / n_terms, x)
        stacked = torch.cat([t for t in teachers], 0)
        if per_token:
            mean = stacked.mean(0)
        else:
            mean = torch.stack([stacked[:, 0].mean(0), stacked[:, 1:].reshape(-1, k).mean(0)])
        out.answer(name, "next-center", 0.9 * center + 0.1 * mean)

    case("shared-centers", random_boxes(1, 2), 6, False)
    case("center-per-token", random_boxes(2, 2), 6, True, 0.5, 0.07)
    case("one-picture", random_boxes(3, 1), 5, False)
    case("same-picture", random_boxes(4, 1).repeat(2, 1, 1), 5, False)
    return out


if __name__ == "__main__":
    for write in (write_dino, write_patch_dino):
        write().write()
