"""Salt and pepper: single values stuck at white or black."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Flag, Real, field
from degrade.engine.kernels import dropout
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class SaltAndPepper(Degradation):
    """Impulse noise: values stuck at 1 or 0, as by dead sensor elements and flipped bits.

    The customary stand-in for pinholes and specks in the emulsion, which in truth are never single saturated pixels:
    see `texture` with dust. Every pixel, or with `per_channel` every channel of it, is hit by itself with probability
    `amount`; the masks hold the pixels of which any channel is hit.

    References: R. H. Chan, C.-W. Ho, M. Nikolova, Salt-and-pepper noise removal by median-type noise detectors and
    detail-preserving regularization, doi:10.1109/TIP.2005.852196; ranges of the code of Z. Wan et al., arXiv:2004.09484
    (amount up to 0.01, salt_share 0.3 to 0.8, per channel), and of D. Hendrycks and T. Dietterich, arXiv:1903.12261
    (amount 0.03 to 0.27).
    """

    stage = Stage.NEGATIVE_DAMAGE
    damage = DamageClass.DROPOUT

    amount: Real = field((0.01, 0.06), "probability that a value is lost", low=0, high=1, unit="ratio")
    salt_share: Real = field((0.4, 0.6), "share of the lost values that turn white", low=0, high=1, unit="ratio")
    per_channel: Flag = field(False, "whether each channel is lost by itself: coloured specks")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """1 below the one threshold, 0 between the two, the value itself above."""
        hit = round(drawn["amount"] * dropout.CHANCES)
        if hit == 0:
            return
        salt = round(hit * drawn["salt_share"])
        k0, k1 = key.pair_at("noise")
        dropout.salt_and_pepper(
            photo.pixels, *photo.layers, int(DamageClass.DROPOUT), hit, salt, drawn["per_channel"], k0, k1
        )
