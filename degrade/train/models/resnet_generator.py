"""The generator of the CycleGAN paper."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from degrade.train.models.layers import InstanceNorm, ReflectedResidual
from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, whole


class ResnetGenerator(PictureModel):
    """Residual blocks at a quarter of the size, as the generator of the CycleGAN paper.

    A 7 × 7 Conv, two 3 × 3 Convs of stride 2, the blocks, two transposed Convs, a 7 × 7 Conv with tanh; instance
    normalisation without scale, ReLU, reflected borders. 11 378 179 parameters with nine blocks, 7 837 699 with six.
    H and W must divide by 4.

    Parameters
    ----------
    blocks : int
        Residual blocks: 9 for pictures of 256 px and more, 6 for smaller ones.
    width : int
        Channels of the first level.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Notes
    -----
    It works in [-1, 1] within.
    """

    name = "resnet_generator"
    source = "project 3 (scratches); Zhu et al. 2017, arXiv:1703.10593"
    initialisation = "normal"
    multiple = 4
    least_px = 8

    def __init__(self, *, blocks: int = 9, width: int = 64, mode: Literal["rgb", "gray"] = "rgb") -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        blocks, width = whole("blocks", blocks, 1, 32), whole("width", width, 1, 256)
        self.layers = nn.Sequential(
            *_normed(nn.Conv2d(self.in_channels, width, 7, padding=3, padding_mode="reflect")),
            *_normed(nn.Conv2d(width, 2 * width, 3, 2, padding=1)),
            *_normed(nn.Conv2d(2 * width, 4 * width, 3, 2, padding=1)),
            *(ReflectedResidual(4 * width) for _ in range(blocks)),
            *_normed(nn.ConvTranspose2d(4 * width, 2 * width, 3, 2, padding=1, output_padding=1)),
            *_normed(nn.ConvTranspose2d(2 * width, width, 3, 2, padding=1, output_padding=1)),
            nn.Conv2d(width, self.out_channels, 7, padding=3, padding_mode="reflect"),
            nn.Tanh(),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] to the same shape and range."""
        return (self.layers(self.received(pictures) * 2 - 1) + 1) / 2  # type: ignore[no-any-return]


def _normed(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return layer, InstanceNorm(layer.out_channels, affine=False), nn.ReLU()
