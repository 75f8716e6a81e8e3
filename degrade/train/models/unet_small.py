"""Project 2's U-Net, which always looks at gray."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import choice

_WIDTHS = (16, 32, 64)
_TAKES = {"gray": "gray", "rgb": "gray", "lab": "lightness"}


class UnetSmall(PictureModel):
    """Small U-Net of three levels of 16, 32 and 64 channels, which always takes one channel.

    Each level is two 3 × 3 Convs and a max-pooling; three Convs of 128, 256 and 128 at the bottom; back up by 2 × 2
    transposed Convs of stride 2 without activation, the level's map beside, two Convs; a 1 × 1 head with a sigmoid.
    924 369 parameters in gray, 924 403 in RGB, 924 386 in lab. H and W must divide by 8.

    Parameters
    ----------
    mode : "gray", "rgb" or "lab"
        What it gives: gray or colour from gray, or a and b from lightness.
    """

    name = "unet_small"
    source = "project 2 (aged photographs); Ronneberger et al. 2015, arXiv:1505.04597"
    initialisation = "glorot"
    multiple = 8

    def __init__(self, *, mode: Literal["gray", "rgb", "lab"] = "gray") -> None:
        super().__init__(choice("mode", mode, _TAKES), _TAKES[mode])
        deepest = _WIDTHS[-1]
        self.levels = nn.ModuleList(_convolutions(before, width, width) for before, width in pairwise((1, *_WIDTHS)))
        self.bottom = _convolutions(deepest, 2 * deepest, 4 * deepest, 2 * deepest)
        self.ups = nn.ModuleList(doubling(2 * width, width, 2) for width in reversed(_WIDTHS))
        self.merges = nn.ModuleList(_convolutions(2 * width, width, width) for width in reversed(_WIDTHS))
        self.head = nn.Conv2d(_WIDTHS[0], self.out_channels, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 1, H, W), gray in [0, 1] or lightness in [-1, 1], to (N, C, H, W): gray, RGB, or a and b in [-1, 1]."""
        x = self.received(pictures)
        seen = []
        for level in self.levels:
            x = level(x)
            seen.append(x)
            x = nn.functional.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, merge, skip in zip(self.ups, self.merges, reversed(seen), strict=True):
            x = merge(torch.cat([up(x), skip], dim=1))
        restored = torch.sigmoid(self.head(x))
        return 2 * restored - 1 if self.mode == "lab" else restored


def _convolutions(channels_in: int, *widths: int) -> nn.Sequential:
    pairs = pairwise((channels_in, *widths))
    return nn.Sequential(*(layer for before, width in pairs for layer in (same(before, width), nn.ReLU())))
