"""Project 4's fully convolutional autoencoder, and the encoder that it shares with the dense ones."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice

_ENCODER = (32, 48, 64)
_DECODER = (32, 16, 8)


class ConvAutoencoder(PictureModel):
    """Fully convolutional autoencoder: a bottleneck of 64 channels at an eighth of the size, without skips.

    Encoder: three times two 3 × 3 Convs with ReLU and batch normalisation, then max-pooling, of 32, 48 and 64 channels.
    Decoder: transposed Convs of stride 2 to 32, 16 and 8 channels, ReLU, batch normalisation; a head with a sigmoid.
    134 403 parameters in RGB with the head 1 × 1, 134 595 with 3 × 3. H and W must divide by 8.

    Parameters
    ----------
    head : "1x1" or "3x3"
        The last layer's kernel.
    mode : "rgb" or "gray"
        Colour of pictures in and out.
    """

    name = "conv_autoencoder"
    source = "project 4 (animal faces)"
    initialisation = "glorot"
    multiple = 8

    def __init__(self, *, head: Literal["1x1", "3x3"] = "1x1", mode: Literal["rgb", "gray"] = "rgb") -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        kernel = int(choice("head", head, ("1x1", "3x3"))[0])
        self.layers = nn.Sequential(
            *pooled_encoder(self.in_channels, _ENCODER),
            *(
                layer
                for before, width in pairwise((_ENCODER[-1], *_DECODER))
                for layer in activated(doubling(before, width))
            ),
            same(_DECODER[-1], self.out_channels, kernel),
            nn.Sigmoid(),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        return self.layers(self.received(pictures))  # type: ignore[no-any-return]


def pooled_encoder(channels_in: int, widths: tuple[int, ...]) -> list[nn.Module]:
    """Layers which halve the size at each width: two activated 3 × 3 Convs, then max-pooling."""
    layers: list[nn.Module] = []
    for before, width in pairwise((channels_in, *widths)):
        layers += [*activated(same(before, width)), *activated(same(width, width)), nn.MaxPool2d(2)]
    return layers


def activated(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    """The layer, ReLU, batch normalisation."""
    return layer, nn.ReLU(), nn.BatchNorm2d(layer.out_channels)
