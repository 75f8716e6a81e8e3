"""Noise where a picture is flattest: how strong, and how far it hangs together.

Grain that passed through a lens, a scanner and JPEG is correlated: in flat places of old photographs neighbours had a
correlation of 0.65 to 0.73, and white noise has none. Flat places tell noise from detail (X. Liu, M. Tanaka and M.
Okutomi, doi:10.1109/TIP.2013.2283400).
"""

from __future__ import annotations

import numpy as np

from degrade.realism.features.sheet import PATCH, Array, Sheet

_BLOCK = 16
_FLATTEST = 12
"""Blocks of a patch's 36 that count."""
_OF_ALL = 0.1
"""Share of a picture's blocks that count as its flattest."""
_DARKEST, _LIGHTEST = 6.0, 249.0
"""Codes beyond which noise is cut off; such blocks count only where there are no others."""
_FLOOR = 0.1
"""Codes that are added to the deviation."""
_LAGS = (1, 2, 3, 4)
NAMES = ("level", *(f"lag{lag}" for lag in _LAGS))


def noise(sheet: Sheet) -> tuple[Array, Array]:
    """Log of the noise's deviation in codes, and its correlation over 1, 2, 3 and 4 pixels.

    Returns
    -------
    patches : (K, 5)
        Means over the 12 flattest blocks of 16 px of each patch.
    picture : (5,)
        Medians over the flattest tenth of all blocks.
    """
    patches = sheet.cut(sheet.plane)
    side = PATCH // _BLOCK
    blocks = patches.reshape(-1, side, _BLOCK, side, _BLOCK).swapaxes(2, 3).reshape(-1, _BLOCK, _BLOCK)
    means = blocks.mean(axis=(1, 2))
    rest = _levelled(blocks - means[:, None, None])
    variance = np.mean(rest * rest, axis=(1, 2))
    cut_off = (means < _DARKEST) | (means > _LIGHTEST)
    flatness = variance + 1e6 * cut_off
    measured = np.stack([np.log(np.sqrt(variance) + _FLOOR), *(_correlation(rest, variance, lag) for lag in _LAGS)], 1)
    order = np.argsort(flatness.reshape(len(patches), -1), axis=1, kind="stable")[:, :_FLATTEST]
    by_patch = measured.reshape(len(patches), -1, len(NAMES))
    chosen = np.take_along_axis(by_patch, order[:, :, None], axis=1)
    flattest = np.argsort(flatness, kind="stable")[: max(_FLATTEST, round(_OF_ALL * len(flatness)))]
    return chosen.mean(axis=1), np.median(measured[flattest], axis=0)


def _levelled(blocks: Array) -> Array:
    """Without the plane that fits best, which is shading and no noise."""
    ramp = (np.arange(_BLOCK) - (_BLOCK - 1) / 2).astype(np.float32)
    share = ramp / (_BLOCK * (ramp**2).sum())
    across = np.einsum("kij,j->k", blocks, share)[:, None, None] * ramp
    down = np.einsum("kij,i->k", blocks, share)[:, None, None] * ramp[:, None]
    levelled: Array = blocks - across - down
    return levelled


def _correlation(rest: Array, variance: Array, lag: int) -> Array:
    products = np.mean(rest[:, :, lag:] * rest[:, :, :-lag], axis=(1, 2))
    products += np.mean(rest[:, lag:] * rest[:, :-lag], axis=(1, 2))
    correlation: Array = products / 2 / (variance + _FLOOR**2)
    return correlation
