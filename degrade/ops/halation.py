"""Halation: the glow around highlights on film."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Real, field
from degrade.engine.kernels import glow
from degrade.engine.key import Key
from degrade.engine.photo import Photo

COLOURS: tuple[float, float, float] = (1.0, 0.32, 0.10)
"""Share of the glow in red, green and blue of a film whose red layer is the lowest, next to the base."""
SAMPLES = 1.25
"""Samples of the small picture on the glow's length."""
LARGEST_BLOCK = 64


class Halation(Degradation):
    """Light that passes through the emulsion, is thrown back by the film's base and exposes it again around highlights.

    Windows, lamps, skies behind branches and wet things bleed into what is dark beside them. The exposure E gains
    amount · (E scattered by exp(-r / length)), length 5 to 15 thousandths of the diagonal. What is white in the picture
    was brighter on the film, `highlights` times. On colour film the glow is red, since the layer that records red lies
    next to the base; plates without backing have the strongest, and a gray one. Works in linear light; white stays
    white. Amount 0 is the identity.

    Reference: C. E. K. Mees, The Theory of the Photographic Process (1942), on halation and backing. That the glow is
    exponential is a fit to what scans show.
    """

    stage = Stage.NEGATIVE

    amount: Real = field((0.02, 0.12), "share of the light that is scattered", low=0, high=2, unit="share")
    length_frac: Real = field((0.007, 0.02), "distance over which the glow falls to 1/e", low=0.0005, high=0.2)
    highlights: Real = field(
        (1.5, 5.0), "how much brighter than the picture's white its whites were", low=1, high=50, unit="ratio"
    )
    redness: Real = field(
        1.0, "0: all colours glow alike, as on a plate; 1: as on colour film, mostly red", low=0, high=1, unit="share"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Shrink, scatter, lay over."""
        if drawn["amount"] == 0:
            return
        top, bottom, left, right = photo.print_box
        length = drawn["length_frac"] * min(bottom - top, right - left)
        block = min(max(int(length / SAMPLES), 1), LARGEST_BLOCK)
        channels = photo.channels
        rows = photo.pixels.reshape(photo.height, photo.width * channels)
        shape = (-(-photo.height // block) + 2, (-(-photo.width // block) + 2) * channels)
        light, scattered = np.empty(shape, np.float32), np.empty(shape, np.float32)
        glow.shrink_light(rows, channels, block, drawn["highlights"], light)
        glow.scatter(light, scattered, channels, glow.exponential_taps(max(length / block, 0.1)))
        redness, full = drawn["redness"], drawn["amount"]
        amounts = np.array([full] if channels == 1 else [full * (1 + redness * (c - 1)) for c in COLOURS], np.float32)
        glow.add_glow(rows, channels, scattered, block, amounts)
