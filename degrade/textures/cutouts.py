"""Cut-outs of damage: their facts as columns, their coverage in one flat array, and the bank that they are kept in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.textures.sheet import Bytes, halve
from degrade.textures.source import SHARES, division, usual_split

LEVELS = 6
"""Each cut-out is there in full, and reduced 2, 4 … 32 times."""


@dataclass(frozen=True)
class CutOuts:
    """N cut-outs.

    Attributes
    ----------
    classes : (N,) uint8
        Codes of `DamageClass`.
    groups : (N,) int32
        Which scan, or group of scans, each is from.
    heights, widths : (N,) int32
        In pixels.
    px_per_mm : (N,) float32
    dark : (N,) bool
        Whether it darkens what it lies on.
    opacity : (N,) float32
        What is hidden where it covers most, in (0, 1].
    tints : (N, 3) float32
        How much of that each of R, G, B takes: 1 for what is gray.
    data : (…,) uint8
        Coverage, 255 where it covers most: all of them in full, then all reduced 2 times, and so on; see `offsets`.
    """

    classes: npt.NDArray[np.uint8]
    groups: npt.NDArray[np.int32]
    heights: npt.NDArray[np.int32]
    widths: npt.NDArray[np.int32]
    px_per_mm: npt.NDArray[np.float32]
    dark: npt.NDArray[np.bool_]
    opacity: npt.NDArray[np.float32]
    tints: npt.NDArray[np.float32]
    data: Bytes

    def __len__(self) -> int:
        return int(self.classes.size)

    @cached_property
    def offsets(self) -> npt.NDArray[np.int64]:
        """(LEVELS, N): where each level of each cut-out begins in `data`."""
        return level_starts(self.heights, self.widths)[0]

    @cached_property
    def gray_tints(self) -> npt.NDArray[np.float32]:
        """(N, 1) float32 ones: the tints for a picture of one channel."""
        return np.ones((len(self), 1), np.float32)

    def alpha(self, number: int) -> Bytes:
        """(h, w) uint8 coverage of one of them."""
        start, tall, wide = int(self.offsets[0, number]), int(self.heights[number]), int(self.widths[number])
        return self.data[start : start + tall * wide].reshape(tall, wide)


def level_starts(heights: npt.NDArray[Any], widths: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], int]:
    """(LEVELS, N) places of the levels of cut-outs of these sizes, and how many bytes they are together."""
    tall, wide = heights.astype(np.int64), widths.astype(np.int64)
    sizes = []
    for _ in range(LEVELS):
        sizes.append(tall * wide)
        tall, wide = (tall + 1) // 2, (wide + 1) // 2
    flat = np.concatenate(sizes)
    ends = np.cumsum(flat)
    return (ends - flat).reshape(LEVELS, -1), int(ends[-1]) if ends.size else 0


def packed(alphas: Sequence[Bytes]) -> Bytes:
    """Every level of (h, w) uint8 cut-outs in one flat array, as `CutOuts.data` has them."""
    levels, parts = [np.ascontiguousarray(alpha) for alpha in alphas], []
    for level in range(LEVELS):
        if level:
            finer, levels = levels, [np.empty(((a.shape[0] + 1) // 2, (a.shape[1] + 1) // 2), np.uint8) for a in levels]
            for fine, coarse in zip(finer, levels, strict=True):
                halve(fine, coarse)
        parts += [alpha.reshape(-1) for alpha in levels]
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


@dataclass(frozen=True)
class Rate:
    """How many things of a class there are on one scan: negative binomial.

    Attributes
    ----------
    mean : float
        In (0, 10 000].
    k : float
        The variance is mean + mean²/k.
    """

    mean: float
    k: float


class Bank(ABC):
    """Cut-outs, and how they were found to lie.

    Attributes
    ----------
    cutouts : CutOuts
    group_names : tuple of str
        The scans, or groups of scans, that cut-outs are from.
    rates : mapping of DamageClass to Rate
        On a scan of `area_mm2`.
    area_mm2 : float
    clustering : float
        Standard deviation of the log intensity with which things gather, at most 1.5.
    licence : str
        "" if it is not known.
    """

    cutouts: CutOuts
    group_names: tuple[str, ...]
    rates: Mapping[DamageClass, Rate]
    area_mm2: float
    clustering: float
    licence: str

    @property
    @abstractmethod
    def digest(self) -> str:
        """16 hex digits: the hash of everything that decides what it lays over pictures."""

    @cached_property
    def _pools(self) -> Any:
        return lru_cache(maxsize=64)(self._pool)

    def pool(self, split: str, damage: DamageClass) -> npt.NDArray[np.int32]:
        """The numbers of the cut-outs of a class that pairs of a split may use: not to be changed.

        Scans are divided as sheets of textures are (`degrade.textures.source.division`); where there are fewer scans
        than splits, cut-outs are, and where there are fewer of these, "train" has them all.
        """
        found: npt.NDArray[np.int32] = self._pools(usual_split(split), damage)
        return found

    def _pool(self, split: str, damage: DamageClass) -> npt.NDArray[np.int32]:
        of_class: npt.NDArray[np.int32] = np.flatnonzero(self.cutouts.classes == damage).astype(np.int32)
        if len(self.group_names) >= len(SHARES):
            mine = set(division(self.group_names, SHARES)[split])
            allowed = np.array([name in mine for name in self.group_names])
            found: npt.NDArray[np.int32] = of_class[allowed[self.cutouts.groups[of_class]]]
            return found
        if of_class.size < len(SHARES):
            return of_class if split == "train" else of_class[:0]
        names = [f"{number:08d}" for number in of_class]
        return np.array([int(name) for name in division(names, SHARES)[split]], np.int32)
