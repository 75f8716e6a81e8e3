"""Writing a bank of damage, whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from degrade._version import __version__
from degrade.engine.damage import DamageClass
from degrade.textures.cutouts import Rate, packed
from degrade.textures.damage_bank import COLUMNS, DATA, INDEX, VERSION
from degrade.textures.sheet import Bytes


def index_of(
    *,
    rows: Sequence[Sequence[Any]],
    scans: Sequence[Mapping[str, Any]],
    groups: Sequence[str],
    rates: Mapping[DamageClass, Rate],
    area_mm2: float,
    clustering: float,
    licence: str,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """What `bank.json` says, see `degrade.textures.cutouts.Bank`; rows are in the order of `COLUMNS`, scans have a
    `group`, and `about` is whatever else is to be known of the bank."""
    return {
        "bank": VERSION, "made_by": f"degrade {__version__}", "licence": licence, **about,
        "area_mm2": area_mm2, "clustering": clustering,
        "rates": {damage.name.lower(): {"mean": rate.mean, "k": rate.k} for damage, rate in rates.items()},
        "groups": list(groups), "scans": [dict(scan) for scan in scans],
        "columns": list(COLUMNS), "cutouts": [list(row) for row in rows],
    }  # fmt: skip


def write_bank(folder: Path, index: Mapping[str, Any], alphas: Sequence[Bytes], more: Mapping[str, str]) -> None:
    """Make `folder` a bank: its index, its (h, w) uint8 cut-outs, and `more` texts by their names.

    A folder that is there is replaced; it appears all at once. Raises OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        made.chmod(0o755)
        np.save(made / DATA, packed(alphas), allow_pickle=False)
        (made / INDEX).write_text(_lines(index), "utf-8")
        for name, text in more.items():
            (made / name).write_text(text, "utf-8")
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        made.replace(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _lines(index: Mapping[str, Any]) -> str:
    """JSON with a line for each entry of its long lists, so that banks can be read and compared."""
    parts = []
    for name, value in index.items():
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            rows = ",\n  ".join(json.dumps(row) for row in value)
            parts.append(f" {json.dumps(name)}: [\n  {rows}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
