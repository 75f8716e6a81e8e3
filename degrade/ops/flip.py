"""A picture the wrong way round."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Flip(Degradation):
    """Mirror the picture: a negative that lay in the enlarger with the wrong side up, or a print held upside down.

    It flips whenever it runs: for a chance, give the step a `p`, or a field a choice. With `both` the clean picture is
    mirrored alike; without, the pair asks a model to mirror it back, which nothing in the picture tells it to.
    """

    stage = Stage.PRINT
    moves_pixels = True

    horizontal: Flag = field(True, "whether left and right are exchanged")
    vertical: Flag = field(False, "whether top and bottom are exchanged")
    both: Flag = field(True, "whether the clean picture is mirrored alike")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Exact: no pixel is interpolated."""
        import cv2

        if not (drawn["horizontal"] or drawn["vertical"]):
            return
        axes = -1 if drawn["horizontal"] and drawn["vertical"] else int(drawn["horizontal"])

        def displace(image: npt.NDArray[Any], _nearest: bool) -> npt.NDArray[Any]:
            return cv2.flip(image, axes).reshape(image.shape)

        photo.move(displace, drawn["both"])
