"""Random draws for the tests between sets: all of them follow from a Key, so that a comparison repeats itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from degrade.engine.key import Key
from degrade.realism.features.sheet import Array
from degrade.train.bootstrap import weights


def generator(key: Key) -> np.random.Generator:
    """A counter-based generator (Philox) that is the same wherever this Key is."""
    return np.random.Generator(np.random.Philox(key=np.array(key.words()[:2], np.uint64)))


def seed_of(key: Key) -> int:
    """A seed for other libraries, 0 to 2³² − 1."""
    return key.pair()[0]


def numbered(groups: Sequence[str]) -> Array:
    """(N,) int64: each row's group as a number, by the order of the names."""
    known = {name: number for number, name in enumerate(sorted(set(groups)))}
    return np.array([known[name] for name in groups], np.int64)


def folds(labels: Array, groups: Array, count: int, key: Key) -> Array:
    """(N,) int64: a fold for each row, 0 to count − 1.

    Groups are never divided; those with rows of one label, of the other, and of both are each dealt out evenly.
    """
    draw = generator(key)
    total = int(groups.max()) + 1
    has = np.zeros((2, total), bool)
    has[labels.astype(np.int64), groups] = True
    fold = np.zeros(total, np.int64)
    dealt = 0
    for kind in (1, 2, 3):
        members = np.flatnonzero(has[0] + 2 * has[1] == kind)
        fold[draw.permutation(members)] = (dealt + np.arange(len(members))) % count
        dealt += len(members)
    return fold[groups]


def permuted(labels: Array, groups: Array, key: Key) -> Array:
    """(N,) bool: labels dealt out anew; whole groups change sides, and within groups on both sides rows do."""
    draw = generator(key)
    out = labels.copy()
    total = int(groups.max()) + 1
    sizes = np.bincount(groups, minlength=total)
    ones = np.bincount(groups, labels, minlength=total)
    pure = (ones == 0) | (ones == sizes)
    side = np.zeros(total, bool)
    side[pure] = draw.permutation(ones[pure] > 0)
    out[pure[groups]] = side[groups][pure[groups]]
    for group in np.flatnonzero(~pure):
        rows = np.flatnonzero(groups == group)
        out[rows] = draw.permutation(out[rows])
    return out


def halved(groups: Array, key: Key) -> Array:
    """(N,) bool: which rows belong to the one half of the groups."""
    total = int(groups.max()) + 1
    one = np.zeros(total, bool)
    one[generator(key).permutation(total)[: total // 2]] = True
    return one[groups]


class Resamples:
    """How often each group is drawn in each bootstrap resample, the same for every set that has the group.

    Parameters
    ----------
    real, others : sequence of str
        Groups of the real photographs, and of all sets that are compared with them. Each of the two is drawn by itself,
        so that as many are always drawn; what is in both goes with the real ones.
    """

    def __init__(self, real: Sequence[str], others: Sequence[str], count: int, key: Key) -> None:
        strata = sorted(set(real)), sorted(set(others) - set(real))
        self._places = {name: place for place, name in enumerate([*strata[0], *strata[1]])}
        self._drawn = np.concatenate(
            [
                np.concatenate(list(weights(len(names), count, key.at("stratum", number).words()[0])))
                for number, names in enumerate(strata)
                if names
            ],
            axis=1,
        )

    def of(self, groups: Sequence[str]) -> Array:
        """(R, N) float64: how often each row is drawn."""
        rows: Array = self._drawn[:, [self._places[group] for group in groups]]
        return rows
