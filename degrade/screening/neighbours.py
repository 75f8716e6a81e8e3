"""Pairs of 64-bit hashes that differ in few bits, found without comparing all.

Multi-index hashing (Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", TPAMI
2014): of p parts of two near hashes, one differs in at most a p-th of the bits. So each part is looked up in a table,
with every way to change so few of its bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np

MAX_BITS = 15
_ALL = 64
_PARTITIONS = range(3, 9)
"""Numbers of parts; of two parts, tables would have 2³² entries."""
_BLOCK = 1 << 20
"""Candidates that are compared at a time."""

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Part:
    """Some bits of a hash, next to each other."""

    shift: int
    width: int

    def of(self, hashes: np.ndarray) -> np.ndarray:
        """(n,) uint64, below 2^width."""
        return (hashes >> np.uint64(self.shift)) & np.uint64((1 << self.width) - 1)

    def changes(self, radius: int) -> Iterator[int]:
        """Every change of at most `radius` of the bits."""
        for count in range(radius + 1):
            for places in combinations(range(self.width), count):
                yield sum(1 << place for place in places)


def near_pairs(hashes: np.ndarray, bits: int) -> Iterator[Pairs]:
    """Every pair of hashes that differ in at most `bits`, once.

    Parameters
    ----------
    hashes : (n,) uint64
    bits : int
        0 to 15.

    Yields
    ------
    first, second : (m,) intp
        Places in `hashes`, first < second.
    distance : (m,) uint8
        Bits that differ.
    """
    parts = _parts(min(_PARTITIONS, key=lambda number: _work(number, len(hashes), bits)))
    radius = bits // len(parts)
    for number, part in enumerate(parts):
        values = part.of(hashes).astype(np.intp)
        order = np.argsort(values, kind="stable")
        starts = np.searchsorted(values[order], np.arange((1 << part.width) + 1))
        for change in part.changes(radius):
            wanted = values ^ change
            for first, second in _candidates(order, starts[wanted], starts[wanted + 1]):
                differing = hashes[first] ^ hashes[second]
                distance = np.bitwise_count(differing)
                near = distance <= bits
                for earlier in parts[:number]:  # which has found the pair already
                    near &= np.bitwise_count(earlier.of(differing)) > radius
                if near.any():
                    yield first[near], second[near], distance[near]


def _parts(number: int) -> list[_Part]:
    bounds = [_ALL * k // number for k in range(number + 1)]
    return [_Part(low, high - low) for low, high in pairwise(bounds)]


def _work(number: int, count: int, bits: int) -> float:
    """How much there is to do with so many parts: a look-up for each change, and a comparison for each candidate."""
    width = _ALL // number
    changes = sum(comb(width, changed) for changed in range(bits // number + 1))
    return number * changes * (1 + count / (1 << width))


def _candidates(order: np.ndarray, low: np.ndarray, high: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(i, j) with i < j for every j in order[low[i]:high[i]], some at a time."""
    rows = np.flatnonzero(high > low)
    counts = (high - low)[rows]
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(rows):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _BLOCK, side="right")))
        some = counts[begin:end]
        first = np.repeat(rows[begin:end], some)
        within = np.arange(len(first)) - np.repeat(ends[begin:end] - some - before, some)
        second = order[low[first] + within]
        later = second > first
        yield first[later], second[later]
        begin = end
