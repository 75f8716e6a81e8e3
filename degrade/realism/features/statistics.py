"""Natural-scene statistics: how luma, normalised by its neighbourhood, is distributed.

The 36 numbers of A. Mittal, A. K. Moorthy and A. C. Bovik, No-Reference Image Quality Assessment in the Spatial Domain
(doi:10.1109/TIP.2012.2214050), without any trained model: at two sizes the shape and variance of a generalised Gaussian
that is fitted to the normalised luma, and four numbers of an asymmetric one for the products of neighbours in four
directions. Fits are by moments (N.-E. Lasmar, Y. Stitou, Y. Berthoumieu, doi:10.1109/ICIP.2009.5414404).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from degrade.realism.features.sheet import Array, Sheet

_SIGMA = 7 / 6
_WINDOW = (7, 7)
_STEADY = 1.0
"""Codes that are added to the local deviation, so that flat places do not blow up."""
_LEAST = 1e-6
_NEIGHBOURS = {"across": (0, 1), "down": (1, 0), "falling": (1, 1), "rising": (1, -1)}
NAMES = tuple(
    f"{size}.{name}"
    for size in ("full", "half")
    for name in (
        *("shape", "variance"),
        *(f"{way}.{what}" for way in _NEIGHBOURS for what in ("shape", "mean", "left", "right")),
    )
)


def nss(sheet: Sheet) -> Array:
    """(K, 36): in the order of NAMES; variances are natural logarithms."""
    import cv2

    half = cv2.resize(sheet.plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.concatenate([_of(sheet, sheet.plane, 1), _of(sheet, half, 2)], axis=1)


def _of(sheet: Sheet, plane: Array, shrunk: int) -> Array:
    normal = _normalised(plane)
    columns = [*_symmetric(_flat(sheet.cut(normal, shrunk)))]
    for down, across in _NEIGHBOURS.values():
        product = normal * np.roll(normal, (-down, -across), (0, 1))
        columns += _asymmetric(_flat(sheet.cut(product, shrunk)))
    return np.stack(columns, axis=1)


def _flat(patches: Array) -> Array:
    return patches.reshape(len(patches), -1)


def _normalised(plane: Array) -> Array:
    import cv2

    mean = cv2.GaussianBlur(plane, _WINDOW, _SIGMA)
    square = cv2.GaussianBlur(plane * plane, _WINDOW, _SIGMA)
    deviation = np.sqrt(np.abs(square - mean * mean))
    normal: Array = (plane - mean) / (deviation + _STEADY)
    return normal


@lru_cache(maxsize=1)
def _ratios() -> tuple[Array, Array]:
    """Shapes, and E[|x|]² / E[x²] of a generalised Gaussian of that shape, which grows with it."""
    from scipy.special import gammaln

    shapes = np.geomspace(0.1, 12, 4000)
    return shapes, np.exp(2 * gammaln(2 / shapes) - gammaln(1 / shapes) - gammaln(3 / shapes))


def _symmetric(values: Array) -> tuple[Array, Array]:
    """Shape and log variance of each row's generalised Gaussian."""
    shapes, ratios = _ratios()
    variance = np.mean(values * values, axis=1, dtype=np.float64)
    size = np.mean(np.abs(values), axis=1, dtype=np.float64)
    shape = np.interp(size * size / np.maximum(variance, _LEAST), ratios, shapes)
    return np.log(shape), np.log(variance + _LEAST)


def _asymmetric(values: Array) -> tuple[Array, Array, Array, Array]:
    """Shape, mean, and log variance to the left and right, of each row's asymmetric generalised Gaussian."""
    from scipy.special import gammaln

    shapes, ratios = _ratios()
    square = values * values
    right = values > 0
    sums, right_sums = square.sum(1, dtype=np.float64), (square * right).sum(1, dtype=np.float64)
    rights = right.sum(1)
    right_variance = right_sums / np.maximum(rights, 1)
    left_variance = (sums - right_sums) / np.maximum(values.shape[1] - rights, 1)
    leaning = np.sqrt((left_variance + _LEAST) / (right_variance + _LEAST))
    size = np.mean(np.abs(values), axis=1, dtype=np.float64)
    ratio = size * size / np.maximum(sums / values.shape[1], _LEAST)
    ratio = ratio * (leaning**3 + 1) * (leaning + 1) / (leaning**2 + 1) ** 2
    shape = np.interp(ratio, ratios, shapes)
    spread = np.exp(gammaln(2 / shape) - 0.5 * (gammaln(1 / shape) + gammaln(3 / shape)))
    mean = (np.sqrt(right_variance) - np.sqrt(left_variance)) * spread
    return np.log(shape), mean, np.log(left_variance + _LEAST), np.log(right_variance + _LEAST)
