"""Makes the golden files of the interop tests with real PyTorch: weights, ONNX exports, and what the models answer.

Usage: python interop.py    (torch 2.15, safetensors 0.8, onnx 1.23, onnxscript 0.7; writes beside itself into interop/)

Per model: NAME.safetensors (its state dict), NAME.onnx (torch.onnx.export, dynamo), NAME-legacy.onnx (the TorchScript-based exporter) and, in models.json,
an input batch with the output in evaluation mode.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent / "interop"
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from interop_models import MODELS  # noqa: E402

warnings.filterwarnings("ignore")


def settle(model):
    """No two tensors equal, none all 0 or 1, so that a reader that mixes them up or forgets one is found out."""
    generator = torch.Generator().manual_seed(1)
    for name, value in model.state_dict().items():
        if "running_var" in name:
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
        elif value.is_floating_point():
            value.add_(torch.randn(value.shape, generator=generator) * 0.1)


def export(name, model, x):
    batch = torch.export.Dim("batch", min=2, max=1024)
    program = torch.onnx.export(
        model, (x,), dynamo=True, verbose=False, input_names=["input"], output_names=["output"],
        dynamic_shapes=({0: batch},), external_data=False,
    )
    program.save(HERE / f"{name}.onnx", external_data=False)
    torch.onnx.export(
        model, (x,), HERE / f"{name}-legacy.onnx", dynamo=False, verbose=False, opset_version=17,
        input_names=["input"], output_names=["output"], dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
    )


def make_models():
    answers = {}
    for name, (make, make_input) in MODELS.items():
        torch.manual_seed(0)
        model = make().eval()
        settle(model)
        x = make_input(torch.Generator().manual_seed(2))
        with torch.no_grad():
            y = model(x)
        safetensors.torch.save_file(model.state_dict(), HERE / f"{name}.safetensors")
        export(name, model, x)
        answers[name] = {"input": x.tolist(), "output": y.tolist()}
    (HERE / "models.json").write_text(json.dumps(answers))


def make_element_types():
    """One tensor of each element type, written by the reference implementation."""
    floats = torch.tensor([0.0, -0.0, 1.0, -1.5, 0.1, 65504.0, 6e-8, float("inf"), float("-inf")], dtype=torch.float64)
    tensors = {
        "f64": floats, "f32": floats.float(), "f16": floats.half(), "bf16": floats.bfloat16(),
        "i64": torch.tensor([[1, -2], [2**31 - 1, -(2**31)]]), "i32": torch.tensor([5, -6], dtype=torch.int32),
        "i16": torch.tensor([300, -300], dtype=torch.int16), "i8": torch.tensor([100, -100], dtype=torch.int8),
        "u8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
        "u16": torch.tensor([65535], dtype=torch.uint16), "u32": torch.tensor([2**31 - 1], dtype=torch.uint32),
        "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3),
    }
    safetensors.torch.save_file(tensors, HERE / "element-types.safetensors", metadata={"made by": "safetensors ✓"})
    expected = {name: [str(float(v)) for v in t.double().flatten().tolist()] for name, t in tensors.items()}
    (HERE / "element-types.json").write_text(json.dumps(expected, indent=1))


class MlpLean(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))

    def forward(self, x):
        return self.layers(x)


class CnnLean(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 3, padding=1)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = torch.max_pool2d(torch.relu(conv(x)), 2)
        return self.fc(x.flatten(1))


def encoder_lean(p, x):
    """The transformer encoder layer of the format, on its own (in × out) matrices."""
    norm = torch.nn.functional.layer_norm
    e = x.shape[-1]
    attention = torch.softmax((x @ p["Wq"]) @ (x @ p["Wk"]).mT / e**0.5, -1) @ (x @ p["Wv"]) @ p["Wo"]
    x = norm(x + attention, (e,), p["norm1_gamma"], p["norm1_beta"])
    ffn = torch.relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    return norm(x + ffn, (e,), p["norm2_gamma"], p["norm2_beta"])


def write_lean(name, params, meta, x, y, answers):
    document = {"params": {k: v.tolist() for k, v in params.items()}, "meta": meta}
    with open(HERE / f"torchlean-{name}.json", "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    answers[name] = {"input": x.tolist(), "output": y.tolist()}


@torch.no_grad()
def make_torchlean():
    answers = {}
    torch.manual_seed(3)
    mlp, cnn = MlpLean(), CnnLean()
    x = torch.randn(4, 2)
    meta = {"format": "TorchLean.MLP", "dtype": "float32", "pytorch_keys": "layers.*"}
    write_lean("mlp", mlp.state_dict(), meta, x, mlp(x), answers)
    x = torch.randn(3, 1, 8, 8)
    write_lean("cnn", cnn.state_dict(), {"format": "TorchLean.CNN2", "dtype": "float32"}, x, cnn(x), answers)
    # Embedding 4 and hidden 6, so that a matrix read the wrong way round does not fit.
    e, h = 4, 6
    p = {k: torch.randn(e, e) for k in ("Wq", "Wk", "Wv", "Wo")}
    p |= {"W1": torch.randn(e, h), "b1": torch.randn(h), "W2": torch.randn(h, e), "b2": torch.randn(e)}
    p |= {f"norm{i}_{k}": torch.randn(e) for i in (1, 2) for k in ("gamma", "beta")}
    x = torch.randn(2, 5, e)
    write_lean("transformer", p, {"format": "TorchLean.TransformerEncoder", "dtype": "float32"}, x, encoder_lean(p, x), answers)
    (HERE / "torchlean.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    make_element_types()
    make_torchlean()
    make_models()
