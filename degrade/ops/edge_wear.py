"""Worn edges of a print."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogUniform
from degrade.engine.fields import Real, field
from degrade.engine.kernels import edges, torn
from degrade.engine.key import Key
from degrade.engine.photo import Photo

FRINGE_ROUGHNESS, PAPER_ROUGHNESS, PEEL_ROUGHNESS = 0.9, 0.35, 0.6
"""How far noise moves the edges of emulsion, of paper and of peeled emulsion, as a share of how far they reach."""
PEEL_DEPTH = 0.4
"""How far into the emulsion what peels at corners has gone."""
SHADOW_MM = 0.12
"""Length of the shadow in the step from emulsion to paper."""


class EdgeWear(Degradation):
    """The worn edges of a print that went through many hands: a ragged fringe of cream paper, rounded corners, nicks.

    The emulsion is rubbed and chipped off along the edges, here more, there hardly, most at the corners and where the
    print is worn in other ways too; its broken edge has a thin shadow. At the corners the top of the emulsion peels
    off farther in, not down to the paper. Corners are rounded; small bites are missing from the paper, behind which
    shows what the print lies on.

    Reference: G. Weaver, A Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House
    and Image Permanence Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.PEEL

    width_mm: Real = field(LogUniform(0.15, 0.9), "how far in the emulsion is gone, typically", low=0, high=20)
    rounding_mm: Real = field((0.5, 3.0), "how much of either edge a rounded corner takes", low=0, high=40)
    peel_mm: Real = field((0.0, 3.0), "how far in the top of the emulsion peels, mostly at corners", low=0, high=40)
    nicks: Real = field((0.0, 4.0), "small bites out of the paper's edge", low=0, high=100, unit="per 100 mm")
    shadow: Real = field((0.1, 0.4), "depth of the shadow at the emulsion's broken edge", low=0, high=0.8, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Peel the emulsion's top, bare the paper along the edges, then show what lies behind the print."""
        if not any(drawn[name] for name in ("width_mm", "rounding_mm", "peel_mm", "nicks")):
            return
        legs = [(leg, leg) for leg in (drawn["rounding_mm"] * (0.35 + 1.1 * u) for u in key.at("corners").uniforms())]
        outline = edges.outlined(
            photo, (edges.ROUND,) * 4, legs[:4], key.at("edges"),
            fringe=drawn["width_mm"], peel=drawn["peel_mm"], nicks=drawn["nicks"] / 100,
        )  # fmt: skip
        if drawn["peel_mm"] > 0:
            box = outline.band(photo, edges.PEELED, PEEL_ROUGHNESS)
            photo.remove(photo.coverage, box, DamageClass.PEEL, depth=PEEL_DEPTH, paper=torn.bare_paper(photo))
        box = outline.band(photo, edges.FRINGE, FRINGE_ROUGHNESS)
        rims = torn.light_rims(
            photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, SHADOW_MM),
            np.float32(drawn["shadow"]), np.float32(drawn["shadow"] * 0.5),
        )  # fmt: skip
        photo.remove(
            photo.coverage, box, DamageClass.PEEL, paper=torn.bare_paper(photo), fibre=torn.FIBRE, key=key.at("fibres")
        )
        torn.shade_rims(photo, rims, DamageClass.PEEL, drawn["shadow"])
        box = outline.band(photo, edges.PAPER_GONE, PAPER_ROUGHNESS)
        photo.tear(photo.coverage, box, DamageClass.MATERIAL_LOSS, background=torn.backing(photo))
