"""Fingerprints: ridges of sweat and dirt, or of polish, where a print was touched."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import prints
from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.shared import worn_place
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.sheet import Sheet, joined, scaled, sheet_of

KINDS = ("grease", "gloss")
FULL = 0.25
"""Density that covers altogether; the light of a glossy one is a third of it."""
DIRT = (0.8, 0.92, 1.0)


class Fingerprints(Degradation):
    """Fingerprints: loops, whorls and arches of ridges 0.45 to 0.5 mm apart, 14 mm by 19 mm, unevenly pressed.

    Sweat etches gelatin and holds dirt (`grease`: the ridges are darker), or leaves a film that shines (`gloss`: they
    are lighter, which shows in the shadows). Fingers come in from the nearest edge. Of fingers two in three have
    loops, three in ten whorls and one in twenty arches.

    References: D. Maltoni et al., Handbook of Fingerprint Recognition (2022), doi:10.1007/978-3-030-83624-5; K. G.
    Larkin, P. A. Fletcher, A coherent framework for fingerprint analysis, doi:10.1364/OE.15.008667.
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN

    count: Count = field(Choice((1, 2, 3, 4), (4, 3, 2, 1)), "fingerprints on the print", low=0, high=40)
    strength: Real = field((0.04, 0.16), "density of the ridges", low=0, high=1, unit="optical density")
    period_mm: Real = field((0.45, 0.5), "distance of the ridges", low=0.1, high=3)
    kind: Option = field(Choice(KINDS, (3, 2)), "dark with dirt, or shining", options=KINDS)

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Draw all of them, then darken or lighten."""
        if drawn["count"] == 0 or drawn["strength"] == 0:
            return
        sheet = sheet_of(photo)
        full = max(FULL, drawn["strength"])
        whole: Box = (0, 0, 0, 0)
        for number in range(drawn["count"]):
            whole = joined(whole, _press(photo, sheet, drawn, drawn["strength"] / full, number, key))
        if drawn["kind"] == "gloss":
            photo.light(photo.coverage, whole, DamageClass.STAIN, amount=(full / 3, full / 3, full / 3))
        else:
            photo.stain(photo.coverage, whole, DamageClass.STAIN, density=scaled(full, DIRT))


def _press(photo: Photo, sheet: Sheet, drawn: Drawn, alpha: float, number: int, key: Key) -> Box:
    """One finger, at a place that is handled much, pointing away from the edge next to it."""
    own = key.at("finger", number)
    shape, turn, press, *_ = own.uniforms()
    kind = prints.LOOP if shape < 0.65 else (prints.WHORL if shape < 0.95 else prints.ARCH)
    wide, tall = sheet.wide, sheet.tall
    x, y = worn_place(wide, tall, *key.at("places").pair(), number, *photo.shared_key("wear").pair())
    # The side of the finger's joint, in turns clockwise from below.
    away, toward = min((tall - y, 0.0), (x, 0.25), (y, 0.5), (wide - x, 0.75))
    turns = toward + 0.3 * (turn - 0.5) if away < 0.4 else turn
    px, py = sheet.left + x * sheet.short, sheet.top + y * sheet.short
    k0, k1 = own.at("ridges").pair()
    box: Box = prints.draw_fingerprint(
        photo.coverage, photo.height, photo.width, px, py, turns, kind, drawn["period_mm"], alpha * (0.6 + 0.4 * press),
        sheet.px_per_mm, sheet.subsamples, lattice(k0, k1), k0, k1,
    )  # fmt: skip
    return box
