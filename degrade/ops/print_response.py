"""The response of photographic paper."""

from __future__ import annotations

import math

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice, Normal, rounded
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import chemistry, tone
from degrade.engine.key import Key
from degrade.engine.photo import Photo

DENSEST: dict[str, float] = {"glossy": 2.0, "matte": 1.55, "albumen": 1.5}
"""Density of the deepest black."""
MIDDLE = 0.74
"""Density at which the printer likes a picture's mean: that of a reflectance of 0.18."""


class PrintResponse(Degradation):
    """A picture as photographic paper shows it: an S of density over the logarithm of exposure (Hurter and Driffield).

    D = dmin + (dmax - dmin) / (1 + exp(-4·γ·(m - log E) / (dmax - dmin))): blacks end at `dmax`, highlights are drawn
    out to the paper's `dmin`, the steepest part has the gradient γ, that of the paper times that of the negative. The
    print is exposed so that the picture's mean density comes halfway to 0.74, as a careful printer does, missed by
    `exposure`. Glossy paper reaches a density of 2.0, matte one 1.4 to 1.7, albumen about 1.5. Within 3 8-bit codes of
    the law, mostly within 1. Strength 0 is the identity.

    Reference: F. Hurter, V. C. Driffield, Photochemical investigations and a new method of determination of the
    sensitiveness of photographic plates, J. Society of Chemical Industry 9 (1890); ISO 6846, Photography - Black-and-
    white continuous-tone papers - Determination of ISO speed and ISO range for printing.
    """

    stage = Stage.PRINT

    paper: Option = field(Choice(list(DENSEST), [0.5, 0.35, 0.15]), "what it is printed on", options=tuple(DENSEST))
    gamma: Real = field((1.3, 2.2), "gradient of the paper", low=0.3, high=5, unit="density a log10 exposure")
    negative_gamma: Real = field(
        (0.6, 0.8), "gradient of the negative", low=0.2, high=2, unit="density a log10 exposure"
    )
    exposure: Real = field(
        Normal(0, 0.12), "how far the print is overexposed", low=-1.5, high=1.5, unit="log10 exposure"
    )
    dmin: Real = field((0.02, 0.08), "density of the paper", low=0, high=0.4, unit="density")
    strength: Real = field(1.0, "share of all of it; 0 leaves the picture", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One curve, from the picture's own mean density."""
        if drawn["strength"] == 0:
            return
        flat = photo.pixels.reshape(-1)
        mean = rounded(float(chemistry.mean_density(flat)))
        low, high = drawn["dmin"], DENSEST[drawn["paper"]]
        gamma = drawn["gamma"] * drawn["negative_gamma"]
        wanted = min(max((mean + MIDDLE) / 2, low + 0.1), high - 0.3)
        shift = math.log((high - low) / (wanted - low) - 1) * (high - low) / (4 * gamma)
        middle = rounded(-mean - shift - drawn["exposure"])
        tone.curve(flat, chemistry.response_curve(gamma, low, high, middle, drawn["strength"]))
