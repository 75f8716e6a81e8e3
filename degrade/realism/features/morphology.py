"""Specks, hairs, scratches and cracks, light and dark: what top-hats and black-hats leave over.

A top-hat keeps what is lighter than its surroundings and narrower than its square, a black-hat what is darker
(J. Serra, Image Analysis and Mathematical Morphology, 1982).
"""

from __future__ import annotations

import numpy as np

from degrade.realism.features.sheet import Array, Sheet

_SIDES = (3, 7, 13)
_MARKED = 24.0
"""Codes by which a pixel differs from its surroundings to count as part of a speck."""
_RIM = 0.06
"""Share of the shorter side that is the picture's rim."""
_LEAST = 0.05
_EACH = 5
"""Of so many pixels one is looked at for a percentile; the side of a patch is no multiple, so none is passed over."""
_RARE = 1e-5
"""Added to shares before the logarithm: a pixel in a hundred thousand."""
_COLOURS = ("light", "dark")
NAMES = tuple(f"{colour}{side}.{what}" for side in _SIDES for colour in _COLOURS for what in ("mean", "p99", "peaks"))
PICTURE_NAMES = tuple(f"{colour}.{what}" for colour in _COLOURS for what in ("specks", "share", "rim"))


def morphology(sheet: Sheet) -> Array:
    """(K, 18): logs of the mean, of the 99th percentile, and of that over the mean, of each hat; in codes."""
    columns = []
    for side in _SIDES:
        for hat in _hats(sheet.plane, side):
            patches = sheet.cut(hat).reshape(len(sheet), -1)
            some = patches[:, ::_EACH]
            place = some.shape[1] * 99 // 100
            mean = np.log(patches.mean(axis=1) + _LEAST)
            high = np.log(np.partition(some, place, axis=1)[:, place] + _LEAST)
            columns += [mean, high, high - mean]
    return np.stack(columns, axis=1)


def specks(luma: Array) -> Array:
    """(6,) of a whole picture, (H, W) float32 in codes: of light and of dark marks narrower than 13 px, the log of
    their number a pixel, the log of their share of the area, and the log of how much denser they are along the rim."""
    import cv2

    rim = _rim(luma.shape)
    figures: list[float] = []
    for hat in _hats(luma, _SIDES[-1]):
        marked = (hat > _MARKED).astype(np.uint8)
        count = cv2.connectedComponents(marked, connectivity=8)[0] - 1
        inside, outside = float(marked[~rim].mean()), float(marked[rim].mean())
        figures += [
            float(np.log(count / marked.size + _RARE)),
            float(np.log(marked.mean() + _RARE)),
            float(np.log((outside + 1e-3) / (inside + 1e-3))),
        ]
    return np.array(figures)


def _rim(shape: tuple[int, ...]) -> Array:
    wide = max(1, round(_RIM * min(shape)))
    rim = np.ones(shape, bool)
    rim[wide:-wide, wide:-wide] = False
    return rim


def _hats(plane: Array, side: int) -> tuple[Array, Array]:
    import cv2

    square = np.ones((side, side), np.uint8)
    return cv2.morphologyEx(plane, cv2.MORPH_TOPHAT, square), cv2.morphologyEx(plane, cv2.MORPH_BLACKHAT, square)
