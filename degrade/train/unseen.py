"""Which pairs of an output a network has not learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import degrade
from degrade.train.examples import held_back

TEST = "test"


class Some:
    """The pairs `numbers` of `whole`; the rest of them are `others`, or None where there are none."""

    def __init__(self, whole: Any, numbers: npt.NDArray[np.int64]) -> None:
        self.whole, self.numbers = whole, numbers
        self.out, self.split = whole.out, whole.split

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> Any:
        return self.whole[int(self.numbers[number])]

    @property
    def others(self) -> Some | None:
        rest = np.setdiff1d(np.arange(len(self.whole)), self.numbers)
        return Some(self.whole, rest) if len(rest) else None


def unseen(data: Any, info: Mapping[str, Any]) -> tuple[Any, str, list[str]]:
    """The pairs of an output that are there to be measured by.

    Parameters
    ----------
    data : str or path
        The output of a build.
    info : mapping
        What the checkpoint tells of its training; empty for a network that has none.

    Returns
    -------
    pairs, split, notes
        Those of the split `test`; without one those of the training's validation split, and without that the ones that
        it held back by their photographs' hashes. The notes say so.

    Raises
    ------
    ShardError
        There is none of these, or the output cannot be read.
    """
    settings = info.get("settings", {})
    splits = {shard.split for shard in degrade.open_pairs(data).shards}
    learnt, validation = settings.get("train_split"), settings.get("validation_split")
    if TEST not in splits and validation in splits:
        return degrade.open_pairs(data, validation), validation, [_told(f"the split {validation}")]
    if TEST not in splits and learnt in splits and "held_back" in info.get("data", {}):
        pairs = degrade.open_pairs(data, learnt)
        held = Some(pairs, np.flatnonzero(held_back(pairs, settings["holdout"])))
        return held, learnt, [_told(f"what the training held back of {learnt}")]
    return degrade.open_pairs(data, TEST), TEST, []


def _told(what: str) -> str:
    return f"there is no split {TEST}: {what} is measured, by which the best epoch was chosen"
