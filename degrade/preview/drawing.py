"""A canvas: pictures, masks and words at their places."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.preview.captions import plain
from degrade.preview.palette import CLASS_COLOURS, DAMAGE, GROUND, INK, Colour

if TYPE_CHECKING:
    from PIL import ImageFont

Picture = npt.NDArray[np.uint8]
BACKDROP = 0.25
"""How much of the picture shines through behind its mask, so that the eye finds its way."""
_LARGEST_MAGNIFIED = 256
"""Pixels of the longer side up to which a small picture is magnified."""


class Canvas:
    """An RGB picture of height x width, to be drawn on."""

    def __init__(self, height: int, width: int) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (width, height), GROUND)
        self._draw = ImageDraw.Draw(self._image)

    def picture(self, picture: Picture, top: int, left: int) -> None:
        """Place an (H, W, C) picture."""
        from PIL import Image

        self._image.paste(Image.fromarray(np.ascontiguousarray(as_rgb(picture))), (left, top))

    def text(self, text: str, top: int, left: int, size: int, colour: Colour = INK) -> None:
        """Write one line whose letters begin at (top, left)."""
        self._draw.text((left, top), plain(text), font=_font(size), fill=colour)

    def patch(self, colour: Colour, top: int, left: int, side: int) -> None:
        """Fill a square."""
        self._draw.rectangle((left, top, left + side - 1, top + side - 1), fill=colour)

    def pixels(self) -> Picture:
        """(H, W, 3) uint8."""
        return np.array(self._image)


def text_width(text: str, size: int) -> float:
    """Pixels that a line takes."""
    return _font(size).getlength(plain(text))


def shortened(text: str, size: int, width: int) -> str:
    """`text`, its end cut off with "..." where it is wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "...", size) > width:
        text = text[:-1]
    return text + "..."


def wrapped(words: Iterable[str], size: int, width: int, gap: str, taken: int = 0) -> list[str]:
    """`words`, joined by `gap`, in lines of at most `width` pixels, of which the first has `taken` ones less; a word
    that is too long for a line of its own is cut. The first line is empty where no word fits into it."""
    lines, room = [""], width - taken
    for word in (shortened(word, size, width) for word in words):
        longer = f"{lines[-1]}{gap}{word}" if lines[-1] else word
        if text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
            room = width
    return lines


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


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
