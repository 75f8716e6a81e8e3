"""Colour by bands of tone: toning and fading tint shadows, middle tones and highlights each in another way."""

from __future__ import annotations

import numpy as np

from degrade.realism.features.sheet import Array

_BANDS = ("shadows", "middle", "highlights")
_EACH = 5
"""Of so many pixels one is looked at."""
LEAST = 0.5
"""Of a* and b*, what is seen. A gray picture that was saved in colour has a little, which would give its set away."""
NAMES = (*(f"{band}.{axis}" for band in _BANDS for axis in ("a", "b")), "chroma", "spread")


def colour(pixels: Array) -> Array:
    """(8,) of a picture, (H, W, 3) uint8 RGB or (H, W, 1): medians of CIE a* and b* in the thirds of its pixels from
    dark to light, the median chroma, and how far a* and b* scatter; what is below 0.5 is 0, as all is of a gray
    picture."""
    import cv2

    if pixels.shape[2] == 1:
        return np.zeros(len(NAMES))
    some = np.ascontiguousarray(pixels.reshape(1, -1, 3)[:, ::_EACH])
    lab = cv2.cvtColor(some.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    ordered = lab[np.argsort(lab[:, 0], kind="stable"), 1:]
    bands = [np.median(band, axis=0) for band in np.array_split(ordered, len(_BANDS))]
    chroma = float(np.median(np.hypot(ordered[:, 0], ordered[:, 1])))
    found = np.array([*np.concatenate(bands), chroma, float(np.sqrt(ordered.var(axis=0).sum()))])
    return np.where(np.abs(found) < LEAST, 0.0, found)
