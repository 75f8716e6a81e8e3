"""The checks run over every transform of another library, as a table."""

from __future__ import annotations

import dataclasses
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
from degrade.testing.subject import Takes

CHECKED = ("contract", "untouched", "fresh", "repeatable", "order", "worker")
"""The checks that speak of what that library promises, too; it promises no masks, no records and no replay."""
_OTHER_PICTURES = (
    "FDA", "HistogramMatching", "PixelDistributionAdaptation", "TemplateTransform", "OverlayElements", "Mosaic",
    "MaskDropout", "Lambda",
)  # fmt: skip
"""They want a second picture, a mask or a function, which the kit has none of."""
_TURNING = ("D4", "RandomRotate90", "SquareSymmetry", "Transpose")
"""They promise to exchange height and width."""
USUAL_SIDE = 64
"""In pixels: what any transform for photographs must take."""
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
        Each check that does not hold on pictures from 64 pixels, and why, in a sentence.
    small : str
        Why it does not take pictures down to a pixel; "" where it does, or fails already on larger ones.
    """

    name: str
    dtypes: tuple[str, ...]
    failed: dict[str, str]
    small: str = ""


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
    if issubclass(kind, library.Transform3D):  # of volumes
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

    def found(side: int, only: tuple[str, ...]) -> dict[str, str]:
        subject = from_albumentations(kind(p=1), Takes(dtypes, (3,), side), moves=issubclass(kind, dual))
        subject = dataclasses.replace(subject, keeps_size=name not in _TURNING)
        failed = check_degradation(subject, only=only, examples=examples, collect=True).failed
        return {check: failure.why for check, failure in failed.items()}

    failed = found(USUAL_SIDE, CHECKED)
    small = {} if "contract" in failed else found(1, ("contract", "small"))
    return Row(name, dtypes, failed, next(iter(small.values()), ""))


def table(rows: list[Row]) -> str:
    """Markdown: a row for each transform of which something was found, then how many pass."""
    lines = ["| transform | from 64 pixels | down to 1 pixel |", "|---|---|---|"]
    for row in rows:
        if row.failed or row.small:
            small = _short(row.small) or ("not tried" if "contract" in row.failed else "passes")
            lines.append(f"| {row.name} | {_reasons(row.failed) or 'passes'} | {small} |")
    passing = [row for row in rows if not row.failed]
    whole = [row for row in passing if not row.small]
    lines += ["", f"Of {len(rows)} transforms {len(passing)} pass {', '.join(CHECKED)} on pictures from 64 pixels,"]
    lines += [f"and {len(whole)} of these take pictures down to 1 pixel, too."]
    return "\n".join(lines)


def _reasons(failed: dict[str, str]) -> str:
    """Each reason once, with the checks that met it."""
    checks: dict[str, list[str]] = {}
    for check, why in failed.items():
        checks.setdefault(_short(why), []).append(check)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in checks.items())


def _short(why: str, most: int = 110) -> str:
    line = re.sub(r"OpenCV\(\S+\) \S+ ", "OpenCV: ", " ".join(why.split())).replace("|", "\\|")
    return line if len(line) <= most else line[: most - 1] + "…"
