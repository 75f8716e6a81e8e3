"""A texture laid over the picture."""

from __future__ import annotations

import numpy as np

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Option, Real, Text, field
from degrade.engine.kernels import blend
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.textures import bank
from degrade.textures.sheet import Sheet

BLENDS: dict[str, tuple[float, float, float, float]] = {
    "add": (1.0, 0.0, 0.0, 0.0),
    "screen": (1.0, 1.0, 0.0, 0.0),
    "lighten": (0.0, 0.0, 1.0, 0.0),
    "darken": (0.0, 0.0, 0.0, 1.0),
    "multiply": (0.0, 1.0, 0.0, 0.0),
    "alpha": (1.0, 1.0, 0.0, 0.0),
}
"""(colour, fade, floor, ceiling) of each blend, as in `degrade.engine.kernels.blend`; alpha has the source's colour."""
DARKENING = ("darken", "multiply")
"""Blends under which white changes nothing."""
_SHOWN = {"nothing": None} | {damage.name.lower(): damage for damage in DamageClass}
_HALFWAY = 2**0.5
"""Between two levels."""
_LATTICE_PX = 8
_NO_LAYERS = (np.empty((0, 0), np.uint8),) * 3


class Texture(Degradation):
    """A sheet of dust, scratches or paper, or a picture of the user's, laid over the photograph.

    `source` is a texture of this package (``dust``, ``scratches``, ``paper``) or a folder of pictures (``./scans``).
    Each photo takes one sheet, anywhere and turned over either way, at its true size in millimetres; a folder's
    pictures are gray, and as large as the print. Sheets are divided by their names among the train, val and test splits.

    Dust and scratches are sheets of coverage: black is clear. They lighten under add, screen and lighten, and the same
    dirt darkens under multiply and darken; alpha lays their own colour on. Paper and a folder's pictures are tones, and
    blend as in any image editor: black changes nothing under add, screen and lighten, white nothing under multiply and
    darken; alpha mixes the tones in. Blends work on encoded values, as film scanners' dust shows itself: about equally
    strong in shadows and highlights.

    The mask is what the sheet covers, however weak the blend (the distance from the tone that changes nothing; all of
    the picture under alpha with tones); `loss` is that times the strength, the share of the tonal range that is gone. A
    surface such as paper keeps no masks, and at scale 1 its true size is kept to within a factor of 1.41: it is taken
    pixel by pixel from the nearest halving of its resolution.

    Reference: T. Porter, T. Duff, Compositing digital images, doi:10.1145/800031.808606; ISO 32000-2:2020, 11.3.5,
    blend modes.
    """

    stage = Stage.SURFACE
    damage = DamageClass.DUST

    source: Text = field("dust", "a texture's name, or a folder of pictures such as ./scans")
    blend: Option = field("screen", "how it is laid over the picture", options=tuple(BLENDS))
    strength: Real = field((0.3, 0.9), "opacity of the texture", low=0, high=1, unit="ratio")
    scale: Real = field(1, "enlargement of the texture", low=0.05, high=20, unit="ratio")
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

    def damage_of(self, drawn: Drawn) -> DamageClass | None:
        """What `shows` says, or what the source shows."""
        return bank.find(drawn["source"]).shows if drawn["shows"] == "auto" else _SHOWN[drawn["shows"]]

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Sample one sheet of the source at the photo's scale and blend it, keeping the masks."""
        strength = drawn["strength"]
        if strength == 0:
            return
        source = bank.find(drawn["source"])
        chances = key.at("place").uniforms()
        names = source.names_for(photo.split)
        sheet = source.sheet(names[int(chances[0] * len(names))])
        per_px = _sheet_pixels(photo, sheet, source.px_per_mm) / drawn["scale"]
        aligned = source.tones and sheet.wraps and drawn["scale"] == 1
        level, step, y, x = _placed(photo, sheet, per_px, aligned, chances[1], chances[2])
        tone, fade, floor, ceiling = BLENDS[drawn["blend"]]
        colour, even = np.full(photo.channels, tone, np.float32), 0.0
        if drawn["blend"] == "alpha":
            if source.tones:
                fade, even = 0.0, float(strength)
            else:
                colour = photo.colour(source.colour)
        damage = self.damage_of(drawn)
        blend.blend(
            photo.pixels, *(photo.layers if damage else _NO_LAYERS), int(damage or 0),
            sheet.levels[level], sheet.busy(level), -photo.print_box[0], -photo.print_box[2], step, *y, *x,
            chances[3] < 0.5, chances[4] < 0.5, sheet.wraps,
            source.tones and drawn["blend"] in DARKENING, float(strength), colour, fade, floor, ceiling, even,
        )  # fmt: skip


def _sheet_pixels(photo: Photo, sheet: Sheet, px_per_mm: float | None) -> float:
    """Pixels of the sheet on one of the photo."""
    if px_per_mm is not None:
        return px_per_mm / photo.px_per_mm
    top, bottom, left, right = photo.print_box
    return min(sheet.height / (bottom - top), sheet.width / (right - left))


def _placed(
    photo: Photo, sheet: Sheet, per_px: float, aligned: bool, u_y: float, u_x: float
) -> tuple[int, int, tuple[int, int], tuple[int, int]]:
    """(level, step, (offset, extent) down, the same across) in units of the kernel; `per_px` pixels of the sheet are
    one of the photo. `aligned` takes the nearest level pixel by pixel."""
    level, step = 0, per_px * blend.ONE
    while step >= (_HALFWAY if aligned else 2) * blend.ONE and level + 1 < len(sheet.levels):
        level, step = level + 1, step / 2
    if aligned:
        y, x = ((_on_lattice(n, u) >> level) * blend.ONE for n, u in ((sheet.height, u_y), (sheet.width, u_x)))
        height, width = sheet.levels[level].shape
        return level, blend.ONE, (y, height * blend.ONE), (x, width * blend.ONE)
    whole = max(round(step), 1)
    top, bottom, left, right = photo.print_box
    y = _offset(sheet.height * blend.ONE >> level, whole * (bottom - top), sheet.wraps, u_y)
    x = _offset(sheet.width * blend.ONE >> level, whole * (right - left), sheet.wraps, u_x)
    return level, whole, y, x


def _on_lattice(pixels: int, u: float) -> int:
    """A place among `pixels` that is a whole pixel of the next levels too."""
    return int(u * pixels) // _LATTICE_PX * _LATTICE_PX


def _offset(extent: int, span: int, wraps: bool, u: float) -> tuple[int, int]:
    """(where the print begins on the sheet, the sheet's extent) for a print that is `span` long on it."""
    slack = extent - span
    # A picture that just covers the print has no room to move, whichever way its size was rounded.
    if wraps or slack < -extent // 64:
        return int(u * extent), extent
    return int(u * max(slack, 0)), extent
