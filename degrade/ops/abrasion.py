"""Rub marks on a print."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import rubbing, torn
from degrade.engine.kernels.draw import joined
from degrade.engine.kernels.shared import worn_place
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

ON_RIDGES = 0.5
"""Share of the patches that lie on a crack or a tear, where there are any."""
MOST_MARKS = 4000
"""Marks of a patch, at most."""


class Abrasion(Degradation):
    """Rubbed patches of a print: many faint scratches side by side, short scuffs and a pale haze.

    What slides over a stack of prints rubs what stands up: worn places, edges, and the ridges beside cracks and tears
    that earlier steps left as traces. Each patch has one direction, within a few degrees; its marks are hairlines finer
    than scratches, dealt in strands, that fade in and out, between them scuffs of about a millimetre and broad strokes
    where the surface is only polished. Thinner than a pixel of most scans, they take 0.05 to 0.3 of the density there.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.SCRATCH

    count: Count = field(Poisson(3), "rubbed patches on the print", low=0, high=100)
    size_mm: Real = field(LogNormal(18, 0.4), "typical length of a patch", low=0.5, high=500)
    marks: Real = field((0.4, 1.2), "marks in a patch", low=0, high=20, unit="per square millimetre")
    width_mm: Real = field((0.09, 0.18), "typical width of a hairline", low=0.005, high=5)
    depth: Real = field((0.25, 0.7), "how much of the density a mark takes", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Draw all patches, then scrape them at once."""
        if drawn["count"] == 0 or drawn["depth"] == 0 or drawn["marks"] == 0:
            return
        scale, (top, bottom, left, right) = photo.px_per_mm, photo.print_box
        short = min(bottom - top, right - left) / scale
        box: Box = (0, 0, 0, 0)
        for patch in range(drawn["count"]):
            u, v = _place(photo, patch, key)
            own = key.at("patch", patch)
            size = drawn["size_mm"] * (0.4 + 1.2 * own.uniform())
            marks = min(int(drawn["marks"] * 0.45 * size * size * own.uniforms()[1]) + 1, MOST_MARKS)
            touched = rubbing.draw_patch(
                photo.coverage, photo.height, photo.width, np.float32(u * short + left / scale),
                np.float32(v * short + top / scale), patch, np.float32(size), marks, np.float32(drawn["width_mm"] / 2),
                np.float32(0.6 + 0.4 * own.uniforms()[2]), np.float32(scale), *own.pair(),
            )  # fmt: skip
            box = joined(box, touched)
        photo.remove(photo.coverage, box, DamageClass.SCRATCH, depth=drawn["depth"], paper=torn.bare_paper(photo))


def _place(photo: Photo, patch: int, key: Key) -> tuple[float, float]:
    """The middle of a patch, in short sides of the print: on a ridge, or at a worn place."""
    where = key.at("place", patch)
    on_ridge, line, along = where.uniforms()[:3]
    ridges = photo.traces.get("cracks", []) + photo.traces.get("tears", [])
    if ridges and on_ridge < ON_RIDGES:
        ridge = ridges[int(line * len(ridges))]
        x, y = ridge[int(along * len(ridge))]
        return float(x), float(y)
    top, bottom, left, right = photo.print_box
    short = min(bottom - top, right - left)
    x, y = worn_place(
        np.float32((right - left) / short), np.float32((bottom - top) / short), *map(np.uint32, where.pair()), patch,
        *map(np.uint32, photo.shared_key("wear").pair()),
    )  # fmt: skip
    return float(x), float(y)
