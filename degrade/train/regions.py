"""Where in a picture the damage is: inside it, around it, outside of it, by its class and by its width."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass

Labels = npt.NDArray[np.uint8]

ZONES = ("inside", "ring", "outside")
WIDTHS = ("1-2 px", "3-4 px", "5-8 px", "9-16 px", "over 16 px")
"""Of damage, at its broadest about each pixel."""
CLASSES = tuple(damage.name.lower() for damage in DamageClass)
_DISCS = (3, 5, 9, 17)
"""The diameters of the discs that the second and further widths can hold."""
_RING = 64
_LEAST_RING_PX = 2


class Division(NamedTuple):
    """Pixels by what they are part of.

    Attributes
    ----------
    group : str
        "zone", "class" or "width".
    names : tuple of str
        What the labels 1, 2, … stand for; 0 is none of them.
    labels : (H, W) uint8
    """

    group: str
    names: tuple[str, ...]
    labels: Labels


def divisions(mask: Labels | None, classes: Labels | None) -> list[Division]:
    """How a picture divides by its masks, as far as there are any.

    Parameters
    ----------
    mask : (H, W) uint8 or None
        Soft coverage of damage. All that is covered at all is inside, as in `Pair.coverage`.
    classes : (H, W) uint8 or None
        Codes of `DamageClass`.
    """
    found = []
    if mask is not None:
        found += [Division("zone", ZONES, zones(mask)), Division("width", WIDTHS, widths(mask))]
    if classes is not None:
        found.append(Division("class", CLASSES, classes))
    return found


def zones(mask: Labels) -> Labels:
    """1 inside of the damage, 2 in a ring around it, 3 outside.

    The ring is 1/64 of the picture's short side broad, 2 px at least: as far as blur and JPEG blocks carry damage.
    """
    ring_px = max(_LEAST_RING_PX, round(min(mask.shape) / _RING))
    inside = mask > 0
    if not inside.any():
        return np.full(mask.shape, 3, np.uint8)
    distance: npt.NDArray[Any] = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(inside, 1, np.where(distance <= ring_px, 2, 3)).astype(np.uint8)


def widths(mask: Labels) -> Labels:
    """1, 2, … (`WIDTHS`) where there is damage: the broadest disc that holds the pixel and fits into the damage.

    A scratch that runs into a blot is measured apart from it (an opening by discs; G. Matheron, Random Sets and
    Integral Geometry, 1975). What reaches the picture's border counts as going on behind it.
    """
    inside = (mask > 0).astype(np.uint8)
    labels = inside.copy()
    if inside.any():
        for disc in _DISCS:
            opened = cv2.morphologyEx(
                inside, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (disc, disc))
            )
            labels += opened.astype(np.uint8)
    return labels
