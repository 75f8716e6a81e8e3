"""CycleGAN: two generators and two discriminators, learnt without pairs."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from degrade.train.models.network import PictureModel
from degrade.train.models.options import CHANNELS, choice, whole
from degrade.train.models.patch_discriminator import PatchDiscriminator
from degrade.train.models.pix2pix_generator import Pix2pixGenerator
from degrade.train.models.resnet_generator import ResnetGenerator

_BLOCKS = {"resnet_9": 9, "resnet_6": 6}


class CycleGan(PictureModel):
    """CycleGAN: from degraded to clean and back, with a discriminator for either. Its forward restores.

    114 361 096 parameters in all with U-Net generators, 54 414 979 each (H and W must divide by 256), and
    discriminators of 2 765 569; ResNet generators have 11 378 179 or 7 837 699 each (H and W must divide by 4).

    Parameters
    ----------
    generator : "unet", "resnet_9" or "resnet_6"
        Both generators.
    width : int
        Channels of the first layer of all four.
    mode : "rgb" or "gray"
        Colour of pictures in and out.

    Attributes
    ----------
    to_clean, to_degraded : PictureModel
        The generators.
    judge_clean, judge_degraded : PatchDiscriminator
        What they are to deceive.

    Notes
    -----
    At 256 px the U-Net's deepest map is one pixel, of which instance normalisation leaves the shift alone; so it is in
    TensorFlow's tutorial, whose U-Net this is.
    """

    name = "cyclegan"
    source = "project 3 (scratches); Zhu et al. 2017, arXiv:1703.10593; U-Net of TensorFlow's tutorial"
    initialisation = "normal"

    def __init__(
        self,
        *,
        generator: Literal["unet", "resnet_9", "resnet_6"] = "unet",
        width: int = 64,
        mode: Literal["rgb", "gray"] = "rgb",
    ) -> None:
        super().__init__(choice("mode", mode, CHANNELS))
        choice("generator", generator, ("unet", *_BLOCKS))
        shared: dict[str, Any] = {"width": whole("width", width, 1, 256), "mode": mode}
        self.to_clean = _generator(generator, shared)
        self.to_degraded = _generator(generator, shared)
        self.judge_clean = PatchDiscriminator(pairs=False, norm="instance", **shared)
        self.judge_degraded = PatchDiscriminator(pairs=False, norm="instance", **shared)
        self.multiple = self.to_clean.multiple
        self.least_px = self.judge_clean.least_px

    def forward(self, pictures: Tensor) -> Tensor:
        """Restore pictures: (N, C, H, W) in [0, 1] to the same shape and range."""
        return self.to_clean(self.received(pictures))  # type: ignore[no-any-return]


def _generator(kind: str, shared: dict[str, Any]) -> Pix2pixGenerator | ResnetGenerator:
    if kind == "unet":
        return Pix2pixGenerator(depth=8, norm="instance", **shared)
    return ResnetGenerator(blocks=_BLOCKS[kind], **shared)
