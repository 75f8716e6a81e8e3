"""A texture laid over the picture."""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Option, Real, Text, field
from degrade.engine.kernels import blend
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.textures import bank
from degrade.textures.sheet import Bytes, Sheet

FORMULAS: dict[str, tuple[float, float, float, float, float, float]] = {
    "add": (1.0, 0.0, 0.0, 0.0, -1.0, 1.0),
    "screen": (1.0, 1.0, 0.0, 0.0, -1.0, 1.0),
    "lighten": (1.0, 0.0, 0.0, 1.0, 0.0, 1.0),
    "darken": (-1.0, 0.0, 1.0, 1.0, -1.0, 0.0),
    "multiply": (0.0, 1.0, 0.0, 0.0, -1.0, 1.0),
    "alpha": (1.0, 1.0, 0.0, 0.0, -1.0, 1.0),
    "mix": (1.0, 0.0, 0.0, 1.0, -1.0, 1.0),
}
"""(colour, fade, lift / strength, even / strength, least, most), as `degrade.engine.kernels.blend` explains them. Alpha
has the source's colour; it is mix with sources that are tones."""
BLENDS = tuple(FORMULAS)[:-1]
DARKENING = ("darken", "multiply")
"""Blends under which white changes nothing."""
_SHOWN = {"nothing": None} | {damage.name.lower(): damage for damage in DamageClass}
_LATTICE_PX = 24
"""Places of sheets are multiples of this: whole pixels at the commonest reductions too."""
_FINEST = 1 / math.sqrt(1.5)
"""Below this a sheet's pixel is enlarged."""
_NO_LAYERS = (np.empty((0, 0), np.uint8),) * 3


class Texture(Degradation):
    """A sheet of dust, scratches or paper, or a picture of the user's, laid over the photograph.

    `source` is a texture of this package (``dust``, ``scratches``, ``paper``) or a folder of pictures (``./scans``).
    A folder that is given by an absolute path stands in outputs by its name and the hash of its pictures alone.
    Each photo takes one sheet, anywhere and turned over either way, at its true size in millimetres; a folder's
    pictures are gray, and as large as the print. Sheets are divided by their names among the train, val and test
    splits.

    Dust and scratches are sheets of coverage: black is clear. They lighten under add, screen and lighten, and the same
    dirt darkens under multiply and darken; alpha lays their own colour on. Paper and a folder's pictures are tones, and
    blend as in any image editor: black changes nothing under add, screen and lighten, white nothing under multiply and
    darken; alpha mixes the tones in. Blends work on encoded values, as film scanners' dust shows itself: about equally
    strong in shadows and highlights.

    The mask is what the sheet covers, however weak the blend (the distance from the tone that changes nothing; all of
    the picture under alpha with tones); `loss` is that times the strength, the share of the tonal range that is gone. A
    surface such as paper keeps no masks.

    The sheets of this package exist reduced 1, 1.5, 2, 3, 4, 6 … times; the nearest is taken pixel by pixel, so that
    true sizes are kept to within a factor of 1.23. A folder's pictures are resampled to their exact size, which takes
    two to three times as long.

    Reference: T. Porter, T. Duff, Compositing digital images, doi:10.1145/800031.808606; ISO 32000-2:2020, 11.3.5,
    blend modes.
    """

    stage = Stage.SURFACE
    damage = DamageClass.DUST

    source: Text = field("dust", "a texture's name, or a folder of pictures such as ./scans")
    blend: Option = field("screen", "how it is laid over the picture", options=BLENDS)
    strength: Real = field((0.3, 0.9), "opacity of the texture", low=0, high=1, unit="ratio")
    scale: Real = field(
        1, "enlargement of the texture; 0.24 for dust on a 35 mm frame itself", low=0.05, high=20, unit="ratio"
    )
    shows: Option = field(
        "auto",
        "class of the masks; auto takes the source's own (dirt for a folder), nothing keeps none",
        options=("auto", *_SHOWN),
    )

    def conflicts(self) -> list[tuple[str, str]]:
        """A source must have a name."""
        return [] if all(self.sources()) else [("source", f"expected a texture's name or a folder, not {''!r}")]

    def sources(self) -> tuple[str, ...]:
        """Every source that may be drawn."""
        values = self.source.values if isinstance(self.source, Choice) else (self.source.value,)  # type: ignore[union-attr]
        return tuple(dict.fromkeys(values))

    def prepare(self) -> None:
        """Look the sources up and make their sheets, once for all processes."""
        for source in self.sources():
            bank.prepare(source)

    def contents(self) -> dict[str, str]:
        """The folders among the sources."""
        return {source: folder.digest for source in self.sources() if (folder := bank.folder(source))}

    def without_places(self) -> Texture:
        """With absolute folders by their public names, see `bank.public_name`."""
        names = {source: bank.public_name(source) for source in self.sources()}
        if all(name == source for source, name in names.items()):
            return self
        if isinstance(self.source, Choice):
            return dataclasses.replace(self, source=Choice([names[v] for v in self.source.values], self.source.weights))
        [name] = names.values()
        return dataclasses.replace(self, source=name)

    def damage_of(self, drawn: Drawn) -> DamageClass | None:
        """What `shows` says, or what the source shows."""
        return _shown(bank.find(drawn["source"]), drawn)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Sample one sheet of the source at the photo's scale and blend it, keeping the masks."""
        strength = drawn["strength"]
        if strength == 0:
            return
        source = bank.find(drawn["source"])
        chances = key.uniforms_at("place", 5)
        names = source.names_for(photo.split)
        sheet = source.sheet(names[int(chances[0] * len(names))])
        level, *geometry = _placed(photo, sheet, source, drawn["scale"], chances[1], chances[2])
        formula = "mix" if source.tones and drawn["blend"] == "alpha" else drawn["blend"]
        tone, fade, lift, even, least, most = FORMULAS[formula]
        colour = photo.colour(source.colour) if formula == "alpha" else photo.colour((tone, tone, tone))
        inverted, damage = source.tones and formula in DARKENING, _shown(source, drawn)
        blend.blend(
            photo.pixels, *(photo.layers if damage else _NO_LAYERS), int(damage or 0), level,
            -photo.print_box[0], -photo.print_box[2], *geometry, chances[3] < 0.5, chances[4] < 0.5, sheet.wraps,
            inverted, formula == "mix", float(strength), colour, fade, lift * strength, even * strength, least, most,
        )  # fmt: skip


def _shown(source: bank.Source, drawn: Drawn) -> DamageClass | None:
    return source.shows if drawn["shows"] == "auto" else _SHOWN[drawn["shows"]]


def _placed(
    photo: Photo, sheet: Sheet, source: bank.Source, enlarged: float, u_y: float, u_x: float
) -> tuple[Bytes, int, int, int, int, int]:
    """(level, step, offset and extent down, offset and extent across), as `blend.blend` takes them."""
    top, bottom, left, right = photo.print_box
    if source.px_per_mm is None:
        per_px = min(sheet.height / (bottom - top), sheet.width / (right - left)) / enlarged
        reduction, level, step = _level(sheet, per_px)
    else:
        reduction, level, step = _nearest_level(sheet, source.px_per_mm / photo.px_per_mm / enlarged)
    y = _along(sheet.height, reduction, step * (bottom - top), sheet.wraps, u_y)
    x = _along(sheet.width, reduction, step * (right - left), sheet.wraps, u_x)
    return level, step, *y, *x


@lru_cache(maxsize=1024)
def _nearest_level(sheet: Sheet, exact: float) -> tuple[float, Bytes, int]:
    """`_level` at that of the sheet's reductions, or of the first ones halved any number of times, that is nearest to
    `exact`."""
    doubled = 1
    while exact * doubled < _FINEST:
        doubled *= 2
    wanted = exact * doubled
    nearest = min(sheet.reductions, key=lambda reduction: max(reduction / wanted, wanted / reduction))
    return _level(sheet, nearest / doubled)


@lru_cache(maxsize=1024)
def _level(sheet: Sheet, per_px: float) -> tuple[float, Bytes, int]:
    """(its reduction, the level, the step on it): the coarsest that has all the detail where `per_px` pixels of the
    sheet are one of the photo."""
    reduction, level = next((level for level in reversed(sheet.levels) if level[0] <= per_px), sheet.levels[0])
    return reduction, level, max(round(per_px / reduction * blend.ONE), 1)


def _along(side: int, reduction: float, span: int, wraps: bool, u: float) -> tuple[int, int]:
    """(where a print that is `span` long begins on a sheet, the sheet's extent), in units of the kernel."""
    extent = int(side * blend.ONE / reduction)
    slack = extent - span
    # A picture that just covers the print has no room to move, whichever way its size was rounded.
    if wraps or slack < -extent // 64:
        return int(int(u * side / _LATTICE_PX) * _LATTICE_PX * blend.ONE / reduction), extent
    return int(u * max(slack, 0)), extent
