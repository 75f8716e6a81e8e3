"""The Fréchet distance of two sets, each taken for a normal distribution.

As the Fréchet Inception Distance (M. Heusel et al., arXiv:1706.08500), on standardised features. It is too large for
small sets, by an amount that depends on the set (M. J. Chong and D. Forsyth, arXiv:1911.07023), so only distances of
equally many pictures may be compared.
"""

from __future__ import annotations

import numpy as np

from degrade.realism.features.sheet import Array


def frechet(one: Array, other: Array) -> float:
    """The squared distance of two sets of standardised features, (N, F) and (M, F), at least 0."""
    apart = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.atleast_2d(np.cov(one, rowvar=False)), np.atleast_2d(np.cov(other, rowvar=False))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return max(0.0, float(apart @ apart + np.trace(first) + np.trace(second) - 2 * shared))
