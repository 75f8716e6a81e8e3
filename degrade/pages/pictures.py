"""Pictures and masks as people see them on a page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.pages.palette import CLASS_COLOURS, DAMAGE

Picture = npt.NDArray[np.uint8]
BACKDROP = 0.25
"""How much of the picture shines through behind its mask, so that the eye finds its way."""
_LARGEST_MAGNIFIED = 256
"""Pixels of the longer side up to which a small picture is magnified."""


def fitted(picture: npt.NDArray[Any], side: int) -> Picture:
    """`picture` (H, W, C), shrunk until no side is longer than `side`; a very small one is magnified by a whole number,
    each pixel a square."""
    from PIL import Image

    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        times = max(1, min(side, _LARGEST_MAGNIFIED) // max(height, width))
        return picture.repeat(times, axis=0).repeat(times, axis=1)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(np.ascontiguousarray(as_rgb(picture)))
    return np.array(image.resize(size, Image.Resampling.LANCZOS))


def as_rgb(picture: npt.NDArray[Any]) -> Picture:
    """(H, W, 3) of (H, W, 1) or (H, W, 3)."""
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture


def coloured_mask(mask: Picture, classes: Picture | None, behind: Picture | None) -> Picture:
    """(H, W, 3): damage in the colour of its class, or white, over the darkened gray of the (H, W, C) `behind`."""
    ground = np.zeros((*mask.shape, 1)) if behind is None else behind.mean(axis=2, keepdims=True) * BACKDROP
    ink = np.array(DAMAGE) if classes is None else _colours()[classes]
    share = mask[:, :, None] / 255
    return np.rint(ground * (1 - share) + ink * share).astype(np.uint8)


@lru_cache(maxsize=1)
def _colours() -> Picture:
    table = np.tile(np.array(DAMAGE, np.uint8), (256, 1))
    for damage, colour in CLASS_COLOURS.items():
        table[damage] = colour
    return table


def classes_in(classes: Picture) -> set[DamageClass]:
    """The classes that occur."""
    present = set(np.unique(classes).tolist())
    return {damage for damage in DamageClass if damage in present}
