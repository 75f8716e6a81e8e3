"""A restored picture brought to its damaged one: shifted to lie over it, and given its tones."""

from __future__ import annotations

from typing import Any

import numpy as np

from degrade.harvest.errors import HarvestError
from degrade.harvest.scans import Floats, gray_of

_TRIMMED, _ROUNDS = 0.9, 4
"""Share of the pixels, those that fit best, by which tones are fitted, and how often anew."""
_SAMPLED = 200_000
_LEAST_LIKENESS = 0.5
"""Correlation below which two pictures are not of the same thing."""


def matched(damaged: Floats, restored: Floats) -> Floats:
    """(H, W, C) float32 of the shape of `damaged`: `restored`, aligned by an affine map that maximises the enhanced
    correlation coefficient (G. D. Evangelidis and E. Z. Psarakis, doi:10.1109/TPAMI.2008.113), each channel's tones
    mapped by a cubic that is fitted to the pixels that fit best.

    Raises HarvestError where the two do not show the same.
    """
    import cv2

    height, width, channels = damaged.shape
    if restored.shape[2] != channels:
        restored = gray_of(restored)[:, :, None] if channels == 1 else np.repeat(restored, 3, axis=2)
    if restored.shape[:2] != (height, width):
        ratio = restored.shape[1] / restored.shape[0] * height / width
        if not 0.95 < ratio < 1.05:
            raise HarvestError("its restored version is of another form", "")
        resized: Any = cv2.resize(restored, (width, height), interpolation=cv2.INTER_AREA)
        restored = resized.reshape(height, width, channels)
    aligned = _aligned(damaged, restored)
    likeness = np.corrcoef(gray_of(damaged).reshape(-1)[::7], gray_of(aligned).reshape(-1)[::7])[0, 1]
    if not likeness > _LEAST_LIKENESS:
        raise HarvestError("its restored version shows something else", "")
    return np.stack([_toned(damaged[:, :, c], aligned[:, :, c]) for c in range(channels)], axis=2)


def uncertainty(restored: Floats) -> Floats:
    """(H, W) float32: by how much a shift of half a pixel changes the gray values, which is no damage."""
    import cv2

    gray = gray_of(restored)
    element = np.ones((3, 3), np.uint8)
    spread: Floats = 0.5 * (cv2.dilate(gray, element) - cv2.erode(gray, element))
    return spread


def _aligned(damaged: Floats, restored: Floats) -> Floats:
    import cv2

    ecc: Any = cv2.findTransformECC
    height, width, channels = damaged.shape
    shrunk = max(max(height, width) / 1000, 1.0)
    size = round(width / shrunk), round(height / shrunk)
    here, there = (cv2.resize(gray_of(one), size, interpolation=cv2.INTER_AREA) for one in (damaged, restored))
    found: Any = np.eye(2, 3, dtype=np.float32)
    until = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
    try:
        _, found = ecc(here, there, found, cv2.MOTION_AFFINE, until, None, 5)
    except cv2.error:  # two plain pictures have nothing to be aligned by
        return restored
    # Centres of pixels lie at half: the map of the small pictures is brought to the large ones.
    found[:, 2] += (found[:, :2] - np.eye(2)) @ np.array([0.5, 0.5]) * (1 - 1 / shrunk)
    found[:, 2] *= shrunk
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    moved = np.abs(corners @ found.T - corners[:, :2])
    if moved.max() < 0.1:
        return restored
    if moved.max() > 0.05 * max(height, width):
        raise HarvestError("its restored version lies elsewhere", "")
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped: Any = cv2.warpAffine(restored, found, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    laid: Floats = warped.reshape(height, width, channels)
    return laid


def _toned(damaged: Floats, restored: Floats) -> Floats:
    """`restored` by the cubic that brings most of it closest to `damaged`."""
    every = max(damaged.size // _SAMPLED, 1)
    wanted, given = damaged.reshape(-1)[::every].astype(np.float64), restored.reshape(-1)[::every].astype(np.float64)
    kept = np.ones(wanted.size, np.bool_)
    factors = np.array([0.0, 0.0, 1.0, 0.0])
    degree = 3 if np.ptp(given) > 0.1 else 0
    for _ in range(_ROUNDS):
        factors = np.polynomial.polynomial.polyfit(given[kept], wanted[kept], degree)
        off = np.abs(np.polynomial.polynomial.polyval(given, factors) - wanted)
        kept = off <= np.quantile(off, _TRIMMED)
    toned: Floats = np.clip(np.polynomial.polynomial.polyval(restored, factors), 0, 1).astype(np.float32)
    return toned
