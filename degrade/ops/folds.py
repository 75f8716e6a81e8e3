"""Folds, dog-ears and bends of a print."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import folds
from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.paths import PER_SEGMENT
from degrade.engine.key import Key
from degrade.engine.photo import PAPER, Photo

KINDS: dict[str, int] = {"mixed": folds.MIXED, "full": folds.FULL, "corner": folds.CORNER, "bend": folds.BEND}
SOIL_TINT = (0.7, 0.87, 1.0)
"""How strongly dirt absorbs red, green and blue: brownish."""
SOFT_BELOW = 1700
"""Diagonal of the whole print in pixels (a square of 1200 px) below which breaks are drawn at twice the resolution."""


class Folds(Degradation):
    """Where a print was folded: a crease that light catches, and emulsion that broke along it.

    ... """

    stage = Stage.WEAR
    damage = DamageClass.FOLD

    count: Count = field(Poisson(1), "folds on the print", low=0, high=40)
    severity: Real = field(
        (-0.3, 0.9), "how far the emulsion has broken: -1 nowhere, -0.3 hairlines, 0.9 all along", low=-2, high=1.5,
        unit="share of the width",
    )  # fmt: skip
    width_mm: Real = field(LogNormal(0.4, 0.45), "width of an open break", low=0.01, high=20)
    relief: Real = field((0.05, 0.2), "shading of the flanks at its strongest", low=0, high=0.8, unit="relative")
    kind: Option = field("mixed", "across the print, at a corner, a bend within it, or all", options=tuple(KINDS))
    soil: Real = field((0.0, 0.5), "dirt at the rims and in the break", low=0, high=3, unit="optical density")
    flakes: Real = field((0.0, 8.0), "flakes of lost emulsion along an open break", low=0, high=200, unit="per 100 mm")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        count, scale = drawn["count"], photo.px_per_mm
        if count == 0:
            return
        top, bottom, left, right = photo.print_box
        height, width = (bottom - top) / scale, (right - left) / scale
        k0, k1 = key.at("folds").pair()
        lines, kinds = np.empty((count, 4), np.float32), np.empty(count, np.int32)
        folds.fold_lines(lines, kinds, KINDS[drawn["kind"]], height, width, k0, k1)
        n = int(1.1 * (height + width) / folds.SEGMENT_MM) + 4
        nodes, tangents = np.empty((count, n, 2), np.float32), np.empty((count, n, 2), np.float32)
        shades, used = np.empty((count, n), np.float32), np.empty(count, np.int64)
        samples = np.empty((count, 7, (n - 1) * PER_SEGMENT + 1), np.float32)
        light, sigma, tone, warm = key.at("light").uniforms()[:4]
        folds.fold_geometry(
            lines, kinds, top / scale, left / scale, drawn["severity"], drawn["width_mm"], drawn["flakes"],
            drawn["relief"], light, nodes, tangents, shades, samples, used, k0, k1,
        )  # fmt: skip
        values = lattice(k0, k1)
        sub = 2 if photo.unit * 1000 < SOFT_BELOW else 1
        h, w = photo.height, photo.width
        place = (nodes, tangents, samples, used, scale)
        paper = tuple(v * (0.88 + 0.12 * tone) * (1 - warm * w) for v, w in zip(PAPER, (0, .04, .13)))
        box = folds.draw_folds(photo.coverage, h, w, *place, sub, values, k0, k1)
        photo.remove(photo.coverage, box, DamageClass.FOLD, paper=paper, fibre=0.12, key=key.at("paper"))
        box = folds.draw_flakes(photo.coverage, h, w, *place, sub, values)
        photo.remove(photo.coverage, box, DamageClass.PEEL, paper=paper, fibre=0.12, key=key.at("paper"))
        s = drawn["soil"]
        if s > 0:
            box = folds.draw_soil(photo.coverage, h, w, *place, min(s/.6,1.), values)
            photo.stain(photo.coverage, box, DamageClass.FOLD, density=tuple(max(s,.6) * v for v in SOIL_TINT))
        box = folds.draw_creases(photo.relief, h, w, nodes, tangents, shades, used, scale, 0.35 + 0.7 * sigma)
        photo.shade(photo.relief, box, DamageClass.FOLD)
