"""The bank of this package's own: cut-outs from its sheets of dust and scratches, as from six scans of prints."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from degrade.cachedir import user_cache
from degrade.engine.damage import DamageClass
from degrade.textures.bank_files import index_of, write_bank
from degrade.textures.cache import digest_of
from degrade.textures.cutouts import Bank, Rate, packed
from degrade.textures.damage_bank import DATA, INDEX, DamageBank, cutouts_of
from degrade.textures.shapes import class_of, patches, shape_of
from degrade.textures.sheet import Bytes
from degrade.textures.shipped import Shipped

NAME = "sample"
SCANS = 6
"""A scan is a sheet of dust and a sheet of scratches."""
MOST = 300
"""Cut-outs of a class that are kept of a scan."""
K, CLUSTERING = 2.0, 0.8
"""How counts differ from print to print, and how things gather: those of the sheets, by and large."""
FAINTEST, LEAST_PX = 24, 4
"""Coverage from which a pixel of a sheet belongs to a thing, and the pixels of the smallest one."""
DARK_MM = 0.45
"""Lumps of dust from this size on are dirt: dark."""


class SampleBank(Bank):
    """The same in memory, where nothing can be kept in the cache."""

    def __init__(self) -> None:
        index, alphas = _made()
        groups = np.array([scan["group"] for scan in index["scans"]], np.int32)
        self.group_names = tuple(index["groups"])
        self.cutouts = cutouts_of(index["cutouts"], groups, len(self.group_names), packed(alphas))
        self.rates = {DamageClass[name.upper()]: Rate(**rate) for name, rate in index["rates"].items()}
        self.area_mm2, self.clustering, self.licence = index["area_mm2"], index["clustering"], index["licence"]

    @property
    def digest(self) -> str:
        """Of the code and the declarations that it is made by."""
        return _digest()


def sample_bank() -> Bank:
    """The bank called "sample": made once, then kept in the user's cache."""
    root = user_cache()
    if root is None:
        return SampleBank()
    folder = root / "textures" / "banks" / f"{NAME}-{_digest()}"
    if not ((folder / INDEX).is_file() and (folder / DATA).is_file()) and not _stored(folder):
        return SampleBank()
    return DamageBank(NAME, str(folder))


def _stored(folder: Path) -> bool:
    index, alphas = _made()
    try:
        write_bank(folder, index, alphas, {})
    except OSError:  # another process may have been quicker
        return (folder / INDEX).is_file() and (folder / DATA).is_file()
    return True


@cache
def _digest() -> str:
    return digest_of(NAME, Shipped("dust").digest, Shipped("scratches").digest)


def _made() -> tuple[dict[str, Any], list[Bytes]]:
    """(index, cut-outs)."""
    rows: list[list[Any]] = []
    alphas: list[Bytes] = []
    counts: Counter[DamageClass] = Counter()
    sources = (Shipped("dust"), Shipped("scratches"))
    area = 0.0
    for scan in range(SCANS):
        kept: Counter[DamageClass] = Counter()
        for source in sources:
            sheet = source.sheet(source.names[scan]).levels[0][1]
            area = sheet.size / source.declared.px_per_mm**2
            for damage, row, alpha in _cut(source, sheet, scan):
                counts[damage] += 1
                kept[damage] += 1
                if kept[damage] <= MOST:
                    rows.append(row)
                    alphas.append(alpha)
    rates = {damage: Rate(min(round(counts[damage] / SCANS, 3), 1e4), K) for damage in sorted(counts)}
    index = index_of(
        rows=rows, scans=[{"group": scan} for scan in range(SCANS)], groups=[f"scan {i}" for i in range(SCANS)],
        rates=rates, area_mm2=round(area, 3), clustering=CLUSTERING, licence=sources[0].declared.licence, about={},
    )  # fmt: skip
    return index, alphas


def _cut(source: Shipped, sheet: Bytes, scan: int) -> list[tuple[DamageClass, list[Any], Bytes]]:
    """What lies on a sheet and does not reach over its edges."""
    found, scale = [], source.declared.px_per_mm
    unit = math.hypot(*sheet.shape) / 1000
    for (down, across), own in patches(sheet >= FAINTEST, LEAST_PX):
        if min(down.start, across.start) == 0 or down.stop == sheet.shape[0] or across.stop == sheet.shape[1]:
            continue
        alpha = np.where(own, sheet[down, across], 0).astype(np.uint16)
        most = int(alpha.max())
        shape = shape_of(own)
        damage = DamageClass.SCRATCH if source.name == "scratches" else class_of(shape, unit)
        dark = damage == DamageClass.DUST and shape.length >= DARK_MM * scale
        whole = np.pad(((alpha * 255 + most // 2) // most).astype(np.uint8), 1)
        length, breadth = round(shape.length / scale, 3), round(shape.width / scale, 3)
        opacity = round(most / 255, 3)
        row = [scan, damage.name.lower(), *whole.shape, scale, dark, opacity, [1.0, 1.0, 1.0], length, breadth]
        found.append((damage, row, whole))
    return found
