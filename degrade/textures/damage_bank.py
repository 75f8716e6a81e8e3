"""A bank of harvested damage: a folder with `bank.json`, what is known of each cut-out, and `cutouts.npy`, their
coverage, which is mapped into memory."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.jsontext import from_json
from degrade.textures.cutouts import Bank, CutOuts, Rate, level_starts
from degrade.textures.errors import TextureError
from degrade.textures.shapes import NAMES
from degrade.textures.sheet import Bytes

INDEX, DATA = "bank.json", "cutouts.npy"
_HEAD = b"\x93NUMPY\x01\x00"
"""What the file of cut-outs begins with; in later versions of that format a head may claim 4 GB, which NumPy takes."""
VERSION = 1
COLUMNS = (
    "scan", "class", "height_px", "width_px", "px_per_mm", "dark", "opacity", "tint", "length_mm", "breadth_mm",
)  # fmt: skip
"""What a row of a bank's `cutouts` is made of."""
MOST_CLUSTERING = 1.5
_AGAIN = "harvest it again"


class DamageBank(Bank):
    """The bank in a folder.

    Parameters
    ----------
    given : str
        What the user calls it: its path, if `path` is not given.
    path : str, optional

    Raises
    ------
    TextureError
        There is no bank, or it is damaged.
    """

    def __init__(self, given: str, path: str | None = None) -> None:
        self.given, self.root = given, Path(given if path is None else path).expanduser().absolute()
        index = self._index()
        try:
            self._take(index)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise TextureError(given, f"{INDEX} is damaged ({_said(error)}); {_AGAIN}") from error

    @cached_property
    def digest(self) -> str:
        """Of the bytes of both files."""
        whole = hashlib.blake2b(digest_size=8)
        for name in (INDEX, DATA):
            data = self._read(name)
            whole.update(f"{name}:{len(data)}:".encode() + data)
        return whole.hexdigest()

    def _read(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise TextureError(self.given, f"{name} cannot be read ({error.strerror}); {_AGAIN}") from error

    def _index(self) -> dict[str, Any]:
        if not is_bank(self.root):
            where = f"there is no {INDEX} in it" if self.root.is_dir() else "there is no such bank"
            raise TextureError(self.given, f"{where}; make one: degrade harvest SCANS --out {self.given}")
        try:
            index = from_json(self._read(INDEX))
        except ValueError as error:
            raise TextureError(self.given, f"{INDEX} is no JSON; {_AGAIN}") from error
        if not isinstance(index, dict) or index.get("bank") != VERSION:
            found = index.get("bank") if isinstance(index, dict) else None
            raise TextureError(self.given, f"{INDEX} is of version {found}, not {VERSION}; {_AGAIN}")
        return index

    def _take(self, index: dict[str, Any]) -> None:
        self.licence = str(index["licence"])
        self.area_mm2, self.clustering = _number(index["area_mm2"], 1e12), _number(index["clustering"], MOST_CLUSTERING)
        self.group_names = tuple(str(name) for name in index["groups"])
        self.rates = {NAMES[name]: _rate(rate) for name, rate in index["rates"].items()}
        if tuple(index["columns"]) != COLUMNS:
            raise ValueError(f"columns are not {', '.join(COLUMNS)}")
        groups = np.array([scan["group"] for scan in index["scans"]], np.int32)
        self.cutouts = cutouts_of(index["cutouts"], groups, len(self.group_names), self._data())

    def _data(self) -> Bytes:
        try:
            with (self.root / DATA).open("rb") as file:
                if file.read(len(_HEAD)) != _HEAD:
                    raise ValueError("it is no array of NumPy's format 1.0")
            return np.asarray(np.load(self.root / DATA, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError, EOFError, SyntaxError, TokenError) as error:  # numpy parses a head as Python does
            raise TextureError(self.given, f"{DATA} cannot be read ({_said(error)}); {_AGAIN}") from error


def is_bank(root: Path) -> bool:
    """Whether a folder is a bank of damage."""
    return (root / INDEX).is_file()


def cutouts_of(rows: Sequence[Sequence[Any]], groups: npt.NDArray[np.int32], group_count: int, data: Bytes) -> CutOuts:
    """The cut-outs of a bank's rows. Raises ValueError, TypeError, KeyError or IndexError where they or `data` are
    damaged."""
    scan, names, heights, widths, scales, dark, opacity, tints = (
        list(column) for column in list(zip(*rows, strict=True))[:8]
    ) if rows else ([],) * 8  # fmt: skip
    codes = np.array([NAMES[name] for name in names], np.uint8)
    scans = np.array(scan, np.int64)
    made = CutOuts(
        codes, groups[scans] if rows else np.empty(0, np.int32),
        np.array(heights, np.int32), np.array(widths, np.int32), np.array(scales, np.float32),
        np.array(dark, np.bool_), np.array(opacity, np.float32), np.array(tints, np.float32).reshape(-1, 3), data,
    )  # fmt: skip
    columns = (codes, made.groups, made.heights, made.widths, made.px_per_mm, made.dark, made.opacity)
    if any(column.shape != (len(rows),) for column in columns) or len(made.tints) != len(rows):
        raise ValueError("a column holds other things than numbers")
    if rows:
        _check(made, scans, group_count)
    size = level_starts(made.heights, made.widths)[1]
    if data.dtype != np.uint8 or data.ndim != 1 or data.size != size:
        raise ValueError(f"{DATA} holds {data.size} bytes, not {size}")
    return made


def _check(made: CutOuts, scans: npt.NDArray[np.int64], group_count: int) -> None:
    if scans.min() < 0 or made.groups.min() < 0 or made.groups.max() >= group_count:
        raise ValueError("a cut-out is of no scan")
    if min(made.heights.min(), made.widths.min()) < 1:
        raise ValueError("a cut-out has no size")
    if not (np.isfinite(made.px_per_mm).all() and made.px_per_mm.min() > 0):
        raise ValueError("a px_per_mm is not above 0")
    if not (made.opacity.min() > 0 and made.opacity.max() <= 1 and made.tints.min() >= 0 and made.tints.max() <= 8):
        raise ValueError("an opacity is not in (0, 1], or a tint not in [0, 8]")


def _rate(rate: Mapping[str, Any]) -> Rate:
    return Rate(_number(rate["mean"], 1e4), _number(rate["k"], 1e6))


def _number(value: Any, most: float) -> float:
    """A number in [0, most]. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most or math.isnan(value):
        raise ValueError(f"{value!r} is no number in [0, {most:g}]")
    return float(value)


def _said(error: Exception) -> str:
    what = f"no {error}" if isinstance(error, KeyError) else str(error)
    return " ".join(what.split())[:100]
