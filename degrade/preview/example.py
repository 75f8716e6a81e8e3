"""One pair, ready to be shown."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.pair import Pair
from degrade.recipes.recipe import replay_source

Picture = npt.NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class Example:
    """What a contact sheet shows of one pair.

    Attributes
    ----------
    key : str
        The pair's key.
    pictures : dict
        (H, W, C) uint8 pictures by their headings, in the order in which they are shown; C is 1 or 3.
    mask : (H, W) uint8 or None
        Soft coverage of damage, 0 to 255.
    classes : (H, W) uint8 or None
        Codes of `DamageClass`.
    steps : list of dict
        As in `Pair.record["steps"]`.
    stages : list of (label, picture)
        The degraded picture after each step that ran, if the sheet is to show it.
    """

    key: str
    pictures: dict[str, Picture]
    mask: Picture | None = None
    classes: Picture | None = None
    steps: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    stages: list[tuple[str, Picture]] = dataclasses.field(default_factory=list)


def example_of(pair: Pair, source: npt.NDArray[Any] | None = None) -> Example:
    """The Example of `pair`; with its `source` photograph, (H, W, C), also the picture after each step."""
    return Example(
        key=pair.key,
        pictures={"clean": eight_bits(pair.clean), "degraded": eight_bits(pair.degraded)},
        mask=pair.mask,
        classes=pair.classes,
        steps=pair.record["steps"],
        stages=[] if source is None else _stages(pair.record, source),
    )


def eight_bits(picture: npt.NDArray[Any]) -> Picture:
    """A uint8 picture of a uint8 or uint16 one."""
    return picture if picture.dtype == np.uint8 else (picture >> 8).astype(np.uint8)


def _stages(record: dict[str, Any], source: npt.NDArray[Any]) -> list[tuple[str, Picture]]:
    """The picture after each step that ran: the record, replayed up to there."""
    stages = [("framed", _after(record, 0, source))]
    for count, step in enumerate(record["steps"], 1):
        if step["fired"] and step["op"] != "target":
            stages.append((step["label"], _after(record, count, source)))
    return stages


def _after(record: dict[str, Any], count: int, source: npt.NDArray[Any]) -> Picture:
    return replay_source(source.copy(), {**record, "steps": record["steps"][:count]}, np.uint8).degraded
