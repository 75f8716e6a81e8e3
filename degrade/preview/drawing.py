"""A canvas: pictures, masks and words at their places."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from degrade.pages import as_rgb
from degrade.pages.palette import GROUND, INK, Colour
from degrade.preview.captions import plain

if TYPE_CHECKING:
    from PIL import ImageFont

Picture = npt.NDArray[np.uint8]


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


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
