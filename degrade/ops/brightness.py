"""Brightness."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import adjust
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Brightness(Degradation):
    """Make a picture lighter or darker: factor·v + offset, on encoded values, clipped.

    With `keep_colour` this is done to the largest of a pixel's channels (the value of HSV), and the others keep their
    ratio to it; else to each channel, and what is added pales colours. Factor 1 and offset 0 are the identity.

    References: A. R. Smith, Color gamut transform pairs, SIGGRAPH 1978 (HSV); D. Hendrycks and T. Dietterich,
    arXiv:1903.12261 (offsets 0.1 to 0.5, colours kept).
    """

    stage = Stage.CAPTURE

    offset: Real = field((-0.15, 0.2), "what is added", low=-1, high=1, unit="pixel scale [0, 1]")
    factor: Real = field(1.0, "what values are multiplied by", low=0, high=20, unit="ratio")
    keep_colour: Flag = field(False, "whether hue and saturation stay")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One line for all values."""
        factor, offset = float(drawn["factor"]), float(drawn["offset"])
        if factor == 1 and offset == 0:
            return
        change = adjust.raised if drawn["keep_colour"] and photo.channels == 3 else adjust.scaled
        change(photo.pixels.reshape(-1), factor, offset)
