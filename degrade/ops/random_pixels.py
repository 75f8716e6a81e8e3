"""Single pixels replaced by random colours."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Real, field
from degrade.engine.kernels import dropout
from degrade.engine.key import Key
from degrade.engine.photo import Photo


class RandomPixels(Degradation):
    """Random-valued impulse noise: single pixels replaced by uniformly random values, as by flipped bits.

    Every pixel is hit by itself with probability `amount`, in all its channels, each of which then has a value of its
    own, uniform over [0, 1]. Unlike salt and pepper it cannot be told by its value.

    Reference: R. Garnett, T. Huegerich, C. Chui, W. He, A universal noise removal algorithm with an impulse detector,
    IEEE Transactions on Image Processing 14 (2005).
    """

    stage = Stage.NEGATIVE_DAMAGE
    damage = DamageClass.DROPOUT

    amount: Real = field((0.01, 0.1), "probability that a pixel is replaced", low=0, high=1, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Where by one key, what by another."""
        hit = round(drawn["amount"] * dropout.CHANCES)
        if hit == 0:
            return
        where, what = key.at("noise").pair(), key.at("values").pair()
        dropout.random_pixels(photo.pixels, *photo.layers, int(DamageClass.DROPOUT), hit, *where, *what)
