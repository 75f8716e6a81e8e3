"""Fading of the silver image."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Beta
from degrade.engine.fields import Real, field
from degrade.engine.kernels import tone, veils
from degrade.engine.key import Key
from degrade.engine.photo import Photo

BROWNING: tuple[float, float, float] = (1.0, 0.55, 0.1)
"""Share of the fading that red, green and blue see when the remaining silver has gone all brown."""
DENSEST = 3.0
"""Of the engine's smallest reflectance."""


class SilverFading(Degradation):
    """Silver that air and damp have oxidised: highlights lose their detail first, mid tones follow, blacks stay.

    A density D becomes D - amount·(D·exp(-D/0.5) + 0.3·D), since the fine and sparse particles of highlights go first.
    What is left of the silver is more finely divided and looks brown: with `browning` blue keeps its density longest,
    then green (in pictures of one channel nothing is to be seen of it). Paper and deepest black stay: `fade` is the op
    that also lifts the blacks and dulls the paper. 0.2 to 0.7 is what albumen prints have lost, of which nine in ten
    are visibly deteriorated. Within an 8-bit code of the law. Amount 0 is the identity.

    Reference: J. M. Reilly, N. Kennedy, D. Black, T. Van Dam, Image structure and deterioration in albumen prints,
    Photographic Science and Engineering 28 (1984) 166-171.
    """

    stage = Stage.AGEING

    amount: Real = field(Beta(2, 4, 0.6), "how far the silver has faded", low=0, high=1, unit="share")
    browning: Real = field((0.0, 0.5), "how brown the silver that is left has become", low=0, high=1, unit="share")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """One curve for gray, one a channel for colour that browns."""
        amount, browning = drawn["amount"], drawn["browning"] if photo.channels == 3 else 0.0
        if amount == 0:
            return
        shares = [1 - browning * (1 - share) for share in BROWNING] if browning > 0 else [1.0]
        curves = [veils.veil_curve(amount * share, 1.0, 1.0, 0.0, 0.0, DENSEST, False) for share in shares]
        flat = photo.pixels.reshape(-1)
        if len(curves) == 1:
            tone.curve(flat, curves[0])
        else:
            tone.curve_rgb(flat, np.stack(curves))
