"""Where a photo's print lies, as kernels take it, and damage that follows the contours of a field over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.engine.kernels import contours, tint
from degrade.engine.photo import Box, Bytes, Photo

Floats = npt.NDArray[np.float32]
Rgb = tuple[float, float, float]
SUPERSAMPLED_BELOW = 1200 * 2**0.5
"""Diagonal of the print in pixels below which shapes are drawn at twice the resolution."""


class Sheet(NamedTuple):
    """The print of a photo: its corner and short side in px, its sides in mm."""

    top: float
    left: float
    short: float
    px_per_mm: float
    tall_mm: float
    wide_mm: float

    @property
    def short_mm(self) -> float:
        """The short side."""
        return self.short / self.px_per_mm

    @property
    def tall(self) -> float:
        """The height in short sides."""
        return self.tall_mm / self.short_mm

    @property
    def wide(self) -> float:
        """The width in short sides."""
        return self.wide_mm / self.short_mm

    @property
    def cell_mm(self) -> float:
        """Size of a cell of a field."""
        return self.short_mm / contours.CELLS

    @property
    def subsamples(self) -> int:
        """Samples to draw on a side of a pixel."""
        return 2 if math.hypot(self.tall_mm, self.wide_mm) * self.px_per_mm < SUPERSAMPLED_BELOW else 1

    def field(self) -> Floats:
        """Room for a field over the print (`degrade.engine.kernels.contours`), its nodes 0."""
        rows, columns = (math.ceil(side / self.cell_mm - 1e-6) + 2 for side in (self.tall_mm, self.wide_mm))
        return np.zeros((rows, columns), np.float32)


def sheet_of(photo: Photo) -> Sheet:
    """The whole print, of which `photo` may show a part."""
    top, bottom, left, right = photo.print_box
    height, width, scale = bottom - top, right - left, photo.px_per_mm
    return Sheet(top, left, min(height, width), scale, height / scale, width / scale)


def scaled(density: float, tint: Rgb) -> Rgb:
    """`tint` times a density."""
    return density * tint[0], density * tint[1], density * tint[2]


def joined(one: Box, other: Box) -> Box:
    """The smallest box around two; (0, 0, 0, 0) is empty."""
    if one[0] >= one[1] or other[0] >= other[1]:
        return other if one[0] >= one[1] else one
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])


def draw_profile(
    photo: Photo, depth: Floats, table: Floats, start: float, values: Floats, *,
    rough: float, feature: float, steep: tuple[float, float], patchy: float = 0.0,
) -> Box:  # fmt: skip
    """Add what a profile gives at the depths of a field to the photo's coverage; see `contours.draw_profile`."""
    sheet = sheet_of(photo)
    contours.soften(table, 1 / sheet.px_per_mm)
    box: Box = contours.draw_profile(
        photo.coverage, photo.height, photo.width, sheet.top, sheet.left, sheet.short, sheet.px_per_mm,
        depth, table, start, rough, feature, *steep, patchy, values,
    )  # fmt: skip
    return box


def draw_ramp(
    photo: Photo, depth: Floats, places: Sequence[float], heights: Sequence[float], values: Floats, *,
    rough: float, feature: float, steep: tuple[float, float], patchy: float = 0.0,
) -> Box:  # fmt: skip
    """`draw_profile` with `heights` (0 to 255) at the depths `places` (mm, ascending)."""
    start = places[0] - 1
    table = np.empty(int((places[-1] + 1 - start) * contours.PER_MM) + 2, np.float32)
    contours.ramp_profile(table, start, np.array(places, np.float32), np.array(heights, np.float32))
    return draw_profile(photo, depth, table, start, values, rough=rough, feature=feature, steep=steep, patchy=patchy)


def cockle(
    photo: Photo, depth: Floats, damage: DamageClass, values: Floats, *, amount: float, feature: float,
    lift: float = 0.0, light: tuple[float, float] = (0.8, 1.0),
) -> None:  # fmt: skip
    """Shade the paper that buckled where a field's depth is above 0; see `contours.cockle`."""
    sheet, shading = sheet_of(photo), np.empty_like(depth)
    contours.cockle(depth, sheet.cell_mm, amount, feature, lift, *light, values, shading)
    place = (photo.height, photo.width, sheet.top, sheet.left, sheet.short)
    photo.shade(photo.relief, contours.draw_relief_grid(photo.relief, *place, shading), damage)


def stain_widely(photo: Photo, coverage: Bytes, box: Box, damage: DamageClass, density: Rgb) -> None:
    """`Photo.stain` for stains over large parts of the picture: ten times faster, off by half an 8-bit code at most."""
    mask, _, classes = photo.layers
    pixels = photo.pixels.reshape(photo.pixels.shape[0], -1)
    tint.tint(pixels, photo.channels, mask, classes, int(damage), coverage, *box, photo.colour(density))
