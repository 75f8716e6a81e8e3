"""What is given with a photograph: its clean picture, or the word that it is none of those that a recipe degrades."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.pair import luma
from degrade.engine.photo import Photo, rounded, with_channels
from degrade.engine.workspace import borrowed_workspace
from degrade.errors import DegradeError
from degrade.ops.grayscale import RESPONSES

Array = npt.NDArray[Any]
PAIR, REAL, CLEAN = "pair", "real", "clean"
UNPAIRED = (REAL, CLEAN)
"""Domains whose photographs are not degraded: old ones as they are, and clean ones as they are."""
Run = Callable[[Photo], None]


class SizesDiffer(DegradeError, ValueError):
    """An input and a target that have not the same size, each given as (height, width)."""

    def __init__(self, given: tuple[int, int], target: tuple[int, int]) -> None:
        self.given, self.target = given, target
        ours, theirs = (f"{width}×{height}" for height, width in (given, target))
        super().__init__(f"the input has {ours} pixels, its target {theirs}; scale them alike, or take them out")

    def __reduce__(self) -> Any:
        return type(self), (self.given, self.target)


def check_sizes(image: Array, target: Array) -> None:
    """Raises SizesDiffer unless both (H, W, C) pictures have one size."""
    if image.shape[:2] != target.shape[:2]:
        height, width = image.shape[:2]
        raise SizesDiffer((height, width), (target.shape[0], target.shape[1]))


def give_target(photo: Photo, target: Array, run: Run) -> None:
    """Let the photo's clean picture be the framed (H, W, C) `target`, to which happens whatever stands before the
    recipe's target: `run` does that, at the same addresses as to `photo`, so that both fare alike."""
    with borrowed_workspace() as workspace:
        other = Photo(target, workspace, photo.format, photo.print_box)
        other.clean_is_source = photo.clean_is_source
        other.root, other.story, other.split = photo.root, photo.story, photo.split
        other.clean_dtype = photo.clean_dtype
        run(other)
        photo.clean = target
        photo.given = other.clean, other.clean_is_source, other.targets


def leave_gray(photo: Photo, clean: int, degraded: int) -> None:
    """Weigh the colours of a photo that no step has made gray, where one channel is wanted of the degraded side, or of
    both; `clean` and `degraded` are the channels of each."""
    if degraded == 1 and photo.channels == 3:
        photo.to_gray(*RESPONSES["rec601"])
        if clean == 1:
            photo.take_target()


def finished(clean: Array, dtype: Any, channels: int) -> Array:
    """A clean picture as `dtype`, with `channels` channels."""
    if clean.dtype != dtype:
        if clean.dtype != np.float32:
            clean = clean.astype(np.float32) * np.float32(1 / np.iinfo(clean.dtype).max)
        clean = rounded(np.ascontiguousarray(clean), dtype)
    if channels == 1 and clean.shape[2] == 3:
        return luma(clean)[:, :, None]
    return with_channels(clean, channels)
