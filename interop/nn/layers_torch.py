"""Runs PyTorch layers and optimizers by description, for scripts/interop-torch.ts to compare with ours.

Usage: python layers_torch.py JOBS.json

JOBS.json: {"layers": [{"torch": expression, "train": bool, "weights": file or null, "input": numbers, "integer": bool}],
            "optimizers": [{"torch": expression over p, "schedule": expression over o or null, "steps": n}]}
A layer gives its output, and the gradients of sum(output · cos(0, 1, 2, …)) with respect to the input and every parameter. An optimizer runs on
f(w, b) = mean((sin(x·w + b) − y)²) and gives w and b after each step. Prints one JSON line.
"""

import json
import sys

import safetensors.torch
import torch
from torch import nn, optim  # noqa: F401 (for the expressions)

torch.set_num_threads(1)


def run_layer(job):
    layer = eval(job["torch"])
    if job["weights"]:
        layer.load_state_dict(safetensors.torch.load_file(job["weights"]), strict=True)
    layer.train(job.get("train", False))
    x = torch.tensor(job["input"], dtype=torch.int64 if job["integer"] else torch.float32, requires_grad=not job["integer"])
    # Attention of a sequence to itself.
    y = layer(x, x, x) if isinstance(layer, nn.MultiheadAttention) else layer(x)
    y = y[0] if isinstance(y, tuple) else y
    (y * torch.cos(torch.arange(y.numel(), dtype=torch.float32)).reshape(y.shape)).sum().backward()
    gradients = {name: p.grad.flatten().tolist() for name, p in layer.named_parameters() if p.grad is not None}
    return {
        "output": y.detach().flatten().tolist(),
        "inputGradient": None if job["integer"] else x.grad.flatten().tolist(),
        "gradients": gradients,
        "state": {name: b.double().flatten().tolist() for name, b in layer.named_buffers()},
    }


def run_optimizer(job):
    x = torch.linspace(-2, 2, 24).reshape(8, 3)
    y = torch.linspace(-1, 1, 16).reshape(8, 2)
    p = [torch.linspace(-0.5, 0.7, 6).reshape(3, 2).requires_grad_(), torch.tensor([0.1, -0.2], requires_grad=True)]
    o = eval(job["torch"], {"optim": optim, "p": p})
    schedule = eval(job["schedule"], {"optim": optim, "o": o}) if job["schedule"] else None
    path = []
    for _ in range(job["steps"]):
        o.zero_grad()
        ((torch.sin(x @ p[0] + p[1]) - y) ** 2).mean().backward()
        o.step()
        if schedule:
            schedule.step()
        path.append([value for t in p for value in t.detach().flatten().tolist()])
    return path


with open(sys.argv[1], encoding="utf-8") as file:
    jobs = json.load(file)
print(json.dumps({"layers": [run_layer(j) for j in jobs["layers"]], "optimizers": [run_optimizer(j) for j in jobs["optimizers"]]}))
