"""Scratches in the emulsion of a print or of its negative."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Flag, Option, Real, field
from degrade.engine.kernels import scratches
from degrade.engine.key import Key
from degrade.engine.photo import Photo

POLARITIES: dict[str, int] = {"light": scratches.LIGHT, "dark": scratches.DARK, "mixed": scratches.MIXED}
DARK_DENSITY = 1.6
"""Density that a scratch down to the negative's base prints, from a light gray."""
WHITE = (1.0, 1.0, 1.0)
BLACK = (0.0, 0.0, 0.0)


class Scratches(Degradation):
    """x"""

    stage = Stage.WEAR
    damage = DamageClass.SCRATCH

    count: Count = field(Poisson(6), "drags over the print, each of which leaves a bundle", low=0, high=2000)
    length_mm: Real = field(LogNormal(7, 0.9), "typical length of a scratch", low=0.1, high=2000)
    width_mm: Real = field(LogNormal(0.14, 0.35), "typical width of a scratch", low=0.005, high=10)
    depth: Real = field((0.4, 0.9), "how far into the emulsion; 1: down to the paper", low=0, high=1, unit="share")
    bundle: Count = field((1, 5), "scratches that one drag leaves, on average", low=1, high=32)
    curvature: Real = field((0.002, 0.02), "of the arcs: 1/radius", low=0, high=1, unit="1/mm")
    polarity: Option = field("light", "light, dark, mixed", options=tuple(POLARITIES))
    straight: Flag = field(False, "straight opaque lines instead, of even width")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        if drawn["count"] == 0 or drawn["depth"] == 0:
            return
        scale = photo.px_per_mm
        top, bottom, left, right = photo.print_box
        k0, k1 = key.at("arcs").pair()
        polarity = POLARITIES[drawn["polarity"]]
        for wanted in (scratches.LIGHT, scratches.DARK):
            if polarity not in (wanted, scratches.MIXED):
                continue
            box = scratches.draw_scratches(
                photo.coverage, photo.height, photo.width, scale, top / scale, left / scale,
                (bottom - top) / scale, (right - left) / scale, drawn["count"], drawn["length_mm"],
                drawn["width_mm"] / 2, drawn["bundle"], drawn["curvature"], drawn["straight"], polarity, wanted, k0, k1,
            )  # fmt: skip
            if drawn["straight"]:
                photo.cover(photo.coverage, box, DamageClass.SCRATCH, colour=BLACK if wanted else WHITE)
            elif wanted == scratches.LIGHT:
                photo.remove(photo.coverage, box, DamageClass.SCRATCH, depth=drawn["depth"])
            else:
                density = DARK_DENSITY * drawn["depth"]
                photo.stain(photo.coverage, box, DamageClass.SCRATCH, density=(density, density, density))
