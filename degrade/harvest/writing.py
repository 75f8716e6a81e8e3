"""A bank made of what was cut out, and the recipe that lays it over photographs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from degrade.engine.damage import DamageClass
from degrade.harvest.cutting import CutOut
from degrade.harvest.errors import HarvestError
from degrade.textures.bank_files import write_bank
from degrade.textures.cutouts import Rate
from degrade.textures.damage_bank import is_bank

RECIPE = "recipe.yaml"


def row(scan: int, one: CutOut, px_per_mm: float) -> list[Any]:
    """A cut-out's facts, in the order of `degrade.textures.damage_bank.COLUMNS`."""
    height, width = one.alpha.shape
    return [
        scan, one.damage.name.lower(), height, width, round(px_per_mm, 5), one.dark, round(one.opacity, 4),
        list(one.tint), round(one.length / px_per_mm, 4), round(one.width / px_per_mm, 4),
    ]  # fmt: skip


def check_place(out: Path, overwrite: bool) -> None:
    """Raises HarvestError where a bank, or anything else, is at `out` that may not be replaced."""
    if out.is_dir() and ((is_bank(out) and overwrite) or not any(out.iterdir())):
        return
    if is_bank(out):
        raise HarvestError(f"{out} is a bank already", "give another folder, or --overwrite")
    if out.exists() or out.is_symlink():
        raise HarvestError(f"{out} is there and no bank", "give a folder that is not there")


def store(out: Path, index: Mapping[str, Any], cutouts: Sequence[CutOut], recipe: str) -> None:
    """Write the bank. Raises HarvestError."""
    size = sum(one.alpha.size for one in cutouts) * 4 // 3
    try:
        if shutil.disk_usage(_there(out)).free < size:
            raise HarvestError(f"there is no room for {size >> 20} MB at {out.parent}", "make room", exit_code=1)
        write_bank(out, index, [one.alpha for one in cutouts], {RECIPE: recipe})
    except OSError as error:
        raise HarvestError(f"{out} cannot be written ({error.strerror})", "give another folder", exit_code=1) from error


def _there(path: Path) -> Path:
    """The nearest folder above that is there."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def recipe_text(
    out: Path, given: str, rates: Mapping[DamageClass, Rate], counts: Mapping[DamageClass, int], area_mm2: float,
    clustering: float, scans: int,
) -> str:  # fmt: skip
    """A recipe with a step for the bank at `out`, and what was fitted as comments."""
    name = "".join(letter if letter.isalnum() else "_" for letter in out.name.lower()).strip("_") or "bank"
    lines = [
        f"# Damage harvested from {scans} scan{'s' if scans != 1 else ''}, laid over photographs as often as there.",
        f"# On a scan of {area_mm2 / 100:.4g} cm², on average (k: how they differ from scan to scan; the variance is",
        "# mean + mean²/k), and how many different ones there are, which no photograph takes twice:",
        *(
            f"#   {damage.name.lower():8} {rate.mean:8.4g}   k {rate.k:<6.3g} {counts[damage]:6} cut-outs"
            for damage, rate in rates.items()
        ),
        f"# They gather by a log intensity of the standard deviation {clustering:g}.",
        "recipe: 1",
        f"name: harvested_{name}",
        "about: Damage cut out of scans of one's own.",
        "steps:",
        "  - grayscale",
        "  - target",
        f"  - harvested: {{bank: {_quoted(given)}, rate: 1, strength: [0.8, 1]}}",
        "  - jpeg: {quality: [70, 95]}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
