"""Film grain."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import grain
from degrade.engine.key import Key
from degrade.engine.photo import Photo

RELATIVE_AMPLITUDE = (0.65, 5.2, -5.85)
"""Noise relative to the encoded value v, as a quadratic in v; times v it peaks at 1 in the mid tones (see `Grain`)."""
BLUE = 1.3
"""How much stronger the blue-recording (yellow dye) layer's grain is."""
_UNIFORM_BYTE_VARIANCE = (65536 - 1) / 3
"""Of 2b - 255 for a byte b."""


class Grain(Degradation):
    """Grain of a film: noise in density, strongest in the mid tones, correlated over neighbouring pixels.

    A printed negative's noise peaks where the paper's curve is steep and vanishes towards paper white and full black.
    Real scans show a lag-1 autocorrelation of 0.65 to 0.73 in flat areas; white noise has none. `per_dye` gives each
    layer of a colour film its own grain, correlated between layers, the blue one strongest.

    References: A. Newson, J. Delon, B. Galerne, A Stochastic Film Grain Model for Resolution-Independent Rendering,
    doi:10.1111/cgf.13159; E. W. H. Selwyn, A theory of graininess, Phot. J. 75 (1935).
    """

    stage = Stage.NEGATIVE

    strength: Real = field(
        (0.01, 0.05), "standard deviation in the mid tones", low=0, high=1, unit="pixel scale [0, 1]"
    )
    size_mm: Real = field((0.15, 0.3), "radius of a clump of grains, as the print shows it", low=0.001, high=20)
    per_dye: Flag = field(False, "whether each channel of a colour picture has its own grain")
    dye_correlation: Real = field(0.45, "correlation between channels with per_dye", low=0, high=0.99, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Density noise, to second order; the amplitude's curve is `RELATIVE_AMPLITUDE`."""
        if drawn["strength"] == 0:
            return
        taps, deviation = binomial_like_taps(drawn["size_mm"] * photo.px_per_mm)
        scale, (k0, k1) = drawn["strength"] / deviation, key.at("noise").pair()
        rows = photo.pixels.reshape(photo.height, -1)
        if drawn["per_dye"] and photo.channels == 3:
            shared, lessened = _shared_part(drawn["dye_correlation"])
            grain.grain_dyes(rows, RELATIVE_AMPLITUDE, taps, scale * lessened, shared, BLUE, k0, k1)
        else:
            grain.grain_mono(rows, photo.channels, RELATIVE_AMPLITUDE, taps, scale, k0, k1)


@lru_cache(maxsize=1024)
def binomial_like_taps(sigma_px: float) -> tuple[npt.NDArray[np.float32], float]:
    """Whole-number taps of a Gaussian of `sigma_px` (at most 6), zeros up to a multiple of four, and the deviation of
    bytes that are filtered by them both ways."""
    sigma = min(sigma_px, 6.0)
    if sigma < 0.35:
        weights = [1]
    else:
        half = max(1, math.ceil(2.2 * sigma))
        weights = [round(12 * math.exp(-((i + 0.5) ** 2) / (2 * sigma**2))) for i in range(-half, half)]
        weights = [w for w in weights if w > 0]
    energy = sum(w * w for w in weights)
    weights += [0] * (-len(weights) % 4)
    return np.array(weights, np.float32), energy * math.sqrt(_UNIFORM_BYTE_VARIANCE)


def _shared_part(correlation: float) -> tuple[float, float]:
    """(share of the sum of three independent noises to add to each, factor that restores unit variance)."""
    # With n_c + s·Σn: variance 1 + 2s + 3s², covariance 2s + 3s²; solve cov/var = correlation for s ≥ 0.
    ratio = correlation / (1 - correlation)
    shared = (math.sqrt(1 + 3 * ratio) - 1) / 3
    return shared, 1 / math.sqrt(1 + 2 * shared + 3 * shared**2)
