"""Harvesting: scans in, a bank of damage out."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from degrade.engine.damage import DamageClass
from degrade.engine.units import DEFAULT_FORMAT, pixels_per_mm
from degrade.harvest.backgrounds import around_mask, of_blank
from degrade.harvest.counting import Counted, clark_evans, clustering, counted, mean_area, rates
from degrade.harvest.cutting import Cut, CutOut, cut
from degrade.harvest.errors import HarvestError
from degrade.harvest.pairs import matched, uncertainty
from degrade.harvest.scans import LeftOut, Scan, Scans
from degrade.harvest.writing import check_place, recipe_text, row, store
from degrade.textures.bank_files import index_of
from degrade.textures.cutouts import Rate

MOST_COVERED = 0.2
"""Share of a scan that may differ from its background before it is taken for a picture, not for a blank scan."""
_MASK_RIM = 5
"""Pixels across by which masks drawn by hand are widened."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Harvest:
    """What was harvested.

    Attributes
    ----------
    out : Path
    kind : str
    scans : int
        Those that were used.
    counts : dict
        Cut-outs of each class.
    rates : dict
        How many there are on a scan of `area_mm2`.
    area_mm2, clustering : float
    left_out : tuple of LeftOut
        Files that were not used, and why.
    """

    out: Path
    kind: str
    scans: int
    counts: dict[DamageClass, int]
    rates: dict[DamageClass, Rate]
    area_mm2: float
    clustering: float
    left_out: tuple[LeftOut, ...]

    def to_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "event": "harvested", "out": str(self.out), "kind": self.kind, "scans": self.scans,
            "cutouts": {damage.name.lower(): count for damage, count in self.counts.items()},
            "rates": {damage.name.lower(): {"mean": rate.mean, "k": rate.k} for damage, rate in self.rates.items()},
            "area_mm2": self.area_mm2, "clustering": self.clustering,
            "left_out": [{"source": one.source, "why": one.why} for one in self.left_out],
        }  # fmt: skip


@dataclass
class _Gathered:
    rows: list[list[Any]] = field(default_factory=list)
    cutouts: list[CutOut] = field(default_factory=list)
    scans: list[dict[str, Any]] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)

    def take(self, scan: Scan, found: Cut, kind: str, px_per_mm: float) -> None:
        """Add what was cut out of a scan."""
        told = counted(found.cutouts, scan.pixels.shape, px_per_mm)
        group = self.groups.setdefault(scan.group, len(self.groups))
        self.rows += [row(len(self.scans), one, px_per_mm) for one in found.cutouts]
        self.cutouts += found.cutouts
        self.counted.append(told)
        self.scans.append({
            "group": group, "id": scan.id, "kind": kind, "width_mm": told.width_mm, "height_mm": told.height_mm,
            "covered": round(found.covered, 6), "noise": round(found.noise, 5), "clark_evans": clark_evans(told),
            "counts": {damage.name.lower(): count for damage, count in told.counts.items()},
        })  # fmt: skip


def harvest(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    masks: str | os.PathLike[str] | None = None,
    restored: str | os.PathLike[str] | None = None,
    kind: str | None = None,
    px_per_mm: float | None = None,
    licence: str = "",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Harvest:
    """Cut the damage out of scans, and keep it as a bank with a recipe.

    Parameters
    ----------
    source
        Scans, as `degrade.build` takes sources. Those with a group, as from a list, are divided among splits together.
    out : path
        The bank's folder.
    masks, restored : optional
        Where the masks of the damage, or restored versions, are; without both, scans are blank: damage on even ground.
    kind : str, optional
        "blank", "masked" or "paired", where it is to be said.
    px_per_mm : float, optional
        Of the scans; by default each is a whole print of 10 × 15 cm, as photographs are taken for elsewhere.
    licence : str
        Of the scans, kept in the bank.
    overwrite : bool
        Whether a bank at `out` is replaced.
    progress : callable, optional
        Told how many scans are done, and of how many.

    Raises
    ------
    HarvestError
        A mistake in the arguments, nothing that can be harvested, or the bank cannot be written.
    CorpusError
        A source cannot be used.
    """
    if px_per_mm is not None and not (math.isfinite(px_per_mm) and 0 < px_per_mm <= 10_000):
        raise HarvestError(f"px_per_mm is {px_per_mm!r}", "give the scans' resolution, such as 11.8 (300 dpi)")
    place = Path(out).expanduser()
    check_place(place, overwrite)
    scans = Scans(source, masks, restored, kind)
    gathered, left_out = _Gathered(), list(scans.left_out)
    for done, scan in enumerate(scans, 1):
        found = scan if isinstance(scan, LeftOut) else _cut(scan, scans.kind)
        if isinstance(found, Cut) and isinstance(scan, Scan):
            scale = px_per_mm or pixels_per_mm(*scan.pixels.shape[:2], DEFAULT_FORMAT)
            gathered.take(scan, found, scans.kind, scale)
        else:
            source_of = scans.photographs[done - 1].source
            left_out.append(found if isinstance(found, LeftOut) else LeftOut(source_of, str(found)))
        if progress is not None:
            progress(done, len(scans))
    if not gathered.cutouts:
        why = f": {left_out[0].source}: {left_out[0].why}" if left_out else ""
        cure = "give scans with damage on even ground, or --masks or --restored"
        raise HarvestError(f"no damage was found in {scans.corpus.name}{why}", cure)
    return _written(place, os.fspath(out), scans.kind, gathered, licence, tuple(left_out))


def _written(
    place: Path, given: str, kind: str, gathered: _Gathered, licence: str, left_out: tuple[LeftOut, ...]
) -> Harvest:
    numbers = Counter(one.damage for one in gathered.cutouts)
    made = Harvest(
        place, kind, len(gathered.scans), dict(sorted(numbers.items())), rates(gathered.counted),
        mean_area(gathered.counted), clustering(gathered.counted), left_out,
    )  # fmt: skip
    index = index_of(
        rows=gathered.rows, scans=gathered.scans, groups=list(gathered.groups), rates=made.rates,
        area_mm2=made.area_mm2, clustering=made.clustering, licence=licence,
        about={"kind": kind, "dispersion": "measured" if made.scans > 1 else "assumed"},
    )  # fmt: skip
    step = given if Path(given).is_absolute() or given.startswith((".", "~")) else f"./{given}"
    recipe = recipe_text(place, step, made.rates, made.counts, made.area_mm2, made.clustering, made.scans)
    store(place, index, gathered.cutouts, recipe)
    return made


def _cut(scan: Scan, kind: str) -> Cut | str:
    """What lies on a scan, or why nothing can be said of it."""
    if kind == "masked" and scan.mask is not None:
        import cv2

        rim = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_MASK_RIM, _MASK_RIM))
        within = cv2.dilate(scan.mask.astype(np.uint8), rim).astype(np.bool_)
        return cut(scan.pixels, around_mask(scan.pixels, within), within)
    if kind == "paired" and scan.restored is not None:
        try:
            background = matched(scan.pixels, scan.restored)
        except HarvestError as error:
            return error.what
        return cut(scan.pixels, background, doubt=uncertainty(background))
    found = cut(scan.pixels, of_blank(scan.pixels))
    if found.covered > MOST_COVERED:
        share = round(100 * found.covered)
        return f"it is no blank scan: {share} % of it differs from its ground; give --masks or --restored"
    return found
