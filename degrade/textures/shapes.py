"""What a patch of damage is by its form: how long, how wide, how straight; and the class that this speaks for.

Lengths are in thousandths of the scan's diagonal, which film and the print made of it share.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass

CLASSES = (DamageClass.DUST, DamageClass.HAIR, DamageClass.SCRATCH, DamageClass.CRACK, DamageClass.STAIN)
"""What cut-outs may be."""
NAMES = {damage.name.lower(): damage for damage in CLASSES}

THIN = 0.2
"""Area over the square of the bounding box's diagonal (0.39 for a disc) below which a patch may be a line."""
ELONGATED = 4.0
"""Length over width from which it is one."""
STRAIGHT = 0.88
"""Extent over length from which a line is straight: 1 less what steps along pixels overstate."""
LEAST_SCRATCH = 15.0
"""Shorter straight lines are lint: 9 of 10 scratches, and 1 of 10 short hairs, are longer (outlines drawn by hand on
scans of film, D. Ivanova et al., arXiv:2302.10004)."""
LEAST_CRACK, CRACK_BRANCHES = 60.0, 3
"""Length and branchings of the shortest crack."""
LEAST_STAIN = 20.0
"""Diameter of the smallest stain."""
_DIAGONAL = math.sqrt(2)


@dataclass(frozen=True)
class Shape:
    """The form of a patch.

    Attributes
    ----------
    area : float
        In pixels.
    length, width : float
        In pixels: along its middle line and across it, or the axes of the ellipse of the same moments.
    straightness : float
        Diagonal of its bounding box over its length, at most 1; 1 for what is no line.
    branches : int
        Places where its middle line branches.
    line : bool
        Whether it is at least `ELONGATED` times longer than wide.
    """

    area: float
    length: float
    width: float
    straightness: float = 1.0
    branches: int = 0
    line: bool = False


def patches(covered: npt.NDArray[np.bool_], least: int) -> Iterator[tuple[tuple[slice, slice], npt.NDArray[np.bool_]]]:
    """Every patch of (H, W) `covered` that hangs together, of `least` pixels and more: where it lies, and which pixels
    there are its own. In the order of their first pixels."""
    import cv2

    _, numbers, stats, _ = cv2.connectedComponentsWithStats(covered.astype(np.uint8), connectivity=8)
    for number in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= least) + 1:
        x, y, wide, tall = (int(value) for value in stats[number, :4])
        box = slice(y, y + tall), slice(x, x + wide)
        yield box, numbers[box] == number


def shape_of(own: npt.NDArray[np.bool_]) -> Shape:
    """The form of a patch, from (h, w) bool that just holds it."""
    area = int(np.count_nonzero(own))
    tall, wide = own.shape
    extent = math.sqrt(tall * tall + wide * wide)
    if area < THIN * extent * extent:
        length, branches = _middle_line(own)
        width = area / length
        if length >= ELONGATED * width:
            return Shape(area, length, width, min(extent / length, 1.0), branches, True)
    return Shape(area, *_axes(own, area))


def class_of(shape: Shape, px_per_unit: float) -> DamageClass:
    """What a patch of this form most likely is; `px_per_unit` are the pixels in a thousandth of the diagonal."""
    length = shape.length / px_per_unit
    if not shape.line:
        diameter = 2 * math.sqrt(shape.area / math.pi) / px_per_unit
        return DamageClass.STAIN if diameter >= LEAST_STAIN else DamageClass.DUST
    if length >= LEAST_CRACK and shape.branches >= CRACK_BRANCHES:
        return DamageClass.CRACK
    return DamageClass.SCRATCH if shape.straightness >= STRAIGHT and length >= LEAST_SCRATCH else DamageClass.HAIR


def _axes(own: npt.NDArray[np.bool_], area: int) -> tuple[float, float]:
    """The axes of the ellipse that has the patch's second moments, a pixel's own included."""
    y, x = np.nonzero(own)
    mean_y, mean_x = int(y.sum()) / area, int(x.sum()) / area
    yy = int((y * y).sum()) / area - mean_y * mean_y + 1 / 12
    xx = int((x * x).sum()) / area - mean_x * mean_x + 1 / 12
    xy = int((x * y).sum()) / area - mean_x * mean_y
    root = math.sqrt((yy - xx) ** 2 / 4 + xy * xy)
    middle = (yy + xx) / 2
    return 4 * math.sqrt(middle + root), 4 * math.sqrt(max(middle - root, 1 / 12))


def _middle_line(own: npt.NDArray[np.bool_]) -> tuple[float, int]:
    """(length in pixels, how often it branches) of the patch's skeleton."""
    from skimage.morphology import skeletonize

    line: npt.NDArray[Any] = np.pad(skeletonize(np.pad(own, 1)), 1).astype(np.int64)
    centre = line[1:-1, 1:-1]
    straight = int((centre * line[1:-1, 2:]).sum() + (centre * line[2:, 1:-1]).sum())
    # A step aside is diagonal only where no corner joins both ends.
    falling = centre * line[2:, 2:] * (1 - line[1:-1, 2:]) * (1 - line[2:, 1:-1])
    rising = centre * line[2:, :-2] * (1 - line[1:-1, :-2]) * (1 - line[2:, 1:-1])
    around = sum(
        line[1 + dy : line.shape[0] - 1 + dy, 1 + dx : line.shape[1] - 1 + dx]
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if dy or dx
    )
    forks = (centre == 1) & (around >= 3)
    branches = sum(1 for _ in patches(forks, 1)) if forks.any() else 0
    return 1 + straight + _DIAGONAL * int(falling.sum() + rising.sum()), branches
