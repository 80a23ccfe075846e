"""Writes optim.json: parameters after each of 50 updates by PyTorch's optimisers, and learning rates by its schedulers.

Run with a Python that has PyTorch: python packages/nn/golden/optim.py

The function is a sum of squared distances with different curvatures plus a quartic term, whose gradient is written out in the test as well, so only the
optimisers are compared. Lion is not in PyTorch: its numbers come from the algorithm of the paper, written here in a few lines.
"""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler

HERE = Path(__file__).parent
UPDATES = 50
# Updates whose parameters are kept: all of the first, then fewer, and the last.
KEPT = [1, 2, 3, 5, 10, 20, 35, 50]


def start(dtype):
    """Parameters, targets and curvatures: small fixed numbers, exact in float32."""
    shapes = {"0.weight": (3, 2), "0.bias": (3,), "scale": ()}
    params, targets, curvatures = {}, {}, {}
    at = 0
    for name, shape in shapes.items():
        count = int(torch.tensor(shape).prod()) if shape else 1
        values = [((7 * i) % 11 - 5) / 8 for i in range(at, at + count)]
        goals = [((5 * i) % 13 - 6) / 16 for i in range(at, at + count)]
        bends = [0.25 + ((3 * i) % 7) / 4 for i in range(at, at + count)]
        params[name] = torch.tensor(values, dtype=dtype).reshape(shape).requires_grad_()
        targets[name] = torch.tensor(goals, dtype=dtype).reshape(shape)
        curvatures[name] = torch.tensor(bends, dtype=dtype).reshape(shape)
        at += count
    return params, targets, curvatures


def set_gradients(params, targets, curvatures):
    for name, param in params.items():
        distance = param.detach() - targets[name]
        param.grad = curvatures[name] * distance + distance * distance * distance


class Lion(torch.optim.Optimizer):
    """Chen et al., 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
            for param in group["params"]:
                m = self.state[param].setdefault("m", torch.zeros_like(param))
                direction = (beta1 * m + (1 - beta1) * param.grad).sign()
                param.sub_(lr * (direction + decay * param))
                m.mul_(beta2).add_(param.grad, alpha=1 - beta2)


# Options by their names in TypeScript; `python` makes the optimiser.
OPTIMIZERS = [
    ("sgd", {"lr": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd", {"lr": 0.05, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    ("sgd", {"lr": 0.05, "momentum": 0.9, "nesterov": True}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
    ("sgd", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weightDecay": 0.1}, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, dampening=0.3, weight_decay=0.1)),
    ("adam", {"lr": 0.03}, lambda p: torch.optim.Adam(p, lr=0.03)),
    ("adam", {"lr": 0.03, "betas": [0.8, 0.95], "eps": 1e-6, "weightDecay": 0.05}, lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05)),
    ("adam", {"lr": 0.03, "amsgrad": True}, lambda p: torch.optim.Adam(p, lr=0.03, amsgrad=True)),
    ("adamW", {"lr": 0.03}, lambda p: torch.optim.AdamW(p, lr=0.03)),
    ("adamW", {"lr": 0.03, "weightDecay": 0.2}, lambda p: torch.optim.AdamW(p, lr=0.03, weight_decay=0.2)),
    ("rmsProp", {"lr": 0.01}, lambda p: torch.optim.RMSprop(p, lr=0.01)),
    ("rmsProp", {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "centered": True, "weightDecay": 0.02}, lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.02)),
    ("lion", {"lr": 0.01, "weightDecay": 0.1}, lambda p: Lion(p, lr=0.01, weight_decay=0.1)),
    ("lion", {"lr": 0.02, "betas": [0.8, 0.9]}, lambda p: Lion(p, lr=0.02, betas=(0.8, 0.9))),
    ("adafactor", {}, lambda p: torch.optim.Adafactor(p)),
    ("adafactor", {"lr": 0.05, "beta2Decay": -0.5, "eps": [1e-8, 0.01], "clip": 2, "weightDecay": 0.1}, lambda p: torch.optim.Adafactor(p, lr=0.05, beta2_decay=-0.5, eps=(1e-8, 0.01), d=2.0, weight_decay=0.1)),
]


def trajectory(make, dtype, before_step=lambda params: None):
    params, targets, curvatures = start(dtype)
    optimizer = make(list(params.values()))
    kept = []
    for update in range(1, UPDATES + 1):
        set_gradients(params, targets, curvatures)
        before_step(params)
        optimizer.step()
        if update in KEPT:
            kept.append({name: param.detach().flatten().tolist() for name, param in params.items()})
    return kept


def clipped(kind):
    def clip(params):
        tensors = list(params.values())
        if kind == "clipByGlobalNorm":
            torch.nn.utils.clip_grad_norm_(tensors, 0.5)
        else:
            torch.nn.utils.clip_grad_value_(tensors, 0.25)

    return clip


def ema_trajectory(dtype):
    """Adam with an exponential moving average of the weights by torch.optim.swa_utils."""
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)
    params, targets, curvatures = start(dtype)
    optimizer = torch.optim.Adam(list(params.values()), lr=0.03)
    averages = [param.detach().clone() for param in params.values()]
    kept = []
    for update in range(1, UPDATES + 1):
        set_gradients(params, targets, curvatures)
        optimizer.step()
        average(averages, [param.detach() for param in params.values()], None)
        if update in KEPT:
            kept.append({name: tensor.flatten().tolist() for name, tensor in zip(params, averages)})
    return kept


def rates(make, base, updates):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler = make(optimizer)
    seen = []
    for _ in range(updates):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def linear_then_cosine(optimizer):
    warm = lr_scheduler.LinearLR(optimizer, start_factor=0.1, end_factor=1.0, total_iters=10)
    fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=50)
    return lr_scheduler.SequentialLR(optimizer, [warm, fall], milestones=[10])


# PyTorch's recursive forms differ from the closed ones after the end of a cosine, so those cover the whole range here.
SCHEDULES = [
    ("constant", 0.3, lambda o: lr_scheduler.LambdaLR(o, lambda step: 1.0)),
    ("step", {"lr": 0.5, "every": 7, "factor": 0.3}, lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.3)),
    ("exponential", {"lr": 0.5, "factor": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9)),
    ("linear", {"from": 0.4, "to": 0.1, "steps": 20}, lambda o: lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.25, total_iters=20)),
    ("cosine", {"lr": 0.2, "steps": 60, "min": 0.01}, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=60, eta_min=0.01)),
    ("oneCycle", {"maxLr": 0.1, "steps": 50}, lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=50, cycle_momentum=False)),
    ("oneCycle", {"maxLr": 0.1, "steps": 45, "rising": 0.25, "divideBy": 10, "finalDivideBy": 100, "anneal": "linear"}, lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=45, pct_start=0.25, div_factor=10, final_div_factor=100, anneal_strategy="linear", cycle_momentum=False)),
    ("warmUp", {"steps": 10, "from": 0.1, "lr": {"cosine": {"lr": 0.2, "steps": 50}}}, linear_then_cosine),
]
BASE = {"constant": 0.3, "step": 0.5, "exponential": 0.5, "linear": 0.4, "cosine": 0.2, "oneCycle": 0.1, "warmUp": 0.2}


def main():
    dtypes = {"f64": torch.float64, "float": torch.float32}
    golden = {
        "kept": KEPT,
        "optimizers": [
            {"optimizer": name, "options": options, **{key: trajectory(make, dtype) for key, dtype in dtypes.items()}}
            for name, options, make in OPTIMIZERS
        ],
        "clipped": [
            {"clip": kind, "by": by, **{key: trajectory(lambda p: torch.optim.SGD(p, lr=0.1), dtype, clipped(kind)) for key, dtype in dtypes.items()}}
            for kind, by in [("clipByGlobalNorm", 0.5), ("clipByValue", 0.25)]
        ],
        "ema": {"decay": 0.9, **{key: ema_trajectory(dtype) for key, dtype in dtypes.items()}},
        "schedules": [{"schedule": name, "options": options, "rates": rates(make, BASE[name], options["steps"] if name == "oneCycle" else 60)} for name, options, make in SCHEDULES],
    }
    text = json.dumps(golden, separators=(",", ":"))
    (HERE / "optim.json").write_text(text.replace('{"optimizer"', '\n{"optimizer"').replace('{"schedule":', '\n{"schedule":') + "\n")


main()
