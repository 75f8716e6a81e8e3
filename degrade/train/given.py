"""Pairs as they are measured: in one colour mode, of one size, with their masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

import degrade
from degrade.train.baselines import spread_out
from degrade.train.restorer import as_mode
from degrade.train.unseen import Some

Picture = npt.NDArray[np.float32]
_FITTED_ON = 128
_PICTURES = ("clean", "degraded")
_MASKS = ("mask", "classes")


@dataclass(frozen=True, eq=False)
class Given:
    """A pair as a method sees it.

    Attributes
    ----------
    key, photo : str
        Of the pair, and of the photograph that it was made of, or the group of those that belong together.
    degraded, clean : (H, W, C) float32
        In [0, 1], of one shape; C is 1 in gray, else 3.
    mask, classes : (H, W) uint8 or None
    """

    key: str
    photo: str
    degraded: Picture
    clean: Picture
    mask: npt.NDArray[np.uint8] | None = None
    classes: npt.NDArray[np.uint8] | None = None


def name_of(pairs: Any) -> str:
    """What is shown of where pairs are from: the last component, since no place of a machine belongs in a report."""
    return PurePath(str(getattr(pairs, "out", ""))).name or type(pairs).__name__


@dataclass
class Source:
    """Pairs, read as they are measured."""

    pairs: Any
    split: str
    mode: str
    size: Any
    skipped: int = 0

    def __post_init__(self) -> None:
        self.members = (*_PICTURES, *_masks_of(self.pairs))

    def read(self, number: int, pairs: Any = None) -> Given | None:
        """A pair; None, and counted, if it cannot be made."""
        try:
            pair = (self.pairs if pairs is None else pairs)[number]
            read = degrade.as_arrays(pair, (*self.members, "key", "record"), self.size, "float32")
        except degrade.PairError:
            self.skipped += 1
            return None
        clean = as_mode(read["clean"], self.mode)
        degraded = _enlarged(as_mode(read["degraded"], self.mode), clean)
        mask, classes = (read[name][:, :, 0] if name in read else None for name in _MASKS)
        whole = None if mask is None else np.rint(mask * 255).astype(np.uint8)
        photo = getattr(pair, "row", {}).get("group") or read["record"]["photo"]
        return Given(read["key"], photo, degraded, clean, whole, classes)

    def fitting(self, notes: list[str]) -> Iterator[tuple[Picture, Picture]]:
        """(degraded, clean) of other pairs, for baselines that have to be fitted; a note where there are none."""
        others = self._others()
        if others is None:
            notes.append("there is no other split to fit the best affine map on: it is left out")
            return
        read = (self.read(number, others) for number in spread_out(len(others), _FITTED_ON))
        yield from ((given.degraded, given.clean) for given in read if given is not None)

    def _others(self) -> Any:
        if isinstance(self.pairs, Some):
            return self.pairs.others
        if not hasattr(self.pairs, "out"):
            return None
        for split in ("train", "val"):
            try:
                others = degrade.open_pairs(self.pairs.out, split) if split != self.pairs.split else ()
            except degrade.DegradeError:
                continue
            if len(others):
                return others
        return None


def _masks_of(pairs: Any) -> list[str]:
    """Which masks the first pair that can be made has."""
    for number in range(len(pairs)):
        try:
            pair = pairs[number]
        except degrade.PairError:
            continue
        if isinstance(pair, degrade.Pair):
            return [mask for mask in _MASKS if hasattr(pair, mask)]
        return [mask for mask in _MASKS if mask in pair.pictures]
    return []


def _enlarged(picture: Picture, like: Picture) -> Picture:
    """`picture` in the height and width of `like`, where the recipe made it smaller."""
    import cv2

    height, width = like.shape[:2]
    if picture.shape[:2] == (height, width):
        return picture
    enlarged = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(enlarged, 0, 1).reshape(height, width, -1).astype(np.float32)
