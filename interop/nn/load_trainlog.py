"""Loads into PyTorch what trainlog trained, and compares the answers.

Usage: python load_trainlog.py FOLDER

FOLDER holds per model NAME what trainlog wrote: NAME.safetensors (loaded with strict names), NAME.onnx, and NAME.json with "input" and "output".
Prints one JSON line: {NAME: {"torch": largest difference, "onnxruntime": largest difference}}.
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime
import safetensors.torch
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "packages" / "nn" / "golden"))
from interop_models import MODELS  # noqa: E402

folder = pathlib.Path(sys.argv[1])
torch.set_num_threads(1)


def compare(name):
    facts = json.loads((folder / f"{name}.json").read_text())
    x, expected = torch.tensor(facts["input"]), np.array(facts["output"])
    model = MODELS[name][0]()
    model.load_state_dict(safetensors.torch.load_file(folder / f"{name}.safetensors"), strict=True)
    model.eval()
    with torch.no_grad():
        by_torch = model(x).numpy()
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", providers=["CPUExecutionProvider"])
    feed = session.get_inputs()[0]
    dtype = {"tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(float)": np.float32}[feed.type]
    (by_onnx,) = session.run(None, {feed.name: x.numpy().astype(dtype)})
    return {"torch": float(np.abs(by_torch - expected).max()), "onnxruntime": float(np.abs(by_onnx - expected).max())}


print(json.dumps({path.stem: compare(path.stem) for path in sorted(folder.glob("*.onnx"))}))
