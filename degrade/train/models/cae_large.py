"""Project 1's large network: the count is published, the layout is not."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice


class CaeLarge(PictureModel):
    """Two convolutional autoencoders in a row, with batch normalisation: count-matched, layout unknown.

    Each has seven hidden layers of 32, 64, 64, 64, 64, 64, 32 channels, 3 × 3, ReLU and batch normalisation after each:
    two poolings on the way in, two transposed Convs of stride 2 on the way out. 374 406 parameters in RGB, the number
    that project 1 gives for 14 hidden layers; other layouts have it too. H and W must divide by 4.

    Parameters
    ----------
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    Only the second autoencoder ends in a sigmoid: two of them in a row would let little gradient through.
    """

    name = "cae_large"
    source = "project 1 (film stills); count-matched, layout unknown"
    initialisation = "glorot"
    multiple = 4

    def __init__(self, *, mode: Literal["rgb", "gray"] = "rgb") -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        self.first = _autoencoder(self.in_channels, self.out_channels)
        self.second = _autoencoder(self.in_channels, self.out_channels)
        self.squash = nn.Sigmoid()

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        return self.squash(self.second(self.first(self.received(pictures))))  # type: ignore[no-any-return]


def _autoencoder(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(
        *_hidden(same(channels_in, 32)),
        nn.MaxPool2d(2),
        *_hidden(same(32, 64)),
        nn.MaxPool2d(2),
        *_hidden(same(64, 64)),
        *_hidden(same(64, 64)),
        *_hidden(same(64, 64)),
        *_hidden(doubling(64, 64)),
        *_hidden(doubling(64, 32)),
        same(32, channels_out),
    )


def _hidden(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return layer, nn.ReLU(), nn.BatchNorm2d(layer.out_channels)
