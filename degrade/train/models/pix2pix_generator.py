"""The generator of pix2pix, as project 3 trained it; CycleGAN takes its deeper sibling."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from degrade.train.models.layers import InstanceNorm
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, share, whole

_MOST = 8  # times the width: no layer has more channels
_DROPPED = 3  # levels of the way up


class Pix2pixGenerator(PictureModel):
    """U-Net of 4 × 4 Convs of stride 2 down to a few pixels, as the generator of pix2pix.

    Down: Conv, normalisation (not in the first), leaky ReLU, of 64, 128, 256, 512 … channels. Up: transposed Conv,
    normalisation, dropout in the first three, ReLU, the level's map beside it; the last ends in tanh. 41 830 019
    parameters with a depth of 7, in RGB; 54 414 979 with 8, the stock depth, which needs 256 px.

    Parameters
    ----------
    depth : int
        How often the size is halved, 2 to 8; H and W must divide by 2^depth.
    width : int
        Channels of the first level.
    norm : "batch" or "instance"
        CycleGAN has instance normalisation.
    dropout : float
        Share of values dropped in training. Off in evaluation, so that the same scan gives the same picture; the paper
        leaves it on, as its only noise.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    It works in [-1, 1] within, where the paper's weight of 100 for L1 holds; on what it gives, in [0, 1], that is 200.
    Where the deepest map is one pixel, instance normalisation leaves of it the shift alone, and batch normalisation
    needs more than one picture a batch.
    """

    name = "pix2pix_generator"
    source = "project 3 (scratches); Isola et al. 2017, arXiv:1611.07004; widths of TensorFlow's tutorial"
    initialisation = "normal"

    def __init__(
        self,
        *,
        depth: int = 7,
        width: int = 64,
        norm: Literal["batch", "instance"] = "batch",
        dropout: float = 0.5,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        depth, width = whole("depth", depth, 2, 8), whole("width", width, 1, 256)
        dropout = share("dropout", dropout)
        choice("norm", norm, ("batch", "instance"))
        self.multiple = 2**depth
        self.batch_norm = norm == "batch"

        widths = [width * min(2**level, _MOST) for level in range(depth)]
        befores = [self.in_channels, *widths[:-1]]
        self.downs = nn.ModuleList(
            _down(before, after, norm if level else None)
            for level, (before, after) in enumerate(zip(befores, widths, strict=True))
        )
        ups = widths[-2::-1]
        given = [widths[-1], *(2 * up for up in ups)]
        self.ups = nn.ModuleList(
            _up(before, after, norm, dropout if level < _DROPPED else 0.0)
            for level, (before, after) in enumerate(zip(given, ups, strict=False))
        )
        self.head = nn.ConvTranspose2d(given[-1], self.out_channels, 4, 2, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        x = self.received(pictures) * 2 - 1
        if self.batch_norm:
            self.check_statistics(x[:, 0].numel() // self.multiple**2)
        seen = []
        for down in self.downs:
            x = down(x)
            seen.append(x)
        for up, skip in zip(self.ups, seen[-2::-1], strict=True):
            x = torch.cat([up(x), skip], dim=1)
        return (torch.tanh(self.head(x)) + 1) / 2


def _norm(kind: str, channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels) if kind == "batch" else InstanceNorm(channels)


def _down(channels_in: int, channels: int, norm: str | None) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(channels_in, channels, 4, 2, padding=1, bias=False)]
    if norm:
        layers.append(_norm(norm, channels))
    return nn.Sequential(*layers, nn.LeakyReLU(0.2))


def _up(channels_in: int, channels: int, norm: str, dropout: float) -> nn.Sequential:
    convolution = nn.ConvTranspose2d(channels_in, channels, 4, 2, padding=1, bias=False)
    return nn.Sequential(convolution, _norm(norm, channels), nn.Dropout(dropout), nn.ReLU())
