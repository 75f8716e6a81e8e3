"""Dust on a print or on the scanner's glass."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, NegativeBinomial
from degrade.engine.fields import Count, Real, field
from degrade.engine.kernels import specks, torn
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

SHADES = ((0.58, 0.575, 0.565), (0.76, 0.755, 0.745), (0.93, 0.93, 0.925))
"""Encoded colours of the dust: lint, dandruff, paper."""
SHADOW_DENSITY = 1.0
"""Density of a shadow, where it covers."""
SHADOW_STRENGTH = 0.22
"""How much a shadow covers, as a share of the dust: little, so that the mask shows the dust and not what it dims."""


class SurfaceDust(Degradation):
    """Specks and fibres that lay on the print or on the scanner's glass: gray to white, sharp, each with a hair's
    breadth of shadow.

    Dust of the scan is no part of the print: sharper than the picture, unmoved by its folds, of the dust's own gray,
    0.55 to 0.95, at an opacity of 0.3 to 1. Numbers are clustered, sizes log-normal; it lies in drifts. Fibres curl.
    It stands after all that the print suffered, and before the capture's blur and noise.

    Reference: D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage to analyse and improve artefact
    restoration on high-resolution scans, arXiv:2302.10004, for the forms of dust and hairs and their log-normal sizes.
    """

    stage = Stage.SURFACE
    damage = DamageClass.DUST

    count: Count = field(NegativeBinomial(160, 3), "specks on the print", low=0, high=20_000)
    fibres: Count = field(NegativeBinomial(9, 1.5), "fibres on the print", low=0, high=2000)
    diameter_mm: Real = field(LogNormal(0.2, 0.3), "typical diameter of a speck", low=0.005, high=10)
    length_mm: Real = field(LogNormal(2.2, 0.4), "typical length of a fibre", low=0.05, high=100)
    shadow_mm: Real = field((0.03, 0.09), "length of the shadow, 0: none", low=0, high=5)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """The shadows, then the dust, a shade at a time."""
        if drawn["count"] + drawn["fibres"] == 0:
            return
        values = lattice(*key.at("shapes").pair())
        if drawn["shadow_mm"] > 0:
            dx, dy = torn.shadow_of(photo, drawn["shadow_mm"])
            box = _drawn(photo, drawn, key, specks.ALL, dx, dy, SHADOW_STRENGTH, values)
            photo.stain(photo.coverage, box, DamageClass.DUST, density=(SHADOW_DENSITY,) * 3)
        still = np.float32(0)
        for shade, colour in enumerate(SHADES):
            box = _drawn(photo, drawn, key, shade, still, still, 1.0, values)
            photo.cover(photo.coverage, box, DamageClass.DUST, colour=colour)


def _drawn(
    photo: Photo, drawn: Drawn, key: Key, wanted: int, dx: np.float32, dy: np.float32, strength: float,
    values: np.ndarray,
) -> Box:  # fmt: skip
    """Draw the dust of one shade into the photo's coverage; gives the box that it touches."""
    scale, (top, bottom, left, right) = photo.px_per_mm, photo.print_box
    box: Box = specks.draw_dust(
        photo.coverage, photo.height, photo.width, scale,
        top / scale, left / scale, (bottom - top) / scale, (right - left) / scale,
        drawn["count"], drawn["fibres"], drawn["diameter_mm"] / 2, drawn["length_mm"], dx, dy, strength,
        len(SHADES), wanted, values, *key.at("dust").pair(),
    )  # fmt: skip
    return box
