"""Reads the file that src/eval/submission writes with the library that everyone else reads it with.

    python tests/reference/submission.py [FILE.h5]

Checked with h5py 3.16 (HDF5 1.14).
"""

import sys
from pathlib import Path

import h5py
import numpy as np

GOLDEN = Path(__file__).parent / "golden" / "submission.h5"


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else GOLDEN
    with h5py.File(path) as file:
        for name, table in file.items():
            print(name, table.shape, table.dtype)
        if path == GOLDEN:
            assert file["query"][:].tolist() == [[1.0, 2.0], [3.0, 4.5]]
            assert np.array_equal(file["reference"][2], np.array([-1e-20, 7.0], np.float32))
            assert file["query_ids"][:].tolist() == [b"Q00000", b"Q00001"]
            assert file["reference_ids"][:].tolist() == [b"R000000", b"R000001", b"R000002"]


if __name__ == "__main__":
    main()
