"""A picture behind frosted glass."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import blur, shuffle
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.blur import NO_EFFECT


class GlassBlur(Degradation):
    """Frosted glass, or glass that a print has stuck to: pixels change places with near ones between two blurs.

    After a Gaussian blur each pixel, from the last to the first, is swapped with one up to `distance_px` away each way,
    `iterations` times over; then it is blurred again. Works on encoded values. Sigma 0 and distance 0 are the identity.

    Reference: D. Hendrycks and T. Dietterich, arXiv:1903.12261, with (sigma, distance, iterations) of (0.7, 1, 2),
    (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2) and (1.5, 4, 2).
    """

    stage = Stage.CAPTURE

    sigma_px: Real = field((0.4, 0.8), "standard deviation of either blur", low=0, high=50)
    distance_px: Count = field((1, 2), "how far pixels stray each way", low=0, high=50)
    iterations: Count = field(1, "how often each pixel is swapped", low=0, high=10, unit="times")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Blur, swap, blur."""
        pixels, sigma = photo.pixels, float(drawn["sigma_px"])
        rows = pixels.reshape(photo.height, -1)
        if sigma >= NO_EFFECT:
            blur.gaussian(rows, photo.channels, sigma)
        if drawn["distance_px"] > 0:
            shuffle.swap_neighbours(pixels, drawn["distance_px"], drawn["iterations"], *key.at("swaps").pair())
        if sigma >= NO_EFFECT:
            blur.gaussian(rows, photo.channels, sigma)
