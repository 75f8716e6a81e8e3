"""The checks run over every transform of another library, as a table."""

from __future__ import annotations

import inspect
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from degrade.errors import MissingExtra
from degrade.testing.adapted import from_albumentations
from degrade.testing.checking import check_degradation
from degrade.testing.subject import Subject, Takes

CHECKED = ("contract", "small", "untouched", "fresh", "repeatable", "order", "worker")
"""The checks that speak of what that library promises, too; it promises no masks, no records and no replay."""
_OTHER_PICTURES = (
    "FDA",
    "HistogramMatching",
    "PixelDistributionAdaptation",
    "TemplateTransform",
    "OverlayElements",
    "Mosaic",
)
"""They mix in a second picture, which the kit has none of."""
_OTHER_OUTPUTS = ("Normalize", "ToFloat", "FromFloat", "ToTensorV2", "ToTensor3D")
"""They promise another dtype or range."""
_RESIZING = re.compile(r"Crop|Resize|Pad|Scale|SmallestMaxSize|LongestMaxSize")


@dataclass(frozen=True)
class Row:
    """What was found of one transform.

    Attributes
    ----------
    name : str
        The transform's.
    dtypes : tuple of str
        The dtypes that its documentation names, on which it was checked.
    failed : dict
        Each check that does not hold, and why, in a sentence.
    """

    name: str
    dtypes: tuple[str, ...]
    failed: dict[str, str]


def albumentations_rows(examples: int = 15, names: tuple[str, ...] = ()) -> Iterator[Row]:
    """Each transform of albumentations that works on one picture and keeps its size, as by default, always applied, on
    colour pictures of the dtypes that its own documentation names.

    Raises
    ------
    MissingExtra
        albumentations is not installed.
    """
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    try:
        albumentations = import_module("albumentations")
    except ModuleNotFoundError:
        raise MissingExtra("the run over albumentations needs it", 'pip install "degrade[albumentations]"') from None
    for name, kind in sorted(vars(albumentations).items()):
        if _is_checked(albumentations, name, kind) and (not names or name in names):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield _row(name, kind, albumentations.DualTransform, examples)


def _is_checked(library: Any, name: str, kind: Any) -> bool:
    bases = (library.ImageOnlyTransform, library.DualTransform)
    if not (inspect.isclass(kind) and issubclass(kind, bases)) or kind in bases or inspect.isabstract(kind):
        return False
    if name in (*_OTHER_PICTURES, *_OTHER_OUTPUTS) or _RESIZING.search(name) or name.startswith("Base"):
        return False
    needed = [p for p in list(inspect.signature(kind.__init__).parameters.values())[1:] if p.default is p.empty]
    return not [p for p in needed if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def documented_dtypes(kind: Any) -> tuple[str, ...]:
    """What a transform's docstring says under "Image types"; both where it says nothing."""
    found = re.search(r"Image types:\s*(.*?)(?:\n\s*\n|$)", inspect.getdoc(kind) or "", re.DOTALL)
    said = tuple(dtype for dtype in ("uint8", "float32") if found and dtype in found.group(1))
    return said or ("uint8", "float32")


def _row(name: str, kind: Any, dual: Any, examples: int) -> Row:
    dtypes = documented_dtypes(kind)
    takes = Takes(dtypes, (3,), 1)
    subject: Subject = from_albumentations(kind(p=1), takes, moves=issubclass(kind, dual))
    checked = check_degradation(subject, only=CHECKED, examples=examples, collect=True)
    return Row(name, dtypes, {check: failure.why for check, failure in checked.failed.items()})


def table(rows: list[Row]) -> str:
    """Markdown: a row a transform with failures, then how many have none."""
    failing = [row for row in rows if row.failed]
    lines = ["| transform | dtypes | check | what was found |", "|---|---|---|---|"]
    for row in failing:
        for check, why in row.failed.items():
            lines.append(f"| {row.name} | {', '.join(row.dtypes)} | {check} | {_short(why)} |")
    lines += ["", f"{len(rows) - len(failing)} of {len(rows)} transforms pass all of {', '.join(CHECKED)}."]
    return "\n".join(lines)


def _short(why: str, most: int = 150) -> str:
    line = " ".join(why.split()).replace("|", "\\|")
    return line if len(line) <= most else line[: most - 1] + "…"
