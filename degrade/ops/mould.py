"""Mould: colonies of fungi that grew on the gelatin."""

from __future__ import annotations

from degrade.engine.damage import DamageClass, Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice, LogNormal, Poisson
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import blots
from degrade.engine.kernels.draw import lattice
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo
from degrade.engine.sheet import scaled, sheet_of, stain_widely

COLOURS: dict[str, tuple[float, float, float]] = {
    "dark": (0.17, 0.18, 0.14),
    "green": (0.3, 0.33, 0.24),
    "gray": (0.56, 0.57, 0.49),
}
"""Encoded colours of mycelium and spores."""
HALO = (0.34, 0.42, 0.6)
"""Density of the stain around a colony, in red, green and blue."""


class Mould(Degradation):
    """Fuzzy round colonies: threads that wander outwards and branch, spores in the middle, a dull stain around.

    Fungi digest gelatin wherever a print stays above some 65 % relative humidity; so colonies lie where the shared
    field of damp is high, in groups of all sizes. Their threads (hyphae) lie on the emulsion and hide some of it.

    Reference: M.-L. E. Florian, Fungal Facts: Solving Fungal Problems in Heritage Collections (2002).
    """

    stage = Stage.STAINS
    damage = DamageClass.STAIN
    rate_field = "colonies"

    colonies: Count = field(Poisson(9), "colonies on the print", low=0, high=300)
    radius_mm: Real = field(LogNormal(2.2, 0.35), "typical radius of a colony", low=0.2, high=20)
    strength: Real = field((0.2, 0.7), "how much of the picture the threads hide", low=0, high=1, unit="share")
    halo: Real = field(
        (0.1, 0.5), "density of the stain around a colony, in blue", low=0, high=1.5, unit="optical density"
    )
    colour: Option = field(Choice(tuple(COLOURS), (4, 3, 1)), "of threads and spores", options=tuple(COLOURS))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Stains, then threads and spores on them."""
        if drawn["colonies"] == 0:
            return
        if drawn["halo"] > 0:
            share = min(drawn["halo"] / 0.6, 1.0)
            box = _drawn(photo, drawn, share, True, key)
            density = max(drawn["halo"], 0.6) / HALO[2]
            stain_widely(photo, photo.coverage, box, DamageClass.STAIN, scaled(density, HALO))
        if drawn["strength"] > 0:
            box = _drawn(photo, drawn, drawn["strength"], False, key)
            photo.cover(photo.coverage, box, DamageClass.STAIN, colour=COLOURS[drawn["colour"]])


def _drawn(photo: Photo, drawn: Drawn, alpha: float, haloes: bool, key: Key) -> Box:
    sheet, own = sheet_of(photo), key.at("colonies").pair()
    box: Box = blots.draw_mould(
        photo.coverage, photo.height, photo.width, sheet.top, sheet.left, sheet.short, sheet.px_per_mm,
        sheet.wide, sheet.tall, drawn["colonies"], drawn["radius_mm"], alpha, haloes,
        lattice(*own), *photo.shared_key("damp").pair(), *own,
    )  # fmt: skip
    return box
