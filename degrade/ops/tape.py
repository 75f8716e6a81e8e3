"""Adhesive tape: strips that mend tears or held a print down, and what they leave."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice, LogNormal, rounded
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import strips
from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.shared import worn_place
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.sheet import Sheet, scaled, sheet_of, stain_widely

STATES = ("film", "residue", "removed")
AMBER = (0.16, 0.45, 1.0)
"""Density of aged adhesive in red, green and blue."""
FULL = 0.7
"""Density of adhesive that covers altogether."""
HAZE = 0.02
"""Linear light that the film of a strip scatters."""
LEAST_MASK = 0.35
"""Mask of clear film, which hides little."""
FIBRE = 0.16


class Tape(Degradation):
    """Strips of adhesive tape 12 to 19 mm wide: amber, darker along both long sides, with zigzag or torn ends.

    Rubber adhesive yellows, creeps out at the sides and takes up dirt; where bubbles kept it off the print is clearer.
    The `film` is hazy and its edge catches the light. Later it falls off and leaves `residue`, darker and in blotches;
    or somebody `removed` it, and parts of the emulsion came with it. Strips lie along tears, where earlier ones left
    traces["tears"] (points in short sides of the print), a few of them across; else square to the print, within a few
    degrees, at places that are handled much.

    Reference: M. A. Smith et al., Pressure-sensitive tape and techniques for its removal from paper, Journal of the
    American Institute for Conservation 23 (1984), 101-113.
    """

    stage = Stage.REPAIR
    damage = DamageClass.TAPE

    count: Count = field(Choice((1, 2, 3), (4, 2, 1)), "strips of tape", low=0, high=30)
    width_mm: Real = field(Choice((12.0, 15.0, 19.0)), "width of the tape", low=1, high=100)
    length_mm: Real = field(LogNormal(45, 0.4), "length of a strip that lies on no tear", low=2, high=1000)
    strength: Real = field((0.15, 0.6), "density of the adhesive, in blue", low=0, high=2, unit="optical density")
    state: Option = field(Choice(STATES, (3, 2, 1)), "still there, fallen off, or torn off", options=STATES)
    ends: Option = field(
        Choice(("zigzag", "torn"), (2, 1)), "cut by a dispenser, or torn by hand", options=("zigzag", "torn")
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Strip after strip."""
        sheet = sheet_of(photo)
        for number in range(drawn["count"]):
            own = key.at("strip", number)
            _lay(photo, drawn, sheet, _placed(photo, drawn, sheet, number, own), own)


class _Strip(NamedTuple):
    """Middle in px, direction in turns, half sides in mm."""

    x: float
    y: float
    turns: float
    half_long: float
    half_wide: float


def _placed(photo: Photo, drawn: Drawn, sheet: Sheet, number: int, key: Key) -> _Strip:
    slant, across, swing, length, *_ = key.uniforms()
    tears: list[npt.NDArray[np.float32]] = [t for t in photo.traces.get("tears", []) if len(t) >= 2]
    tilt = (slant - 0.5) * 8 / 360
    half_wide = drawn["width_mm"] / 2
    if tears:
        tear = tears[number % len(tears)]
        (x0, y0), (x1, y1) = (float(v) for v in tear[0]), (float(v) for v in tear[-1])
        x, y = (rounded(float(tear[:, axis].mean(dtype=np.float64))) for axis in (0, 1))
        chord = rounded(math.hypot(x1 - x0, y1 - y0) * sheet.short_mm)
        half = chord / 2 + 4 + 9 * length
        turns = rounded(math.atan2(y1 - y0, x1 - x0) / math.tau)
        if across < 0.25:
            turns, half = turns + 0.25, min(half, drawn["length_mm"] / 2)
        return _Strip(sheet.left + x * sheet.short, sheet.top + y * sheet.short, turns + tilt, half, half_wide)
    x, y = worn_place(sheet.wide, sheet.tall, *key.at("place").pair(), 0, *photo.shared_key("wear").pair())
    turns = tilt + (0.25 if across < 0.5 else 0.0) + (0.125 if swing < 0.08 else 0.0)
    half = drawn["length_mm"] * (0.3 + 0.4 * length)
    return _Strip(sheet.left + x * sheet.short, sheet.top + y * sheet.short, turns, half, half_wide)


def _lay(photo: Photo, drawn: Drawn, sheet: Sheet, strip: _Strip, key: Key) -> None:
    """One strip."""
    state, torn = drawn["state"], drawn["ends"] == "torn"
    values = lattice(*key.at("surface").pair())
    subsamples = sheet.subsamples

    def draw(part: int, alpha: float) -> Box:
        box: Box = strips.draw_strip(
            photo.coverage, photo.height, photo.width, *strip, sheet.px_per_mm, part, alpha, torn, subsamples, values
        )
        return box

    if drawn["strength"] > 0:
        full = max(FULL, drawn["strength"])
        part = strips.AMBER if state == "film" else strips.RESIDUE
        box = draw(part, drawn["strength"] / full)
        stain_widely(photo, photo.coverage, box, DamageClass.TAPE, scaled(full, AMBER))
    if state == "removed":
        box = draw(strips.SKINNED, 1.0)
        photo.remove(photo.coverage, box, DamageClass.PEEL, depth=0.92, fibre=FIBRE, key=key.at("fibres"))
    if state == "film":
        light = HAZE / LEAST_MASK
        photo.light(photo.coverage, draw(strips.FILM, LEAST_MASK), DamageClass.TAPE, amount=(light, light, light))
        box = strips.draw_bevel(photo.relief, photo.height, photo.width, *strip, sheet.px_per_mm, 0.16, torn, values)
        photo.shade(photo.relief, box, DamageClass.TAPE)
