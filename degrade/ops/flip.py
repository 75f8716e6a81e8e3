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

    horizontal: Flag = field(True, "whether left and right are exchanged")
    vertical: Flag = field(False, "whether top and bottom are exchanged")
    both: Flag = field(True, "whether the clean picture is mirrored alike")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Exact: no pixel is interpolated."""
        across = -1 if drawn["horizontal"] else 1
        down = -1 if drawn["vertical"] else 1
        if across == down == 1:
            return

        def displace(image: npt.NDArray[Any], _nearest: bool) -> npt.NDArray[Any]:
            return image[::down, ::across].copy()

        photo.move(displace, drawn["both"])
