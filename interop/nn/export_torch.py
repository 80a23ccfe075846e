"""Exports PyTorch modules as ONNX files, for scripts/interop-torch.ts to import.

Usage: python export_torch.py JOBS.json FOLDER

JOBS.json: [{"torch": expression, "shape": input shape, "tokens": number or null}]. Writes I.onnx (dynamo) and I-legacy.onnx and prints one JSON line:
[{"input", "output", "files": [paths that could be exported], "errors": [texts]}].
"""

import json
import sys
import warnings

import torch
from torch import nn  # noqa: F401 (for the expressions)

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class First(nn.Module):
    """The first output of a recurrent module."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x)[0]


def export(index, job, folder):
    torch.manual_seed(index)
    module = eval(job["torch"]).eval()
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.add_(torch.rand(value.shape) * 0.2)
    shape, tokens = job["shape"], job["tokens"]
    x = torch.randint(tokens, shape) if tokens else torch.randn(shape)
    with torch.no_grad():
        y = module(x)
    files, errors = [], []
    for suffix, options in (("", {"dynamo": True, "external_data": False}), ("-legacy", {"dynamo": False, "opset_version": 17})):
        path = f"{folder}/{index}{suffix}.onnx"
        try:
            torch.onnx.export(module, (x,), path, verbose=False, input_names=["input"], output_names=["output"], **options)
            files.append(path)
        except Exception as error:  # What an exporter cannot do is not ours to judge.
            errors.append(f"{type(error).__name__}: {error}"[:200])
    return {"input": x.tolist(), "output": y.tolist(), "files": files, "errors": errors}


with open(sys.argv[1], encoding="utf-8") as file:
    jobs = json.load(file)
print(json.dumps([export(index, job, sys.argv[2]) for index, job in enumerate(jobs)]))
