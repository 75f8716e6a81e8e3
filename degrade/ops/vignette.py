"""Vignetting."""

from __future__ import annotations

import math

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.kernels import tone
from degrade.engine.kernels.noise import sincos
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Vignette(Degradation):
    """Light that falls off towards the corners: linear light is multiplied by V = (1 + falloff·r²)⁻².

    r is the distance from the optical centre in half diagonals of the print, so that a falloff of 0.15 leaves 0.76 of
    the light in the corners, one of 0.6 leaves 0.39, what simple box cameras have. It is the cos⁴ law of a thin lens of
    the focal length f before a frame of the half diagonal R, with falloff = (R/f)². Within half an 8-bit code of the
    exact product for a falloff of at most 0.6. Falloff 0 is the identity.

    Reference: S. B. Kang, R. Weiss, Can we calibrate a camera using an image of a flat, textureless Lambertian
    surface?, ECCV 2000.
    """

    stage = Stage.LENS

    falloff: Real = field((0.1, 0.6), "how fast light falls off", low=0, high=2, unit="per squared half diagonal")
    shift_frac: Real = field((0.0, 0.1), "how far the optical centre lies off the middle", low=0, high=1)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Around a centre that lies off the print's middle in a direction of its own."""
        if drawn["falloff"] == 0:
            return
        top, bottom, left, right = photo.print_box
        away = drawn["shift_frac"] * min(bottom - top, right - left)
        sine, cosine = sincos(key.at("direction").uniform())
        tone.vignette(
            photo.pixels.reshape(photo.height, photo.width * photo.channels),
            photo.channels,
            float(drawn["falloff"]),
            (top + bottom) / 2 + away * float(sine),
            (left + right) / 2 + away * float(cosine),
            math.hypot(bottom - top, right - left) / 2,
        )
