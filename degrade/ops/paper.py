"""The paper of a print."""

from __future__ import annotations

import math

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import rounded
from degrade.engine.fields import Real, Vector, field
from degrade.engine.kernels import sheets
from degrade.engine.key import Key
from degrade.engine.photo import Photo

OCTAVES = 3
"""Of fibre noise, each half as large as the one before, all equally strong: a spectrum of f^-2 over the plane."""
ANISOTROPY = 1.5
"""How much longer than wide fibres' clouds are, along the direction in which the paper was made."""
DEVIATION = 0.35
"""Standard deviation of value noise."""


class Paper(Degradation):
    """The paper itself: its colour under the whites, and the cloudiness of its fibres.

    Light is multiplied by the reflectance of the base, which differs a little from sheet to sheet, and by a noise whose
    octaves lie along the machine direction by 1.5 to 1, from `size_mm` down to a quarter of it. Clouds finer than a
    pixel average out. With a base of 1, variation 0 and fibres 0 it is the identity.

    Reference: M. Deng, C. T. J. Dodson, Paper: An Engineered Stochastic Structure (1994), on how fibres cluster.
    """

    stage = Stage.PRINT

    base: Vector = field((0.90, 0.88, 0.82), "reflectance in red, green and blue", low=0.1, high=1, unit="reflectance")
    variation: Real = field(
        0.02, "standard deviation of each colour's reflectance from sheet to sheet", low=0, high=0.3, unit="ratio"
    )
    fibres: Real = field((0.005, 0.02), "standard deviation of the fibres' noise", low=0, high=0.3, unit="ratio")
    size_mm: Real = field((1.2, 2.4), "size of the largest clouds of fibres", low=0.05, high=50)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One multiplication of light."""
        base = [
            min(share * (1 + drawn["variation"] * _normal(key.at("variation", channel))), 1.0)
            for channel, share in enumerate(drawn["base"])
        ]
        lights = [max(float(light), 0.01) for light in photo.colour((base[0], base[1], base[2]))]
        if drawn["fibres"] == 0 and all(light == 1 for light in lights):
            return
        chances = key.at("direction").uniforms()
        octaves = fibre_octaves(drawn["size_mm"] * photo.px_per_mm, drawn["fibres"], chances[0] < 0.5)
        gains = np.array([rounded(light ** (1 / 2.4)) for light in lights], np.float32)
        rows, (k0, k1) = photo.pixels.reshape(photo.height, -1), key.at("fibres").pair()
        sheets.lay_fibres(rows, photo.channels, octaves, photo.print_box[0], photo.print_box[2], gains, k0, k1)


def fibre_octaves(size_px: float, deviation: float, upright: bool) -> np.ndarray:
    """(N, 3): cells a pixel down and across, amplitude, of noise with the given deviation at full resolution."""
    stretch = math.sqrt(ANISOTROPY)
    rows = []
    for n in range(OCTAVES):
        long, short = 2**n / (size_px * stretch), 2**n * stretch / size_px
        down, across = (long, short) if upright else (short, long)
        averaged = max(down, 1.0) * max(across, 1.0)
        amplitude = rounded(deviation / (DEVIATION * math.sqrt(OCTAVES) * averaged))
        rows.append((rounded(min(down, 1.0)), rounded(min(across, 1.0)), amplitude))
    return np.array(rows, np.float64)


def _normal(key: Key) -> float:
    """Mean 0 and variance 1, within ±4.9: the sum of eight uniforms, without a logarithm."""
    return (sum(key.uniforms()) - 4) * 1.2247448713915890
