"""Golden values and gradients of the losses of SEED, ICD, ISC21, OBD-SD and CopyNCE.

    python tests/reference/method_losses.py    writes tests/reference/golden/{seed,icd,isc21,obd-sd,copy-nce}.safetensors

Keys are `<case>/<tensor>`; whole numbers are stored as f32. Inputs are f32, everything else is computed in f64 and
rounded once. `x` is what gradients are taken for; where `x` is said to be raw, its rows are brought to length 1 first.

Written out from the formulas of the papers. Where those say nothing:
- an empty mean is 0; a batch without a pair has the loss 0;
- two equal rows have the distance 0 and no gradient.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn.functional import log_softmax, normalize, softmax

GOLDEN = pathlib.Path(__file__).parent / "golden"


class Cases:
    """Collects inputs as f32 and answers rounded from f64."""

    def __init__(self, name):
        self.name, self.tensors = name, {}

    def put(self, case, **inputs):
        """Stores inputs and returns them in f64."""
        for key, value in inputs.items():
            self.tensors[f"{case}/{key}"] = torch.as_tensor(value).float().contiguous().clone()
        return [torch.as_tensor(value).float().double() for value in inputs.values()]

    def answer(self, case, name, value, leaf=None):
        self.tensors[f"{case}/{name}"] = value.detach().float().reshape(-1 if value.dim() < 2 else value.shape).clone()
        if leaf is not None:
            (grad,) = torch.autograd.grad(value, leaf, retain_graph=True, allow_unused=True)
            grad = torch.zeros_like(leaf) if grad is None else grad
            self.tensors[f"{case}/{name}-grad"] = grad.float().contiguous()
            print(self.name, case, name, value.item(), "grad", grad.norm().item())

    def write(self):
        assert all(t.isfinite().all() for t in self.tensors.values()), self.name
        save_file(self.tensors, GOLDEN / f"{self.name}.safetensors", {"torch": torch.__version__})


def rows(seed, n, d):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def soft_cross_entropy(student, teacher):
    return -(softmax(teacher, 1) * log_softmax(student, 1)).sum(1).mean()


# SEED and ICD ------------------------------------------------------------------------------------

def seed(student, teacher, queue, t_s, t_t):
    """Cross-entropy over the own teacher row and the queue."""
    own = (student * teacher).sum(1, keepdim=True)
    own_teacher = (teacher * teacher).sum(1, keepdim=True)
    a_s = torch.cat([own, student @ queue.T], 1) / t_s
    a_t = torch.cat([own_teacher, teacher @ queue.T], 1) / t_t
    return soft_cross_entropy(a_s, a_t)


def write_seed():
    out = Cases("seed")

    def case(name, student, teacher, queue, temperatures):
        out.put(name, temperatures=torch.tensor(temperatures))
        x, t = out.put(name, x=normalize(student), teacher=normalize(teacher))
        q = out.put(name, queue=normalize(queue))[0] if queue is not None else torch.zeros(0, x.shape[1]).double()
        x.requires_grad_()
        out.answer(name, "seed", seed(x, t, q, *temperatures), x)

    code, relational, mild = [0.2, 1e-4], [0.04, 0.04], [0.2, 0.01]
    teacher = rows(1, 6, 16)
    student = teacher + 1.5 * rows(2, 6, 16)
    queue = rows(3, 20, 16)
    case("plain", student, teacher, queue, code)
    case("relational", student, teacher, queue, relational)
    near = torch.cat([queue, teacher[:3], teacher + 0.2 * rows(4, 6, 16)])
    case("own-pictures-in-queue", student, teacher, near, mild)
    case("queue-empty", student, teacher, None, code)
    case("one-picture", student[:1], teacher[:1], queue[:4], relational)
    case("same-picture", student[:1].repeat(4, 1), teacher[:1].repeat(4, 1), queue[:5], relational)
    case("agrees", teacher, teacher, queue, relational)
    zero = student.clone()
    zero[2] = 0
    case("zero-row", zero, teacher, queue, relational)
    case("large", rows(5, 32, 64), rows(6, 32, 64), rows(7, 96, 64), relational)

    # Small patches: one large view and 3 patches of 4 pictures, each kind with its own queue.
    large, small = rows(8, 4, 16), rows(9, 12, 16)
    parts = {
        "teacher": normalize(large), "teacher-small": normalize(small),
        "queue": normalize(rows(10, 10, 16)), "queue-small": normalize(rows(11, 7, 16)),
    }
    out.put("patches", temperatures=torch.tensor(relational))
    t, ts, q, qs = out.put("patches", **parts)
    (x,) = out.put("patches", x=normalize(torch.cat([large, small]) + rows(12, 16, 16)))
    x.requires_grad_()
    value = seed(x[:4], t, q, *relational) + seed(x[4:], ts, qs, *relational)
    out.answer("patches", "seed", value, x)

    # Two aligned queues: the student has half the dimensions, and no entry for the picture itself.
    out.put("aligned", temperatures=torch.tensor(relational))
    x, t, q, tq = out.put("aligned", x=normalize(rows(13, 5, 8)), teacher=normalize(rows(14, 5, 16)),
                          queue=normalize(rows(15, 9, 8)), **{"teacher-queue": normalize(rows(16, 9, 16))})
    x.requires_grad_()
    out.answer("aligned", "seed", soft_cross_entropy(x @ q.T / 0.04, t @ tq.T / 0.04), x)
    return out


def info_nce(z, same, temperature):
    """SSCD's: a pair against the negatives of its first row."""
    exp = (z @ z.T / temperature).exp()
    partition = exp + (~same * exp).sum(1, keepdim=True) + 1e-6
    positive = same & ~torch.eye(len(z), dtype=torch.bool)
    return ((-(exp / partition).log() * positive).sum(1) / positive.sum(1).clamp(min=1)).mean()


def safe_norm(x):
    """The length of rows, 0 without a gradient for a row of zeros."""
    squared = x.pow(2).sum(-1)
    apart = squared > 1e-18
    return torch.where(apart, torch.where(apart, squared, torch.ones_like(squared)).sqrt(), torch.zeros_like(squared))


def koleo(z, left_out):
    """DINOv2's, the mean over rows with a neighbor."""
    allowed = ~(left_out | torch.eye(len(z), dtype=torch.bool))
    similarity = (z @ z.T).detach().masked_fill(~allowed, -2.0)
    distance = safe_norm(z - z[similarity.argmax(1)])
    exists = allowed.any(1)
    return -((distance + 1e-8).log() * exists).sum() / exists.sum().clamp(min=1)


def write_icd():
    out = Cases("icd")

    def similarity(name, student, teacher, queue):
        x, t = out.put(name, x=normalize(student), teacher=normalize(teacher))
        crowd = t if queue is None else torch.cat([t, out.put(name, queue=normalize(queue))[0]])
        x.requires_grad_()
        out.answer(name, "similarity", 0.1 * soft_cross_entropy(x @ crowd.T / 0.05, t @ crowd.T / 0.05), x)

    teacher = rows(1, 6, 16)
    student = teacher + rows(2, 6, 16)
    similarity("plain", student, teacher, rows(3, 14, 16))
    similarity("queue-empty", student, teacher, None)
    similarity("one-picture", student[:1], teacher[:1], rows(3, 3, 16))
    similarity("same-picture", student[:1].repeat(4, 1), teacher[:1].repeat(4, 1), rows(3, 5, 16))

    def direct(name, x, ids, dimensions):
        ids = torch.tensor(ids)
        out.put(name, ids=ids, dimensions=torch.tensor([dimensions]))
        (x,) = out.put(name, x=x)
        x.requires_grad_()
        z = normalize(x[:, :dimensions], eps=1e-12)
        out.answer(name, "direct-clr", info_nce(z, ids[:, None] == ids, 0.1), x)

    base = rows(4, 5, 24)
    both = torch.cat([base + 0.7 * rows(5, 5, 24), base + 0.7 * rows(6, 5, 24)])
    direct("direct", both, [0, 1, 2, 3, 4] * 2, 10)
    direct("direct-short", both, [0, 1, 2, 3, 4] * 2, 360)
    direct("direct-one-pair", both[[0, 5]], [0, 0], 10)
    direct("direct-same-picture", both, [3] * 10, 10)

    def spread(name, x, ids):
        ids = torch.tensor(ids)
        out.put(name, ids=ids)
        (x,) = out.put(name, x=normalize(x))
        x.requires_grad_()
        out.answer(name, "koleo", koleo(x, ids[:, None] == ids), x)

    spread("koleo", rows(7, 12, 16), list(range(12)))
    spread("koleo-views", both, [0, 1, 2, 3, 4] * 2)
    spread("koleo-close", base[:1] + 0.02 * rows(8, 6, 24), list(range(6)))
    spread("koleo-collapsed", base[:1].repeat(4, 1), list(range(4)))
    spread("koleo-same-picture", both, [1] * 10)
    return out


# ISC21 and verdicts ------------------------------------------------------------------------------

def active_mean(loss, counts):
    """Mean over the terms that count and are above 0."""
    counts = counts & (loss > 0)
    return (loss * counts).sum() / counts.sum().clamp(min=1)


def write_isc21():
    out = Cases("isc21")

    def margin(name, x, labels, memory, memory_labels, own, margins=(0.0, 1.0)):
        """`own`: place of each row's copy in the memory."""
        labels, entries = torch.tensor(labels), torch.tensor(memory_labels)
        own = torch.tensor(own)
        out.put(name, labels=labels, own=own, margins=torch.tensor(margins), **{"memory-labels": entries})
        x, m = out.put(name, x=x, memory=normalize(memory))
        x.requires_grad_()
        distance = safe_norm(normalize(x)[:, None] - m[None])
        same = labels[:, None] == entries
        copy = torch.arange(len(entries))[None] == own[:, None]
        loss = active_mean(distance - margins[0], same & ~copy) + active_mean(margins[1] - distance, ~same)
        out.answer(name, "margin-contrast", loss, x)

    base = rows(1, 4, 8)
    batch = torch.cat([base + 0.6 * rows(2, 4, 8), base + 0.6 * rows(3, 4, 8)])
    ids = [0, 1, 2, 3] * 2
    older = torch.cat([base[:2] + 0.5 * rows(4, 2, 8), rows(5, 10, 8)])
    old_ids = [0, 1] + list(range(100, 110))
    margin("plain", batch, ids, torch.cat([older, batch]), old_ids + ids, range(12, 20))
    margin("pair-fine-tune", batch, ids, torch.cat([older, batch]), old_ids + ids, range(12, 20), (0.2, 1.1))
    margin("memory-not-full", batch, ids, batch, ids, range(8))
    margin("one-pair", batch[[0, 4]], [0, 0], batch[[0, 4]], [0, 0], [0, 1])
    margin("same-picture", batch, [5] * 8, batch, [5] * 8, range(8))
    margin("no-positive", batch[:4], [0, 1, 2, 3], batch[:4], [0, 1, 2, 3], range(4))
    margin("collapsed", base[:1].repeat(4, 1), [0, 1] * 2, base[:1].repeat(4, 1), [0, 1] * 2, range(4))
    margin("own-rows-gone", batch, ids, older, old_ids, [-1] * 8)
    close = torch.cat([base, base + 0.03 * rows(6, 4, 8)])
    margin("close", close, ids, close, ids, range(8))

    def verdicts(name, x, copies, margins=(0.0, 1.1)):
        """`x` raw: the left pictures, then the right ones."""
        copies = torch.tensor(copies)
        out.put(name, copies=copies, margins=torch.tensor(margins))
        (x,) = out.put(name, x=x)
        x.requires_grad_()
        left, right = normalize(x).chunk(2)
        distance = safe_norm(left - right)
        loss = active_mean(distance - margins[0], copies) + active_mean(margins[1] - distance, ~copies)
        out.answer(name, "verdicts", loss, x)

    verdicts("pairs", batch, [True, True, False, False])
    verdicts("pairs-margin", batch, [True, True, True, False], (0.5, 1.3))
    verdicts("pairs-copies-only", batch, [True] * 4)
    verdicts("pairs-one", batch[[0, 4]], [False])
    verdicts("pairs-equal", base.repeat(2, 1), [True, False] * 2)
    return out


# OBD-SD ------------------------------------------------------------------------------------------

ALPHA, BETA, THRESHOLD, MARGIN = 2.0, 40.0, 0.5, 0.1


def multi_similarity(z, labels):
    """Row by row, as the formula is read; the share of rows kept."""
    similarity = z @ z.T
    losses = []
    for i in range(len(z)):
        same = (labels == labels[i]) & (torch.arange(len(z)) != i)
        positive, negative = similarity[i][same], similarity[i][labels != labels[i]]
        if not len(positive) or not len(negative):
            continue
        hard_negative = negative[negative + MARGIN > positive.min()]
        hard_positive = positive[positive - MARGIN < negative.max()]
        if not len(hard_negative) or not len(hard_positive):
            continue
        pull = (1 + (-ALPHA * (hard_positive - THRESHOLD)).exp().sum()).log() / ALPHA
        push = (1 + (BETA * (hard_negative - THRESHOLD)).exp().sum()).log() / BETA
        losses.append(pull + push)
    value = torch.stack(losses).mean() if losses else (z * 0).sum()
    return value, torch.tensor(len(losses) / len(z))


def log_rows(z, temperature, diagonal):
    logits = z @ z.T / temperature
    if not diagonal:
        logits = logits.masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf)
    return log_softmax(logits, 1)


def walk(teacher, omega, temperature):
    """(1 - w) (I - w W)^-1 by the inverse itself."""
    eye = torch.eye(len(teacher)).double()
    w = softmax((teacher @ teacher.T - 1e9 * eye) / temperature, 1)
    return (1 - omega) * torch.linalg.inv(eye - omega * w)


def symmetric(teacher, omega, temperature):
    eye = torch.eye(len(teacher)).double()
    similarity = teacher @ teacher.T
    links = (similarity * (1 - eye)).clamp(min=0)
    root = (links.sum(1) + 1e-12).sqrt()
    s = links / root[:, None] / root[None]
    return softmax((1 - omega) * torch.linalg.inv(eye - omega * s) @ similarity / temperature, 1)


def write_obd_sd():
    out = Cases("obd-sd")

    def mined(name, x, labels):
        labels = torch.tensor(labels)
        out.put(name, labels=labels)
        (x,) = out.put(name, x=normalize(x))
        x.requires_grad_()
        value, kept = multi_similarity(x, labels)
        out.answer(name, "multi-similarity", value, x)
        out.answer(name, "kept", kept)

    classes = rows(1, 6, 16).repeat_interleave(2, 0)
    pairs = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    mined("plain", classes + 1.2 * rows(2, 12, 16), pairs)
    mined("unequal-classes", classes + 1.2 * rows(3, 12, 16), [0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 4, 4])
    mined("all-right", classes + 0.05 * rows(4, 12, 16), pairs)
    mined("same-picture", classes[:6], [0] * 6)
    mined("no-positive", rows(5, 6, 16), list(range(6)))
    mined("one-pair", rows(6, 2, 16), [0, 0])
    mined("collapsed", classes[:1].repeat(6, 1), [0, 0, 1, 1, 2, 2])

    def distilled(name, student, teacher, temperature, diagonal, omega, walk_temperature):
        out.put(name, numbers=torch.tensor([temperature, float(diagonal), omega, walk_temperature]))
        x, t = out.put(name, x=normalize(student), teacher=normalize(teacher))
        x.requires_grad_()
        temperature, omega, walk_temperature = [
            float(torch.tensor(v).float()) for v in (temperature, omega, walk_temperature)
        ]
        target = log_rows(t, temperature, diagonal).exp()
        if omega:
            target = walk(t, omega, walk_temperature) @ target
            out.answer(name, "symmetric", symmetric(t, omega, temperature))
        out.answer(name, "target", target)
        log_q = log_rows(x, temperature, diagonal)
        terms = torch.where(target > 0, target * (target.clamp(min=1e-300).log() - log_q), 0.0)
        out.answer(name, "self-distillation", temperature**2 * terms.sum(1).mean(), x)

    student = classes + 0.8 * rows(7, 12, 16)
    teacher = torch.cat([classes + 0.6 * rows(8, 12, 16), rows(9, 12, 8)], 1)
    distilled("psd", student, teacher, 1.0, True, 0.0, 1.0)
    distilled("psd-sharp", student, teacher, 0.1, False, 0.0, 1.0)
    distilled("obdp-cub", student, teacher, 1.0, True, 0.3, 1.0)
    distilled("obdp-cars", student, teacher, 1.0, True, 0.99, 1.0)
    distilled("obdp-sop", student, teacher, 1.0, True, 0.5, 0.005)
    distilled("obdp-sharp", student, teacher, 0.1, True, 0.4, 0.05)
    distilled("psd-agrees", student, student, 0.1, True, 0.0, 1.0)
    distilled("psd-same-picture", student[:1].repeat(4, 1), teacher[:1].repeat(4, 1), 1.0, True, 0.5, 1.0)
    distilled("psd-two", student[:2], teacher[:2], 1.0, True, 0.99, 1.0)
    return out


# CopyNCE -----------------------------------------------------------------------------------------

def copy_nce(query, reference, forth, back, scale=16.0):
    logits = scale * normalize(query, dim=2) @ normalize(reference, dim=2).transpose(1, 2)
    there = -(forth * log_softmax(logits, 2)).sum(2).mean()
    return 0.5 * there - 0.5 * (back * log_softmax(logits.transpose(1, 2), 2)).sum(2).mean()


def overlap(seed_, b, n, m, nowhere):
    """Weights of random shares with exponent 3; some rows land nowhere."""
    shares = rows(seed_, b * n, m + 1).reshape(b, n, m + 1).abs() ** 4
    shares[:, ::nowhere, :m] = 0
    shares = (shares / shares.sum(2, keepdim=True)) ** 3
    return (shares / shares.sum(2, keepdim=True))[..., :m]


def write_copy_nce():
    out = Cases("copy-nce")

    def case(name, query, reference, forth, back):
        """`x` [b, n + m, d]: tokens of the query, then of the reference."""
        n = query.shape[1]
        forth, back = out.put(name, forth=forth, back=back)
        (x,) = out.put(name, x=torch.cat([query, reference], 1))
        x.requires_grad_()
        out.answer(name, "copy-nce", copy_nce(x[:, :n], x[:, n:], forth, back), x)

    def tokens(seed_, b, n, d):
        return 3 * rows(seed_, b * n, d).reshape(b, n, d)

    query, reference = tokens(1, 2, 4, 12), tokens(2, 2, 9, 12)
    case("plain", query, reference, overlap(3, 2, 4, 9, 3), overlap(4, 2, 9, 4, 2))
    case("no-overlap", query, reference, torch.zeros(2, 4, 9), torch.zeros(2, 9, 4))
    identity = torch.eye(4).repeat(2, 1, 1)
    case("same-picture", query, query, identity, identity)
    case("one-patch", query[:1, :1], query[:1, 1:2], torch.ones(1, 1, 1), torch.ones(1, 1, 1))
    collapsed = query[:, :1].repeat(1, 4, 1)
    case("collapsed", collapsed, collapsed, identity, identity)
    zero = query.clone()
    zero[0, 0] = 0
    case("zero-token", zero, reference, overlap(3, 2, 4, 9, 3), overlap(4, 2, 9, 4, 2))
    return out


if __name__ == "__main__":
    for write in (write_seed, write_icd, write_isc21, write_obd_sd, write_copy_nce):
        write().write()
