"""Training steps per second of eager PyTorch on the CPU, for one workload.

Usage: torch_steps.py WORKLOAD THREADS SECONDS, prints one line of JSON: {"stepsPerSecond": …, "firstStepMs": …, "parameters": …}.
A step is zero_grad, forward, loss, backward and Adam on a batch that lies ready, as in any PyTorch tutorial.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def mlp_tiny():
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    x, y = torch.randn(16, 2), torch.randn(16, 1)
    return model, lambda: F.mse_loss(model(x), y), 0.03


def mlp_784():
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
    x, y = torch.randn(128, 784), torch.randint(0, 10, (128,))
    return model, lambda: F.cross_entropy(model(x), y), 1e-3


def cnn():
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
    )
    x, y = torch.randn(64, 3, 32, 32), torch.randint(0, 10, (64,))
    return model, lambda: F.cross_entropy(model(x), y), 1e-3


class CharTransformer(nn.Module):
    def __init__(self, vocabulary=96, width=128, layers=4, heads=4, context=128):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(context, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(context), persistent=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        return self.head(self.norm(self.blocks(x, mask=self.mask, is_causal=True)))


def transformer():
    model = CharTransformer()
    x, y = torch.randint(0, 96, (8, 128)), torch.randint(0, 96, (8, 128))
    return model, lambda: F.cross_entropy(model(x).flatten(0, 1), y.flatten()), 3e-4


WORKLOADS = {"mlp-2-8-1": mlp_tiny, "mlp-784": mlp_784, "cnn": cnn, "transformer": transformer}


def main(workload, threads, seconds):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model, loss_of, learning_rate = WORKLOADS[workload]()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

    def step():
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    start = time.perf_counter()
    step().item()
    first_ms = (time.perf_counter() - start) * 1000
    warm_until = time.perf_counter() + seconds / 3
    while time.perf_counter() < warm_until:
        step()
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step()
        steps += 1
    rate = steps / (time.perf_counter() - start)
    print(json.dumps({"stepsPerSecond": rate, "firstStepMs": first_ms, "parameters": sum(p.numel() for p in model.parameters())}))


def gemm(size, threads, seconds):
    torch.set_num_threads(threads)
    a, b = torch.randn(size, size), torch.randn(size, size)
    warm_until = time.perf_counter() + seconds / 3
    while time.perf_counter() < warm_until:
        a @ b
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        a @ b
        calls += 1
    print(json.dumps({"gigaflops": 2 * size**3 * calls / (time.perf_counter() - start) / 1e9}))


if __name__ == "__main__":
    if sys.argv[1].startswith("gemm-"):
        gemm(int(sys.argv[1].removeprefix("gemm-")), int(sys.argv[2]), float(sys.argv[3]))
    else:
        main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
