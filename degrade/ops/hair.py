"""Hair and lint on the negative or the slide that a picture was made from."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogUniform, NegativeBinomial
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.film import DENSITY_SIGMA, FULL, MEDIA, NEGATIVES, frame_units, show, there
from degrade.engine.kernels import film_fibres, negative
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.units import FORMATS

LONG_WIDER = 10 / 9
"""How much wider long fibres are."""
LENGTH_SIGMA = {"short": 0.604, "long": 0.493}
WIDTH_SIGMA = {"short": 0.39, "long": 0.266}
"""Deviations of the logarithms; with them the equivalent diameters' are 0.36 and 0.28, as measured."""
MOST = 4000
"""No frame has more of one class."""


class Hair(Degradation):
    """Lint and hair that lay on the film when it was printed or scanned.

    Short fibres are bits of lint, long ones hairs: thin, of even width but for their tapering ends, curled by chance; a
    third of them loop, a tenth fork. They print as dust does (`DustOnNegative`): light from a negative, dark in a
    slide, translucent, darker where a loop crosses itself, and softened by the enlarger. Counts and lengths are those
    of outlines drawn by hand on ten very dirty frames of 35 mm film, in µm on the film: lengths of short fibres 147,
    329 and 693 µm (10th, 50th and 90th percentile), of long ones 563, 1040 and 1990 µm; hairs are rare and come many at
    a time. Widths are such that the outlines seen on a scan have the areas of the real ones: a tenth less than those,
    which the scanner's unsharpness widened.

    References: D. Ivanova, J. Williamson, P. Henderson, Simulating analogue film damage to analyse and improve artefact
    restoration on high-resolution scans, arXiv:2302.10004; R. Levien, From spiral to spline, University of California,
    Berkeley (2009), on clothoids.
    """

    stage = Stage.NEGATIVE_DAMAGE
    damage = DamageClass.HAIR

    rate: Real = field(
        LogUniform(0.02, 0.5), "share of a very dirty frame's fibres that is there", low=0, high=10, unit="share"
    )
    short: Count = field(
        NegativeBinomial(134, 1.1), "short fibres on a very dirty frame of 35 mm film", low=0, high=10_000
    )
    long: Count = field(
        NegativeBinomial(40, 0.45), "long fibres on a very dirty frame of 35 mm film", low=0, high=10_000
    )
    short_um: Real = field(329, "median length of a short fibre", low=5, high=50_000)
    long_um: Real = field(1040, "median length of a long fibre", low=5, high=50_000)
    width_um: Real = field(35, "median width of a short fibre; long ones are a ninth wider", low=1, high=5000)
    density: Real = field(0.25, "median density of a fibre", low=0, high=1, unit="optical density")
    blur_um: Real = field((5.0, 25.0), "standard deviation of the enlarger's or scanner's unsharpness", low=0, high=500)
    medium: Option = field("print", "what is seen: a print from the negative, the negative, a slide", options=MEDIA)
    negative: Option = field("film_35mm", "the film or plate that it lies on", options=NEGATIVES)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Short fibres, then long ones."""
        if drawn["density"] == 0:
            return
        for name, wider in (("short", 1.0), ("long", LONG_WIDER)):
            box = _drawn(photo, drawn, name, drawn["width_um"] * wider, key.at(name))
            if box[0] < box[1]:
                show(photo, box, DamageClass.HAIR, drawn["medium"], FULL * drawn["density"])


def _drawn(photo: Photo, drawn: Drawn, name: str, width_um: float, key: Key) -> Box:
    """Draw the fibres of one class into the photo's coverage; gives the box that they touch."""
    count = there(drawn[name], drawn["rate"], drawn["negative"], MOST)
    units_per_um = 1 / FORMATS[drawn["negative"]]
    unit = photo.unit
    blur = drawn["blur_um"] * units_per_um * unit
    box: Box = film_fibres.draw_fibres(
        photo.coverage, photo.height, photo.width, unit, *frame_units(photo), count,
        drawn[f"{name}_um"] * units_per_um, LENGTH_SIGMA[name], width_um * units_per_um, WIDTH_SIGMA[name],
        1 / FULL, DENSITY_SIGMA, blur if blur < negative.WIDE_BLUR else 0.0, *key.pair(),
    )  # fmt: skip
    if blur >= negative.WIDE_BLUR and box[0] < box[1]:
        box = negative.soften(photo.coverage, *box, photo.height, photo.width, blur)
    return box
