"""Writes data-npy.json: .npy and .npz files as NumPy makes them, in base64, with the elements that a reader must find.

Run with any Python that has NumPy: python packages/nn/golden/data_npy.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
KINDS = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def saved(array: np.ndarray, version: tuple[int, int] | None = None) -> str:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return text(file.getvalue())


def numbers(array: np.ndarray) -> list:
    return [("NaN" if np.isnan(v) else "Infinity" if v > 0 else "-Infinity") if not np.isfinite(v) else float(v) for v in array.ravel()]


def elements(kind: str) -> np.ndarray:
    if kind == "b1":
        return np.array([[True, False, True], [False, False, True]])
    if kind[0] == "f":
        tiny = np.finfo(kind).smallest_subnormal
        return np.array([[0.5, -1.25, tiny], [np.inf, np.nan, np.finfo(kind).max]], dtype=kind)
    info = np.iinfo(kind)
    # 64-bit extremes do not fit into a double exactly: stay where they do.
    low, high = max(int(info.min), -(2**53)), min(int(info.max), 2**53)
    return np.array([[low, high, 1], [2, 3, 4]], dtype=kind)


def case(name: str, array: np.ndarray, version: tuple[int, int] | None = None) -> dict:
    return {
        "name": name,
        "file": saved(array, version),
        "kind": array.dtype.str[1:],
        "shape": list(array.shape),
        "values": numbers(array.astype("f8")),
    }


cases = []
for kind in KINDS:
    array = elements(kind)
    for order in "<>":
        for layout in "CF":
            laid = np.array(array, dtype=array.dtype.newbyteorder(order), order=layout)
            cases.append(case(f"{order}{kind} {layout}", laid))
for version in [(1, 0), (2, 0), (3, 0)]:
    cases.append(case(f"version {version[0]}", np.arange(6, dtype="f4").reshape(2, 3), version))
cases.append(case("scalar", np.array(2.5, dtype="f4")))
cases.append(case("empty", np.zeros((0, 3), dtype="f4")))
cases.append(case("one axis", np.arange(5, dtype="i4")))
cases.append(case("four axes F", np.asfortranarray(np.arange(2 * 3 * 4 * 5, dtype="i2").reshape(2, 3, 4, 5))))

refused = {
    "complex": saved(np.array([1 + 2j])),
    "text": saved(np.array(["a", "bc"])),
    "record": saved(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")])),
    "time": saved(np.array(["2020-01-01"], dtype="datetime64[D]")),
}

arrays = {"x": np.arange(6, dtype="f4").reshape(2, 3), "labels/train": np.array([3, 1, 2], dtype="i8")}
archives = {}
for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
    file = io.BytesIO()
    save(file, **arrays)
    archives[name] = text(file.getvalue())

golden = {"numpy": np.__version__, "cases": cases, "refused": refused, "archives": archives}
(HERE / "data-npy.json").write_text(json.dumps(golden, indent=1) + "\n")
