"""Contrast."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import adjust
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class Contrast(Degradation):
    """Draw the tones together, or apart, around a middle one: pivot + factor·(v - pivot).

    The pivot is the mean of each channel, so that brightness stays, or mid gray. Works on encoded values and clips.
    A wash, not the curve of an old print: that is `fade`. Factor 1 is the identity.

    Reference: D. Hendrycks and T. Dietterich, arXiv:1903.12261 (factors 0.4, 0.3, 0.2, 0.1 and 0.05 about the mean).
    """

    stage = Stage.CAPTURE

    factor: Real = field((0.5, 1.2), "how far apart tones are", low=0, high=20, unit="ratio")
    pivot: Option = field("mean", "the tone that stays", options=("mean", "gray"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A line through the pivot."""
        if drawn["factor"] == 1:
            return
        values = photo.pixels.reshape(-1)
        own = drawn["pivot"] == "mean"
        pivots = adjust.means(values, photo.channels) if own else np.full(photo.channels, 0.5)
        adjust.spread_about(values, pivots, float(drawn["factor"]))
