"""The features of a set of pictures, as one table of numbers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from degrade.realism.errors import RealismError
from degrade.realism.features.names import FAMILIES, SCALES, family_of, scale_of
from degrade.realism.features.sheet import Array
from degrade.realism.features.vectors import FEATURES

_FORMAT = 1


@dataclass(frozen=True)
class LeftOut:
    """A picture that was not measured: `reason` is a stable slug, `detail` is for people."""

    source: str
    reason: str
    detail: str


@dataclass(frozen=True, eq=False)
class Patches:
    """Patches at the common scale, of all pictures of a table.

    Attributes
    ----------
    values : (P, 69) float32
        In the order of `degrade.realism.features.vectors.PATCH_FEATURES`.
    content : (P, 3) float32
        Mean, deviation and middle energy, by which patches are matched.
    photo : (P,) int64
        The row of the table that each patch belongs to.
    """

    values: Array
    content: Array
    photo: Array

    def take(self, rows: Array) -> Patches:
        """Those of the pictures `rows`, which become 0, 1, 2 …; a picture may be taken more than once."""
        starts = np.searchsorted(self.photo, rows)
        ends = np.searchsorted(self.photo, rows, side="right")
        chosen = [np.arange(start, end) for start, end in zip(starts, ends, strict=True)]
        places = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
        return Patches(self.values[places], self.content[places], np.repeat(np.arange(len(rows)), ends - starts))


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """The features of a set of pictures, a row each.

    Attributes
    ----------
    keys : tuple of str
        What each picture is called.
    groups : tuple of str
        What is drawn and divided as one: copies and near-duplicates of a photograph share a group.
    sources : tuple of str
        Where each picture came from, such as an album: the first folder of its path, "" where there is none.
    sizes : (N, 2) int64
        Height and width as they came.
    values : (N, F) float32
        In the order of `names`; NaN for what a picture has nothing of.
    variants : dict
        resized, resaved, equalised -> the same pictures so treated, (N, F).
    patches : Patches or None
        None where only the pictures' own vectors were kept.
    left_out : tuple of LeftOut
        Pictures that could not be measured.
    names : tuple of str
        `scale.family.what`; see `degrade.realism.features.names`.
    """

    keys: tuple[str, ...]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    sizes: Array
    values: Array
    variants: dict[str, Array] = field(default_factory=dict)
    patches: Patches | None = None
    left_out: tuple[LeftOut, ...] = ()
    names: tuple[str, ...] = FEATURES

    def __len__(self) -> int:
        return len(self.keys)

    def __repr__(self) -> str:
        return f"<features of {len(self)} pictures, {len(self.left_out)} left out>"

    def take(self, rows: Sequence[int] | Array) -> FeatureTable:
        """The pictures in these rows, in this order."""
        chosen = np.asarray(rows, np.int64)
        return replace(
            self,
            keys=tuple(self.keys[row] for row in chosen),
            groups=tuple(self.groups[row] for row in chosen),
            sources=tuple(self.sources[row] for row in chosen),
            sizes=self.sizes[chosen],
            values=self.values[chosen],
            variants={name: values[chosen] for name, values in self.variants.items()},
            patches=None if self.patches is None else self.patches.take(chosen),
        )

    def columns(self, families: Iterable[str] | None = None, scales: Iterable[str] = SCALES) -> Array:
        """(M,) numbers of the columns of these families, all by default, at these scales."""
        wanted = set(FAMILIES if families is None else families)
        found = set(scales)
        return np.array(
            [n for n, name in enumerate(self.names) if family_of(name) in wanted and scale_of(name) in found],
            np.int64,
        )

    def column(self, name: str) -> Array:
        """(N,) of one feature."""
        values: Array = self.values[:, self.names.index(name)]
        return values

    def as_variant(self, name: str) -> FeatureTable:
        """The same pictures, resized, resaved or equalised; without patches. Raises RealismError where not measured."""
        if name not in self.variants:
            have = ", ".join(self.variants) or "none"
            raise RealismError(
                f"the pictures were not measured {name} (have: {have})", "measure them with that variant"
            )
        return replace(self, values=self.variants[name], variants={}, patches=None)

    def save(self, path: str | os.PathLike[str], *, patches: bool = False) -> None:
        """Write it as an .npz file: numbers and names alone, no picture. `patches` are kept in half precision."""
        told = [(one.source, one.reason, one.detail) for one in self.left_out]
        arrays: dict[str, Any] = {
            "format": np.array(_FORMAT),
            **{name: np.array(getattr(self, name), np.str_) for name in ("keys", "groups", "sources", "names")},
            "sizes": self.sizes,
            "values": self.values,
            **{f"variant.{name}": values for name, values in self.variants.items()},
            "left_out": np.array(told, np.str_).reshape(-1, 3),
        }
        if patches and self.patches is not None:
            arrays |= {
                "patches.values": self.patches.values.astype(np.float16),
                "patches.content": self.patches.content.astype(np.float16),
                "patches.photo": self.patches.photo.astype(np.int32),
            }
        with Path(path).open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FeatureTable:
        """What `save` wrote. Raises RealismError for any other file."""
        cure = "give a file that FeatureTable.save wrote with this version"
        try:
            with np.load(path, allow_pickle=False) as stored:
                data = {name: stored[name] for name in stored.files}
            if int(data["format"]) != _FORMAT or tuple(data["names"].tolist()) != FEATURES:
                raise RealismError(f"{path} has the features of another version", cure)
            return cls._of(data)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise RealismError(f"{path} is no table of features ({type(error).__name__})", cure) from error

    @classmethod
    def _of(cls, data: dict[str, Any]) -> FeatureTable:
        return cls(
            keys=tuple(data["keys"].tolist()),
            groups=tuple(data["groups"].tolist()),
            sources=tuple(data["sources"].tolist()),
            sizes=data["sizes"],
            values=data["values"],
            variants={name.partition(".")[2]: values for name, values in data.items() if name.startswith("variant.")},
            patches=_patches_of(data),
            left_out=tuple(LeftOut(*row) for row in data["left_out"].tolist()),
        )


def _patches_of(data: dict[str, Any]) -> Patches | None:
    if "patches.values" not in data:
        return None
    values, content = (data[f"patches.{name}"].astype(np.float32) for name in ("values", "content"))
    return Patches(values, content, data["patches.photo"].astype(np.int64))
