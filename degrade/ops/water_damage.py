"""Water damage: part of a print that stood in water."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Real, field
from degrade.engine.kernels import contours
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import PAPER, Photo
from degrade.engine.sheet import Floats, Sheet, cockle, draw_ramp, scaled, sheet_of, stain_widely

FULL = 0.8
"""Density of dirt that covers altogether."""
SILT = (0.45, 0.68, 1.0)
"""Density of what water left in the paper, in red, green and blue."""
RIM = (0.5, 0.62, 0.8)
"""Density at the rims of dissolved blots."""
YELLOWED = (0.86, 0.81, 0.68)
"""Encoded colour of the paper below dissolved emulsion."""
COCKLE_MM = 19.0
"""Typical length of the waves of paper that was wet."""
FIBRE = 0.14


class WaterDamage(Degradation):
    """A flood: a region from one edge of the print in which the emulsion swelled, dissolved and stuck.

    Gelatin melts in patches, worst where the water stood longest: the image runs out in soft blots with a dark rim of
    what they carried along. Where the wet emulsion dried against another sheet it stayed there: sharp, ragged patches
    of bare paper. Silt stains the whole region, darkest at its bound, and the paper cockles.

    Unlike `tide_lines`, which is water that merely wicked in, content is destroyed.

    References: B. Lavédrine, A Guide to the Preventive Conservation of Photograph Collections, Getty Conservation
    Institute (2003); K. B. Hendriks, B. Lesser, Disaster preparedness and recovery: photographic materials, American
    Archivist 46 (1983).
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN

    reach_mm: Real = field((15.0, 60.0), "how far from the edge the print was under water", low=1, high=500)
    dissolved: Real = field((0.0, 0.35), "share of the region whose emulsion ran out", low=0, high=1, unit="share")
    stuck: Real = field((0.0, 0.22), "share of the region that stuck to another sheet", low=0, high=1, unit="share")
    silt: Real = field((0.1, 0.45), "density of dirt in the region, in blue", low=0, high=2, unit="optical density")
    cockle: Real = field((0.02, 0.1), "shading of the cockled paper", low=0, high=0.4, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Silt, blots of dissolved emulsion, patches that stuck, cockled paper."""
        sheet, values = sheet_of(photo), lattice(*key.at("contour").pair())
        depth, reach = sheet.field(), drawn["reach_mm"]
        ends = _edge(sheet, key.at("edge"))
        wander = min(9.0, 0.3 * reach)
        contours.around(depth, sheet.cell_mm, *ends, reach, wander, 24.0, False, values)
        if drawn["silt"] > 0:
            _silt(photo, drawn["silt"], depth, values)
        if drawn["dissolved"] > 0:
            _dissolve(photo, drawn["dissolved"], depth, key.at("dissolved"))
        if drawn["stuck"] > 0:
            _stick(photo, drawn["stuck"], depth, key.at("stuck"))
        if drawn["cockle"] > 0:
            cockle(photo, depth, DamageClass.STAIN, values, amount=drawn["cockle"], feature=COCKLE_MM)


def _edge(sheet: Sheet, key: Key) -> tuple[float, float, float, float]:
    """The edge that lay in the water, most often the lower one, a little slanted; (x0, y0, x1, y1) in mm."""
    side, slant, *_ = key.uniforms()
    wide, tall, tilt = sheet.wide_mm, sheet.tall_mm, 0.3 * (slant - 0.5)
    if side < 0.65:
        y = tall if side < 0.45 else 0.0
        return -0.1 * wide, y - tilt * wide, 1.1 * wide, y + tilt * wide
    x = wide if side < 0.83 else 0.0
    return x - tilt * tall, -0.1 * tall, x + tilt * tall, 1.1 * tall


def _silt(photo: Photo, density: float, depth: Floats, values: Floats) -> None:
    """A veil over the region and a dark line at its bound."""
    full = 255 * density / max(FULL, 1.5 * density)
    places, heights = [-0.4, 0.0, 0.5, 4.0, 30.0], [0, 1.5 * full, 1.1 * full, 0.45 * full, 0.3 * full]
    box = draw_ramp(photo, depth, places, heights, values, rough=0.4, feature=1.6, steep=(-1.1, 1.2), patchy=0.6)
    stain_widely(photo, photo.coverage, box, DamageClass.STAIN, scaled(max(FULL, 1.5 * density), SILT))


def _dissolve(photo: Photo, share: float, depth: Floats, key: Key) -> None:
    """Blots drawn out as the gelatin ran, soft within, rimmed by what they carried."""
    values, blots = lattice(*key.pair()), np.empty_like(depth)
    along, across, *_ = key.at("run").uniforms()
    cell_mm = sheet_of(photo).cell_mm
    contours.patches_within(depth, cell_mm, 13.0, share, 0.7 + along, 0.7 + across, values, blots)
    places, heights = [-1.6, -0.1, 0.3, 1.5], [0, 120, 60, 0]
    box = draw_ramp(photo, blots, places, heights, values, rough=0.5, feature=1.3, steep=(-2.2, 2.0), patchy=0.3)
    stain_widely(photo, photo.coverage, box, DamageClass.STAIN, RIM)
    places, heights = [-0.1, 0.35, 1.2, 3.0], [0, 60, 190, 248]
    box = draw_ramp(photo, blots, places, heights, values, rough=0.55, feature=0.9, steep=(-0.9, 2.0), patchy=0.25)
    photo.remove(photo.coverage, box, DamageClass.STAIN, paper=YELLOWED, fibre=0.05, key=key)


def _stick(photo: Photo, share: float, depth: Floats, key: Key) -> None:
    """Patches torn off with the sheet that they stuck to."""
    values, patches = lattice(*key.pair()), np.empty_like(depth)
    contours.patches_within(depth, sheet_of(photo).cell_mm, 13.0, share, 1.0, 1.0, values, patches)
    box = draw_ramp(photo, patches, [-0.06, 0.06], [0, 255], values, rough=0.32, feature=0.9, steep=(-0.9, 0.9))
    photo.remove(photo.coverage, box, DamageClass.PEEL, paper=PAPER, fibre=FIBRE, key=key)
