"""The reference implementation's side of safetensors.test.ts.

Usage: python safetensors_files.py read FILE       prints {"metadata", "tensors": {name: {"dtype", "shape", "data"}}}
       python safetensors_files.py accepts FILE…   prints [true or the error's text, …]
"""

import json
import sys

import numpy as np
from safetensors import SafetensorError, safe_open


def read(path):
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return {
            "metadata": file.metadata(),
            "tensors": {
                n: {"dtype": str(t.dtype), "shape": list(t.shape), "data": np.asarray(t, dtype=np.float64).flatten().tolist()}
                for n, t in tensors.items()
            },
        }


def accepts(path):
    try:
        # Opening checks the whole header; numpy itself has no bfloat16 to go on with.
        with safe_open(path, framework="numpy"):
            return True
    except SafetensorError as error:
        return str(error)


command, *paths = sys.argv[1:]
print(json.dumps(read(paths[0]) if command == "read" else [accepts(path) for path in paths]))
