"""Writes nn.json: outputs and gradients of PyTorch's layers and losses, in double precision.

Run: python nn.py  (PyTorch 2.15 made the committed file)

Parameters and inputs are rounded to a few decimals before use, so that the file holds exactly what PyTorch computed with.
"""

import json
import math
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def plain(tensor):
    """A tensor as JSON: shape and row-major numbers of 14 digits."""
    flat = tensor.detach().reshape(-1).tolist()
    numbers = flat if tensor.dtype in (torch.int32, torch.int64) else [float(f"{x:.14g}") for x in flat]
    return {"shape": list(tensor.shape), "data": numbers}


def inputs(*shape, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.round(torch.randn(*shape, generator=generator) * 100) / 100


def signs():
    """Inputs of activations: on both sides of 0, 0 itself, and large ones."""
    x = inputs(3, 7)
    x[0, :4] = torch.tensor([0.0, 30.0, -30.0, 1e-3])
    return x


def rounded(module, seed=2):
    """Gives every parameter and statistic a value of its own (also those that start as 0 or 1)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            noise = torch.randn(parameter.shape, generator=generator) * 0.1
            parameter.copy_(torch.round((parameter + noise) * 1000) / 1000)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.round(torch.randn(buffer.shape, generator=generator) * 100) / 100)
            if name.endswith("running_var"):
                buffer.copy_(torch.round(torch.rand(buffer.shape, generator=generator) * 100) / 100 + 0.5)
    return module


def layer_case(module, x, call=None, train=False):
    torch.manual_seed(0)
    rounded(module).train(train)
    before = {name: plain(value) for name, value in module.state_dict().items()}
    x = x.clone()
    if x.is_floating_point():
        x.requires_grad_(True)
    output = (call or (lambda m, v: m(v)))(module, x)
    cotangent = inputs(*output.shape, seed=3)
    (output * cotangent).sum().backward()
    gradients = {name: plain(value.grad) for name, value in module.named_parameters()}
    case = {"state": before, "input": plain(x), "output": plain(output), "cotangent": plain(cotangent), "gradients": gradients}
    if x.grad is not None:
        case["inputGradient"] = plain(x.grad)
    if train:
        case["stateAfter"] = {name: plain(value) for name, value in module.named_buffers()}
    return case


class Last(nn.Module):
    """The last step of a recurrent layer, then a linear one, under the names of a trainlog sequential."""

    def __init__(self, recurrent, head):
        super().__init__()
        self.add_module("0", recurrent)
        self.add_module("1", head)

    def forward(self, x):
        return self._modules["1"](self._modules["0"](x)[0][:, -1])


def sinusoidal(x):
    length, size = x.shape[-2:]
    position = torch.arange(length)[:, None]
    rate = torch.exp(torch.arange(0, size, 2) * (-math.log(10000.0) / size))
    encoding = torch.zeros(length, size)
    encoding[:, 0::2] = torch.sin(position * rate)
    encoding[:, 1::2] = torch.cos(position * rate)
    return x + encoding


def rotary(x):
    length, size = x.shape[-2:]
    angle = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(0, size, 2) / size)
    turned = torch.view_as_complex(x.reshape(*x.shape[:-1], size // 2, 2)) * torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(turned).reshape(x.shape)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def first(module, x):
    return module(x)[0]


def attend(causal):
    def call(module, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if causal else None
        return module(x, x, x, attn_mask=mask, need_weights=False)[0]

    return call


def causal_block(module, x):
    return module(x, src_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[1]))


def layers():
    image = inputs(2, 4, 7, 5)
    return {
        "linear": layer_case(nn.Linear(3, 4), inputs(5, 3)),
        "linearNoBias": layer_case(nn.Linear(3, 4, bias=False), inputs(5, 3)),
        "linearSequence": layer_case(nn.Linear(3, 4), inputs(2, 5, 3)),
        "conv2d": layer_case(nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), image),
        "conv2dSame": layer_case(nn.Conv2d(4, 3, (3, 4), padding="same", bias=False), image),
        "conv1d": layer_case(nn.Conv1d(3, 4, 3, stride=2, padding=1), inputs(2, 3, 8)),
        "conv1dDilated": layer_case(nn.Conv1d(4, 4, 2, dilation=3, groups=4), inputs(2, 4, 8)),
        "maxPool2d": layer_case(nn.MaxPool2d(3, stride=2, padding=1), image),
        "maxPool2dPlain": layer_case(nn.MaxPool2d((2, 1)), image),
        "avgPool2d": layer_case(nn.AvgPool2d(3, stride=2, padding=1), image),
        "avgPool2dInside": layer_case(nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), image),
        "maxPool1d": layer_case(nn.MaxPool1d(3, stride=2), inputs(2, 3, 8)),
        "avgPool1d": layer_case(nn.AvgPool1d(2), inputs(2, 3, 8)),
        "adaptiveAvgPool2d": layer_case(nn.AdaptiveAvgPool2d((3, 2)), image),
        "adaptiveAvgPool2dOne": layer_case(nn.AdaptiveAvgPool2d(1), image),
        "batchNormTrain": layer_case(nn.BatchNorm1d(3), inputs(6, 3), train=True),
        "batchNormEval": layer_case(nn.BatchNorm1d(3), inputs(6, 3)),
        "batchNormImagesTrain": layer_case(nn.BatchNorm2d(4, momentum=0.3, eps=1e-3), image, train=True),
        "batchNormPlain": layer_case(nn.BatchNorm1d(3, affine=False), inputs(6, 3), train=True),
        "layerNorm": layer_case(nn.LayerNorm(4), inputs(2, 3, 4)),
        "layerNormTwoAxes": layer_case(nn.LayerNorm([3, 4]), inputs(2, 3, 4)),
        "layerNormNoBias": layer_case(nn.LayerNorm(4, bias=False, eps=1e-3), inputs(2, 4)),
        "rmsNorm": layer_case(nn.RMSNorm(4), inputs(2, 3, 4)),
        "embedding": layer_case(nn.Embedding(5, 3), torch.tensor([[0, 4, 4], [2, 1, 0]])),
        "gru": layer_case(nn.GRU(3, 4, num_layers=2, batch_first=True), inputs(2, 5, 3), first),
        "gruNoBias": layer_case(nn.GRU(3, 2, bias=False, batch_first=True), inputs(2, 4, 3), first),
        "lstm": layer_case(nn.LSTM(3, 4, num_layers=2, batch_first=True), inputs(2, 5, 3), first),
        "gruLast": layer_case(Last(nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)), inputs(2, 6, 3)),
        "lstmLast": layer_case(Last(nn.LSTM(3, 4, batch_first=True), nn.Linear(4, 2)), inputs(2, 6, 3)),
        "attention": layer_case(nn.MultiheadAttention(6, 2, batch_first=True), inputs(2, 4, 6), attend(False)),
        "attentionCausal": layer_case(nn.MultiheadAttention(6, 3, batch_first=True, bias=False), inputs(2, 4, 6), attend(True)),
        "transformerPost": layer_case(nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, batch_first=True), inputs(2, 4, 6), train=True),
        "transformerPre": layer_case(
            nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, activation="gelu", batch_first=True, norm_first=True),
            inputs(2, 4, 6),
            causal_block,
            train=True,
        ),
        "transformerNoBias": layer_case(
            nn.TransformerEncoderLayer(6, 3, 5, dropout=0.0, batch_first=True, bias=False), inputs(2, 3, 6), train=True
        ),
        "sinusoidal": layer_case(Function(sinusoidal), inputs(2, 5, 6)),
        "rotary": layer_case(Function(rotary), inputs(2, 5, 6)),
        "flatten": layer_case(nn.Flatten(), image),
        "relu": layer_case(nn.ReLU(), signs()),
        "leakyRelu": layer_case(nn.LeakyReLU(0.2), signs()),
        "elu": layer_case(nn.ELU(1.5), signs()),
        "gelu": layer_case(nn.GELU(), signs()),
        "geluApproximate": layer_case(nn.GELU(approximate="tanh"), signs()),
        "silu": layer_case(nn.SiLU(), signs()),
        "softplus": layer_case(nn.Softplus(), signs()),
        "tanh": layer_case(nn.Tanh(), signs()),
        "sigmoid": layer_case(nn.Sigmoid(), signs()),
        "softmax": layer_case(nn.Softmax(dim=-1), signs()),
        "logSoftmax": layer_case(nn.LogSoftmax(dim=-1), signs()),
        "mlp": layer_case(nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1)), inputs(4, 2)),
        "mlpNamed": layer_case(
            nn.Sequential(OrderedDict([("fc1", nn.Linear(2, 3)), ("act", nn.Tanh()), ("fc2", nn.Linear(3, 1))])), inputs(4, 2)
        ),
        "cnn": layer_case(
            nn.Sequential(
                nn.Conv2d(1, 3, 3, padding=1),
                nn.BatchNorm2d(3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()),
                nn.Flatten(),
                nn.Linear(16, 5),
            ),
            inputs(3, 1, 8, 8),
            train=True,
        ),
    }


def loss_case(loss, output, target):
    output = output.clone().requires_grad_(True)
    value = loss(output, target)
    value.sum().backward()
    return {"output": plain(output), "target": plain(target), "value": plain(value), "gradient": plain(output.grad)}


def regression_losses():
    output, target = inputs(4, 3), inputs(4, 3, seed=4)
    makers = {
        "mse": nn.MSELoss,
        "mae": nn.L1Loss,
        "huber": lambda reduction: nn.HuberLoss(reduction=reduction, delta=0.7),
        "bceWithLogits": nn.BCEWithLogitsLoss,
    }
    cases = {}
    for name, maker in makers.items():
        wanted = torch.sigmoid(target).mul(100).round().div(100) if name == "bceWithLogits" else target
        for reduction in ("mean", "sum", "none"):
            cases[f"{name}.{reduction}"] = loss_case(maker(reduction=reduction), output, wanted)
    return cases


def other_losses():
    logits, labels = inputs(5, 4), torch.tensor([0, 3, 1, -100, 2])
    weights = torch.tensor([0.5, 1.0, 2.0, 0.25])
    probabilities = (torch.softmax(inputs(5, 4, seed=5), -1) * 1000).round() / 1000
    sequence = inputs(2, 3, 4, seed=6)
    binary, extreme = torch.tensor([[0.0, 1.0, 0.3]]), torch.tensor([[800.0, -800.0, 0.0]])

    def over_classes(loss):
        return lambda output, target: loss(output.movedim(-1, 1), target)

    cases = {
        "crossEntropy.sequence": loss_case(over_classes(nn.CrossEntropyLoss()), sequence, torch.tensor([[0, 1, 2], [3, 3, 0]])),
        "bceWithLogits.positiveWeight": loss_case(
            nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0, 0.5, 1.5])), inputs(4, 3), (inputs(4, 3, seed=7) > 0).double()
        ),
        "bceWithLogits.extreme": loss_case(nn.BCEWithLogitsLoss(), extreme, binary),
        "kl.mean": loss_case(nn.KLDivLoss(reduction="mean"), torch.log_softmax(logits, -1).mul(1e6).round() / 1e6, probabilities),
        "kl.batchMean": loss_case(nn.KLDivLoss(reduction="batchmean"), logits, torch.tensor([[0.0, 1.0, 0.0, 0.0]] * 5)),
        "kl.logTarget": loss_case(nn.KLDivLoss(reduction="sum", log_target=True), logits, inputs(5, 4, seed=8)),
    }
    for reduction in ("mean", "sum", "none"):
        for smoothing in (0.0, 0.1):
            suffix = f"{reduction}.{smoothing}"
            options = {"reduction": reduction, "label_smoothing": smoothing}
            cases[f"crossEntropy.labels.{suffix}"] = loss_case(nn.CrossEntropyLoss(**options), logits, labels)
            cases[f"crossEntropy.weights.{suffix}"] = loss_case(nn.CrossEntropyLoss(weight=weights, **options), logits, labels)
            cases[f"crossEntropy.probabilities.{suffix}"] = loss_case(nn.CrossEntropyLoss(weight=weights, **options), logits, probabilities)
    return cases


golden = {"torch": torch.__version__, "layers": layers(), "losses": {**regression_losses(), **other_losses()}}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
