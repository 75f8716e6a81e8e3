"""Fading."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Beta
from degrade.engine.fields import Real, field
from degrade.engine.kernels import tone
from degrade.engine.key import Key
from degrade.engine.photo import DENSITY_FLOOR, Photo

NO_LIMIT = 3.0
"""The `dmax` that lifts no black: the density of the engine's `DENSITY_FLOOR`."""
YELLOW_STAIN: tuple[float, float, float] = (0.05, 0.38, 1.0)
"""Density of a yellowed binder and paper as R, G, B see it, for a `yellowing` of 1."""


class Fade(Degradation):
    """A silver print that has faded: pale highlights, blacks gone gray, paper gone dull and yellow.

    The particles of highlights are fewer and smaller and oxidise first: a density D becomes D - amount·D·(exp(-D/0.5)
    + 0.3). The image is that of a print whose deepest black had the density `dmax`; the paper's own density, `dmin`
    and the yellow stain, lies over all of it. Scans of aged prints have a first percentile of L* from 9 to 28 and a
    99th from 76 to 92: the defaults' range. Worked out in linear light and run as a polynomial, which errs by less
    than half an 8-bit code (by up to 3 codes for an amount of 0.3 to 0.7 with a dmax above 2.5). With amount 0, dmax
    3, dmin 0 and yellowing 0 it is the identity.

    Reference: J. M. Reilly, N. Kennedy, D. Black, T. Van Dam, Image structure and deterioration in albumen prints,
    Photographic Science and Engineering 28 (1984) 166-171. The figures for L* are measured on scans; the form of the
    curve is a fit to what is described.
    """

    stage = Stage.AGEING

    amount: Real = field(
        Beta(1, 4, 0.3), "how far the silver has faded; 0.2 to 0.7 in albumen prints", low=0, high=1, unit="share"
    )
    dmax: Real = field(
        (1.3, 2.1), "density of the deepest black: glossy 2.0, matt 1.4 to 1.7", low=0.6, high=3, unit="density"
    )
    dmin: Real = field((0.02, 0.16), "density of the paper: its base, dirt, browning", low=0, high=0.5, unit="density")
    yellowing: Real = field(
        (0.0, 0.12), "stain of paper and binder, as the density in blue", low=0, high=1, unit="density"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One curve for gray, one a channel for colour that yellows."""
        amount, dmax, dmin, yellowing = (drawn[name] for name in ("amount", "dmax", "dmin", "yellowing"))
        if amount == 0 and dmax == NO_LIMIT and dmin == 0 and yellowing == 0:
            return
        black = (tone.reflectance(dmax) - DENSITY_FLOOR) / (1 - DENSITY_FLOOR)
        stains = photo.colour(YELLOW_STAIN)
        curves = [tone.faded_curve(amount, max(black, 0.0), tone.reflectance(dmin + yellowing * s)) for s in stains]
        if len(curves) == 1 or yellowing == 0:
            tone.curve(photo.pixels.reshape(-1), curves[0])
        else:
            tone.curve_rgb(photo.pixels.reshape(-1), np.stack(curves))
