"""Trains the four interop models in PyTorch and leaves everything that trainlog needs to take over.

Usage: python train_torch.py FOLDER [--steps 30]

Writes per model NAME: NAME.start.safetensors and NAME.safetensors (state dicts before and after), NAME.onnx (torch.onnx.export, dynamo) and NAME.json with
the batch ("input", "labels"), the training losses ("losses", Adam, lr 0.01), and the trained model's answer in evaluation mode ("output").
Prints one JSON line: {NAME: last loss}.
"""

import argparse
import json
import pathlib
import sys
import warnings

import safetensors.torch
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "packages" / "nn" / "golden"))
from interop_models import MODELS  # noqa: E402

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def train(model, x, labels, steps):
    """Cross-entropy over the last axis; a batch of sequences counts every position."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        logits = model(x)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=30)
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    last = {}
    for name, (make, make_input) in MODELS.items():
        torch.manual_seed(7)
        model, generator = make(), torch.Generator().manual_seed(8)
        x = make_input(generator)
        classes = model(x).shape[-1]
        labels = torch.randint(classes, x.shape if name == "transformer" else x.shape[:1], generator=generator)
        model = make()  # Batch norm has counted the batch above.
        safetensors.torch.save_file(model.state_dict(), folder / f"{name}.start.safetensors")
        losses = train(model, x, labels, arguments.steps)
        model.eval()
        with torch.no_grad():
            output = model(x)
        safetensors.torch.save_file(model.state_dict(), folder / f"{name}.safetensors")
        batch = torch.export.Dim("batch", min=2, max=1024)
        torch.onnx.export(
            model, (x,), folder / f"{name}.onnx", dynamo=True, verbose=False, input_names=["input"],
            output_names=["output"], dynamic_shapes=({0: batch},), external_data=False,
        )
        facts = {"input": x.tolist(), "labels": labels.tolist(), "losses": losses, "output": output.tolist()}
        (folder / f"{name}.json").write_text(json.dumps(facts))
        last[name] = losses[-1]
    print(json.dumps(last))


if __name__ == "__main__":
    main()
