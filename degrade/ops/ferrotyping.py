"""Ferrotyping: a print that stuck to glass or to its neighbour."""

from __future__ import annotations

import math
from statistics import NormalDist

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import LogUniform, rounded
from degrade.engine.fields import Real, field
from degrade.engine.kernels import blocking, veils
from degrade.engine.key import Key
from degrade.engine.photo import PAPER, Photo

DEVIATION, TORN_DEVIATION = 0.32, 0.33
"""Of the islands' noise, damp included, and of that which tears them."""
FIBRE = 0.12
DEEPEST = 2.0
FRAY_MM = 1.3
"""Size of what frays the islands' borders."""


class Ferrotyping(Degradation):
    """Islands where a print stuck to glass, or to the sheet above it, while it was damp.

    Within them the gelatine has taken the gloss of the glass: whites are brighter by `gloss`, blacks deeper by
    `deepening`, and a thin pale rim surrounds them. Where the print was torn from the glass, part of the emulsion
    stayed there, and paper shows. Islands lie where the print was damp, a field shared by all damages. The mask of the
    gloss is weak, as the picture is to be seen under it (stain); torn emulsion is lost (peel). With coverage 0 it is
    the identity.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008), on ferrotyping and other changes of the surface.
    """

    stage = Stage.STAINS
    damage = DamageClass.PEEL

    coverage: Real = field(LogUniform(0.02, 0.2), "share of the print that stuck", low=0, high=0.9, unit="share")
    size_frac: Real = field((0.1, 0.3), "size of the islands", low=0.01, high=2)
    gloss: Real = field((0.02, 0.08), "how much brighter whites are", low=0, high=0.5, unit="ratio")
    deepening: Real = field((0.05, 0.15), "what blacks gain", low=0, high=0.6, unit="density")
    torn: Real = field((0.0, 0.4), "share of the islands that was torn off", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """The gloss first, then what was torn."""
        if drawn["coverage"] == 0:
            return
        grid = veils.grid_over(photo.height, photo.width, photo.print_box, 64)
        islands, tears, words = grid.empty(), grid.empty(), key.at("islands").pair()
        levels = _level(drawn["coverage"], DEVIATION), _level(max(drawn["torn"], 1e-6), TORN_DEVIATION)
        blocking.island_grid(
            islands, tears, grid.place_y, grid.place_x, grid.step, 0.5 / drawn["size_frac"], levels[0], *words,
            *photo.shared_key("damp").pair(),
        )  # fmt: skip
        place = islands, tears, grid.first_y, grid.first_x, grid.spacing, *levels
        fray = 1 / (FRAY_MM * photo.px_per_mm)
        coverage, size = photo.coverage, (photo.height, photo.width)
        top, left = photo.print_box[0], photo.print_box[2]
        box = blocking.draw_islands(coverage, *size, *place, False, fray, top, left, *words)
        curve = veils.veil_curve(
            0.0, 1 + drawn["deepening"] / DEEPEST, 1.0, rounded(-math.log10(1 + drawn["gloss"])), 0.0, DEEPEST, True
        )
        mask, _, classes = photo.layers
        blocking.gloss(photo.pixels, mask, classes, int(DamageClass.STAIN), coverage, *box, curve, drawn["gloss"])
        if drawn["torn"] > 0:
            box = blocking.draw_islands(coverage, *size, *place, True, fray, top, left, *words)
            photo.remove(coverage, box, DamageClass.PEEL, paper=PAPER, fibre=FIBRE, key=key.at("fibres"))


def _level(share: float, deviation: float) -> float:
    """What a normal variate of that deviation exceeds with the probability `share`."""
    return rounded(deviation * NormalDist().inv_cdf(1 - min(max(share, 1e-6), 1 - 1e-6)))
