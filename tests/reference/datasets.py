"""Small pickles of data sets, as their authors and later tools write them.

    python tests/reference/datasets.py

writes tests/reference/datasets/*. Made with Python 3.11 and NumPy 2; src/data/datasets/tests.rs reads them.
"""

import os
import pickle
import struct
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "datasets"


def pictures() -> np.ndarray:
    """Two rows of 3072 bytes; all values above 127 in the second one."""
    steps = np.arange(3072) % 128
    return np.stack([steps, steps + 128]).astype(np.uint8)


def python2_batch(data: np.ndarray, labels: list[int]) -> bytes:
    """What `cPickle.dump(batch, file, 2)` of Python 2 and NumPy 1 wrote: words and bytes are both strings."""

    def word(text: str) -> bytes:
        return b"U" + bytes([len(text)]) + text.encode()

    raw = data.tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + word("b") + b"\x87R"
    dtype = b"cnumpy\ndtype\n" + word("u1") + b"K\x00K\x01\x87R(K\x03" + word("|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"K" + bytes([data.shape[0]]) + b"M" + struct.pack("<H", data.shape[1]) + b"\x86"
    array += b"(K\x01" + shape + dtype + b"\x89T" + struct.pack("<i", len(raw)) + raw + b"tb"
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + word("data") + array + word("labels") + numbers + word("batch_label") + word("one") + b"u."


class Attack:
    def __reduce__(self):
        return (os.system, ("touch copylens-was-here",))


def truth(numbers) -> dict:
    gnd = [
        {"bbx": [1.5, 2.0, 30.25, 40.0], "easy": numbers([0]), "hard": numbers([2]), "junk": numbers([1])},
        {"bbx": [0.0, 0.0, 10.0, 10.0], "easy": numbers([]), "hard": numbers([1, 2]), "junk": numbers([])},
    ]
    return {"imlist": ["all_souls_000000", "b", "c"], "qimlist": ["q1", "q2"], "gnd": gnd}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    batch = {"data": pictures(), "labels": [3, 9], "filenames": ["a.png", "b.png"]}
    (FOLDER / "batch-python2.bin").write_bytes(python2_batch(batch["data"], batch["labels"]))
    for protocol in (4, 5):
        (FOLDER / f"batch-protocol{protocol}.bin").write_bytes(pickle.dumps(batch, protocol=protocol))
    (FOLDER / "batch-attack.bin").write_bytes(pickle.dumps({**batch, "labels": Attack()}, protocol=2))

    def words(values):
        return np.array(values, dtype=np.int64)

    (FOLDER / "gnd-lists.pkl").write_bytes(pickle.dumps(truth(list), protocol=2))
    (FOLDER / "gnd-protocol2.pkl").write_bytes(pickle.dumps(truth(words), protocol=2))
    (FOLDER / "gnd-protocol4.pkl").write_bytes(pickle.dumps(truth(words), protocol=4))
    (FOLDER / "gnd-protocol5.pkl").write_bytes(pickle.dumps(truth(words), protocol=5))
    scalars = truth(lambda values: [np.int64(value) for value in values])
    (FOLDER / "gnd-scalars.pkl").write_bytes(pickle.dumps(scalars, protocol=3))
    big = truth(lambda values: np.array(values, dtype=">i4"))
    (FOLDER / "gnd-big-endian.pkl").write_bytes(pickle.dumps(big, protocol=3))


if __name__ == "__main__":
    main()
