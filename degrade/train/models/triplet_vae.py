"""The autoencoders of the triplet domain translation: one for degraded pictures, real and synthetic, one for clean."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from degrade.train.models.layers import InstanceNorm, ReflectedResidual
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, whole


class TripletVae(PictureModel):
    """Variational autoencoder of the triplet domain translation: a code of 64 channels at a quarter of the size.

    Encoder: a 7 × 7 Conv, two 4 × 4 Convs of stride 2, four residual blocks; the decoder mirrors it and ends in tanh.
    Instance normalisation without scale, ReLU, reflected borders. 436 096 parameters in the encoder, 436 035 in the
    decoder, 872 131 in RGB. H and W must divide by 4.

    Parameters
    ----------
    width : int
        Channels of all layers, and of the code.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    The posterior has unit variance: a code h is drawn as h + N(0, 1), and its divergence is the mean of h². The method
    trains one on real and synthetic degraded pictures, and another on clean ones. It works in [-1, 1] within.
    """

    name = "triplet_vae"
    source = "project 3 (scratches); Wan et al. 2020, arXiv:2004.09484"
    initialisation = "normal"
    restores = False
    multiple = 4
    least_px = 8

    def __init__(self, *, width: int = 64, mode: Literal["rgb", "gray"] = "rgb") -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        self.code_channels = whole("width", width, 1, 512)
        self.encoder = nn.Sequential(
            *_normed(_wide(self.in_channels, width)),
            *_normed(nn.Conv2d(width, width, 4, 2, padding=1)),
            *_normed(nn.Conv2d(width, width, 4, 2, padding=1)),
            *_residuals(width),
        )
        self.decoder = nn.Sequential(
            *_residuals(width),
            *_normed(nn.ConvTranspose2d(width, width, 4, 2, padding=1)),
            *_normed(nn.ConvTranspose2d(width, width, 4, 2, padding=1)),
            _wide(width, self.out_channels),
            nn.Tanh(),
        )

    def encode(self, pictures: Tensor) -> Tensor:
        """The codes' means (N, width, H / 4, W / 4) of pictures (N, C, H, W) in [0, 1]."""
        return self.encoder(self.received(pictures) * 2 - 1)  # type: ignore[no-any-return]

    def draw(self, means: Tensor) -> Tensor:
        """Codes around these means, from torch's generator as dropout is; in evaluation the means themselves."""
        return means + torch.randn_like(means) if self.training else means

    def divergence(self, means: Tensor) -> Tensor:
        """The divergence of the posterior from N(0, 1), a scalar, as the project weighs it by 1."""
        return means.square().mean()

    def decode(self, codes: Tensor) -> Tensor:
        """Pictures (N, C, H, W) in [0, 1] of codes (N, width, H / 4, W / 4)."""
        return (self.decoder(codes) + 1) / 2  # type: ignore[no-any-return]

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range, through a drawn code."""
        return self.decode(self.draw(self.encode(pictures)))


def _wide(channels_in: int, channels: int) -> nn.Conv2d:
    return nn.Conv2d(channels_in, channels, 7, padding=3, padding_mode="reflect")


def _residuals(width: int) -> list[nn.Module]:
    return [ReflectedResidual(width) for _ in range(4)]


def _normed(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return layer, InstanceNorm(layer.out_channels, affine=False), nn.ReLU()
