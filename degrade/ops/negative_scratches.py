"""Scratches on the negative or the slide that a picture was made from."""

from __future__ import annotations

from typing import Any

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import LogNormal, NegativeBinomial, Poisson
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.film import DENSITY_SIGMA, FULL, MEDIA, NEGATIVES, frame_units, show
from degrade.engine.kernels import film_scratches, negative
from degrade.engine.kernels.draw import joined
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.units import FORMATS

BASE_SHARES = {"base": 1.0, "emulsion": 0.0, "mixed": 0.7}
EMULSION_DENSITY = 1.6
"""Density that a scratch right through the emulsion of the negative adds to the print."""
CLEAR = (0.97, 0.97, 0.95)
"""Encoded colour of a slide's bare base."""
LINE_SIGMA = 0.4
"""Deviation of the logarithm of the lines' widths."""


class NegativeScratches(Degradation):
    """Scratches that a film got in the camera, the projector or between fingers, as the picture shows them.

    Transport leaves lines along the whole film, within 5° of its direction, that wander, come and go, and lie beside
    each other; handling leaves short arcs. Physics decides whether they are light or dark. A scratch in the base
    scatters light: it prints light from a negative and dark from a slide, with rims of the opposite sign, where the
    light went; one in the emulsion takes the image away: dark in the print from a negative, light in a slide. In the
    emulsion of colour film it goes through the layers one after the other, blue's first (`film`). On ten scans arcs had
    lengths of 14, 41 and 110 thousandths of the frame's diagonal (10th, 50th and 90th percentile) and widths of 1.3;
    lines were 3 to 11 wide, rims included.

    References: V. Bruni, D. Vitulano, A generalized model for scratch detection, doi:10.1109/TIP.2003.817231;
    D. Ivanova, J. Williamson, P. Henderson, arXiv:2302.10004; A. C. Kokaram, Motion Picture Restoration (1998).
    """

    stage = Stage.NEGATIVE_DAMAGE
    damage = DamageClass.SCRATCH
    rate_field = "arcs"

    lines: Count = field(Poisson(2), "scratches along the film", low=0, high=1000)
    arcs: Count = field(NegativeBinomial(6.5, 1.1), "short scratches on the frame", low=0, high=5000)
    line_um: Real = field(LogNormal(110, 0.4), "typical width of a line", low=1, high=5000)
    arc_um: Real = field(1775, "median length of an arc", low=5, high=100_000)
    width_um: Real = field(54.6, "median width of an arc", low=1, high=5000)
    density: Real = field(
        (0.15, 0.4),
        "median density of light that a scratch in the base scatters",
        low=0,
        high=1,
        unit="optical density",
    )
    depth: Real = field((0.2, 0.8), "how far into the emulsion the others go", low=0, high=1, unit="share")
    side: Option = field("mixed", "in the base, in the emulsion, or each by chance", options=tuple(BASE_SHARES))
    blur_um: Real = field((5.0, 25.0), "standard deviation of the enlarger's or scanner's unsharpness", low=0, high=500)
    medium: Option = field("print", "what is seen: a print from the negative, the negative, a slide", options=MEDIA)
    negative: Option = field("film_35mm", "the film or plate that they lie on", options=NEGATIVES)
    transport: Option = field("vertical", "direction that the film runs in", options=("vertical", "horizontal"))
    film: Option = field("silver", "one layer of silver, or three of dyes", options=("silver", "colour"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Scratches in the base, their rims, then those in the emulsion."""
        if drawn["lines"] + drawn["arcs"] == 0:
            return
        if drawn["density"] > 0:
            density, medium = FULL * drawn["density"], drawn["medium"]
            _shown(photo, _drawn(photo, drawn, film_scratches.BASE, film_scratches.CORE, key), medium, density)
            opposite = "positive" if medium != "positive" else "negative"
            _shown(photo, _drawn(photo, drawn, film_scratches.BASE, film_scratches.RIMS, key), opposite, density)
        if drawn["depth"] > 0:
            _scraped(photo, drawn, _drawn(photo, drawn, film_scratches.EMULSION, film_scratches.CORE, key))


def _shown(photo: Photo, box: Box, medium: str, density: float) -> None:
    if box[0] < box[1]:
        show(photo, box, DamageClass.SCRATCH, medium, density)


def _scraped(photo: Photo, drawn: Drawn, box: Box) -> None:
    """Take emulsion off the film where the photo's coverage says."""
    if box[0] >= box[1]:
        return
    depth: float = drawn["depth"]
    if drawn["medium"] == "positive":
        photo.remove(photo.coverage, box, DamageClass.SCRATCH, depth=depth, paper=CLEAR)
        return
    layers = (depth, depth, depth)
    if drawn["film"] == "colour" and photo.channels == 3:
        layers = (max(3 * depth - 2, 0.0), min(max(3 * depth - 1, 0.0), 1.0), min(3 * depth, 1.0))
    red, green, blue = (EMULSION_DENSITY * layer for layer in layers)
    photo.stain(photo.coverage, box, DamageClass.SCRATCH, density=(red, green, blue))


def _drawn(photo: Photo, drawn: Drawn, side: int, part: int, key: Key) -> Box:
    """Draw the scratches of one side, or their rims, into the photo's coverage; gives the box that they touch."""
    units_per_um, unit = 1 / FORMATS[drawn["negative"]], photo.unit
    base_share = BASE_SHARES[drawn["side"]]
    if base_share == side:
        return (0, 0, 0, 0)
    blur = drawn["blur_um"] * units_per_um * unit
    narrow = blur if blur < negative.WIDE_BLUR else 0.0
    where: tuple[Any, ...] = (photo.coverage, photo.height, photo.width, unit, *frame_units(photo))
    opacity = (1 / FULL, DENSITY_SIGMA) if side == film_scratches.BASE else (0.6, DENSITY_SIGMA)
    box: Box = film_scratches.draw_lines(
        *where, drawn["transport"] == "vertical", drawn["lines"], drawn["line_um"] * units_per_um, LINE_SIGMA,
        base_share, side, part, *opacity, narrow, *key.at("lines").pair(),
    )  # fmt: skip
    if part == film_scratches.CORE:
        arcs: Box = film_scratches.draw_arcs(
            *where, drawn["arcs"], drawn["arc_um"] * units_per_um, drawn["width_um"] * units_per_um, base_share, side,
            *opacity, narrow, *key.at("arcs").pair(),
        )  # fmt: skip
        box = joined(box, arcs)
    if blur >= negative.WIDE_BLUR and box[0] < box[1]:
        box = negative.soften(photo.coverage, *box, photo.height, photo.width, blur)
    return box
