"""The patch discriminator of pix2pix and CycleGAN."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from degrade.train.errors import ModelError
from degrade.train.models.layers import InstanceNorm
from degrade.train.models.network import Model
from degrade.train.models.options import CHANNELS, choice, flag, whole


class PatchDiscriminator(Model):
    """PatchGAN: tells for each patch of 70 × 70 px whether it is real.

    4 × 4 Convs of 64, 128 and 256 channels with stride 2 and of 512 with stride 1, leaky ReLU, normalisation in all but
    the first; a 4 × 4 Conv to one channel. 2 768 641 parameters on pairs of RGB pictures, 2 765 569 on single ones.

    Parameters
    ----------
    pairs : bool
        Whether it judges a picture together with the degraded one (pix2pix) or by itself (CycleGAN).
    norm : "batch" or "instance"
        CycleGAN has instance normalisation.
    width : int
        Channels of the first layer.
    mode : "rgb" or "gray"
        Colour of the pictures.

    Notes
    -----
    It works in [-1, 1] within. Maps of 256 px give judgements of 30 × 30.
    """

    name = "patch_discriminator"
    source = "project 3 (scratches); Isola et al. 2017, arXiv:1611.07004"
    initialisation = "normal"
    receptive_field_px = 70
    least_px = 24  # of which one judgement is left

    def __init__(
        self,
        *,
        pairs: bool = True,
        norm: Literal["batch", "instance"] = "batch",
        width: int = 64,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__()
        self.mode = choice("mode", mode, CHANNELS)
        self.pairs = flag("pairs", pairs)
        width = whole("width", width, 1, 256)
        kind = nn.BatchNorm2d if choice("norm", norm, ("batch", "instance")) == "batch" else InstanceNorm
        self.in_channels = CHANNELS[mode] * (2 if pairs else 1)
        self.out_channels = 1
        self.layers = nn.Sequential(
            nn.Conv2d(self.in_channels, width, 4, 2, padding=1, bias=False),
            nn.LeakyReLU(0.2),
            *_normed(width, 2 * width, 2, kind),
            *_normed(2 * width, 4 * width, 2, kind),
            *_normed(4 * width, 8 * width, 1, kind),
            nn.Conv2d(8 * width, 1, 4, padding=1),
        )

    def forward(self, pictures: Tensor, degraded: Tensor | None = None) -> Tensor:
        """Judge pictures.

        Parameters
        ----------
        pictures, degraded : Tensor
            (N, C, H, W) in [0, 1], restored or clean; the degraded ones if it judges pairs.

        Returns
        -------
        Tensor
            Logits (N, 1, H / 8 - 2, W / 8 - 2), above 0 where real.
        """
        if (degraded is None) == self.pairs:
            cure = "give it the degraded pictures too" if self.pairs else "give it the pictures alone"
            raise ModelError(f"{self.name} with pairs={self.pairs} takes {1 + self.pairs} batches of pictures", cure)
        x = pictures if degraded is None else torch.cat([degraded, pictures], dim=1)
        self.check(x)
        return self.layers(x * 2 - 1)  # type: ignore[no-any-return]


def _normed(channels_in: int, channels: int, stride: int, norm: type[nn.Module]) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(channels_in, channels, 4, stride, padding=1, bias=False)
    return convolution, norm(channels), nn.LeakyReLU(0.2)
