"""Drawing pins: holes at the corners, rust around them, torn paper."""

from __future__ import annotations

import math

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import rounded
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import pins
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.sheet import Sheet, scaled, sheet_of

RUST = (0.09, 0.55, 1.4)
"""Density of rust in red, green and blue: orange brown."""
BEHIND = (0.07, 0.06, 0.055)
"""Encoded colour in the hole: its own shadow."""
FIBRE = 0.15


class PinRust(Degradation):
    """Where a print was pinned to a wall: a hole in a corner, rust around it and along the rim of the pin's head.

    Iron rusts where damp stays: around the shank, falling to 1/e over 1.5 mm, and below the head's rim, a ring of 4 to
    6 mm radius, often open on the side from which it dried. The head has pressed a shallow dent. A print that was
    pulled off has torn between hole and corner. Pins stand at corners only, no two in one.

    Reference: M. L. Ritzenthaler, D. Vogt-O'Connor, Photographs: Archival Care and Management, Society of American
    Archivists (2006), on fasteners; forms and sizes are those on scans of prints.
    """

    stage = Stage.WEAR
    damage = DamageClass.PUNCTURE

    count: Count = field((1, 4), "pins, each in a corner of its own", low=0, high=4)
    hole_mm: Real = field((0.9, 1.9), "diameter of a hole", low=0.1, high=10)
    head_mm: Real = field((8.0, 12.0), "diameter of a pin's head", low=1, high=40)
    inset_mm: Real = field((4.0, 9.0), "distance of a pin from both edges", low=0, high=60)
    rust: Real = field(
        (0.3, 1.0), "density of the rust at its strongest, in blue 1.4 of it", low=0, high=2, unit="optical density"
    )
    torn: Real = field(0.35, "share of the pins from which the corner was torn away", low=0, high=1, unit="share")
    dent: Real = field((0.04, 0.16), "shading of the dent", low=0, high=0.5, unit="relative")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Pin after pin, in the order in which the corners' numbers fall."""
        sheet = sheet_of(photo)
        race = key.at("corners").uniforms()[:4]
        for corner in sorted(range(4), key=race.__getitem__)[: drawn["count"]]:
            _pin(photo, drawn, sheet, corner, key.at("corner", corner))


def _pin(photo: Photo, drawn: Drawn, sheet: Sheet, corner: int, key: Key) -> None:
    """Rust, tear, hole, dent."""
    in_x, in_y, arc, gap, tears, length, weak, lean = key.uniforms()
    scale, values = sheet.px_per_mm, lattice(*key.at("noise").pair())
    subsamples = sheet.subsamples
    inset_x, inset_y = (drawn["inset_mm"] * (0.75 + 0.5 * u) for u in (in_x, in_y))
    x = sheet.left + (inset_x if corner % 2 == 0 else sheet.wide_mm - inset_x) * scale
    y = sheet.top + (inset_y if corner < 2 else sheet.tall_mm - inset_y) * scale
    place = (photo.height, photo.width, x, y)
    if drawn["rust"] > 0:
        full = max(1.0, drawn["rust"])
        alpha = drawn["rust"] * (0.45 + 0.55 * weak) / full
        head = drawn["head_mm"] / 2
        box = pins.draw_rust(photo.coverage, *place, head, 0.4 + 0.8 * arc, gap, alpha, scale, subsamples, values)
        photo.stain(photo.coverage, box, DamageClass.STAIN, density=scaled(full, RUST))
    if tears < drawn["torn"]:
        down, across = (1 if corner >= 2 else -1), (1 if corner % 2 else -1)
        toward = rounded(math.atan2(inset_y * down, inset_x * across) / math.tau)
        reach = math.sqrt(inset_x * inset_x + inset_y * inset_y) * (0.35 + 0.75 * length)
        box = pins.draw_torn(
            photo.coverage, *place, toward + 0.08 * (lean - 0.5), 0.5 * drawn["hole_mm"], reach,
            scale, subsamples, values,
        )  # fmt: skip
        photo.remove(photo.coverage, box, DamageClass.PUNCTURE, fibre=FIBRE, key=key.at("fibres"))
    box = pins.draw_hole(photo.coverage, *place, 0.5 * drawn["hole_mm"], scale, subsamples, values)
    photo.tear(photo.coverage, box, DamageClass.PUNCTURE, background=BEHIND)
    if drawn["dent"] > 0:
        box = pins.draw_dent(photo.relief, *place, drawn["head_mm"] / 2, drawn["dent"], scale)
        photo.shade(photo.relief, box, DamageClass.PUNCTURE)
