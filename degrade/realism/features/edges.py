"""Edges: how wide they are, and how far they overshoot. Unsharp masking leaves a halo on every edge and speck."""

from __future__ import annotations

import numpy as np

from degrade.realism.features.sheet import Array

_LARGEST = 768
"""Pixels a side that are looked at, from the middle."""
_EDGES = 1000
"""Places that are looked at."""
_STRONGEST = 0.02
_REACH, _STEP = 8, 0.5
_SIDE = 5
"""Samples at either end whose mean is the tone of that side."""
_LEAST_STEP = 16.0
"""Codes between both sides below which it is no edge."""
_FEWEST = 40
NAMES = ("halo", "width")


def edges(luma: Array) -> Array:
    """(2,) of a picture, (H, W) in codes: how far the median profile across edges goes beyond its two sides, both
    together, as a share of the step; and the log of the step over the steepest slope, in pixels.

    Two NaN where there are fewer than 40 edges.
    """
    import cv2

    top, left = (max(0, side - _LARGEST) // 2 for side in luma.shape)
    plane = np.ascontiguousarray(luma[top : top + _LARGEST, left : left + _LARGEST], np.float32)
    smooth = cv2.GaussianBlur(plane, (5, 5), 0.8)
    across, down = cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    inner = strength[_REACH:-_REACH, _REACH:-_REACH]
    strong = np.flatnonzero(inner >= max(float(np.quantile(inner, 1 - _STRONGEST)), 1.0))
    if len(strong) < _FEWEST:
        return np.full(len(NAMES), np.nan)
    chosen = strong[np.linspace(0, len(strong) - 1, min(_EDGES, len(strong))).astype(np.int64)]
    rows, columns = (place + _REACH for place in np.divmod(chosen, inner.shape[1]))
    size = strength[rows, columns]
    profiles = _profiles(plane, rows, columns, down[rows, columns] / size, across[rows, columns] / size)
    low, high = profiles[:, :_SIDE].mean(axis=1), profiles[:, -_SIDE:].mean(axis=1)
    kept = high - low > _LEAST_STEP
    if kept.sum() < _FEWEST:
        return np.full(len(NAMES), np.nan)
    profile = np.median((profiles[kept] - low[kept, None]) / (high - low)[kept, None], axis=0)
    slope = float(np.diff(profile).max()) / _STEP
    halo = max(float(profile.max()) - 1, 0.0) + max(-float(profile.min()), 0.0)
    return np.array([halo, -np.log(max(slope, 1e-3))])


def _profiles(plane: Array, rows: Array, columns: Array, down: Array, across: Array) -> Array:
    """(E, S): samples along each edge's gradient, from dark to light."""
    import cv2

    along = np.arange(-_REACH, _REACH + _STEP, _STEP, dtype=np.float32)
    x = (columns[:, None] + across[:, None] * along).astype(np.float32)
    y = (rows[:, None] + down[:, None] * along).astype(np.float32)
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
