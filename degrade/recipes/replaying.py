"""Replay: a pair made again from its record alone."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from degrade.codecs import Decoded
from degrade.engine.compose import Target
from degrade.engine.key import Key
from degrade.engine.pair import Pair, checked_image
from degrade.engine.photo import ColoursLost, Photo
from degrade.engine.record import ReplayError, replay_steps
from degrade.engine.watch import Watch
from degrade.ops import KnownOps
from degrade.recipes.developing import developed, working_pixels
from degrade.recipes.given import PAIR
from degrade.recipes.record_check import check_record

Array = npt.NDArray[Any]


def replay_record(image: Array, record: dict[str, Any], target: Array | None = None) -> Pair:
    """Make a pair again from its record alone; no recipe is needed.

    Parameters
    ----------
    image : (H, W), (H, W, 1) or (H, W, 3) array
        The source photograph as it was.
    record : dict
        `Pair.record`, as it is or read back from JSON.
    target : array, optional
        The clean picture, where it was given.

    Returns
    -------
    Pair
        The same pictures and masks, byte for byte.

    Raises
    ------
    ReplayError
        The record is none, is of another photograph, or names an op or a field that this version does not have; the
        pair takes a `target`, or none; or it was made of the luma that the photograph's file stores: then it takes
        `replay_photograph`.
    TypeError, ValueError
        `image` is of another dtype or shape.
    """
    whole = checked_image(image)
    given = None if target is None else checked_image(target).copy()
    return replay_source(whole.copy(), record, whole.dtype.type, target=given)


def replay_photograph(
    decoded: Decoded, record: dict[str, Any], image: str, apart: bool = False, target: Decoded | None = None
) -> Pair:
    """`replay_record` for a photograph's file, read by ``decode(data, luma=record.get("luma", False))``, and an output
    whose pictures are `image`: jpg, png or png16."""
    pixels, dtype = working_pixels(decoded, image)
    given = working_pixels(target, image)[0] if target else None
    return replay_source(pixels, record, dtype, apart, decoded, given)


def replay_source(
    image: Array,
    record: dict[str, Any],
    dtype: Any,
    apart: bool = False,
    original: Decoded | None = None,
    target: Array | None = None,
) -> Pair:
    """`replay_record` for a checked (H, W, C) `image` that the pair may keep, decoded from `original`, and its `target`
    likewise; pictures come out as `dtype`, damages are told `apart` or not."""
    check_record(record, image.shape, KnownOps())
    if (record.get("given") == PAIR) != (target is not None):
        why, cure = ("a", "give that too") if target is None else ("no", "give none")
        raise ReplayError("", "", f"it is {why} pair whose target was given", cure)
    if record.get("luma") and (original is None or not original.is_luma):
        raise ReplayError("", "", "it was made of the luma in its photograph's file", "use replay_photograph")
    again = {name: value for name, value in record.items() if name != "steps"}

    def run(photo: Photo) -> None:
        photo.watch = Watch(apart=True) if apart else None
        replay_steps(photo, photo.root, record["steps"], KnownOps())

    def before(photo: Photo) -> None:
        labels = [step["label"] for step in record["steps"]]
        happened = record["steps"][: labels.index(Target.word) + 1] if Target.word in labels else []
        replay_steps(photo, photo.root, happened, KnownOps())

    root = Key(record["seed"], record["photo"], record["variant"])
    try:
        return developed(image, again, root, dtype, run, original=original, target=target, before=before)
    except ColoursLost:
        raise ReplayError("", "", "it has one channel for a picture in colour") from None
