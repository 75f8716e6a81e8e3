"""Burns: an edge or a spot of a print that fire or a cigarette scorched."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import contours
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.sheet import Floats, Sheet, draw_ramp, sheet_of, stain_widely

SOURCES = ("edge", "corner", "spot")
BACKGROUNDS: dict[str, tuple[float, float, float]] = {
    "white": (0.97, 0.97, 0.96),
    "black": (0.03, 0.03, 0.03),
    "gray": (0.62, 0.62, 0.61),
}
"""What lies behind the print on the scanner: its lid, open or shut, or a sheet of card."""
SCORCH = (0.42, 0.85, 1.4)
"""Density of fully scorched paper: brown."""
CHAR = (0.055, 0.047, 0.042)
ASH = (0.42, 0.41, 0.40)


class Burn(Degradation):
    """Where fire ate a print: paper is gone, a black rim of char with ash on it, and a halo that browns outwards.

    Fire spreads from each glowing spot in a circle, so that the remaining edge is made of round bays that meet in
    cusps. Paper browns from about 200 °C, well ahead of the glowing edge, and the emulsion beside it blisters. Fire
    came to an edge or a corner of the print, or a cigarette burnt a hole (`spot`).

    Reference: V. Babrauskas, Ignition Handbook (2003), on the ignition and smouldering of paper.
    """

    stage = Stage.WEAR
    damage = DamageClass.BURN

    count: Count = field(1, "burns on the print", low=0, high=10)
    source: Option = field(Choice(SOURCES, (3, 3, 1)), "what burnt: an edge, a corner, a spot within", options=SOURCES)
    reach_mm: Real = field((3.0, 16.0), "how far in paper is gone; a third of it for a spot", low=0, high=200)
    char_mm: Real = field((0.6, 2.6), "width of the black rim", low=0, high=20)
    scorch_mm: Real = field((4.0, 13.0), "distance over which the brown halo fades out", low=0.1, high=25)
    strength: Real = field((0.6, 1.0), "how brown the halo is beside the rim", low=0, high=1, unit="share")
    background: Option = field(
        Choice(tuple(BACKGROUNDS), (3, 3, 1)), "what shows where paper is gone", options=tuple(BACKGROUNDS)
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Halo, char, ash, hole: each hides what it has consumed."""
        for burn in range(drawn["count"]):
            _burn(photo, drawn, key.at("burn", burn))


def _ends(sheet: Sheet, source: str, key: Key) -> tuple[float, float, float, float]:
    """The segment (x0, y0, x1, y1) in mm from which the fire spread."""
    side, along, extent, across, *_ = key.uniforms()
    wide, tall = sheet.wide_mm, sheet.tall_mm
    if source == "spot":
        x, y = wide * (0.1 + 0.8 * along), tall * (0.1 + 0.8 * across)
        return x, y, x + 1.5 * extent, y + 1.5 * side
    if source == "corner":
        x, y = wide * (side < 0.5), tall * (along < 0.5)
        return (
            x,
            y,
            x + (wide / 2 - x) * 0.5 * extent * (across < 0.5),
            y + (tall / 2 - y) * 0.5 * extent * (across >= 0.5),
        )
    first = along * 0.7
    last = first + 0.1 + 0.45 * extent
    if side < 0.5:
        x = wide * (side < 0.25)
        return x, tall * first, x, tall * last
    y = tall * (side < 0.75)
    return wide * first, y, wide * last, y


def _burn(photo: Photo, drawn: Drawn, key: Key) -> None:
    """One burn."""
    sheet, values = sheet_of(photo), lattice(*key.at("contour").pair())
    reach = drawn["reach_mm"] / (3 if drawn["source"] == "spot" else 1)
    depth = sheet.field()
    lobes = 0.3 + 0.75 * reach
    contours.around(
        depth,
        sheet.cell_mm,
        *_ends(sheet, drawn["source"], key.at("source")),
        reach,
        lobes,
        5 + 1.1 * reach,
        True,
        values,
    )
    if drawn["strength"] > 0:
        _scorch(photo, drawn, depth, values)
    if drawn["char_mm"] > 0:
        _char(photo, drawn["char_mm"], depth, values, lattice(*key.at("ash").pair()))
    box = draw_ramp(photo, depth, [-0.1, 0.1], [0, 255], values, rough=0.3, feature=1.3, steep=(-0.7, 0.7))
    photo.tear(photo.coverage, box, DamageClass.BURN, background=BACKGROUNDS[drawn["background"]])


def _scorch(photo: Photo, drawn: Drawn, depth: Floats, values: Floats) -> None:
    """Brown that falls off evenly in density, then yellow further out."""
    far, char, full = drawn["scorch_mm"], drawn["char_mm"], 255 * drawn["strength"]
    places, heights = [-far - char, -0.62 * far - char, -0.22 * far - char, 0.0], [0, 0.17 * full, 0.62 * full, full]
    steep = (places[0] - 1, 1.0)
    box = draw_ramp(photo, depth, places, heights, values, rough=0.5, feature=2.3, steep=steep, patchy=0.35)
    stain_widely(photo, photo.coverage, box, DamageClass.BURN, SCORCH)


def _char(photo: Photo, char: float, depth: Floats, values: Floats, ash: Floats) -> None:
    """Black, its outer bound ragged; gray ash here and there along the edge."""
    places, steep = [-1.5 * char, -0.85 * char, -0.3 * char], (-2.0 * char, 0.3 * char)
    box = draw_ramp(
        photo, depth, places, [0, 150, 255], values, rough=0.26 * char, feature=2.2, steep=steep, patchy=0.1
    )
    photo.cover(photo.coverage, box, DamageClass.BURN, colour=CHAR)
    places, steep = [-0.45 * char, -0.1 * char], (-2.3 * char, 1.8 * char)
    box = draw_ramp(photo, depth, places, [0, 90], ash, rough=0.9 * char, feature=0.7, steep=steep, patchy=1.0)
    photo.cover(photo.coverage, box, DamageClass.BURN, colour=ASH)
