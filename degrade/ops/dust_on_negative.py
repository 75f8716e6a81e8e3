"""Dust and dirt on the negative or the slide that a picture was made from."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogUniform, NegativeBinomial
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.film import DENSITY_SIGMA, FULL, MEDIA, NEGATIVES, frame_units, show, there
from degrade.engine.kernels import film_specks
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.units import FORMATS

DUST_SIGMA, DIRT_SIGMA = 0.19, 0.30
"""Deviation of the logarithm of the equivalent diameters."""
MOST = 20_000
"""No frame has more specks."""


class DustOnNegative(Degradation):
    """Dust and dirt that lay on the film when it was printed or scanned.

    A speck on a negative keeps light from the paper: it prints light, translucent, and as soft as the enlarger draws
    it. In scanned negatives 93 to 99 % of the specks are lighter than what is around them, in slides 90 % darker, by a
    density that hardly depends on the tone: log-normal, 0.25 in the median. `medium` says what is seen: a `print` made
    from the negative, whose curve leaves little of a speck in whites and blacks; the `negative` itself, scanned and
    inverted; a `positive` such as a slide. Equivalent diameters, counts and their spread are those of 12 136 outlines
    drawn by hand on ten very dirty frames of 35 mm film, in µm on the film: so specks are coarse on prints from small
    negatives and fine on those from plates, which have more of them. Dust is nearly round, dirt lumps of it; both
    gather in clouds a third of the frame across (Clark-Evans index 0.84 to 1.02).

    References: D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage to analyse and improve artefact
    restoration on high-resolution scans, arXiv:2302.10004, for the outlines and pairs that these figures were fitted
    to; J. Møller, A. R. Syversveen, R. P. Waagepetersen, Log Gaussian Cox processes, doi:10.1111/1467-9469.00115.
    """

    stage = Stage.NEGATIVE_DAMAGE
    damage = DamageClass.DUST

    rate: Real = field(
        LogUniform(0.02, 0.5), "share of a very dirty frame's specks that is there", low=0, high=10, unit="share"
    )
    dust: Count = field(
        NegativeBinomial(763, 4.1), "grains of dust on a very dirty frame of 35 mm film", low=0, high=10_000
    )
    dirt: Count = field(
        NegativeBinomial(270, 3.3), "lumps of dirt on a very dirty frame of 35 mm film", low=0, high=10_000
    )
    dust_um: Real = field(61.5, "median equivalent diameter of a grain of dust", low=1, high=5000)
    dirt_um: Real = field(89.2, "median equivalent diameter of a lump of dirt", low=1, high=5000)
    density: Real = field(0.25, "median density of a speck", low=0, high=1, unit="optical density")
    blur_um: Real = field((5.0, 25.0), "standard deviation of the enlarger's or scanner's unsharpness", low=0, high=500)
    medium: Option = field("print", "what is seen: a print from the negative, the negative, a slide", options=MEDIA)
    negative: Option = field("film_35mm", "the film or plate that it lies on", options=NEGATIVES)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Dust, then dirt; light on the print from a negative, dark in a slide."""
        if drawn["density"] == 0:
            return
        for name, sigma, damage in (("dust", DUST_SIGMA, DamageClass.DUST), ("dirt", DIRT_SIGMA, DamageClass.DIRT)):
            box = _drawn(photo, drawn, name, sigma, key.at(name))
            if box[0] < box[1]:
                show(photo, box, damage, drawn["medium"], FULL * drawn["density"])


def _drawn(photo: Photo, drawn: Drawn, name: str, sigma: float, key: Key) -> Box:
    """Draw the specks of one kind into the photo's coverage; gives the box that they touch."""
    count = there(drawn[name], drawn["rate"], drawn["negative"], MOST)
    units_per_um = 1 / FORMATS[drawn["negative"]]
    unit = photo.unit
    box: Box = film_specks.draw_specks(
        photo.coverage, photo.height, photo.width, unit, *frame_units(photo), count, name == "dirt",
        drawn[f"{name}_um"] * units_per_um, sigma, 1 / FULL, DENSITY_SIGMA, drawn["blur_um"] * units_per_um * unit,
        *key.pair(),
    )  # fmt: skip
    return box
