"""The severity of a pair that is made already, from its layers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.engine.pair import luma
from degrade.engine.photo import with_channels
from degrade.streaming.errors import StreamError

if TYPE_CHECKING:
    from degrade.engine.pair import Pair
    from degrade.shards.stored_pair import StoredPair

Array = npt.NDArray[Any]
_OPAQUE = 255


def eased(pair: Pair | StoredPair, strength: float, labels: Collection[str] | None = None) -> Array:
    """The damaged picture of a pair with less of its damage: (H, W, C) of the dtype of `pair.degraded`.

    Parameters
    ----------
    pair : Pair or StoredPair
        With its `layers` (`members: [..., layers]`), and a degraded picture of the size of the clean one.
    strength : float
        In [0, 1]: how much of the damage stays; 1 gives `pair.degraded`.
    labels : collection of str, optional
        Of which steps; by default of all that keep masks.

    Raises
    ------
    StreamError
        Another strength, a pair without layers, a label that it has no layer of, or pictures of different sizes.

    Notes
    -----
    Where a layer covers the picture it gives way to the clean one, which is brought to the tones of the degraded one
    by the straight line, channel by channel, that fits best where nothing covers either. So fading stays and damage
    goes; what lies below it, such as the grain, is not known. To draw less damage in the first place, give `strength`
    to `degrade.Pairs` or `degrade.stream`.
    """
    if not 0 <= strength <= 1:
        raise StreamError(f"the strength is {strength!r}", "give a number from 0 to 1")
    degraded: Array = pair.degraded
    covered = _covered(pair, labels)
    if covered.shape != degraded.shape[:2]:
        raise StreamError(f"the pictures of {pair.key} differ in size", "build without `scale`")
    if strength == 1 or not covered.any():
        return degraded.copy()
    clean = _toned(_like(pair.clean, degraded), degraded, pair.mask == 0)
    weight = covered[:, :, None].astype(np.float32) * np.float32((1 - strength) / _OPAQUE)
    mixed = degraded + (clean - degraded) * weight
    if degraded.dtype == np.float32:
        return np.asarray(np.clip(mixed, 0, 1), np.float32)
    return np.asarray(np.clip(np.rint(mixed), 0, np.iinfo(degraded.dtype).max), degraded.dtype)


def _covered(pair: Pair | StoredPair, labels: Collection[str] | None) -> npt.NDArray[np.uint8]:
    """(H, W) uint8: where the chosen layers cover the picture."""
    known = pair.record.get("layers")
    if known is None:
        raise StreamError(f"{pair.key} has no layers", "build, or stream, with `layers` among the members")
    if strange := sorted(set(labels or ()) - set(known)):
        raise StreamError(f"{pair.key} has no layer {strange[0]!r}", f"choose of {', '.join(known)}")
    layers = pair.layers
    chosen = [layers[label] for label in (known if labels is None else labels) if label in layers]
    height, width = pair.mask.shape
    covered = np.zeros((height, width), np.uint8)
    for layer in chosen:
        np.maximum(covered, layer, out=covered)
    return covered


def _like(clean: Array, degraded: Array) -> Array:
    """The clean picture with as many channels as the degraded one."""
    channels = degraded.shape[2]
    if clean.shape[2] == channels:
        return clean
    return luma(clean)[:, :, None] if channels == 1 else with_channels(clean, channels)


def _toned(clean: Array, degraded: Array, free: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """`clean` in the tones that the degraded picture has where it is `free` of damage. Sums of whole numbers, so that
    every processor finds the same line."""
    toned = clean.astype(np.float32)
    count = int(np.count_nonzero(free))
    if not count:
        return toned
    for channel in range(clean.shape[2]):
        x, y = (_whole(side[:, :, channel][free]) for side in (clean, degraded))
        sum_x, sum_y = int(x.sum()), int(y.sum())
        spread = count * int((x * x).sum()) - sum_x * sum_x
        slope = (count * int((x * y).sum()) - sum_x * sum_y) / spread if spread else 1.0
        offset = (sum_y - slope * sum_x) / count
        if clean.dtype == np.float32:
            offset /= _SCALE
        toned[:, :, channel] = toned[:, :, channel] * np.float32(slope) + np.float32(offset)
    return toned


_SCALE = 65_535


def _whole(values: Array) -> npt.NDArray[np.int64]:
    if values.dtype == np.float32:
        return np.rint(values * np.float32(_SCALE)).astype(np.int64)
    return values.astype(np.int64)
