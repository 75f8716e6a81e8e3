"""Foxing: rusty spots of paper that was kept damp."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Poisson
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import blots
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.sheet import Floats, scaled, sheet_of, stain_widely

SPOT, HALO = (0.2, 0.52, 1.0), (0.06, 0.3, 1.0)
"""Density of spots and of what surrounds them, in red, green and blue: rust, and its pale yellow fringe."""
FULL = 0.8
"""Density of a spot that covers altogether."""


class Foxing(Degradation):
    """Rust-brown spots, each with a pale fringe, scattered in clusters where the print was damp.

    Their causes are fungi (irregular spots) and traces of metal in the paper (a dark core, at times within a ring: the
    bull's-eye). Clusters lie where the shared field of damp is high, twice as densely along tide lines and three times
    in glue if earlier ops left any; spots gather around them as in a Thomas process, their number negative binomial,
    their diameters log-normal (sigma 0.6, cut to 0.2 to 8 mm). A spot's density is exp(-(r/radius)^p), p of 1.5 to 4,
    of uneven radius.

    References: M.-L. E. Florian, The role of the conidia of fungi in fox spots, Studies in Conservation 41 (1996),
    doi:10.1179/sic.1996.41.2.65; M. Thomas, A generalization of Poisson's binomial limit for use in ecology,
    doi:10.1093/biomet/36.1-2.18.
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN
    rate_field = "clusters"

    clusters: Count = field(Poisson(9), "clusters of spots on the print", low=0, high=300)
    spots: Real = field((3.0, 9.0), "spots in a cluster, on average", low=0, high=60, unit="per cluster")
    spread_mm: Real = field(
        (3.5, 11.0), "standard deviation of the spots' distances from their cluster", low=0.05, high=100
    )
    diameter_mm: Real = field((0.7, 1.7), "typical diameter of a spot", low=0.05, high=8)
    strength: Real = field((0.2, 0.7), "density of the darkest spots, in blue", low=0, high=2, unit="optical density")
    bullseyes: Real = field(0.2, "share of the spots with a ring", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Fringes, then spots."""
        if drawn["clusters"] == 0 or drawn["strength"] == 0:
            return
        sheet, own = sheet_of(photo), key.at("spots").pair()
        full = max(FULL, drawn["strength"])
        for tint, haloes in ((HALO, True), (SPOT, False)):
            box = blots.draw_foxing(
                photo.coverage, photo.height, photo.width, sheet.top, sheet.left, sheet.short, sheet.px_per_mm,
                sheet.wide, sheet.tall,
                drawn["clusters"], drawn["spots"], drawn["spread_mm"], drawn["diameter_mm"], drawn["bullseyes"],
                drawn["strength"] / full, haloes, _attraction(photo), lattice(*own),
                *photo.shared_key("damp").pair(), *own,
            )  # fmt: skip
            stain_widely(photo, photo.coverage, box, DamageClass.STAIN, scaled(full, tint))


def _attraction(photo: Photo) -> Floats:
    """The field of how many times more spots, less one, a place has for what earlier ops left there: 1 on tide lines, 2
    in glue, 0 everywhere when there is neither."""
    tides, glue = photo.traces.get("tide", []), photo.traces.get("glue", [])
    fields = [*tides, *(2 * nearness for nearness in glue)]
    attraction: Floats = np.maximum.reduce(fields) if fields else np.zeros((2, 2), np.float32)
    return attraction
