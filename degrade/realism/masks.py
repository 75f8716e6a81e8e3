"""Damage masks: how large the marks are, how long, how many, and how they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from degrade.engine.key import Key
from degrade.realism.draws import generator
from degrade.realism.errors import RealismError
from degrade.realism.features.sheet import Array

NAMES = ("coverage", "number", "diameter", "diameter_spread", "elongation", "clustering", "nearness")
WORDS = {
    "coverage": "share of the picture that is damaged (log)",
    "number": "marks in a picture (log)",
    "diameter": "median diameter of a mark, in thousandths of the diagonal (log)",
    "diameter_spread": "spread of the marks' log diameters",
    "elongation": "median length of a mark over its width (log)",
    "clustering": "variance over mean of the marks in 8×8 cells (log of the Fano factor)",
    "nearness": "distance to the nearest mark over that of scattered ones (Clark–Evans)",
}
_LEAST_PIXELS = 4
_CELLS = 8
_FEWEST = 5
"""Marks below which nothing is said of how they lie."""


@dataclass(frozen=True)
class MaskGap:
    """One figure of the masks of two sets.

    Attributes
    ----------
    name, words : str
    synthetic, real : float
        Medians.
    synthetic_count, real_count : int
        Masks that tell of it.
    energy : float
        Energy distance of the two distributions (G. J. Székely and M. L. Rizzo, doi:10.1016/j.jspi.2013.03.018), in
        deviations of both together.
    p : float
        By permutation of the masks.
    """

    name: str
    words: str
    synthetic: float
    real: float
    synthetic_count: int
    real_count: int
    energy: float
    p: float


def mask_figures(masks: Iterable[Array]) -> Array:
    """(N, 7): figures of each mask, in the order of NAMES; NaN where a mask has too few marks to tell.

    Parameters
    ----------
    masks : iterable of (H, W) uint8 or bool
        Damage where a mask is over 127 (uint8), or True.

    Raises RealismError for anything else.
    """
    rows = [_figures(np.asarray(mask)) for mask in masks]
    return np.array(rows, np.float64).reshape(-1, len(NAMES))


def _figures(mask: Array) -> Array:
    import cv2

    if mask.ndim == 3 and mask.shape[2] == 1:
        mask = mask[:, :, 0]
    if mask.ndim != 2 or mask.dtype not in (np.uint8, np.bool_) or not mask.size:
        raise RealismError(f"a mask is {mask.dtype} of shape {mask.shape}", "give (H, W) uint8 or bool")
    marked = (mask > (127 if mask.dtype == np.uint8 else 0)).astype(np.uint8)
    count, labels, told, centres = cv2.connectedComponentsWithStats(marked, connectivity=8)
    large = np.flatnonzero(told[1:, cv2.CC_STAT_AREA] >= _LEAST_PIXELS) + 1
    found = dict.fromkeys(NAMES, np.nan)
    found["coverage"] = float(np.log(marked.mean() + 1e-6))
    found["number"] = float(np.log1p(len(large)))
    if len(large) >= _FEWEST:
        unit = float(np.hypot(*mask.shape)) / 1000
        diameters = np.log(2 * np.sqrt(told[large, cv2.CC_STAT_AREA] / np.pi) / unit)
        found["diameter"] = float(np.median(diameters))
        found["diameter_spread"] = float(diameters.std())
        found["elongation"] = float(np.median(_elongations(labels, count)[large]))
        found["clustering"] = _clustering(centres[large], mask.shape)
        found["nearness"] = _nearness(centres[large], mask.shape)
    return np.array([found[name] for name in NAMES])


def _elongations(labels: Array, count: int) -> Array:
    """(C,): log of length over width of each mark, by its second moments."""
    rows, columns = np.nonzero(labels)
    which = labels[rows, columns]
    size = np.maximum(np.bincount(which, minlength=count), 1)
    mean_row, mean_column = (np.bincount(which, values, count) / size for values in (rows, columns))
    down, across = rows - mean_row[which], columns - mean_column[which]
    vv, hh, vh = (np.bincount(which, product, count) / size for product in (down**2, across**2, down * across))
    middle, apart = (vv + hh) / 2, np.sqrt(((vv - hh) / 2) ** 2 + vh**2)
    pixel = 1 / 12
    elongations: Array = 0.5 * np.log((middle + apart + pixel) / (np.maximum(middle - apart, 0) + pixel))
    return elongations


def _clustering(centres: Array, shape: tuple[int, ...]) -> float:
    cells = np.histogram2d(centres[:, 1], centres[:, 0], _CELLS, [[0, shape[0]], [0, shape[1]]])[0]
    return float(np.log((cells.var() + 1e-3) / cells.mean()))


def _nearness(centres: Array, shape: tuple[int, ...]) -> float:
    """P. J. Clark and F. C. Evans, doi:10.2307/1931034."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(centres).query(centres, k=2)[0][:, 1]
    return float(nearest.mean() * 2 * np.sqrt(len(centres) / (shape[0] * shape[1])))


def mask_gaps(synthetic: Array, real: Array, key: Key, permutations: int = 500) -> tuple[MaskGap, ...]:
    """Compare two sets' `mask_figures`, (N, 7) and (M, 7); a figure of which fewer than 3 masks tell is left out."""
    found = []
    for place, name in enumerate(NAMES):
        one, other = (figures[:, place][~np.isnan(figures[:, place])] for figures in (synthetic, real))
        if min(len(one), len(other)) >= 3:
            gap = MaskGap(name, WORDS[name], float(np.median(one)), float(np.median(other)), len(one), len(other), 0, 1)
            found.append(_tested(gap, one, other, key.at(name), permutations))
    return tuple(found)


def _tested(gap: MaskGap, one: Array, other: Array, key: Key, permutations: int) -> MaskGap:
    both = np.concatenate([one, other])
    both = (both - both.mean()) / max(float(both.std()), 1e-9)
    distances = np.abs(both[:, None] - both[None, :])
    is_one = np.arange(len(both)) < len(one)
    observed = _energy(distances, is_one)
    draw = generator(key)
    reached = sum(_energy(distances, draw.permutation(is_one)) >= observed for _ in range(permutations))
    return replace(gap, energy=observed, p=(1 + reached) / (1 + permutations))


def _energy(distances: Array, is_one: Array) -> float:
    one, other = is_one / is_one.sum(), ~is_one / (~is_one).sum()
    return float(2 * one @ distances @ other - one @ distances @ one - other @ distances @ other)
