"""Patches of the same content, so that what tells two sets apart is not what they show."""

from __future__ import annotations

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.features.sheet import Array

CALLIPER = 0.15
"""Deviations by which matched patches may differ in each of mean, deviation and middle energy."""
_MOST = 1500
"""Patches of a set that are looked at."""


def matched(one: Array, other: Array, key: Key) -> tuple[Array, Array]:
    """Rows of `one` and of `other`, (N, 3) and (M, 3), that belong together, the nearest first; none is used twice.

    Of more than 1500 patches so many are drawn. P. R. Rosenbaum and D. B. Rubin, doi:10.1080/00031305.1985.10479383.
    """
    from scipy.spatial import cKDTree

    first, second = (_some(len(content), key.at(name)) for name, content in (("one", one), ("other", other)))
    scale = np.maximum(np.concatenate([one, other]).std(axis=0), 1e-9)
    near = cKDTree(one[first] / scale).sparse_distance_matrix(
        cKDTree(other[second] / scale), CALLIPER, p=np.inf, output_type="ndarray"
    )
    free = np.ones(len(first), bool), np.ones(len(second), bool)
    pairs = []
    for place in np.lexsort((near["j"], near["i"], near["v"])).tolist():
        i, j = int(near["i"][place]), int(near["j"][place])
        if free[0][i] and free[1][j]:
            free[0][i] = free[1][j] = False
            pairs.append((i, j))
    chosen = np.array(pairs, np.int64).reshape(-1, 2)
    return first[chosen[:, 0]], second[chosen[:, 1]]


def _some(count: int, key: Key) -> Array:
    return np.sort(generator(key).permutation(count)[:_MOST])
