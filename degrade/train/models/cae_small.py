"""Project 1's small network, the convolutional autoencoder of Keras' denoising example on RGB."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice

_WIDTH = 32


class CaeSmall(PictureModel):
    """Convolutional autoencoder of seven layers of 32 channels, without skips.

    Conv, pool, Conv, pool, two transposed Convs of stride 2, Conv: 3 × 3, ReLU, a sigmoid at the end. 29 507
    parameters in RGB. H and W must divide by 4.

    Parameters
    ----------
    mode : "rgb" or "gray"
        Colour of pictures in and out.
    """

    name = "cae_small"
    source = "project 1 (film stills); keras.io, convolutional autoencoder for image denoising"
    initialisation = "glorot"
    multiple = 4

    def __init__(self, *, mode: Literal["rgb", "gray"] = "rgb") -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        self.layers = nn.Sequential(
            same(self.in_channels, _WIDTH),
            nn.ReLU(),
            nn.MaxPool2d(2),
            same(_WIDTH, _WIDTH),
            nn.ReLU(),
            nn.MaxPool2d(2),
            doubling(_WIDTH, _WIDTH),
            nn.ReLU(),
            doubling(_WIDTH, _WIDTH),
            nn.ReLU(),
            same(_WIDTH, self.out_channels),
            nn.Sigmoid(),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        return self.layers(self.received(pictures))  # type: ignore[no-any-return]
