"""Writes data-idx.json: IDX files in base64, for every element type, with the elements that a reader must find.

Run with any Python that has NumPy: python packages/nn/golden/data_idx.py
"""

import base64
import gzip
import json
import struct
from pathlib import Path

import numpy as np

TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array: np.ndarray) -> bytes:
    code = TYPES[array.dtype.str[1:]]
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def elements(kind: str) -> np.ndarray:
    if kind[0] == "f":
        return np.array([[0.5, -1.25, 3e-30], [1e30, -0.0, 7]], dtype=kind)
    info = np.iinfo(kind)
    return np.array([[info.min, info.max, 1], [2, 3, 4]], dtype=kind)


def case(name: str, array: np.ndarray, pack=lambda data: data) -> dict:
    file = base64.b64encode(pack(idx(array))).decode()
    return {"name": name, "file": file, "shape": list(array.shape), "values": array.astype("f8").ravel().tolist()}


cases = [case(kind, elements(kind)) for kind in TYPES]
cases.append(case("gzip", np.arange(24, dtype="u1").reshape(2, 3, 4), lambda data: gzip.compress(data, mtime=0)))
cases.append(case("one axis", np.arange(5, dtype="u1")))
cases.append(case("empty", np.zeros((0, 28, 28), dtype="u1")))
(Path(__file__).parent / "data-idx.json").write_text(json.dumps(cases, indent=1) + "\n")
