"""Project 0: a strided autoencoder whose decoder sees every encoder level and the picture itself."""

from __future__ import annotations

from itertools import repeat
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from degrade.train.models.layers import doubling, same
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, channel_widths, choice, share


class Variant(NamedTuple):
    """What one column of the project's sweep differs in."""

    levels: int = 4
    kernel: int = 3
    skips: bool = True
    pooling: bool = False


VARIANTS = {
    "base": Variant(),
    "5x5": Variant(kernel=5),
    "7x7": Variant(kernel=7),
    "3_layer": Variant(levels=3),
    "5_layer": Variant(levels=5),
    "no_skip": Variant(skips=False),
    "pooling": Variant(pooling=True),
}
_FIRST_WIDTH = 32


class SkipAutoencoder(PictureModel):
    """Strided autoencoder with skips, in the seven variants of project 0's sweep.

    An encoder block is Conv, Conv of stride 2, batch normalisation and dropout; a decoder block is a transposed Conv of
    stride 2, the encoder's map of the same size (in the last block the picture itself) beside it, Conv, Conv. ReLU
    throughout, a sigmoid at the end. 2 161 795 parameters by default.

    Parameters
    ----------
    variant : str
        base; 5x5, 7x7 (kernels); 3_layer, 5_layer (blocks; else 4); no_skip; pooling (max-pooling for strides and
        upsampling for transposed convolutions).
    widths : list of int, optional
        Channels block by block, instead of 32, 64, 128 … 32 · 2^(blocks - 1).
    dropout : float
        Share of values dropped after an encoder block.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    Blocks and their order are the project's; widths, dropout and activations it did not publish, nor how many blocks
    its base had, other than 3 and 5. H and W must divide by 2^blocks.
    """

    name = "skip_autoencoder"
    source = "project 0 (faces); widths not published"
    initialisation = "glorot"

    def __init__(
        self,
        *,
        variant: Literal["base", "5x5", "7x7", "3_layer", "5_layer", "no_skip", "pooling"] = "base",
        widths: tuple[int, ...] | None = None,
        dropout: float = 0.1,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        chosen = VARIANTS[choice("variant", variant, VARIANTS)]
        if widths is None:
            widths = tuple(_FIRST_WIDTH << level for level in range(chosen.levels))
        widths = channel_widths("widths", widths)
        dropout = share("dropout", dropout)
        self.multiple = 2 ** len(widths)

        before = (self.in_channels, *widths[:-1])
        self.encoder = nn.ModuleList(map(_encoder_block, before, widths, repeat(dropout), repeat(chosen)))
        ups = (*widths[-2::-1], widths[0])
        outs = (*ups[:-1], self.out_channels)
        self.decoder = nn.ModuleList(
            map(_DecoderBlock, (widths[-1], *outs[:-1]), ups, reversed(before), outs, repeat(chosen))
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        x = self.received(pictures)
        seen = []
        for block in self.encoder:
            seen.append(x)
            x = block(x)
        for block, skip in zip(self.decoder, reversed(seen), strict=True):
            x = block(torch.relu(x), skip)
        return torch.sigmoid(x)


def _encoder_block(given: int, width: int, dropout: float, variant: Variant) -> nn.Sequential:
    return nn.Sequential(
        same(given, width, variant.kernel),
        nn.ReLU(),
        same(width, width, variant.kernel, 1 if variant.pooling else 2),
        nn.ReLU(),
        nn.MaxPool2d(2) if variant.pooling else nn.Identity(),
        nn.BatchNorm2d(width),
        nn.Dropout(dropout),
    )


class _DecoderBlock(nn.Module):
    """Twice the size, what the encoder saw there beside it, two Convs."""

    def __init__(self, given: int, width: int, skip: int, out: int, variant: Variant) -> None:
        super().__init__()
        self.skips = variant.skips
        self.up: nn.Module = doubling(given, width, variant.kernel)
        if variant.pooling:
            self.up = nn.Sequential(nn.Upsample(scale_factor=2), same(given, width, variant.kernel))
        merged = width + skip if variant.skips else width
        self.merge = nn.Sequential(same(merged, width, variant.kernel), nn.ReLU(), same(width, out, variant.kernel))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = torch.relu(self.up(x))
        return self.merge(torch.cat([x, skip], dim=1) if self.skips else x)  # type: ignore[no-any-return]
