"""Intervals by the bootstrap: how much a figure would move had other photographs been taken.

Photographs are drawn, not pairs: copies of one photograph are no independent witnesses (the cluster bootstrap; A. C.
Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 3.8). Intervals are percentiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import degrade

Array = npt.NDArray[Any]
RESAMPLES = 1000
CONFIDENCE = 0.95
_MOST_WEIGHTS = 1 << 22


class Interval(NamedTuple):
    """A figure, and between which bounds it lies with a confidence of 95 %; these are None where fewer than two
    photographs tell of it."""

    value: float
    low: float | None = None
    high: float | None = None

    def to_data(self) -> dict[str, float | None]:
        """Ready for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}


def photo_numbers(photos: Sequence[str]) -> tuple[npt.NDArray[np.int64], int]:
    """The photograph of each pair as a number, and how many there are."""
    known = {photo: number for number, photo in enumerate(sorted(set(photos)))}
    return np.array([known[photo] for photo in photos], np.int64), len(known)


def weights(photos: int, resamples: int = RESAMPLES, seed: int = 0) -> Iterator[npt.NDArray[np.float64]]:
    """How often each photograph is drawn: (R, photos) arrays of which the rows of all are `resamples`.

    The same for the same arguments on every machine: the words of a counter-based generator (Philox, J. K. Salmon et
    al., doi:10.1145/2063384.2063405), keyed by the seed.
    """
    words = np.random.Philox(key=np.array(degrade.Key(seed).at("bootstrap").words()[:2], np.uint64))
    together = max(1, _MOST_WEIGHTS // photos)
    for start in range(0, resamples, together):
        rows = min(together, resamples - start)
        drawn = (words.random_raw(rows * photos) >> np.uint64(32)) * np.uint64(photos) >> np.uint64(32)
        flat = drawn.astype(np.int64) + np.repeat(np.arange(rows) * photos, photos)
        yield np.bincount(flat, minlength=rows * photos).reshape(rows, photos).astype(np.float64)


def interval(value: float, drawn: Array, photos: int) -> Interval:
    """The interval of a figure that was `value`, and `drawn` (R,) in the resamples; NaN among these tell nothing."""
    told = drawn[~np.isnan(drawn)]
    if photos < 2 or not told.size:
        return Interval(value)
    low, high = np.quantile(told, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(value, float(low), float(high))
