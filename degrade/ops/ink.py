"""Ink and pencil: captions, signatures, stamps on a print, and what was written on its negative."""

from __future__ import annotations

from typing import NamedTuple

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import writing
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.sheet import Sheet, joined, sheet_of

KINDS = ("handwriting", "round_stamp", "square_stamp")


class _Medium(NamedTuple):
    """Density in red, green and blue; half width of a stroke in mm; how much wider downstrokes are; how opacity varies
    along strokes, over centimetres and over fractions of a millimetre."""

    density: tuple[float, float, float]
    half_mm: float
    nib: float
    flow: float
    uneven: float
    grain: float


MEDIA: dict[str, _Medium] = {
    "pencil": _Medium((0.62, 0.6, 0.58), 0.2, 0.25, 0.2, 0.25, 0.55),
    "ballpoint": _Medium((1.35, 0.95, 0.42), 0.16, 0.1, 0.1, 0.1, 0.1),
    "ink": _Medium((0.95, 1.02, 1.12), 0.19, 0.9, 0.35, 0.2, 0.05),
}
"""Graphite; blue paste; blue-black iron gall ink, which browned."""
OPAQUE = _Medium((0.0, 0.0, 0.0), 0.19, 0.5, 0.15, 0.2, 0.05)
ON_NEGATIVE = "opaque"
WHITE = (0.95, 0.95, 0.95)
"""Encoded colour of what an opaque ink kept the light from."""
STAMPS: dict[str, _Medium] = {
    "violet": _Medium((0.5, 0.95, 0.32), 0.2, 0.0, 0.0, 0.6, 0.5),
    "red": _Medium((0.12, 0.85, 0.75), 0.2, 0.0, 0.0, 0.6, 0.5),
    "black": _Medium((0.8, 0.8, 0.78), 0.2, 0.0, 0.0, 0.6, 0.5),
    "blue": _Medium((0.95, 0.6, 0.2), 0.2, 0.0, 0.0, 0.6, 0.5),
}
"""Colours of stamp pads: aniline inks, thinly and unevenly laid."""


class Ink(Degradation):
    """Writing on the face of a print, or on its negative: a line or two in running hand, or a rubber stamp.

    Pencil is gray and skips over the grain of the surface, ballpoint pens draw even blue lines, pens with ink broader
    downstrokes that pale where the ink ran low. Stamps are violet, red, black or blue, round with letters between two
    rings or a frame around a few lines, inked unevenly and at times cut off by the print's edge. The letters mean
    nothing. Ink is translucent: it adds density; but `opaque` ink was written on the negative, where it keeps the light
    from the paper: it prints white, as names and numbers do that were put on plates.

    Reference: J. M. Hollerbach, An oscillation theory of handwriting, Biological Cybernetics 39 (1981), 139-156.
    """

    stage = Stage.WEAR
    damage = DamageClass.WRITING

    count: Count = field(1, "captions or stamps", low=0, high=20)
    kind: Option = field(Choice(KINDS, (3, 1, 1)), "running hand, or a stamp", options=KINDS)
    medium: Option = field(
        Choice(tuple(MEDIA), (2, 2, 3)),
        "what a hand wrote with; stamps have inks of their own",
        options=(*MEDIA, ON_NEGATIVE),
    )
    size_mm: Real = field((1.6, 4.0), "height of a small letter; a seventh of a stamp's width", low=0.2, high=60)
    strength: Real = field((0.5, 1.0), "how much of the ink is left", low=0, high=1, unit="share")
    lines: Count = field((1, 2), "lines of a caption", low=1, high=30)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Draw, wear, stain."""
        if drawn["strength"] == 0:
            return
        sheet = sheet_of(photo)
        for number in range(drawn["count"]):
            own = key.at("text", number)
            if drawn["kind"] == "handwriting":
                medium = MEDIA.get(drawn["medium"], OPAQUE)
                box = _write(photo, drawn, sheet, medium, own)
            else:
                names = tuple(STAMPS)
                medium = STAMPS[names[int(own.at("pad").uniform() * len(names))]]
                box = _stamp(photo, drawn, sheet, own)
            if box[0] >= box[1]:
                continue
            writing.thin_out(
                photo.coverage, box, sheet.top, sheet.left, sheet.px_per_mm, drawn["strength"],
                medium.uneven, medium.grain, 0.55, lattice(*own.at("surface").pair()),
            )  # fmt: skip
            if medium is OPAQUE:
                photo.cover(photo.coverage, box, DamageClass.WRITING, colour=WHITE)
            else:
                photo.stain(photo.coverage, box, DamageClass.WRITING, density=medium.density)


def _write(photo: Photo, drawn: Drawn, sheet: Sheet, medium: _Medium, key: Key) -> Box:
    """A caption, most often at the foot of the print, level within a few degrees."""
    across, height, tilt, extent, steep, *_ = key.uniforms()
    turns = 0.02 * (tilt - 0.5) if steep < 0.8 else 0.12 * (tilt - 0.5)
    size, scale, short = drawn["size_mm"], sheet.px_per_mm, sheet.short
    length = sheet.wide_mm * (0.2 + 0.55 * extent)
    x = sheet.left + (sheet.wide_mm - length) * across * scale
    y = sheet.top + sheet.tall_mm * scale - short * (0.035 + 0.12 * height if height < 0.7 else height)
    k0, k1 = key.at("hand").pair()
    values = lattice(k0, k1)
    whole: Box = (0, 0, 0, 0)
    for line in range(drawn["lines"]):
        indent, ends, drift, *_ = key.at("line", line).uniforms()
        up = (drawn["lines"] - 1 - line) * size * 3.4 * scale
        box = writing.draw_line(
            photo.coverage, photo.height, photo.width, x + 0.12 * length * indent * scale, y - up,
            turns + 0.004 * (drift - 0.5), length * (0.6 + 0.4 * ends), size,
            medium.half_mm * (0.6 + 0.16 * size), medium.nib, medium.flow, scale, values, line, k0, k1,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


def _stamp(photo: Photo, drawn: Drawn, sheet: Sheet, key: Key) -> Box:
    """A stamp in some corner or at an edge, at a slant."""
    across, down, tilt, *_ = key.uniforms()
    radius = 3.5 * drawn["size_mm"]
    x = sheet.left + sheet.wide_mm * sheet.px_per_mm * (0.08 + 0.84 * across)
    near = 0.1 + 0.25 * down
    y = sheet.top + sheet.tall_mm * sheet.px_per_mm * (near if tilt < 0.35 else 1 - near)
    draw = writing.draw_round_stamp if drawn["kind"] == "round_stamp" else writing.draw_square_stamp
    box: Box = draw(
        photo.coverage,
        photo.height,
        photo.width,
        x,
        y,
        0.1 * (tilt - 0.5),
        radius,
        sheet.px_per_mm,
        *key.at("plate").pair(),
    )
    return box
