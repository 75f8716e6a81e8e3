"""Rectangles cut out of the picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Constant, Distribution
from degrade.engine.fields import Count, Flag, Option, Real, Vector, field
from degrade.engine.kernels import dropout
from degrade.engine.key import Key
from degrade.engine.photo import Photo

_NEVER_ZERO = ("log_normal", "beta")
"""Distributions whose support begins at 0, which they never reach."""


class CoarseDropout(Degradation):
    """Rectangles of the picture replaced by one colour, its mean or noise: missing pieces, in the plainest form.

    The size is said either in pixels or as a fraction of the short side; each hole's height and width then differ from
    it by up to `variation`, drawn apart. Holes may overlap. They lie wholly within the picture, or, with `over_border`,
    have their centres anywhere in it and are cut at the border.

    References: T. DeVries, G. W. Taylor, arXiv:1708.04552 (Cutout: squares of one value, centred anywhere); Z. Zhong et
    al., doi:10.1609/aaai.v34i07.7000 (Random Erasing: rectangles within, of random values or the mean).
    """

    stage = Stage.WEAR
    damage = DamageClass.DROPOUT

    holes: Count = field((1, 4), "how many rectangles", low=0, high=10_000, unit="rectangles")
    size_px: Real = field(0, "typical side of a rectangle; 0 leaves it to size_frac", low=0, high=100_000)
    size_frac: Real = field((0.05, 0.2), "typical side of a rectangle", low=0, high=1)
    variation: Real = field(
        0.5, "how far a side may differ from the typical one, up or down, evenly spread", low=0, high=1, unit="ratio"
    )
    over_border: Flag = field(False, "whether rectangles may reach over the border")
    fill: Option = field("value", "what shows in their place", options=("value", "mean", "noise"))
    value: Vector = field((0, 0, 0), "encoded RGB that shows with fill value", low=0, high=1, unit="pixel scale [0, 1]")

    def conflicts(self) -> list[tuple[str, str]]:
        """The size comes from one field alone, and never from now one, now the other."""
        pixels: Distribution = self.size_px  # type: ignore[assignment]
        if pixels == Constant(0):
            return []
        problems = []
        if pixels.support[0] <= 0 and pixels.word not in _NEVER_ZERO:
            problems.append(("size_px", "expected sizes above 0, or 0 alone to leave the size to size_frac"))
        if self.size_frac != self.specs["size_frac"].default:
            problems.append(("size_frac", "expected either size_px or size_frac, not both"))
        return problems

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """The rectangles, one after the other; places and sides come from the key."""
        if drawn["holes"] == 0:
            return
        side = drawn["size_px"] or drawn["size_frac"] * min(photo.height, photo.width)
        noisy, where = drawn["fill"] == "noise", key.pair_at("holes")
        values = key.pair_at("values") if noisy else where
        dropout.holes(
            photo.pixels, *photo.layers, int(DamageClass.DROPOUT), drawn["holes"], side, drawn["variation"],
            drawn["over_border"], noisy, _fill(photo, drawn), *where, *values,
        )  # fmt: skip


def _fill(photo: Photo, drawn: Drawn) -> npt.NDArray[np.float32]:
    if drawn["fill"] != "mean":
        return photo.colour(drawn["value"])
    means = np.empty(photo.channels, np.float32)
    dropout.channel_means(photo.pixels, means)
    return means
