"""Project 4's autoencoders with a dense bottleneck."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from degrade.train.errors import ModelError
from degrade.train.models.conv_autoencoder import activated, pooled_encoder
from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, side, whole

_ENCODER = (32, 64, 128)
_DEEPEST = 64  # channels at the decoder's beginning


class DenseAutoencoder(PictureModel):
    """Autoencoder with a dense bottleneck of `latent` numbers, in three decoders.

    Encoder: three times two 3 × 3 Convs with ReLU and batch normalisation, then max-pooling, of 32, 64 and 128
    channels; a dense layer to the latent code, a dense layer back, batch normalisation after either. At 64 px and 4096
    numbers 50 704 803 parameters with decoder 1 or 2, 50 680 971 with 3; decoder 1 with 1000 has 12 651 867.

    Parameters
    ----------
    decoder : int
        1: transposed Convs of stride 2, to 64, 32, 16 channels. 2: transposed Convs of stride 1 to the same, then
        upsampling. 3: transposed Convs of stride 2 and of 1, to 32, 16, 8.
    latent : int
        Numbers in the bottleneck.
    side_px : int
        H and W of its pictures, which must divide by 8; the published counts are those of 64.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    What activations the dense layers have was not published: the code has none, the way back ReLU.
    """

    name = "dense_autoencoder"
    source = "project 4 (animal faces)"
    initialisation = "glorot"
    multiple = 8

    def __init__(
        self,
        *,
        decoder: Literal[1, 2, 3] = 1,
        latent: int = 4096,
        side_px: int = 64,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        if decoder not in (1, 2, 3):
            raise ModelError(f"decoder={decoder!r} is no choice", "write 1 | 2 | 3")
        latent = whole("latent", latent, 1, 1 << 16)
        self.side_px = side("side_px", side_px, self.multiple)
        deep = self.side_px // self.multiple
        self.encoder = nn.Sequential(
            *pooled_encoder(self.in_channels, _ENCODER),
            nn.Flatten(),
            nn.Linear(_ENCODER[-1] * deep**2, latent),
            nn.BatchNorm1d(latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, _DEEPEST * deep**2),
            nn.ReLU(),
            nn.BatchNorm1d(_DEEPEST * deep**2),
            nn.Unflatten(1, (_DEEPEST, deep, deep)),
            *_decoder(decoder, self.out_channels),
            nn.Sigmoid(),
        )

    def encode(self, pictures: Tensor) -> Tensor:
        """The code (N, latent) of pictures (N, C, side_px, side_px) in [0, 1]."""
        received = self.received(pictures)
        self.check_statistics(len(received))
        return self.encoder(received)  # type: ignore[no-any-return]

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, side_px, side_px) in [0, 1] to the same shape and range."""
        return self.decoder(self.encode(pictures))  # type: ignore[no-any-return]


def _decoder(number: int, channels_out: int) -> list[nn.Module]:
    widths = (32, 16, 8) if number == 3 else (64, 32, 16)
    layers: list[nn.Module] = []
    for before, width in pairwise((_DEEPEST, *widths)):
        if number == 2:
            layers += [*activated(_keeping(before, width)), nn.Upsample(scale_factor=2)]
        else:
            layers += activated(doubling(before, width))
            layers += activated(_keeping(width, width)) if number == 3 else ()
    return [*layers, same(widths[-1], channels_out)]


def _keeping(channels_in: int, channels_out: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(channels_in, channels_out, 3, padding=1)
