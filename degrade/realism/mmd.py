"""The maximum mean discrepancy: how far apart two sets are, without a classifier.

The unbiased estimate (A. Gretton et al., JMLR 13, 2012) with the cubic kernel of the Kernel Inception Distance (M.
Bińkowski et al., arXiv:1801.01401), on standardised features in place of a network's. It may be below zero. Pairs of
the same photograph are left out, since they are alike for another reason.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import permuted
from degrade.realism.features.sheet import Array


def kernel(values: Array) -> Array:
    """(N, N): (x·y / F + 1)³ of rows of standardised features, (N, F)."""
    like: Array = (values @ values.T / values.shape[1] + 1) ** 3
    return like


def mmd(like: Array, labels: Array, groups: Array, weights: Array | None = None) -> Array:
    """(R,): the squared discrepancy of the two sets, for each row of weights, (R, N); without these R is 1."""
    counts = np.ones((1, len(labels))) if weights is None else weights
    apart = groups[:, None] != groups[None, :]
    kept = like * apart
    one, other = counts * labels, counts * ~labels
    squared: Array = (
        _mean(one, one, kept, apart) + _mean(other, other, kept, apart) - 2 * _mean(one, other, kept, apart)
    )
    return squared


def _mean(one: Array, other: Array, like: Array, apart: Array) -> Array:
    pairs = ((one @ apart) * other).sum(axis=1)
    total = ((one @ like) * other).sum(axis=1)
    means: Array = np.divide(total, pairs, out=np.full(len(one), np.nan), where=pairs > 0)
    return means


def mmd_p(like: Array, labels: Array, groups: Array, key: Key, count: int) -> float:
    """How often labels that mean nothing are as far apart: (1 + those) / (1 + count)."""
    observed = float(mmd(like, labels, groups)[0])
    reached = sum(float(mmd(like, permuted(labels, groups, key.at(n)), groups)[0]) >= observed for n in range(count))
    return (1 + reached) / (1 + count)
