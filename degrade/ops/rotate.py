"""A turned picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Option, Real, Vector, field
from degrade.engine.kernels import warp
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Rotate(Degradation):
    """Turn the picture about its middle, by bilinear interpolation; its size stays.

    A print never lies quite straight on the scanner: up to about 1.5 degrees. The corners that come into view are
    mirrored from the picture, masks included, or are filled with a colour, where masks are 0. With `both` the clean
    picture is turned alike; without, the pair asks a model to turn it back, which nothing in the picture tells it how
    to. Angle 0 is the identity.
    """

    stage = Stage.CAPTURE
    moves_pixels = True

    angle_deg: Real = field((-1.5, 1.5), "how far it is turned, counterclockwise", low=-360, high=360)
    both: Flag = field(True, "whether the clean picture is turned alike")
    border: Option = field("reflect", "what comes into view at the corners", options=("reflect", "fill"))
    fill: Vector = field(
        (1.0, 1.0, 1.0), "with the border fill, its encoded R, G, B", low=0, high=1, unit="pixel scale [0, 1]"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One affine map for pixels and masks."""
        if drawn["angle_deg"] % 360 == 0:
            return
        sine, cosine = (float(v) for v in sincos(drawn["angle_deg"] / 360))
        x, y = photo.width / 2, photo.height / 2
        about_the_middle = (cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y)
        reflect = drawn["border"] == "reflect"

        def displace(image: npt.NDArray[Any], nearest: bool) -> npt.NDArray[Any]:
            out = np.empty(image.shape, image.dtype)
            if image.dtype == np.uint8:
                warp.affine_mask(image[:, :, 0], out[:, :, 0], *about_the_middle, reflect, nearest)
            else:
                warp.affine(image, out, *about_the_middle, reflect, _colour(drawn["fill"], image.shape[2]))
            return out

        photo.move(displace, drawn["both"])


def _colour(fill: tuple[float, float, float], channels: int) -> npt.NDArray[np.float32]:
    """`fill` as RGB, or as its Rec. 601 gray."""
    if channels == 3:
        return np.array(fill, np.float32)
    return np.array([0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2]], np.float32)
