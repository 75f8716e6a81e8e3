"""Tide lines: the brown fronts that water leaves where it dried."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import contours
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.sheet import Floats, Sheet, cockle, draw_profile, joined, scaled, sheet_of, stain_widely

SOURCES = ("edge", "corner", "drop")
TINT = (0.22, 0.5, 1.0)
"""Density of what water carries along, in red, green and blue: brown."""
FULL = 0.7
"""Density of a stain that covers altogether."""
PROFILE_MM = 90
"""Length of a front's profile: beyond it the stain goes on as it is there."""
EDGE_MM = 0.06
WANDER_MM = 5.4
COCKLE_MM = 16.0
"""Typical length of the waves of paper that was wet."""


class TideLines(Degradation):
    """Where water wicked into a print and dried: a brown line, sharp on its dry side, that fades out inwards.

    Water dissolves what yellowed in the paper and carries it to the front, where it evaporates: the stain's density
    falls with the distance behind the front as a power law, (1 + distance/width)^-falloff. The front is pinned while
    the region dries, then jumps back, so that up to three fronts lie one within the other. The image inside is washed
    out a little and the paper has cockled. Water comes from an edge, a corner or a drop.

    Leaves traces["tide"]: fields (`degrade.engine.kernels.contours`) of how near a place is to a front, in [0, 1].

    References: T. A. Witten, Robust fadeout profile of an evaporation stain, arXiv:0903.4919; R. D. Deegan et al.,
    Capillary flow as the cause of ring stains from dried liquid drops, doi:10.1038/39827.
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN

    count: Count = field(Choice((1, 2), (3, 1)), "wet regions", low=0, high=10)
    source: Option = field(
        Choice(SOURCES, (3, 2, 2)), "where the water came from: an edge, a corner, a drop", options=SOURCES
    )
    reach_mm: Real = field((10.0, 42.0), "how far the water spread", low=0.5, high=300)
    strength: Real = field(
        (0.25, 0.8), "density of the darkest front, in blue", low=0, high=1.5, unit="optical density"
    )
    width_mm: Real = field((0.3, 1.2), "distance behind the front within which the stain has fallen", low=0.02, high=20)
    falloff: Real = field((0.5, 1.2), "exponent of the power law behind the front", low=0.1, high=4, unit="exponent")
    fronts: Count = field((1, 3), "fronts one within the other", low=1, high=5)
    washed: Real = field((0.0, 0.05), "density that the image has lost inside", low=0, high=0.3, unit="optical density")
    cockle: Real = field((0.0, 0.07), "shading of the cockled paper", low=0, high=0.4, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Each region's fronts, then the paper that was wet."""
        if drawn["strength"] == 0 and drawn["washed"] == 0 and drawn["cockle"] == 0:
            return
        for region in range(drawn["count"]):
            _wet(photo, drawn, key.at("region", region))


def source_of(sheet: Sheet, source: str, key: Key) -> tuple[float, float, float, float]:
    """The segment (x0, y0, x1, y1) in mm from which water comes; a drop falls anywhere on the print."""
    side, along, extent, across, turn, *_ = key.uniforms()
    wide, tall = sheet.wide_mm, sheet.tall_mm
    if source == "drop":
        x, y, half = wide * along, tall * across, 0.06 * min(wide, tall) * extent
        return x - half, y - half * (turn - 0.5), x + half, y + half * (turn - 0.5)
    if source == "corner":
        x, y = wide * (side < 0.5), tall * (along < 0.5)
        return x, y, x + (wide / 2 - x) * 0.3 * extent, y + (tall / 2 - y) * 0.3 * across
    length = 0.25 + 0.75 * extent
    first, last = along * (1 - length) * 1.2 - 0.1, along * (1 - length) + length + 0.05
    if side < 0.5:
        x = wide * (side < 0.25)
        return x, tall * first, x, tall * last
    y = tall * (side < 0.75)
    return wide * first, y, wide * last, y


def _wet(photo: Photo, drawn: Drawn, key: Key) -> None:
    """One region."""
    sheet, values = sheet_of(photo), lattice(*key.at("contour").pair())
    depth = sheet.field()
    reach = drawn["reach_mm"]
    ends = source_of(sheet, drawn["source"], key.at("source"))
    wander = min(WANDER_MM, 0.4 * reach)
    contours.around(depth, sheet.cell_mm, *ends, reach, wander, 3.2 * wander + 2, False, values)
    _note(photo, depth)
    if drawn["strength"] > 0:
        _stain(photo, drawn, sheet, depth, values, key)
    if drawn["washed"] > 0 or drawn["cockle"] > 0:
        light = (1.0, 0.6) if key.at("light").uniform() < 0.5 else (-0.6, 1.0)
        lift = 0.96 * drawn["washed"]  # about 10^(washed / 2.4) - 1
        cockle(
            photo, depth, DamageClass.STAIN, values, amount=drawn["cockle"], feature=COCKLE_MM, lift=lift, light=light
        )


def _note(photo: Photo, depth: Floats) -> None:
    near = np.zeros_like(depth)
    contours.nearness(depth, 0.0, 2.5, near)
    photo.traces.setdefault("tide", []).append(near)


def _stain(photo: Photo, drawn: Drawn, sheet: Sheet, depth: Floats, values: Floats, key: Key) -> None:
    """The outermost front is the strongest; each further one lies deeper and has wandered from it."""
    table = np.empty(int((PROFILE_MM + 2) * contours.PER_MM), np.float32)
    whole: Box = (0, 0, 0, 0)
    full = max(FULL, drawn["strength"])
    for front in range(drawn["fronts"]):
        step, share, wander, *_ = key.at("front", front).uniforms()
        if front > 0:
            retreat = drawn["reach_mm"] * (0.06 + 0.2 * step)
            depth = depth - np.float32(retreat)
            contours.add_noise(depth, sheet.cell_mm, 0.8 * retreat * wander, 9.0, values)
        strength = drawn["strength"] * (1.0 if front == 0 else 0.3 + 0.5 * share)
        contours.front_profile(
            table, -1.0, 255 * strength / full, drawn["width_mm"], drawn["falloff"] + 0.4 * (front > 0), EDGE_MM
        )
        box = draw_profile(
            photo, depth, table, -1.0, values,
            rough=0.22, feature=1.6, steep=(-1.5, 2.0 + 3 * drawn["width_mm"]), patchy=0.45,
        )  # fmt: skip
        whole = joined(whole, box)
    stain_widely(photo, photo.coverage, whole, DamageClass.STAIN, scaled(full, TINT))
