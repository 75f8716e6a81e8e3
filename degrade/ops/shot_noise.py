"""Shot noise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import poisson
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class ShotNoise(Degradation):
    """Light counted in photons: each value becomes a Poisson count of its mean, so that noise grows with its root.

    A pixel that is white counts `photons` on average: 400 leave a deviation of 0.05 in white and of 0.025 in a quarter
    of it. Works on encoded values, as the literature does. `strength` multiplies the deviation. Counts below 16 have
    the exact distribution, larger ones a skewed normal one. Without `per_channel` all channels get the deviation of
    their luma. Strength 0 is the identity.

    References: S. W. Hasinoff, Photon, Poisson noise, in Computer Vision: A Reference Guide (2014); ranges of
    D. Hendrycks and T. Dietterich, arXiv:1903.12261 (60, 25, 12, 5 and 3 photons) and of X. Wang et al.,
    arXiv:2107.10833 (256 photons, strength 0.05 to 3).
    """

    stage = Stage.NEGATIVE

    photons: Real = field(LogUniform(60, 1000), "photons that a white pixel counts", low=0.1, high=1e6, unit="photons")
    strength: Real = field(1.0, "factor of the deviation from the mean", low=0, high=10, unit="ratio")
    per_channel: Flag = field(True, "whether each channel of a colour picture counts by itself; else noise is gray")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Means, counts, values."""
        if drawn["strength"] == 0:
            return
        shared = 1 if drawn["per_channel"] else photo.channels
        rows = photo.pixels.reshape(photo.height, -1)
        poisson.shot(rows, shared, drawn["photons"], drawn["strength"], _tables(), *key.at("noise").pair())


@lru_cache(maxsize=1)
def _tables() -> npt.NDArray[np.uint32]:
    tables: npt.NDArray[np.uint32] = poisson.count_tables().reshape(-1)
    return tables
