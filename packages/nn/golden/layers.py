"""Makes the golden files of every layer's state dict with real PyTorch: interop/layers.safetensors and interop/layers-answers.safetensors.

Usage: python layers.py    (torch 2.15, safetensors 0.8)

layers.safetensors is the state dict of one module that has each of LAYERS as a part, under the part's name. layers-answers.safetensors has, for each part,
`NAME:input`, `NAME:output`, `NAME:gradient.PARAMETER` and (unless the input is tokens) `NAME:inputGradient`, the gradients being those of the sum of
squares of the output; and `NAME:after.BUFFER`, the buffers after this pass, for parts with buffers, which run in training mode.
"""

import pathlib

import safetensors.torch
import torch
from torch import nn

from interop import settle

HERE = pathlib.Path(__file__).parent / "interop"


def call(module, x):
    """The one output that trainlog's layer gives: self-attention, and the sequence of a recurrent layer."""
    if isinstance(module, nn.MultiheadAttention):
        return module(x, x, x, need_weights=False)[0]
    y = module(x)
    return y[0] if isinstance(y, tuple) else y


class Chain(nn.Sequential):
    """A Sequential that takes layers with several inputs or outputs too; its names are Sequential's."""

    def forward(self, x):
        for module in self:
            x = call(module, x)
        return x


def encoder(size, heads, hidden, **options):
    return nn.TransformerEncoderLayer(size, heads, hidden, dropout=0.0, batch_first=True, **options)


def everything():
    return Chain(
        nn.Embedding(7, 6),
        nn.MultiheadAttention(6, 2, batch_first=True),
        encoder(6, 3, 8, activation="gelu", norm_first=True),
        nn.RMSNorm(6),
        nn.LSTM(6, 4, batch_first=True),
        nn.GRU(4, 6, num_layers=2, batch_first=True),
        nn.LayerNorm(6),
        nn.Conv1d(5, 4, 3, padding=1),
        nn.BatchNorm1d(4),
        nn.Flatten(),
        nn.Unflatten(1, (2, 2, 6)),
        nn.Conv2d(2, 3, (2, 3)),
        nn.BatchNorm2d(3),
        nn.GELU(),
        nn.AvgPool2d((1, 2)),
        nn.Flatten(),
        Chain(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3)),
    )


# Name: module, and shape of a batch; for tokens, how many there are.
LAYERS = {
    "linear": (nn.Linear(5, 4), (3, 5)),
    "linearNoBias": (nn.Linear(5, 4, bias=False), (3, 5)),
    "conv1d": (nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), (2, 4, 9)),
    "conv2d": (nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(2, 1), dilation=(2, 1)), (2, 2, 7, 6)),
    "batchNorm1d": (nn.BatchNorm1d(4), (5, 4)),
    "batchNorm2d": (nn.BatchNorm2d(3), (2, 3, 4, 5)),
    "layerNorm": (nn.LayerNorm(6), (2, 3, 6)),
    "layerNormTwoAxes": (nn.LayerNorm((3, 4)), (2, 3, 4)),
    "rmsNorm": (nn.RMSNorm(6), (2, 3, 6)),
    "embedding": (nn.Embedding(9, 4), (2, 5), 9),
    "gru": (nn.GRU(4, 5, num_layers=2, batch_first=True), (2, 6, 4)),
    "gruNoBias": (nn.GRU(4, 3, bias=False, batch_first=True), (2, 6, 4)),
    "lstm": (nn.LSTM(4, 5, num_layers=2, batch_first=True), (2, 6, 4)),
    "lstmNoBias": (nn.LSTM(4, 3, bias=False, batch_first=True), (2, 6, 4)),
    "attention": (nn.MultiheadAttention(8, 2, batch_first=True), (2, 5, 8)),
    "attentionNoBias": (nn.MultiheadAttention(6, 3, bias=False, batch_first=True), (2, 5, 6)),
    "transformer": (encoder(8, 2, 12), (2, 5, 8)),
    "transformerNormFirst": (encoder(8, 4, 12, activation="gelu", norm_first=True), (2, 5, 8)),
    "transformerNoBias": (encoder(6, 3, 5, bias=False), (2, 4, 6)),
    "everything": (everything(), (4, 5), 7),
}


def answers_of(name, module, shape, tokens, generator):
    if tokens is None:
        x = torch.randn(shape, generator=generator, requires_grad=True)
    else:
        x = torch.randint(tokens, shape, generator=generator)
    module.train(any(True for _ in module.buffers()))
    y = call(module, x)
    (y * y).sum().backward()
    answers = {"input": x if tokens is None else x.int(), "output": y}
    answers |= {f"gradient.{of}": parameter.grad for of, parameter in module.named_parameters()}
    answers |= {f"after.{of}": buffer for of, buffer in module.named_buffers()}
    if tokens is None:
        answers["inputGradient"] = x.grad
    return {f"{name}:{what}": value.detach().contiguous() for what, value in answers.items()}


def main():
    torch.manual_seed(0)
    parts = nn.ModuleDict({name: case[0] for name, case in LAYERS.items()})
    settle(parts)
    safetensors.torch.save_file(parts.state_dict(), HERE / "layers.safetensors")
    generator = torch.Generator().manual_seed(2)
    answers = {}
    for name, (module, shape, *tokens) in LAYERS.items():
        answers |= answers_of(name, module, shape, tokens[0] if tokens else None, generator)
    safetensors.torch.save_file(answers, HERE / "layers-answers.safetensors")


if __name__ == "__main__":
    main()
