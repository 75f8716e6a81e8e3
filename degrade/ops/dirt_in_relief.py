"""Dirt in the breaks of a print and on its worn edges."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.fields import Real, field
from degrade.engine.kernels import blur, soiling
from degrade.engine.kernels.draw import joined, lattice
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

BREAKS = (
    DamageClass.MATERIAL_LOSS,
    DamageClass.PEEL,
    DamageClass.SCRATCH,
    DamageClass.FOLD,
    DamageClass.CRACK,
    DamageClass.PUNCTURE,
)
"""Damage that dirt settles in."""
WANTED = sum(1 << damage for damage in BREAKS)
TINT = (0.62, 0.84, 1.0)
"""Share of the dirt's density in red, green and blue: brown."""


class DirtInRelief(Degradation):
    """Dirt that settles where the emulsion is broken, and the grime of hands on worn edges.

    Bare paper and the rims of folds, cracks, tears and flakes hold the dirt that comes off a smooth gelatin surface: a
    brown haze in and beside each break, patchy, two thousandths of the diagonal wide; bends whose emulsion is whole
    hold a little. It reads what earlier steps broke, so it stands after them. The edges and corners by which a print is
    held are smeared with grime where it is worn.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.DIRT
    reads = ("loss", "classes")

    amount: Real = field((0.25, 0.6), "dirt in the breaks and beside them", low=0, high=1, unit="share")
    spread_mm: Real = field((0.25, 0.5), "how far from a break it reaches: a Gaussian's sigma", low=0.02, high=10)
    density: Real = field((0.3, 0.8), "how dark the dirt is where it lies thick", low=0, high=3, unit="optical density")
    grime: Real = field((0.0, 0.7), "dirt of handling on worn edges and corners", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Blur the breaks, then stain them and the edges alike."""
        if drawn["density"] == 0:
            return
        values = lattice(*key.at("patches").pair())
        box = joined(_in_breaks(photo, drawn, values), _on_edges(photo, drawn, values))
        if photo.damaged:
            # Missing paper, with what shows behind it, is of this class, and shards have soil of their own.
            soiling.spare_gone(photo.coverage, photo.loss, photo.classes, int(DamageClass.MATERIAL_LOSS), *box)
        red, green, blue = (drawn["density"] * share for share in TINT)
        photo.stain(photo.coverage, box, DamageClass.DIRT, density=(red, green, blue))


def _in_breaks(photo: Photo, drawn: Drawn, values: np.ndarray) -> Box:
    """Draw the dirt in and beside breaks; gives the box that was touched."""
    if drawn["amount"] == 0 or not photo.damaged:
        return 0, 0, 0, 0
    box = soiling.gather_breaks(photo.relief, photo.mask, photo.loss, photo.classes, WANTED)
    if box[0] >= box[1]:
        return 0, 0, 0, 0
    sigma = drawn["spread_mm"] * photo.px_per_mm
    blur.gaussian(photo.relief, 1, sigma)
    reach = int(3 * sigma) + 3
    top, bottom = max(box[0] - reach, 0), min(box[1] + reach, photo.height)
    left, right = max(box[2] - reach, 0), min(box[3] + reach, photo.width)
    mm, (above, _, beside, _) = 1 / photo.px_per_mm, photo.print_box
    soiling.soil_breaks(
        photo.coverage, photo.relief, top, bottom, left, right, np.float32(beside * mm), np.float32(above * mm),
        drawn["amount"], np.float32(mm), values,
    )  # fmt: skip
    photo.relief[:] = 0
    return top, bottom, left, right


def _on_edges(photo: Photo, drawn: Drawn, values: np.ndarray) -> Box:
    """Draw the grime of handling; gives the box that was touched."""
    mm, (top, bottom, left, right) = 1 / photo.px_per_mm, photo.print_box
    places = (np.float32(length * mm) for length in (left, top, bottom - top, right - left))
    box: Box = soiling.soil_edges(
        photo.coverage, photo.height, photo.width, *places, np.float32(drawn["grime"]), np.float32(mm), values,
        *photo.shared_key("wear").pair(),
    )  # fmt: skip
    return box
