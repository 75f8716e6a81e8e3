"""Corners missing from a print."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, rounded
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import edges, torn
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS: dict[str, float] = {"mixed": 0.75, "torn": 1.0, "rounded": 0.0}
"""Share of the corners that are torn."""
STRIP_ROUGHNESS, PAPER_ROUGHNESS = 0.9, 0.3
"""How far noise moves the edges of emulsion and paper, as a share of the strip between them."""
SHADOW_MM, CAST_MM = 0.12, 0.3
"""Length of the shadow of the emulsion on the paper, and of the print on what it lies on."""
CAST = 0.35
"""Depth of the shadow that the print casts, as a share."""
HAIRS_PER_MM, HAIR_MM = 4.0, 0.4
"""Hairs of paper along a torn edge, and their typical length."""


class MissingCorners(Degradation):
    """Corners torn off a print, or rounded by wear; behind them shows what the print lies on.

    A torn corner is a polygon, mostly of one or two sides, along a self-affine line (Hurst exponent 0.67, as lines of
    fracture in paper have). Image and paper do not tear along the same line: between them runs a strip of the paper's
    core, white and fibrous, with stubby hairs over the edge, of the width `strip_mm`. The print casts a soft shadow on
    what it lies on: a scanner's lid, black cloth, the leaf of an album, one for all steps of a print. A corner rounded
    by wear has a ragged narrow rim instead.

    References: Self-affine crack propagation paths on two types of paper, doi:10.5281/zenodo.8217903; G. Weaver, A
    Guide to Fiber-Base Gelatin Silver Print Condition and Deterioration, George Eastman House and Image Permanence
    Institute (2008).
    """

    stage = Stage.WEAR
    damage = DamageClass.MATERIAL_LOSS

    share: Real = field((0.1, 0.6), "chance of each corner to be missing", low=0, high=1, unit="share")
    legs_mm: Real = field(LogNormal(7, 0.5), "how much of its edges a corner takes, typically", low=0.2, high=200)
    kind: Option = field("mixed", "torn, rounded, or each by chance", options=tuple(KINDS))
    strip_mm: Real = field(LogNormal(0.8, 0.5), "width of the strip of bare paper core", low=0, high=20)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Bare the strips, take the corners away, then let the hairs stand out."""
        kinds, legs = _corners(drawn, key)
        if not any(leg for leg, _ in legs):
            return
        words = key.at("corners")
        outline = edges.outlined(photo, kinds, legs, words, strip=drawn["strip_mm"])
        paper = torn.paper_core(photo)
        if drawn["strip_mm"] > 0:
            box = outline.band(photo, edges.FRINGE, STRIP_ROUGHNESS)
            rims = torn.light_rims(
                photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, SHADOW_MM),
                np.float32(0.25), np.float32(0.12),
            )  # fmt: skip
            photo.remove(
                photo.coverage, box, DamageClass.MATERIAL_LOSS, paper=paper, fibre=torn.CORE, key=key.at("fibres")
            )
            torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, 0.25)
        box = outline.band(photo, edges.PAPER_GONE, PAPER_ROUGHNESS)
        rims = torn.light_rims(
            photo.coverage, photo.relief, photo.width, *box, *torn.shadow_of(photo, CAST_MM),
            np.float32(CAST), np.float32(0),
        )  # fmt: skip
        photo.tear(photo.coverage, box, DamageClass.MATERIAL_LOSS, background=torn.backing(photo))
        torn.shade_rims(photo, rims, DamageClass.MATERIAL_LOSS, CAST)
        if drawn["strip_mm"] > 0:
            hairy = [kind == edges.TORN and leg > 0 for kind, (leg, _) in zip(kinds, legs, strict=True)]
            box = outline.hairs(photo, hairy, HAIRS_PER_MM, HAIR_MM, words)
            photo.cover(photo.coverage, box, DamageClass.MATERIAL_LOSS, colour=paper)


def _corners(drawn: Drawn, key: Key) -> tuple[tuple[int, ...], list[tuple[float, float]]]:
    """The kind of each corner, clockwise from the top left, and its legs in mm, 0 where it is not missing."""
    kinds, legs = [], []
    for corner in range(4):
        missing, kind, size, slant = key.at("corner", corner).uniforms()[:4]
        torn_off = kind < KINDS[drawn["kind"]]
        leg = drawn["legs_mm"] * (0.5 + size) * (1.0 if torn_off else 0.6)
        longer = 1 + (0.9 if torn_off else 0.15) * slant
        kinds.append(edges.TORN if torn_off else edges.ROUND)
        along = (leg * longer, leg / longer) if size * 7 % 1 < 0.5 else (leg / longer, leg * longer)
        legs.append((rounded(along[0]), rounded(along[1])) if missing < drawn["share"] else (0.0, 0.0))
    return tuple(kinds), legs
