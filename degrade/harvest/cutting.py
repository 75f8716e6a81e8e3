"""What differs from its background, cut out as soft coverage with its opacity, its polarity and its colour."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.harvest.scans import Floats, gray_of
from degrade.textures.shapes import Shape, class_of, patches, shape_of

SURE, LIKELY = 5.0, 2.5
"""Deviations of the noise by which a pixel starts a patch, and by which it belongs to one."""
LEAST = 0.02
"""Least difference of encoded values that belongs to a patch; twice as much starts one."""
LEAST_PX = 4
MARGIN = 3
"""Pixels around a patch that are looked at for its soft rim."""
LARGEST = 0.25
"""Share of the scan beyond which a patch is not damage but a background that was taken wrongly."""
ROOM = 0.1
"""Of the tonal range, that a background must leave for what is lighter or darker to be measured."""


@dataclass(frozen=True)
class CutOut:
    """One thing that was cut out.

    Attributes
    ----------
    damage : DamageClass
    alpha : (h, w) uint8
        Coverage; 255 where it covers most.
    opacity : float
        In (0, 1]: what is hidden there.
    dark : bool
    tint : (R, G, B)
        Opacity of each channel over that of the luma.
    place : (y, x)
        Its middle, in pixels of the scan.
    length, width : float
        In pixels, see `degrade.textures.shapes.Shape`.
    """

    damage: DamageClass
    alpha: npt.NDArray[np.uint8]
    opacity: float
    dark: bool
    tint: tuple[float, float, float]
    place: tuple[float, float]
    length: float
    width: float


@dataclass(frozen=True)
class Cut:
    """All that lies on a scan.

    Attributes
    ----------
    cutouts : list of CutOut
    covered : float
        Share of the scan that differs from its background.
    noise : float
        Standard deviation of the scan's encoded luma around its background.
    """

    cutouts: list[CutOut]
    covered: float
    noise: float


def cut(
    pixels: Floats,
    background: Floats,
    within: npt.NDArray[np.bool_] | None = None,
    doubt: Floats | None = None,
) -> Cut:
    """Cut out what differs from its background.

    Parameters
    ----------
    pixels, background : (H, W, C) float32
    within : (H, W) bool, optional
        Where damage is known to be, by hand: there a small difference is enough, elsewhere there is none.
    doubt : (H, W) float32, optional
        Differences of luma that are none, as at edges that are not quite aligned.
    """
    difference = gray_of(pixels) - gray_of(background)
    noise = _noise(difference if within is None or within.all() else difference[~within])
    likely, sure = max(LIKELY * noise, LEAST), max(SURE * noise, 2 * LEAST)
    slack = np.float32(0) if doubt is None else doubt
    found: list[CutOut] = []
    covered = 0
    for dark in (False, True):
        signed = -difference if dark else difference
        belongs = signed > likely + slack
        starts = signed > sure + slack
        if within is not None:
            belongs &= within
            starts = belongs
        opacity = _opacity(signed, gray_of(background), dark)
        for box, own in patches(belongs, LEAST_PX):
            if not (starts[box] & own).any():
                continue
            area = int(np.count_nonzero(own))
            covered += area
            if area > LARGEST * difference.size:
                continue
            one = _one(pixels, background, opacity, belongs, box, own, dark, noise)
            if one is not None:
                found.append(one)
    return Cut(found, covered / difference.size, noise)


def _noise(difference: npt.NDArray[np.float32]) -> float:
    """Standard deviation, by the median of the absolute deviations: what is damaged does not count."""
    middle = np.median(difference)
    return float(1.4826 * np.median(np.abs(difference - middle)))


def _opacity(signed: Floats, background: Floats, dark: bool) -> Floats:
    """(H, W) float32 in [0, 1]: the share of white or black that makes the difference; 0 where there is no room."""
    room = background if dark else 1 - background
    share: Floats = np.clip(signed / np.maximum(room, np.float32(ROOM)), 0, 1)
    share[room < ROOM] = 0
    return share


def _one(
    pixels: Floats, background: Floats, opacity: Floats, belongs: npt.NDArray[np.bool_], box: tuple[slice, slice],
    own: npt.NDArray[np.bool_], dark: bool, noise: float,
) -> CutOut | None:  # fmt: skip
    """The cut-out of a patch; None for one that reaches over the scan's edge in breadth, or hides nothing."""
    height, width = opacity.shape
    shape = shape_of(own)
    (down, across) = box
    if not shape.line and (down.start == 0 or across.start == 0 or down.stop == height or across.stop == width):
        return None
    wide, inner = _widened(box, height, width)
    alpha = _soft(opacity[wide], belongs[wide], inner, own, noise / max(1 - float(background[box].mean()), 0.25))
    most = float(np.quantile(alpha[inner][own], 0.9))
    if most < LEAST:
        return None
    coverage = np.rint(np.minimum(alpha / most, 1) * 255).astype(np.uint8)
    damage = class_of(shape, math.hypot(height, width) / 1000)
    tint = _tint(pixels[box], background[box], own, dark)
    middle = (down.start + down.stop) / 2, (across.start + across.stop) / 2
    return CutOut(damage, np.pad(coverage, 1), most, dark, tint, middle, shape.length, _breadth(shape))


def _breadth(shape: Shape) -> float:
    return max(shape.width, 1.0)


def _widened(box: tuple[slice, slice], height: int, width: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The box with a margin, and where the box lies in it."""
    down, across = box
    y, x = max(down.start - MARGIN, 0), max(across.start - MARGIN, 0)
    wide = slice(y, min(down.stop + MARGIN, height)), slice(x, min(across.stop + MARGIN, width))
    inner = slice(down.start - y, down.stop - y), slice(across.start - x, across.stop - x)
    return wide, inner


def _soft(
    opacity: Floats, belongs: npt.NDArray[np.bool_], inner: tuple[slice, slice], own: npt.NDArray[np.bool_],
    noise: float,
) -> Floats:  # fmt: skip
    """(h, w) float32: the opacity of a patch and of its rim, which noise is taken from and which fades out."""
    import cv2

    here = np.zeros(opacity.shape, np.uint8)
    here[inner] = own
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    reach = cv2.dilate(here, element, iterations=2).astype(np.bool_) & ~(belongs & (here == 0))
    rim = reach & (here == 0)
    alpha = np.where(here > 0, opacity, 0).astype(np.float32)
    alpha[rim] = np.maximum(opacity[rim] - noise, 0)
    return alpha


def _tint(pixels: Floats, background: Floats, own: npt.NDArray[np.bool_], dark: bool) -> tuple[float, float, float]:
    """Opacity of R, G and B over that of the luma; 1 for gray, and where a channel leaves no room."""
    if pixels.shape[2] == 1:
        return 1.0, 1.0, 1.0
    seen, ground = pixels[own].mean(axis=0).astype(np.float64), background[own].mean(axis=0).astype(np.float64)
    room = ground if dark else 1 - ground
    shares = np.where(room < ROOM, np.nan, (ground - seen if dark else seen - ground) / np.maximum(room, ROOM))
    gray = gray_of(pixels)[own].mean() - gray_of(background)[own].mean()
    ground_gray = gray_of(background)[own].mean()
    whole = abs(float(gray)) / max(float(ground_gray if dark else 1 - ground_gray), ROOM)
    if not whole > 0:
        return 1.0, 1.0, 1.0
    red, green, blue = (round(float(min(max(1.0 if np.isnan(s) else s / whole, 0.0), 4.0)), 3) for s in shares)
    return red, green, blue
