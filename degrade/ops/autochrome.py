"""Autochrome plates."""

from __future__ import annotations

import math

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Real, field
from degrade.engine.kernels import mosaic
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.ops.grain import binomial_like_taps

FILTERS = ((0.78, 0.17, 0.05), (0.22, 0.62, 0.16), (0.05, 0.17, 0.78))
"""What orange, green and violet grains (columns) let through of red, green and blue light (rows), for a third of the
plate each; white stays white."""
SHARPEST = 9.0
"""Bits by which a unit of noise tells colours apart once grains are resolved."""


class Autochrome(Degradation):
    """The first colour plate in common use (1907 to the 1930s): a mosaic of dyed grains of potato starch over silver.

    Every grain is an orange, a green or a violet filter of 10 to 15 µm for the silver image beneath it. Seen from afar
    they add up to colour, a little dull since each filter lets some of the others' light through; seen close the
    picture is a coloured sand, most visible in even tones, where grains of one colour lie in clumps. The plate has the
    recipe's format. Below the resolution of the picture grains are averaged, by the multinomial statistics of as many
    clumps as a pixel holds; above it they are patches of one colour. The picture becomes RGB. Strength 0 leaves it.

    Reference: B. Lavédrine, J.-P. Gandolfo, The Lumière Autochrome: History, Technology, and Preservation, Getty
    Conservation Institute (2013).
    """

    stage = Stage.NEGATIVE

    grain_um: Real = field((10.0, 15.0), "diameter of a grain of starch", low=1, high=2000)
    clumping: Real = field((1.5, 4.0), "grains across a clump of one colour", low=1, high=50, unit="grains")
    saturation: Real = field((0.7, 1.0), "how far the dyes tell colours apart", low=0, high=1, unit="share")
    strength: Real = field(1.0, "share of the mosaic", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One mosaic over the whole plate."""
        photo.to_colour()
        if drawn["strength"] == 0:
            return
        clump = drawn["grain_um"] * drawn["clumping"] * photo.px_per_mm / 1000
        taps, deviation = binomial_like_taps(clump / 2)
        # Shares of a multinomial over n clumps deviate by √(2/n) of their mean; so does the softmax of √(3/n)·noise.
        sharpness = min(math.sqrt(3) * clump * 1.442695, SHARPEST)
        filters = np.array(FILTERS, np.float32)
        mosaic.autochrome(
            photo.pixels.reshape(photo.height, photo.width * 3), filters, _inverse(FILTERS), taps,
            sharpness / deviation, float(drawn["saturation"]), float(drawn["strength"]), *key.at("grains").pair(),
        )  # fmt: skip

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        """Three channels, unless it may be skipped."""
        return frozenset({3}) if self.p >= 1 else channels | {3}


def _inverse(m: tuple[tuple[float, float, float], ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Inverse (3, 3) float32 of a matrix, by its cofactors: no library decides its bits."""
    cofactors = [
        [
            m[(j + 1) % 3][(i + 1) % 3] * m[(j + 2) % 3][(i + 2) % 3]
            - m[(j + 1) % 3][(i + 2) % 3] * m[(j + 2) % 3][(i + 1) % 3]
            for j in range(3)
        ]
        for i in range(3)
    ]
    determinant = sum(m[0][i] * cofactors[i][0] for i in range(3))
    return np.array([[value / determinant for value in row] for row in cofactors], np.float32)
