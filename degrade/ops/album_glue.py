"""Glue of albums: corners and dabs of adhesive that browned."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import contours
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.sheet import Floats, Sheet, draw_ramp, scaled, sheet_of, stain_widely

KINDS = ("corners", "strokes", "dabs")
TINT = (0.2, 0.5, 1.0)
"""Density of old paste in red, green and blue: yellow-brown."""
FULL = 0.7


class AlbumGlue(Degradation):
    """What held a print in an album: stained triangles at its four corners, or brush strokes or dabs of glue.

    Paste and animal glue brown and stain through; each patch is darkest at its rim, where it dried last, and blotchy
    within. Photo corners leave right triangles with legs of 7 to 21 mm; glue was brushed along the edges or across the
    corners (`strokes`), or put on in `dabs`.

    Leaves traces["glue"]: fields (`degrade.engine.kernels.contours`) of where glue is, in [0, 1].

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008).
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN

    kind: Option = field(Choice(KINDS, (3, 2, 2)), "corners, brush strokes, or dabs", options=KINDS)
    size_mm: Real = field(
        (7.0, 18.0), "legs of the triangles; length of a stroke; twice a dab's width", low=0.5, high=200
    )
    strength: Real = field((0.15, 0.6), "density at the rims, in blue", low=0, high=2, unit="optical density")
    missing: Real = field(0.15, "share of the corners without glue", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One field for all patches, drawn at once."""
        if drawn["strength"] == 0:
            return
        sheet, values = sheet_of(photo), lattice(*key.at("noise").pair())
        depth = (
            _corners(sheet, drawn, values, key) if drawn["kind"] == "corners" else _patches(sheet, drawn, values, key)
        )
        photo.traces.setdefault("glue", []).append((depth > 0).astype(np.float32))
        full = max(FULL, drawn["strength"])
        peak = 255 * drawn["strength"] / full
        places, heights = [-0.35, 0.05, 0.5, 2.2, 9.0], [0, peak, 0.9 * peak, 0.55 * peak, 0.42 * peak]
        box = draw_ramp(photo, depth, places, heights, values, rough=0.3, feature=1.3, steep=(-1.3, 2.5), patchy=0.6)
        stain_widely(photo, photo.coverage, box, DamageClass.STAIN, scaled(full, TINT))


def _corners(sheet: Sheet, drawn: Drawn, values: Floats, key: Key) -> Floats:
    """Triangles of nearly equal legs."""
    depth, legs = sheet.field(), np.zeros((4, 2), np.float32)
    for corner in range(4):
        there, size, skew, *_ = key.at("corner", corner).uniforms()
        if there >= drawn["missing"]:
            leg = drawn["size_mm"] * (0.88 + 0.24 * size)
            legs[corner] = leg * (0.93 + 0.14 * skew), leg * (1.07 - 0.14 * skew)
    contours.corners_depth(depth, sheet.cell_mm, sheet.wide_mm, sheet.tall_mm, legs, 0.35, 9.0, values)
    return depth


def _patches(sheet: Sheet, drawn: Drawn, values: Floats, key: Key) -> Floats:
    """Strokes along an edge or across a corner, or dabs, a little way in from each corner."""
    deepest, one = sheet.field() - np.float32(1e3), sheet.field()
    wide, tall, size = sheet.wide_mm, sheet.tall_mm, drawn["size_mm"]
    for corner in range(4):
        there, *rest = key.at("corner", corner).uniforms()
        if there < drawn["missing"]:
            continue
        right, low = corner % 2 == 1, corner >= 2
        ends = _stroke(size, rest) if drawn["kind"] == "strokes" else _dab(size, rest)
        x0, x1 = (wide - x if right else x for x in (ends[0], ends[2]))
        y0, y1 = (tall - y if low else y for y in (ends[1], ends[3]))
        reach = (0.16 if drawn["kind"] == "strokes" else 0.24) * size * (0.8 + 0.5 * rest[5])
        contours.around(one, sheet.cell_mm, x0, y0, x1, y1, reach, 0.55 * reach, 3 + 0.5 * size, False, values)
        np.maximum(deepest, one, out=deepest)
    return deepest


def _stroke(size: float, u: list[float]) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1) in mm from the corner."""
    away, lean = 1 + 0.35 * size * u[0], 0.15 * size * (u[1] - 0.5)
    long = size * (0.8 + 0.6 * u[2])
    if u[3] < 0.3:
        return 0.1 * long, 0.8 * long, 0.8 * long, 0.1 * long
    if u[3] < 0.65:
        return 2.0, away + lean, 2 + long, away - lean
    return away + lean, 2.0, away - lean, 2 + long


def _dab(size: float, u: list[float]) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1) in mm from the corner."""
    x, y = size * (0.25 + 0.7 * u[0]), size * (0.25 + 0.7 * u[1])
    return x, y, x + 0.3 * size * (u[2] - 0.5), y + 0.3 * size * (u[3] - 0.5)
