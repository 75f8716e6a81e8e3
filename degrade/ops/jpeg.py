"""JPEG compression."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Count, Option, field
from degrade.engine.jpeg_file import JpegFile
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Jpeg(Degradation):
    """Save as JPEG and open again: 8×8 blocks, ringing, and colours at half the resolution.

    As the last step of a recipe its file is the pair's member, byte for byte. Reference: ITU-T T.81 (JPEG), with the
    quality scale of the Independent JPEG Group.
    """

    stage = Stage.FILE

    quality: Count = field((30, 95), "quality on the scale of the Independent JPEG Group", low=1, high=100, unit="IJG")
    subsampling: Option = field("420", "how colour is sampled", options=("444", "422", "420"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Compress the picture as it is, rounded to 8 bits."""
        import numpy as np

        channels = photo.final_channels or photo.channels
        picture = photo.rounded(np.uint8, photo.channels)
        photo.file = JpegFile(picture, channels, drawn["quality"], drawn["subsampling"])
