"""How light and dark a picture is: percentiles, spread and skew of its lightness.

Aged prints have lifted blacks and lowered whites; pictures from the web were stretched to the full range.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from degrade.realism.features.sheet import Array

_EACH = 5
"""Of so many pixels one is looked at for percentiles."""
_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
NAMES = (*(f"p{percentile}" for percentile in _PERCENTILES), "spread", "skew")


def tone(luma: Array) -> Array:
    """(9,) of a picture, (H, W) float32 in codes: CIE L* of the gray of that code, at seven percentiles, its deviation,
    and its skewness."""
    lightness = _lightness(luma)
    spread = float(lightness.std())
    apart = lightness - lightness.mean()
    skew = float(np.mean(apart * apart * apart)) / max(spread, 1.0) ** 3
    return np.array([*np.percentile(lightness.ravel()[::_EACH], _PERCENTILES), spread, skew])


def _lightness(luma: Array) -> Array:
    return np.interp(luma, np.arange(256), _table()).astype(np.float32)


@lru_cache(maxsize=1)
def _table() -> Array:
    """CIE 1976 L*, 0 to 100, of each sRGB code (IEC 61966-2-1)."""
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cube = np.where(linear > (6 / 29) ** 3, np.cbrt(linear), linear / (3 * (6 / 29) ** 2) + 4 / 29)
    table: Array = 116 * cube - 16
    return table
