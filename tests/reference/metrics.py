"""Golden values of metrics and post-processing from scikit-learn, faiss, torch and numpy.

    python tests/reference/metrics.py

writes tests/reference/golden/metrics.json; tests/golden_metrics.rs reads it. Made with Python 3.11, numpy 2.4,
scikit-learn 1.9, faiss-cpu 1.15 and torch 2. The data have ties, queries whose pair is missing and queries without one.
"""

import json
from pathlib import Path

import faiss
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, normalized_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix
from sklearn.neighbors import KNeighborsClassifier

GOLDEN = Path(__file__).parent / "golden" / "metrics.json"
RNG = np.random.default_rng(20261120)


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def rows(n: int, d: int) -> np.ndarray:
    return unit(RNG.standard_normal((n, d)))


def numbers(x: np.ndarray) -> list:
    """Nine digits give back exactly the same float32."""
    x = np.asarray(x)
    return [numbers(row) for row in x] if x.ndim > 1 else [float(f"{value:.9g}") for value in x]


def ranked(predictions: list, truth: set) -> tuple[np.ndarray, np.ndarray]:
    """Judged predictions in the pessimistic order: similarity falling, wrong ones first."""
    similarity = np.array([p[2] for p in predictions])
    right = np.array([(p[0], p[1]) in truth for p in predictions])
    order = np.lexsort((right, -similarity))
    return similarity[order], right[order]


def trapezoid(ranks: np.ndarray, n: int) -> float:
    total = 0.0
    for j, rank in enumerate(ranks):
        p0 = 1.0 if rank == 0 else j / rank
        total += (p0 + (j + 1) / (rank + 1)) / 2
    return total / n


def rankings(tied: bool) -> dict:
    """40 queries, 30 of them copies, 6 of these not found at all, 3 queries without any prediction."""
    truth = {(q, q) for q in range(30)} | {(0, 31), (1, 32)}
    predictions = []
    for q in range(40):
        if q in (5, 17, 35):
            continue
        others = RNG.choice(np.arange(33, 60), 5, replace=False).tolist()
        found = others + ([q] if q < 30 and q not in (3, 9, 27) else [])
        for r in found:
            s = RNG.normal(0.75 if r == q else 0.5, 0.1)
            s = round(s, 1) if tied else s
            predictions.append((q, r, float(np.float32(s))))
    predictions.append((0, 31, float(np.float32(0.6))))
    similarity, right = ranked(predictions, truth)
    n = len(truth)
    tp = np.cumsum(right)
    precision, recall = tp / np.arange(1, len(tp) + 1), tp / n
    micro = float(np.sum(np.diff(np.concatenate([[0], recall])) * precision))
    if not tied:
        sklearn_ap = average_precision_score(right, similarity) * right.sum() / n
        assert abs(micro - sklearn_ap) < 1e-9, (micro, sklearn_ap)
    good = precision >= 0.9
    queries = sorted({q for q, _ in truth})
    maps, aps, first, ten = [], [], 0, 0
    for q in queries:
        _, hits = ranked([p for p in predictions if p[0] == q], truth)
        ranks, n_q = np.flatnonzero(hits), sum(1 for t in truth if t[0] == q)
        maps.append(trapezoid(ranks, n_q))
        aps.append(sum((j + 1) / (rank + 1) for j, rank in enumerate(ranks)) / n_q)
        first += int((ranks < 1).sum())
        ten += int((ranks < 10).sum())
    return {
        "predictions": predictions,
        "truth": sorted(truth),
        "values": {
            "micro-ap": micro,
            "recall-at-p90": float(recall[good].max()) if good.any() else 0.0,
            "recall-at-1": first / n,
            "recall-at-10": ten / n,
            "copydays-map": float(np.mean(maps)),
            "copydays-micro-ap": trapezoid(np.flatnonzero(right), n),
            "mean-ap": float(np.mean(aps)),
        },
    }


def graded() -> dict:
    """Full rankings of 30 pictures for 8 queries; query 2 has no easy one, query 5 nothing at all."""
    out = {"rankings": [], "truth": [], "values": {}}
    for q in range(8):
        drawn = RNG.permutation(30)[:14].tolist()
        easy, hard, junk = drawn[:5], drawn[5:9], drawn[9:]
        if q in (2, 5):
            easy = []
        if q == 5:
            hard = []
        out["rankings"].append(RNG.permutation(30).tolist())
        out["truth"].append({"easy": easy, "hard": hard, "junk": junk})
    for name, right_of, out_of in (
        ("easy", ["easy"], ["junk", "hard"]),
        ("medium", ["easy", "hard"], ["junk"]),
        ("hard", ["hard"], ["junk", "easy"]),
    ):
        aps, precisions = [], []
        for ranking, truth in zip(out["rankings"], out["truth"]):
            right = set(sum((truth[k] for k in right_of), []))
            removed = set(sum((truth[k] for k in out_of), []))
            if not right:
                continue
            # As revisitop's compute_map: positions of positives minus the junk in front of them.
            position = {row: at for at, row in enumerate(ranking)}
            pos = np.array(sorted(position[r] for r in right))
            junk = np.array(sorted(position[r] for r in removed))
            pos = np.array([p - (junk < p).sum() for p in pos])
            aps.append(trapezoid(pos, len(right)))
            ks = [min(int(pos.max()) + 1, k) for k in (1, 5, 10)]
            precisions.append([(pos + 1 <= kq).sum() / kq for kq in ks])
        out["values"][f"map-{name}"] = float(np.mean(aps))
        for k, value in zip((1, 5, 10), np.mean(precisions, axis=0)):
            out["values"][f"mp-at-{k}-{name}"] = float(value)
    return out


def classes() -> dict:
    """60 descriptors in 7 classes; class 6 has one picture, pictures 8 and 9 are the same."""
    labels = np.array([i % 6 for i in range(59)] + [6])
    centers = rows(7, 8)
    x = unit(centers[labels] + 0.45 * RNG.standard_normal((60, 8)))
    x[9] = x[8]
    index = faiss.IndexFlatIP(8)
    index.add(x)
    scores, _ = index.search(x, 60)
    # faiss leaves the order of equal ones open; here the lower row comes first.
    cosines = (x[:, None, :].astype(np.float64) * x[None]).sum(axis=-1)
    found = np.argsort(-cosines, axis=1, kind="stable")
    assert np.allclose(np.take_along_axis(cosines, found, 1), scores, atol=1e-6)
    others = np.array([[r for r in row if r != q] for q, row in enumerate(found)])
    sizes = np.bincount(labels)[labels]
    values = {f"class-recall-at-{k}": [] for k in (1, 2, 4, 10)}
    values |= {"map-at-r": [], "r-precision": [], "map-c-obd": []}
    for q in range(60):
        f = sizes[q]
        if f < 2:
            continue
        hits = labels[others[q]] == labels[q]
        precision = np.cumsum(hits) / np.arange(1, 60)
        for k in (1, 2, 4, 10):
            values[f"class-recall-at-{k}"].append(hits[:k].any())
        values["map-at-r"].append((precision * hits)[: f - 1].sum() / (f - 1))
        values["r-precision"].append(hits[: f - 1].mean())
        values["map-c-obd"].append((precision * hits)[:f].sum() / f)
    values = {name: float(np.mean(v)) for name, v in values.items()}
    clusters = RNG.integers(0, 9, 60)
    (tn, fp), (fn, tp) = pair_confusion_matrix(labels, clusters)
    values["nmi"] = float(normalized_mutual_info_score(labels, clusters))
    values["pair-f1"] = float(2 * tp / (2 * tp + fp + fn))

    train, test = slice(0, 40), slice(40, 60)
    knn = {}
    for k in (1, 5, 20):
        weights = lambda distance: np.exp((1 - distance) / 0.07)  # noqa: E731
        model = KNeighborsClassifier(k, weights=weights, metric="cosine", algorithm="brute")
        knn[str(k)] = model.fit(x[train], labels[train]).predict(x[test]).tolist()

    n_classes = 6
    y = torch.tensor(labels[:59])
    data = torch.tensor(x[:59])
    layer = torch.nn.Linear(8, n_classes)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5 * 16 / 256, momentum=0.9)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 12)
    for _ in range(12):
        for start in range(0, 59, 16):
            loss = torch.nn.functional.cross_entropy(layer(data[start : start + 16]), y[start : start + 16])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        decay.step()
    # The corpus has every class of the first six among the first 59.
    logistic = LogisticRegression(C=10.0, tol=1e-9, max_iter=10000).fit(x[:59], labels[:59])
    return {
        "rows": numbers(x),
        "labels": labels.tolist(),
        "clusters": clusters.tolist(),
        "values": values,
        "knn": knn,
        "sgd": numbers(np.concatenate([layer.weight.detach().numpy().ravel(), layer.bias.detach().numpy()])),
        "logistic": numbers(np.concatenate([logistic.coef_.ravel(), logistic.intercept_ - logistic.intercept_.mean()])),
    }


def post_processing() -> dict:
    background = unit(RNG.standard_normal((80, 6)) + np.array([0.6, 0, 0.3, 0, 0, 0]))
    queries = unit(RNG.standard_normal((5, 6)) + np.array([0.6, 0, 0, 0, 0, 0]))
    out = {"background": numbers(background), "queries": numbers(queries)}
    cosines = np.sort(queries @ background.T, axis=1)[:, ::-1]
    out["sscd-bias"] = numbers(cosines[:, :3].mean(axis=1))
    out["isc-bias"] = numbers(2 * cosines[:, 9])

    index = faiss.IndexFlatIP(6)
    index.add(background)
    s, i = index.search(background, 10)
    smoothed = unit((s[:, :, None] ** 3 * background[i]).sum(axis=1))
    index = faiss.IndexFlatIP(6)
    index.add(smoothed)
    _, i = index.search(queries, 10)
    out["smoothed"] = numbers(smoothed)
    out["subtracted"] = numbers(unit(queries - 0.35 * smoothed[i].mean(axis=1)))

    # Directions may point either way, so what is compared are inner products after the transformation.
    for name, power, d in (("pca-4", 0.0, 4), ("whitened-6", -0.5, 6), ("whitened-3", -0.5, 3)):
        pca = faiss.PCAMatrix(6, d, power)
        pca.train(background)
        y = unit(pca.apply(queries))
        out[name] = numbers(y @ y.T)
    mean = background.mean(axis=0)
    values, vectors = np.linalg.eigh(background.T.astype(np.float64) @ background / len(background))
    values = np.maximum(values, 1e-5 * values.max())
    y = unit((queries - mean) @ vectors / np.sqrt(values))
    out["dino"] = numbers(y @ y.T)
    return out


def main() -> None:
    golden = {
        "plain": rankings(tied=False),
        "tied": rankings(tied=True),
        "graded": graded(),
        "classes": classes(),
        "post": post_processing(),
    }
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
