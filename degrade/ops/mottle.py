"""Mottle."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.kernels import veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

FALLOFF = 0.8
"""Amplitude from octave to octave, each 2.1 times finer: a spectrum of f^-2.6 over the plane, since 2.1^-0.3 is 0.8."""
SPREAD = 3.6
"""Inverse of the standard deviation of the noise: a strength of s makes densities differ by s, as a deviation."""
DENSEST = 3.0


class Mottle(Degradation):
    """Density that is uneven in soft clouds: poor agitation in the bath, paper that took the emulsion unevenly, ageing.

    The image's density is multiplied by 1 + strength·n, n noise of unit deviation whose power falls with the frequency
    as f^-2.6: clouds of all sizes from `size_frac` down, the large ones strongest. Mid tones and shadows show it, paper
    white does not. Strength 0 is the identity.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008); the exponent is a fit to flat areas of scans.
    """

    stage = Stage.AGEING

    strength: Real = field(
        (0.01, 0.06), "standard deviation of the density, of the density itself", low=0, high=0.5, unit="ratio"
    )
    size_frac: Real = field((0.15, 0.5), "size of the largest clouds", low=0.02, high=3)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """A veil of more density, its weight of either sign."""
        strength = drawn["strength"]
        if strength == 0:
            return
        grid = veils.grid_over(photo.height, photo.width, photo.print_box, 96)
        clouds = grid.empty()
        veils.noise_grid(
            clouds, grid.place_y, grid.place_x, grid.step, 0.5 / drawn["size_frac"], 4, FALLOFF,
            *key.at("clouds").pair(),
        )  # fmt: skip
        clouds *= np.float32(SPREAD)
        curve = veils.veil_curve(0.0, 1 + strength, 1 + strength, 0.0, 0.0, DENSEST, True)
        rows = photo.pixels.reshape(photo.height, -1)
        curves = np.stack([curve] * photo.channels)
        veils.veil(rows, photo.channels, curves, clouds, grid.first_y, grid.first_x, grid.spacing)
