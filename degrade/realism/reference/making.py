"""Measuring photographs as a reference: numbers that tell no name of a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from degrade.realism.errors import RealismError
from degrade.realism.features.gathering import features_of
from degrade.realism.features.table import FeatureTable
from degrade.realism.reference import Reference

_DIGITS = 12


def make_reference(
    real: Any,
    name: str,
    *,
    strata: Mapping[str, Sequence[str]] | None = None,
    about: str = "",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reference:
    """Measure photographs as a reference.

    Parameters
    ----------
    real
        Photographs as `features_of` takes them.
    name : str
        Of the reference.
    strata : mapping, optional
        Name of a stratum -> patterns of keys, such as ``album/*``; a photograph may be in several.
    about : str
        Where the photographs are from, for the reader of a report.
    workers, progress
        As of `features_of`.

    Raises
    ------
    RealismError
        No photograph can be measured, or none is in a stratum.
    """
    table = features_of(real, workers=workers, progress=progress)
    members = {}
    for stratum, patterns in (strata or {}).items():
        keys = [key for key in table.keys if any(fnmatchcase(key, pattern) for pattern in patterns)]
        if not keys:
            raise RealismError(f"no photograph is in the stratum {stratum}", "give patterns such as album/*")
        members[stratum] = tuple(hashed(key) for key in keys)
    return Reference(name, _nameless(table), members, about, len(table.left_out))


def _nameless(table: FeatureTable) -> FeatureTable:
    return replace(
        table,
        keys=tuple(map(hashed, table.keys)),
        groups=tuple(map(hashed, table.groups)),
        sources=tuple(hashed(source) if source else "" for source in table.sources),
        left_out=(),
    )


def hashed(name: str) -> str:
    """12 hex digits that stand for a name."""
    digest = hashlib.blake2b(name.encode(), digest_size=_DIGITS // 2, person=b"degrade.real")
    return digest.hexdigest()


def read_strata(path: str | os.PathLike[str]) -> tuple[str, dict[str, list[str]]]:
    """(about, strata) of a YAML file: `about: TEXT` and `strata: {NAME: [PATTERN, …]}`. Raises RealismError."""
    import yaml

    cure = "give about: TEXT and strata: {NAME: [PATTERN, …]}"
    try:
        data = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RealismError(f"{path} cannot be read ({type(error).__name__})", cure) from error
    strata = data.get("strata") if isinstance(data, dict) else None
    if not isinstance(strata, dict) or not all(isinstance(patterns, list) for patterns in strata.values()):
        raise RealismError(f"{path} has no strata", cure)
    return " ".join(str(data.get("about", "")).split()), {
        str(name): [str(pattern) for pattern in patterns] for name, patterns in strata.items()
    }
