"""How exposures lie on a plate: one alone, three of one view through filters, or two side by side.

Before there was colour film, a view was taken three times through a blue, a green and a red filter, one exposure below
the other on one long glass plate; the archives of S. Prokudin-Gorskii are scans of such plates. Portraits of the police
and stereo cards have two exposures side by side. All of it happens before anything is damaged, to both pictures.

Source: Library of Congress, The Empire That Was Russia: The Prokudin-Gorskii Photographic Record Recreated (2001), for
the order of the filters and the form of the plates; shares of sides were chosen beside scans of such plates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.key import Key

Array = npt.NDArray[Any]
SINGLE, SEPARATIONS, PAIR = "single", "separations", "pair"
PLATES: dict[str, str] = {
    SINGLE: "the photograph as it is",
    SEPARATIONS: "three exposures through a blue, a green and a red filter, one below the other",
    PAIR: "two exposures side by side",
}
"""What a story's `plate` may be."""
_BLUE_FIRST = (2, 1, 0)
_LEAST, _MOST = 0.85, 1.08
"""Of the encoded values of an exposure that was too short or too long."""
_BLACKEST = 0.08
"""Encoded value, at most, of what saw no light."""


@dataclass(frozen=True)
class Exposure:
    """One of a plate's.

    Attributes
    ----------
    cut : (top, left, height, width)
        The part of the photograph, in its pixels.
    into : (top, left)
        Where that lies on the plate: no pixel is scaled.
    channel : int or None
        Of the photograph, by which it was taken; None for all.
    gain : float
        By which its encoded values are multiplied.
    over : int
        Columns, from its left, in which it lies over the one before.
    """

    cut: tuple[int, int, int, int]
    into: tuple[int, int]
    channel: int | None
    gain: float
    over: int = 0


@dataclass(frozen=True)
class Plate:
    """A plate with its exposures: what lies between them saw no light and is nearly black in a positive, where they
    overlap both darkened the negative.

    Attributes
    ----------
    size : (height, width)
        In pixels of the photograph.
    exposures : tuple of Exposure
    black : float
        The value between them, on the pixel scale [0, 1].
    margins : (above, below, before, behind)
        Pixels around the plate, of what it was laid on.
    around : float
        The value of these.
    """

    size: tuple[int, int]
    exposures: tuple[Exposure, ...]
    black: float
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    around: float = 1.0

    def apply(self, image: Array) -> Array:
        """The plate of (H, W, C) `image`, uint8 or uint16 over their whole range or float32 in [0, 1]; of its dtype."""
        import cv2

        most = 1.0 if image.dtype.kind == "f" else float(np.iinfo(image.dtype).max)
        black, around = (value * most if most == 1 else round(value * most) for value in (self.black, self.around))
        height, width = self.size
        plate = np.full((height, width, image.shape[2]), around, image.dtype)
        above, below, before, behind = self.margins
        plate[above : height - below, before : width - behind] = black
        for one in self.exposures:
            top, left, height, width = one.cut
            seen = image[top : top + height, left : left + width]
            where = plate[one.into[0] : one.into[0] + height, one.into[1] : one.into[1] + width]
            if one.channel is not None and image.shape[2] == 3:
                seen = seen[:, :, one.channel]
                where[:] = cv2.cvtColor(_lit(seen, one.gain), cv2.COLOR_GRAY2RGB)
            else:
                lit = _lit(seen, one.gain)
                twice = one.over
                lit[:, :twice] = _both(where[:, :twice], lit[:, :twice], most)
                where[:] = lit
        return plate


def _lit(seen: Array, gain: float) -> Array:
    """Encoded values times `gain`, clipped, of the same dtype."""
    if seen.dtype == np.uint8:  # ten times faster by a table
        import cv2

        table = np.rint(np.minimum(np.arange(256, dtype=np.float32) * np.float32(gain), 255)).astype(np.uint8)
        looked_up: Array = cv2.LUT(np.ascontiguousarray(seen), table).reshape(seen.shape)
        return looked_up
    most = np.float32(1 if seen.dtype.kind == "f" else np.iinfo(seen.dtype).max)
    lit: Array = np.minimum(seen.astype(np.float32) * np.float32(gain), most)
    return lit if seen.dtype.kind == "f" else np.rint(lit).astype(seen.dtype)


def _both(one: Array, other: Array, most: float) -> Array:
    """Encoded values of what was exposed twice: light of either takes from the dark that is left."""
    light = most - (most - one.astype(np.float32)) * (most - other.astype(np.float32)) / np.float32(most)
    return (light if one.dtype.kind == "f" else np.rint(light)).astype(one.dtype)


def laid(kind: str, height: int, width: int, key: Key) -> Plate | None:
    """A plate, drawn at `key`, of a photograph of `height` x `width` pixels: of a `kind` of PLATES; None for a single
    exposure."""
    if kind == SINGLE:
        return None
    return _separations(height, width, key) if kind == SEPARATIONS else _pair(height, width, key)


def _separations(height: int, width: int, key: Key) -> Plate:
    """Each 1.05 to 1.2 times as wide as high, 1 to 5 % of its height apart; the camera moves by up to 0.4 % between
    them. Nine of ten lie on something white."""
    aspect, down, across, between, dark, bare, light, *_ = key.uniforms()
    tall, wide = _largest(height, width, 1.05 + 0.15 * aspect)
    reach = round(0.004 * tall)
    tall, wide = max(1, tall - 2 * reach), max(1, wide - 2 * reach)
    top, left = int(down * (height - tall - 2 * reach + 1)), int(across * (width - wide - 2 * reach + 1))
    gap = max(1, round((0.01 + 0.04 * between) * tall))
    rims = _sides(0.005, 0.04, tall, key.at("rims"))
    margins = (0, 0, 0, 0) if bare < 0.1 else _sides(0.01, 0.035, tall, key.at("margins"))
    above, below, before, behind = (rim + margin for rim, margin in zip(rims, margins, strict=True))
    exposures = []
    for number, channel in enumerate(_BLUE_FIRST):
        y, x, exposed, aside, *_ = key.at(number).uniforms()
        cut = (top + int(y * (2 * reach + 1)), left + int(x * (2 * reach + 1)), tall, wide)
        into = (above + number * (tall + gap), before + int((2 * aside - 1) * min(rims[2], rims[3]) / 2))
        exposures.append(Exposure(cut, into, channel, _gain(exposed)))
    size = (above + 3 * tall + 2 * gap + below, before + wide + behind)
    return Plate(size, tuple(exposures), _black(dark), margins, 0.92 + 0.07 * light)


def _pair(height: int, width: int, key: Key) -> Plate:
    """Each 0.62 to 0.78 times as wide as high, each of a place of its own where the photograph is wider. They overlap
    by up to 0.6 % of their height or lie up to 0.8 % apart."""
    aspect, down, between, dark, *_ = key.uniforms()
    tall, wide = _largest(height, width, 0.62 + 0.16 * aspect)
    gap = max(round((0.014 * between - 0.006) * tall), 1 - wide)
    above, below, before, behind = _sides(0.012, 0.035, tall, key.at("rims"))
    exposures = []
    for number in range(2):
        across, light, *_ = key.at(number).uniforms()
        cut = (int(down * (height - tall + 1)), int(across * (width - wide + 1)), tall, wide)
        into = (above, before + number * (wide + gap))
        exposures.append(Exposure(cut, into, None, _gain(light), number * max(0, -gap)))
    return Plate((above + tall + below, before + 2 * wide + gap + behind), tuple(exposures), _black(dark))


def _sides(least: float, most: float, tall: int, key: Key) -> tuple[int, int, int, int]:
    """Pixels above, below, before and behind exposures of this height, at least 1."""
    above, below, before, behind, *_ = (
        max(1, round((least + (most - least) * share) * tall)) for share in key.uniforms()
    )
    return above, below, before, behind


def _black(share: float) -> float:
    return _BLACKEST * share * share


def _largest(height: int, width: int, aspect: float) -> tuple[int, int]:
    """(height, width) of the largest part that is `aspect` times as wide as high."""
    tall = max(1, min(height, int(width / aspect)))
    return tall, max(1, min(width, int(tall * aspect)))


def _gain(share: float) -> float:
    return float(f"{_LEAST + (_MOST - _LEAST) * share:.6g}")
