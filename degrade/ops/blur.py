"""Unsharpness."""

from __future__ import annotations

import math

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import blur, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

NO_EFFECT = 0.19
"""px below which no value changes by half a code of 16 bits: a neighbour weighs less than 1e-6, and there are four."""


class Blur(Degradation):
    """A Gaussian blur: the unsharpness of a lens, an enlarger or a scanner.

    The kernel is sampled at whole pixels to three standard deviations and mirrored at the edges, as in scipy.ndimage
    and OpenCV. `sigma_px` is of the file, `sigma_mm` of the print; where both are given their variances add, as those
    of lenses in a row do. Old lenses have 0.02 to 0.3 mm on a 10×15 cm print, flatbed scanners 0.4 to 0.8 px. Filters
    encoded values, unless `linear_light`, in which bright spots win. Sigma 0 is the identity.

    Reference: A. P. Pentland, A new sense for depth of field, IEEE TPAMI 9 (1987) (the Gaussian as a point spread).
    """

    stage = Stage.LENS

    sigma_px: Real = field((0.4, 1.2), "standard deviation of the blur", low=0, high=200)
    sigma_mm: Real = field(0.0, "further standard deviation, in mm on the print", low=0, high=10)
    linear_light: Flag = field(False, "whether light is blurred instead of encoded values")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Rows, then columns."""
        file, on_print = drawn["sigma_px"], drawn["sigma_mm"] * photo.px_per_mm
        sigma = math.sqrt(file * file + on_print * on_print)
        if sigma < NO_EFFECT:
            return
        pixels = photo.pixels
        if drawn["linear_light"]:
            tone.decode(pixels.reshape(-1))
        blur.gaussian(pixels.reshape(photo.height, photo.width * photo.channels), photo.channels, sigma)
        if drawn["linear_light"]:
            tone.encode(pixels.reshape(-1))
