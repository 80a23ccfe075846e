"""The four PyTorch models that interop is checked with, by name: how to make each, and an input batch for it."""

import torch
from torch import nn


def mlp():
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, stride=2), nn.ReLU(), nn.AvgPool2d(1), nn.Flatten(), nn.Linear(6, 3),
    )


class Gru(nn.Module):
    """The last step of a two-layer GRU, classified."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 7, num_layers=2, batch_first=True)
        self.head = nn.Linear(7, 3)

    def forward(self, x):
        return self.head(self.gru(x)[0][:, -1])


class Transformer(nn.Module):
    """A causal language model of two layers over 11 tokens."""

    def __init__(self, norm_first=True, context=6):
        super().__init__()
        self.embedding = nn.Embedding(11, 8)
        self.position = nn.Embedding(context, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=norm_first)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 11)

    def forward(self, tokens):
        length = tokens.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        x = self.embedding(tokens) + self.position.weight[:length]
        return self.head(self.norm(self.encoder(x, mask=mask, is_causal=True)))


MODELS = {
    "mlp": (mlp, lambda g: torch.randn(5, 6, generator=g)),
    "cnn": (cnn, lambda g: torch.randn(3, 1, 8, 8, generator=g)),
    "gru": (Gru, lambda g: torch.randn(3, 4, 5, generator=g)),
    "transformer": (Transformer, lambda g: torch.randint(11, (3, 6), generator=g)),
}
