"""Which pictures belong together: those of one photograph, and those that look alike, such as frames of one shot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from degrade.screening.perceptual import ALIKE

_NEAR = 8
"""Bits of 64 in which the hashes of pictures that look alike may differ."""


def grouped(photos: Sequence[str], looks: Sequence[tuple[int, bytes] | None]) -> tuple[str, ...]:
    """A group for each picture, named by its first photograph: equal photographs, and any that look alike."""
    first: dict[str, int] = {}
    parents = [first.setdefault(photo, number) for number, photo in enumerate(photos)]
    for one, other in _alike(looks):
        _join(parents, one, other)
    return tuple(photos[_root(parents, number)] for number in range(len(photos)))


def _alike(looks: Sequence[tuple[int, bytes] | None]) -> list[tuple[int, int]]:
    known = [number for number, look in enumerate(looks) if look is not None]
    hashes = np.array([look[0] for look in looks if look is not None], np.uint64)
    tones = np.array([np.frombuffer(look[1], np.uint8) for look in looks if look is not None], np.float64)
    pairs = []
    for place in range(len(known) - 1):
        near = place + 1 + np.flatnonzero(np.bitwise_count(hashes[place + 1 :] ^ hashes[place]) <= _NEAR)
        alike = [other for other in near.tolist() if np.corrcoef(tones[place], tones[other])[0, 1] >= ALIKE]
        pairs += [(known[place], known[other]) for other in alike]
    return pairs


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        number = parents[number]
    return number


def _join(parents: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(parents, one), _root(parents, other)))
    parents[high] = low
