"""The discriminators of the triplet domain translation: of pictures at several scales, and of codes."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

from degrade.train.models.layers import InstanceNorm
from degrade.train.models.network import Model
from degrade.train.models.options import CHANNELS, choice, whole


class TripletDiscriminator(Model):
    """Patch discriminators at several scales, whose maps are there for feature matching.

    At each scale 4 × 4 Convs of 64, 128 and 256 channels with stride 2 and of 512 with stride 1, leaky ReLU, instance
    normalisation without scale in all but the first, a 4 × 4 Conv to one channel. 2 764 737 parameters a scale for RGB
    pictures, 2 827 201 for codes of 64 channels, which are judged at one scale.

    Parameters
    ----------
    judges : "pictures" or "codes"
        Pictures lie in [0, 1], and it works in [-1, 1] within; codes are taken as they are.
    scales : int, optional
        1 to 4, each half the size of the one before; by default 2 for pictures and 1 for codes.
    code_channels : int
        Of codes.
    width : int
        Channels of the first layer.
    mode : "rgb" or "gray"
        Colour of pictures.
    """

    name = "triplet_discriminator"
    source = "project 3 (scratches); Wan et al. 2020, arXiv:2004.09484; Wang et al. 2018, arXiv:1711.11585"
    initialisation = "normal"

    def __init__(
        self,
        *,
        judges: Literal["pictures", "codes"] = "pictures",
        scales: int | None = None,
        code_channels: int = 64,
        width: int = 64,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__()
        self.mode = choice("mode", mode, CHANNELS)
        self.of_pictures = choice("judges", judges, ("pictures", "codes")) == "pictures"
        usual = 2 if self.of_pictures else 1
        scales = usual if scales is None else whole("scales", scales, 1, 4)
        width = whole("width", width, 1, 256)
        code_channels = whole("code_channels", code_channels, 1, 4096)
        self.in_channels = CHANNELS[mode] if self.of_pictures else code_channels
        self.out_channels = 1
        self.least_px = 8 << (scales - 1)
        self.scales = nn.ModuleList(_patches(self.in_channels, width) for _ in range(scales))

    def forward(self, given: Tensor) -> list[list[Tensor]]:
        """Judge pictures or codes.

        Parameters
        ----------
        given : Tensor
            (N, C, H, W).

        Returns
        -------
        list of list of Tensor
            For each scale, finest first, the maps of its layers, and last the logits (N, 1, h, w), above 0 where real.
        """
        self.check(given)
        x = given * 2 - 1 if self.of_pictures else given
        judged = []
        for scale, layers in enumerate(self.scales):
            if scale:
                x = functional.avg_pool2d(x, 3, 2, padding=1, count_include_pad=False)
            maps = [x]
            for layer in layers:  # type: ignore[attr-defined]
                maps.append(layer(maps[-1]))
            judged.append(maps[1:])
        return judged


def _patches(channels_in: int, width: int) -> nn.ModuleList:
    layers = [nn.Sequential(nn.Conv2d(channels_in, width, 4, 2, padding=2), nn.LeakyReLU(0.2))]
    for before, after, stride in ((1, 2, 2), (2, 4, 2), (4, 8, 1)):
        layers.append(
            nn.Sequential(
                nn.Conv2d(before * width, after * width, 4, stride, padding=2),
                InstanceNorm(after * width, affine=False),
                nn.LeakyReLU(0.2),
            )
        )
    return nn.ModuleList([*layers, nn.Conv2d(8 * width, 1, 4, padding=2)])
