"""Golden values and gradients of the SSCD and RDCD losses.

    python tests/reference/losses.py        writes tests/reference/golden/{sscd,rdcd}.safetensors

Inputs are f32; everything else is computed in f64 and rounded once, so that what a test measures is
the error of the implementation under test. Gradients are with respect to the descriptors as given
(unit rows; the L2 norm belongs to the network, not to the loss).

Written out from `sscd-and-icd.md` sections 2.2 and 4.2. Where the papers say nothing:
- an anchor without a positive adds 0 to InfoNCE, one without a negative adds 0 to the entropy term;
- a masked or empty queue entry is as if it were not there: with none left, all three RDCD terms are 0;
- means are over all anchors, those that add 0 included.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.nn.functional import normalize

GOLDEN = pathlib.Path(__file__).parent / "golden"
SSCD_TEMPERATURE = 0.05
CON_TEMPERATURE = 0.07
REL_TEMPERATURE = 0.04
HN_WEIGHT = 5.0


# SSCD ------------------------------------------------------------------------------------------

def sscd(z, labels):
    """InfoNCE and entropy term. `labels` [M, N] are soft labels; two rows match when y_i . y_j > 0."""
    similarity = z @ z.T
    match = (labels @ labels.T) > 0
    negative = ~match
    positive = match & ~torch.eye(len(z), dtype=torch.bool)
    exp = (similarity / SSCD_TEMPERATURE).exp()
    partition = exp + (negative * exp).sum(dim=1, keepdim=True) + 1e-6
    pair = -(exp / partition).log() * positive
    info_nce = (pair.sum(dim=1) / positive.sum(dim=1).clamp(min=1)).mean()

    nearest = torch.where(negative, similarity, torch.full_like(similarity, -2.0)).max(dim=1).values
    distance = (2.0 - 2.0 * nearest).clamp(min=1e-6).sqrt()
    entropy = (-distance.log() * negative.any(dim=1)).mean()
    return info_nce, entropy


def views(seed, n_pictures, dimensions, noise=1.5):
    """Rows 0..N are the first views, N..2N the second ones."""
    generator = torch.Generator().manual_seed(seed)
    base = torch.randn(n_pictures, dimensions, generator=generator)
    first = base + noise * torch.randn(n_pictures, dimensions, generator=generator)
    second = base + noise * torch.randn(n_pictures, dimensions, generator=generator)
    return normalize(torch.cat([first, second]))


def one_hot(ids):
    ids = torch.tensor(ids)
    return torch.nn.functional.one_hot(ids, int(ids.max()) + 1).float()


def sscd_cases():
    plain = views(1, 6, 16)
    mixed = one_hot([0, 1, 2, 3, 4, 5] * 2)
    partner = mixed.flip(0)  # partner of i is 2N - 1 - i
    for row, gamma in ((1, 0.3), (4, 0.75), (9, 0.5)):
        mixed[row] = gamma * mixed[row] + (1 - gamma) * partner[row]
    return {
        "plain": (plain, one_hot([0, 1, 2, 3, 4, 5] * 2)),
        "mixup": (plain, mixed),
        "one-pair": (views(2, 1, 16), one_hot([0, 0])),
        "same-picture": (views(3, 3, 16), one_hot([0] * 6)),
        "repeated-picture": (views(4, 4, 16), one_hot([0, 1, 1, 2] * 2)),
        "no-positive": (views(5, 3, 16), one_hot([0, 1, 2, 3, 4, 5])),
        "collapsed": (normalize(torch.ones(8, 16)), one_hot([0, 1, 2, 3] * 2)),
        "close": (views(6, 6, 16, noise=0.01), one_hot([0, 1, 2, 3, 4, 5] * 2)),
        "large": (views(7, 32, 64), one_hot(list(range(32)) * 2)),
    }


def write_sscd():
    out = {}
    for name, (z, labels) in sscd_cases().items():
        z64 = z.double().requires_grad_()
        info_nce, entropy = sscd(z64, labels.double())
        out[f"{name}/descriptors"] = z
        out[f"{name}/labels"] = labels
        for term, value in (("info-nce", info_nce), ("entropy", entropy)):
            (grad,) = torch.autograd.grad(value, z64, retain_graph=True)
            out[f"{name}/{term}"] = value.detach().float().reshape(1)
            out[f"{name}/{term}-grad"] = grad.float()
            print("sscd", name, term, value.item(), "grad", grad.norm().item())
    return out


# RDCD ------------------------------------------------------------------------------------------

def contrastive(z, key, queue, allowed):
    """L_con: InfoNCE against the queue. `allowed` [B, K] says which entries are negatives of which row."""
    l_pos = (z * key).sum(dim=1) / CON_TEMPERATURE
    l_neg = (z @ queue.T / CON_TEMPERATURE).masked_fill(~allowed, -torch.inf)
    return (torch.logsumexp(torch.cat([l_pos[:, None], l_neg], dim=1), dim=1) - l_pos).mean()


def hard_negative(z, queue, allowed):
    """L_HN: push the most similar negative away."""
    similarity = (z @ queue.T).masked_fill(~allowed, -2.0)
    hardest = similarity.max(dim=1).values
    return (-(1.0 - hardest).clamp(min=1e-3).log() * allowed.any(dim=1)).mean()


def relational(h, teacher, queue, filled):
    """L_rel: KL divergence of the similarities to the teacher queue, mean over the batch."""
    if not filled.any():
        return (h * 0.0).sum()
    queue = queue[filled]
    log_p = (teacher @ queue.T / REL_TEMPERATURE).log_softmax(dim=1)
    log_q = (h @ queue.T / REL_TEMPERATURE).log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


def rdcd_case(seed, ids, queue_ids, dims=8, teacher_dims=12, spread=1.5):
    """A queue id of -1 is an entry that was never written."""
    generator = torch.Generator().manual_seed(seed)
    def randn(*shape):
        return torch.randn(*shape, generator=generator)

    n, k = len(ids), len(queue_ids)
    z, teacher = randn(n, dims), randn(n, teacher_dims)
    return {
        "student": normalize(z),
        "key": normalize(z + spread * randn(n, dims)),
        "queue": normalize(randn(k, dims)),
        "student-large": normalize(teacher + spread * randn(n, teacher_dims)),
        "teacher-large": normalize(teacher),
        "teacher-queue": normalize(randn(k, teacher_dims)),
        "ids": torch.tensor(ids, dtype=torch.int64),
        "queue-ids": torch.tensor(queue_ids, dtype=torch.int64),
    }


def rdcd_cases():
    cases = {
        "plain": rdcd_case(11, [0, 1, 2, 3, 4], list(range(100, 112))),
        "own-pictures-in-queue": rdcd_case(12, [0, 1, 2, 3, 4], [0, 100, 1, 1, 101, 4, 102, 0, 103, 104, 3, 105]),
        "queue-not-full": rdcd_case(13, [0, 1, 2, 3, 4], [100, 101, 2, 102, 103] + [-1] * 7),
        "queue-empty": rdcd_case(14, [0, 1, 2], [-1] * 6),
        "one-picture": rdcd_case(15, [7], [100, 7, 101, 102]),
        "all-masked": rdcd_case(16, [5, 5, 5], [5, 5, 5, 5, 5, 5]),
        "some-rows-all-masked": rdcd_case(17, [5, 6, 5], [5, 5, 5, -1]),
        "same-picture": rdcd_case(18, [3, 3, 3, 3], list(range(100, 108))),
        "large": rdcd_case(19, list(range(32)), [i % 48 for i in range(128)], 64, 96),
    }
    collapsed = rdcd_case(20, [0, 1, 2], list(range(100, 108)))
    row = collapsed["student"][:1]
    for key, rows in (("student", 3), ("key", 3), ("queue", 8)):
        collapsed[key] = row.repeat(rows, 1)
    cases["collapsed"] = collapsed
    agree = rdcd_case(21, [0, 1, 2], list(range(100, 108)))
    agree["student-large"] = agree["teacher-large"].clone()
    cases["student-is-teacher"] = agree
    return cases


def write_rdcd():
    out = {}
    for name, case in rdcd_cases().items():
        out.update({f"{name}/{key}": value for key, value in case.items()})
        d = {k: v.double() if v.is_floating_point() else v for k, v in case.items()}
        z, h = d["student"].requires_grad_(), d["student-large"].requires_grad_()
        filled = d["queue-ids"] >= 0
        allowed = filled[None, :] & (d["queue-ids"][None, :] != d["ids"][:, None])
        terms = {
            "con": (contrastive(z, d["key"], d["queue"], allowed), z),
            "hn": (hard_negative(z, d["queue"], allowed), z),
            "rel": (relational(h, d["teacher-large"], d["teacher-queue"], filled), h),
        }
        for term, (value, at) in terms.items():
            (grad,) = torch.autograd.grad(value, at, retain_graph=True, allow_unused=True)
            grad = torch.zeros_like(at) if grad is None else grad
            out[f"{name}/{term}"] = value.detach().float().reshape(1)
            out[f"{name}/{term}-grad"] = grad.float()
            print("rdcd", name, term, value.item(), "grad", grad.norm().item())
        total = terms["con"][0] + HN_WEIGHT * terms["hn"][0] + terms["rel"][0]
        out[f"{name}/total"] = total.detach().float().reshape(1)
    return out


if __name__ == "__main__":
    versions = {"torch": torch.__version__}
    for file, tensors in (("sscd", write_sscd()), ("rdcd", write_rdcd())):
        assert all(t.isfinite().all() for t in tensors.values()), file
        save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, GOLDEN / f"{file}.safetensors", versions)
