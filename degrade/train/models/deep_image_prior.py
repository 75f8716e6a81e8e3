"""Deep Image Prior: a network that is fitted to one picture, and whose layout is the prior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from degrade.train.models.layers import padded_to_multiple
from degrade.train.models.network import Model
from degrade.train.models.options import CHANNELS, channel_widths, choice

_LARGEST_NOISE = 0.1


class Layout(NamedTuple):
    """One of the paper's networks: channels level by level, and what else differs."""

    noise_channels: int
    widths: tuple[int, ...]
    skip_channels: int
    kernel_down: int
    kernel_up: int
    upsampling: str
    pointwise: bool  # a 1 × 1 Conv after each 3 × 3 one on the way up

    @property
    def least_px(self) -> int:
        """H and W that the reflected borders of the deepest level need."""
        return (self.kernel_down // 2 + 1) << len(self.widths)


LAYOUTS = {
    "inpainting": Layout(1, (16, 32, 64, 128, 128, 128), 0, 5, 3, "nearest", False),
    "denoising": Layout(32, (128,) * 5, 4, 3, 3, "bilinear", True),
}


class DeepImagePrior(Model):
    """Hourglass fitted to a single degraded picture from fixed noise, as Deep Image Prior.

    Each level: a Conv of stride 2, a Conv, what is deeper, upsampling, a Conv; batch normalisation and leaky ReLU after
    each, reflected borders, a sigmoid at the end. 2 996 467 parameters for inpainting (six levels of 16 to 128
    channels, no skips), 2 217 831 for denoising (five of 128, skips of 4).

    Parameters
    ----------
    layout : "inpainting" or "denoising"
        Which of the paper's networks.
    mode : "rgb" or "gray"
        Colour of the picture.
    widths : sequence of int, optional
        Channels level by level, instead of the layout's; a level less lets it take pictures half as large.

    Notes
    -----
    It is fitted and read in training mode: its batch normalisation knows no other picture. Any size of at least
    192 px (inpainting) or 64 px (denoising): noise is padded inside.
    """

    name = "deep_image_prior"
    source = "project 3 (scratches); Ulyanov et al. 2018, arXiv:1711.10925"
    initialisation = "uniform"

    def __init__(
        self,
        *,
        layout: Literal["inpainting", "denoising"] = "inpainting",
        mode: Literal["rgb", "gray"] = "rgb",
        widths: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        chosen = LAYOUTS[choice("layout", layout, LAYOUTS)]
        if widths is not None:
            chosen = chosen._replace(widths=channel_widths("widths", widths))
        self.mode = choice("mode", mode, CHANNELS)
        self.in_channels, self.out_channels = chosen.noise_channels, CHANNELS[mode]
        self.least_px = chosen.least_px
        self.grid = 2 ** len(chosen.widths)
        self.hourglass = _Level(chosen, 0, self.in_channels)
        self.head = nn.Conv2d(chosen.widths[0], self.out_channels, 1)

    def noise(self, height: int, width: int, seed: int = 0) -> Tensor:
        """What it is fed with: (1, in_channels, height, width) float32, uniform in [0, 0.1], on the CPU."""
        generator = torch.Generator().manual_seed(seed)
        return torch.rand(1, self.in_channels, height, width, generator=generator) * _LARGEST_NOISE

    def forward(self, noise: Tensor) -> Tensor:
        """(N, in_channels, H, W) noise to pictures (N, C, H, W) in [0, 1]."""
        self.check(noise)
        height, width = noise.shape[2:]
        picture = torch.sigmoid(self.head(self.hourglass(padded_to_multiple(noise, self.grid))))
        return picture[:, :, :height, :width]


class _Level(nn.Module):
    """Half the size, all that is deeper, and back."""

    def __init__(self, layout: Layout, depth: int, channels_in: int) -> None:
        super().__init__()
        widths = layout.widths
        width = widths[depth]
        deepest = depth + 1 == len(widths)
        self.down = nn.Sequential(
            *_convolution(channels_in, width, layout.kernel_down, 2),
            *_convolution(width, width, layout.kernel_down),
        )
        self.deeper = nn.Identity() if deepest else _Level(layout, depth + 1, width)
        self.skip = nn.Sequential(*_convolution(channels_in, layout.skip_channels, 1)) if layout.skip_channels else None
        given = layout.skip_channels + (width if deepest else widths[depth + 1])
        self.up = nn.Sequential(
            nn.BatchNorm2d(given),
            *_convolution(given, width, layout.kernel_up),
            *(_convolution(width, width, 1) if layout.pointwise else ()),
        )
        self.upsampling = layout.upsampling

    def forward(self, x: Tensor) -> Tensor:
        deep = functional.interpolate(self.deeper(self.down(x)), scale_factor=2, mode=self.upsampling)
        return self.up(deep if self.skip is None else torch.cat([self.skip(x), deep], dim=1))  # type: ignore[no-any-return]


def _convolution(channels_in: int, channels: int, kernel: int, stride: int = 1) -> tuple[nn.Module, ...]:
    layer = nn.Conv2d(channels_in, channels, kernel, stride, padding=kernel // 2, padding_mode="reflect")
    return layer, nn.BatchNorm2d(channels), nn.LeakyReLU(0.2)
