"""Trains a small network in PyTorch on the first 1,000 of scikit-learn's digits and writes pretrained.safetensors.

    python -m pip install torch safetensors scikit-learn
    python examples/nn/data/pretrain.py

09-transfer.ts goes on from there with the other 797, as another scanner would see them.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from sklearn.datasets import load_digits

torch.manual_seed(0)
digits = load_digits()
x = torch.tensor(digits.data[:1000] / 16, dtype=torch.float32)
y = torch.tensor(digits.target[:1000])

model = torch.nn.Sequential(
    torch.nn.Unflatten(1, (1, 8, 8)),
    torch.nn.Conv2d(1, 16, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(16, 32, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.Flatten(),
    torch.nn.Linear(512, 32),
    torch.nn.ReLU(),
    torch.nn.Linear(32, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for epoch in range(30):
    for batch in torch.randperm(len(x)).split(64):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()

accuracy = (model(x).argmax(1) == y).float().mean().item()
path = Path(__file__).with_name("pretrained.safetensors")
save_file(model.state_dict(), path, metadata={"trained_on": "the first 1,000 of scikit-learn digits"})
print(f"loss {loss.item():.4f}, accuracy {accuracy:.4f}; wrote {path.name}, {path.stat().st_size} bytes")
