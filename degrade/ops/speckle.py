"""Multiplicative noise."""

from __future__ import annotations

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.gaussian_noise import add_noise


class Speckle(Degradation):
    """Noise in proportion to the value itself: strong in the lights, none in black.

    Each encoded value v becomes v·(1 + sigma·n) with n standard normal, clipped to [0, 1]; a first-order model of gain
    that fluctuates, as in coherent light, and of uneven development.

    References: J. S. Lee, Speckle suppression and analysis for synthetic aperture radar images, Optical Engineering 25
    (1986); ranges of D. Hendrycks and T. Dietterich, arXiv:1903.12261 (0.15 to 0.6), and of the code of Z. Wan et al.,
    arXiv:2004.09484 (0.02 to 0.2).
    """

    stage = Stage.NEGATIVE

    sigma: Real = field((0.03, 0.15), "standard deviation relative to the value", low=0, high=10, unit="ratio")
    per_channel: Flag = field(True, "whether each channel of a colour picture has its own noise; else they share it")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """v·(1 + sigma·n)."""
        add_noise(photo, drawn["sigma"], drawn["per_channel"], key, multiplied=True)
