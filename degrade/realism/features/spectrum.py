"""The radial power spectrum: how detail is shared out over scales.

Spectra of photographs fall with about the square of the frequency (D. J. Field, doi:10.1364/JOSAA.4.002379); blur,
enlarging, sharpening, noise and grain each bend them in a way of their own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from degrade.realism.features.sheet import PATCH, Array, Sheet

_BANDS = 10
_FLOOR = 0.02
"""Codes² a frequency, about a quarter of what rounding to whole codes leaves; below it nothing is told apart."""
NAMES = tuple(f"band{number}" for number in range(1, _BANDS + 1))


def spectrum(sheet: Sheet) -> Array:
    """(K, 10): log power in ten bands, evenly wide in log frequency up to 0.5 cycles a pixel, less the lowest band's.

    The lowest band lies below these, from 1/96 cycles a pixel.
    """
    levels = band_levels(sheet)
    return levels[:, 1:] - levels[:, :1]


def band_levels(sheet: Sheet) -> Array:
    """(K, 11): log power in all bands, in codes² a frequency."""
    window, weights = _tables()
    patches = sheet.cut(sheet.plane)
    centred = (patches - patches.mean(axis=(1, 2), keepdims=True)) * window
    waves = np.fft.rfft2(centred)
    power = waves.real**2 + waves.imag**2
    means = np.stack([power.reshape(len(power), -1)[:, where] @ share for where, share in weights], axis=1)
    return np.log(means + _FLOOR)


@lru_cache(maxsize=1)
def _tables() -> tuple[Array, list[tuple[Array, Array]]]:
    """A window whose squares sum to one, and of each band where it lies in `rfft2` and the share of each place."""
    window = np.outer(*[np.hanning(PATCH + 2)[1:-1]] * 2).astype(np.float32)
    window /= np.sqrt((window**2).sum())
    radius = np.hypot(np.fft.fftfreq(PATCH)[:, None], np.fft.rfftfreq(PATCH)[None, :]).ravel()
    edges = np.geomspace(0.8 / PATCH, 0.5, _BANDS + 2)
    edges[1] = max(edges[1], 1.1 / PATCH)
    twice = np.full((PATCH, PATCH // 2 + 1), 2.0)
    twice[:, [0, -1]] = 1
    weights = []
    for low, high in pairwise(edges.tolist()):
        where = np.flatnonzero((radius >= low) & (radius < high))
        share = twice.ravel()[where]
        weights.append((where, share / share.sum()))
    return window, weights
