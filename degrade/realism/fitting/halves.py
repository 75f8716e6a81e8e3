"""Which photographs calibrate a fit, and which judge it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.features.sheet import Array


def halves(groups: Sequence[str], sources: Sequence[str], key: Key) -> tuple[Array, Array]:
    """Rows of the calibration half, and of the held-out half: (N₁,), (N₂,) int64, in order.

    Groups (copies, frames of a shot) are never divided. The groups of each source are dealt out by turns in an order
    that `key` draws, so that both halves have photographs of every source.
    """
    source_of = dict(zip(reversed(groups), reversed(sources), strict=True))
    first: set[str] = set()
    turn = 0
    for source in sorted(set(source_of.values())):
        members = sorted(group for group, of in source_of.items() if of == source)
        for number in generator(key.at("half", source)).permutation(len(members)):
            if turn % 2 == 0:
                first.add(members[number])
            turn += 1
    chosen = np.array([group in first for group in groups], bool)
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)
