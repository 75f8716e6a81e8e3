"""Which photographs are the same, or nearly, and which of these lie in different splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from degrade.corpus import Photograph
from degrade.screening.examine import Examined
from degrade.screening.findings import Duplicate, NearDuplicate
from degrade.screening.neighbours import near_pairs
from degrade.screening.perceptual import ALIKE, TONES

_NONE = np.iinfo(np.int64).max
_BLOCK = 1 << 16
"""Pairs whose tones are compared at a time."""


def duplicates(
    photographs: Sequence[Photograph], examined: Sequence[Examined], splits: Mapping[str, str], near: int
) -> Iterator[Duplicate | NearDuplicate]:
    """At most one finding for each photograph that is there before.

    Photographs are compared with those before them in byte order of their sources, all of them: a file that was found
    to be a near-duplicate counts like any other. So what has no finding is unlike all else that has none.

    Parameters
    ----------
    photographs : sequence of Photograph
        In byte order of their sources.
    examined : sequence of Examined
        What is known of each.
    splits : mapping
        key -> split, of those that are in one.
    near : int
        Bits of 64 in which hashes may differ.
    """
    first: dict[bytes, int] = {}
    alone = []
    for number, each in enumerate(examined):
        if not each.digest:
            continue
        of = first.setdefault(each.digest, number)
        if of != number:
            yield Duplicate(*_facts(photographs, splits, number, of))
        elif each.looks is not None:
            alone.append(number)
    places = np.array(alone, np.intp)
    codes_of = {name: code for code, name in enumerate(["", *sorted(set(splits.values()))])}
    codes = np.array([codes_of[splits.get(photographs[n].key, "")] for n in alone], np.int64)
    looks = [each.looks for n in alone if (each := examined[n]).looks is not None]
    hashes = np.array([look.hash for look in looks if look], np.uint64)
    tones = np.frombuffer(b"".join(look.tones for look in looks if look), np.uint8).reshape(-1, TONES)
    for second, score in enumerate(_nearest(hashes, tones, codes, near)):
        if score != _NONE:
            distance, of = int(score) >> 32 & 0xFF, int(score) & 0xFFFFFFFF
            yield NearDuplicate(*_facts(photographs, splits, int(places[second]), int(places[of])), distance)


def _facts(
    photographs: Sequence[Photograph], splits: Mapping[str, str], number: int, of: int
) -> tuple[str, str, str, str, str]:
    this, that = photographs[number], photographs[of]
    return this.source, this.key, that.source, splits.get(this.key, ""), splits.get(that.key, "")


def _nearest(hashes: np.ndarray, tones: np.ndarray, splits: np.ndarray, near: int) -> np.ndarray:
    """For each picture the best of those before it, (n,) int64, _NONE where there is none: a number whose bits say
    whether it is no leak, the distance, where it stands. `splits` are codes, 0 for none."""
    best = np.full(len(hashes), _NONE)
    likeness = _Likeness(tones)
    for first, second, distance in near_pairs(hashes, near):
        for start in range(0, len(first), _BLOCK):
            some = slice(start, start + _BLOCK)
            alike = likeness.of(first[some], second[some])
            i, j = first[some][alike], second[some][alike]
            leak = (splits[i] != splits[j]) & (splits[i] > 0) & (splits[j] > 0)
            np.minimum.at(best, j, (~leak).astype(np.int64) << 40 | distance[some][alike].astype(np.int64) << 32 | i)
    return best


class _Likeness:
    """Compares tones, in whole numbers."""

    def __init__(self, tones: np.ndarray) -> None:
        self._tones = tones
        self._sums = tones.sum(axis=1, dtype=np.int64)
        squares = np.einsum("ij,ij->i", tones, tones, dtype=np.int64)
        self._variances = TONES * squares - self._sums**2

    def of(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Which of the pairs are alike, (m,) bool."""
        a, b = self._tones[first].astype(np.int32), self._tones[second].astype(np.int32)
        covariance = TONES * np.einsum("ij,ij->i", a, b).astype(np.int64) - self._sums[first] * self._sums[second]
        least = ALIKE * np.sqrt(self._variances[first].astype(np.float64)) * np.sqrt(self._variances[second])
        alike: np.ndarray = covariance >= least
        return alike
