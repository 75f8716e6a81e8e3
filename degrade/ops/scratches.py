"""Scratches in the emulsion of a print or of its negative."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, Poisson
from degrade.engine.fields import Count, Flag, Option, Real, field
from degrade.engine.kernels import scratches
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

POLARITIES: dict[str, int] = {"light": scratches.LIGHT, "dark": scratches.DARK, "mixed": scratches.MIXED}
BOTH = (scratches.LIGHT, scratches.DARK)
DARK_DENSITY = 1.6
"""Density that a scratch down to the base of the negative adds to the print."""
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)


class Scratches(Degradation):
    """Fine arcs scraped into the emulsion, in bundles of near-parallel ones that fade in, skip and fade out.

    Something rough is dragged over the print and leaves a bundle: hairlines of the same bend within a degree or two of
    each other, one in twelve a wider gouge, one in fifteen turning sharply. Length is log-normal; on ten scans of 35 mm
    film scratches measured 14, 41 and 110 thousandths of the diagonal (10th, 50th and 90th percentile) and 1.3 wide, of
    which the defaults take the length and a finer width, for prints. Light scratches lay the paper bare to `depth`, in
    density; dark ones are scratches in the emulsion of the negative, which print black. `straight` draws straight,
    opaque, white (or black) lines of even width, one a drag, as simpler simulations do.

    References: D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage to analyse and improve artefact
    restoration on high-resolution scans, arXiv:2302.10004, for the measured scans; V. Bruni, D. Vitulano, A
    generalized model for scratch detection, doi:10.1109/TIP.2003.817231.
    """

    stage = Stage.WEAR
    damage = DamageClass.SCRATCH

    count: Count = field(Poisson(6), "drags over the print, each of which leaves a bundle", low=0, high=2000)
    length_mm: Real = field(LogNormal(7, 0.9), "typical length of a scratch", low=0.1, high=2000)
    width_mm: Real = field(LogNormal(0.14, 0.35), "typical width of a scratch", low=0.005, high=10)
    depth: Real = field((0.4, 0.9), "how far into the emulsion, 1: down to the paper", low=0, high=1, unit="share")
    bundle: Count = field((1, 5), "scratches that one drag leaves, on average", low=1, high=32)
    curvature: Real = field((0.002, 0.02), "bend of the arcs: 1/radius", low=0, high=1, unit="1/mm")
    polarity: Option = field("light", "light, dark, or each by chance", options=tuple(POLARITIES))
    straight: Flag = field(False, "straight opaque lines of even width instead; ignores depth, bundle and curvature")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Light scratches, then dark ones."""
        if drawn["count"] == 0:
            return
        polarity = POLARITIES[drawn["polarity"]]
        for wanted in BOTH if polarity == scratches.MIXED else (polarity,):
            if drawn["straight"]:
                colour = WHITE if wanted == scratches.LIGHT else BLACK
                photo.cover(photo.coverage, _drawn(photo, drawn, wanted, key), DamageClass.SCRATCH, colour=colour)
            elif drawn["depth"] == 0:
                continue
            elif wanted == scratches.LIGHT:
                box = _drawn(photo, drawn, wanted, key)
                photo.remove(photo.coverage, box, DamageClass.SCRATCH, depth=drawn["depth"])
            else:
                density = DARK_DENSITY * drawn["depth"]
                box = _drawn(photo, drawn, wanted, key)
                photo.stain(photo.coverage, box, DamageClass.SCRATCH, density=(density, density, density))


def _drawn(photo: Photo, drawn: Drawn, wanted: int, key: Key) -> Box:
    """Draw the scratches of one polarity into the photo's coverage; gives the box that they touch."""
    scale = photo.px_per_mm
    top, bottom, left, right = photo.print_box
    box: Box = scratches.draw_scratches(
        photo.coverage, photo.height, photo.width, scale,
        top / scale, left / scale, (bottom - top) / scale, (right - left) / scale,
        drawn["count"], drawn["length_mm"], drawn["width_mm"] / 2, drawn["bundle"], drawn["curvature"],
        drawn["straight"], POLARITIES[drawn["polarity"]], wanted, *key.pair_at("arcs"),
    )  # fmt: skip
    return box
