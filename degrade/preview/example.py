"""One pair, ready to be shown."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.compose import Target
from degrade.engine.key import Key
from degrade.engine.pair import Pair
from degrade.engine.photo import Photo
from degrade.engine.record import replay_steps
from degrade.engine.workspace import borrowed_workspace
from degrade.ops import KnownOps
from degrade.recipes.developing import View

Picture = npt.NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class Example:
    """What a contact sheet or a page shows of one pair.

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
        The degraded picture after each step that ran, if that is to be shown.
    loss : (H, W) uint8 or None
        Soft coverage of destroyed content.
    layers : dict
        The (H, W) uint8 coverage of each structural step by its label, where damages are told apart.
    story : dict
        What happened to the photograph as a whole (`degrade.engine.story`), if the recipe tells.
    """

    key: str
    pictures: dict[str, Picture]
    mask: Picture | None = None
    classes: Picture | None = None
    steps: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    stages: list[tuple[str, Picture]] = dataclasses.field(default_factory=list)
    loss: Picture | None = None
    layers: dict[str, Picture] = dataclasses.field(default_factory=dict)
    story: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def behind(self) -> Picture | None:
        """What the masks are laid over: the degraded picture, or the clean one where that is made smaller."""
        pictures = (self.pictures.get("degraded"), *self.pictures.values())
        shape = None if self.mask is None else self.mask.shape
        return next((each for each in pictures if each is not None and each.shape[:2] == shape), None)


def example_of(pair: Pair, source: npt.NDArray[Any] | None = None) -> Example:
    """The Example of `pair`; with its `source` photograph, (H, W, C), also the picture after each step."""
    return Example(
        key=pair.key,
        pictures={"clean": eight_bits(pair.clean), "degraded": eight_bits(pair.degraded)},
        mask=pair.mask,
        classes=pair.classes,
        steps=pair.record["steps"],
        stages=[] if source is None else _stages(pair.record, source),
        loss=pair.loss,
        layers=pair.layers,
        story=pair.record.get("story", {}),
    )


def eight_bits(picture: npt.NDArray[Any]) -> Picture:
    """A uint8 picture of a uint8 or uint16 one."""
    return picture if picture.dtype == np.uint8 else ((picture.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _stages(record: dict[str, Any], source: npt.NDArray[Any]) -> list[tuple[str, Picture]]:
    """The picture as it was framed, and after each step that ran: the record, replayed step by step."""
    view = View(record, *source.shape[:2])
    root = Key(record["seed"], record["photo"], record["variant"])
    with borrowed_workspace() as workspace:
        photo = Photo(view.of(source), workspace, record["format"], view.box)
        photo.final_channels = record["channels"][1]
        photo.split = record["split"]
        photo.story, photo.root = record.get("story", {}), root
        photo.shrink, photo.shrunk_at = record.get("scale", (1, -1))
        stages = [("framed" if view.framing else "source", photo.rounded(np.uint8))]
        for step in record["steps"]:
            replay_steps(photo, root, [step], KnownOps())
            if step["fired"] and step["op"] != Target.word:
                stages.append((step["label"], photo.rounded(np.uint8)))
    return stages
