"""Whether a record is one that a recipe could have written: it may stand in an output of anybody's, and its numbers go
into compiled code that asks no questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from degrade.codecs import MAX_PIXELS
from degrade.engine.compose import Target
from degrade.engine.degradation import Degradation
from degrade.engine.plate import PLATES, SINGLE
from degrade.engine.record import ReplayError
from degrade.engine.units import FORMATS
from degrade.recipes.developing import plate_of
from degrade.recipes.frame import AUTO, FILTERS, Frame

_TEXTS = ("key", "photo", "split", "fingerprint")
_NUMBERS = ("seed", "variant", "copy", "epoch")
_MOST_STEPS = 1_000_000
_LARGEST = 1 << 64
_MOST_SHRUNK = 64
_FURTHEST = 1 << 24
_BOXES = ("cut", "into", "print_box")
_WARPS = {"rotate_deg": "rotate_deg", "zoom": "zoom", "brightness": "brightness", "contrast": "contrast"}
_WARPS |= {"translate_x_frac": "translate_frac", "translate_y_frac": "translate_frac"}


def check_record(record: Any, shape: Sequence[int], ops: Mapping[str, type[Degradation]]) -> None:
    """Raise ReplayError for a record that is none, or of another photograph than one of `shape` (H, W, C)."""
    if not isinstance(record, dict):
        raise ReplayError("", "", "it is no mapping")
    _expect(all(isinstance(record.get(name), str) for name in _TEXTS), f"no texts under {', '.join(_TEXTS)}")
    _expect(all(_is_integer(record.get(name)) for name in _NUMBERS), "no seed and variant")
    _expect(isinstance(record.get("format"), str) and record["format"] in FORMATS, "an unknown format")
    channels = record.get("channels")
    _expect(
        isinstance(channels, list) and len(channels) == 2 and all(each in (1, 3) for each in channels), "no channels"
    )
    story = record.get("story", {})
    _expect(isinstance(story, dict) and story.get("plate", SINGLE) in [*PLATES], "a damaged story")
    _expect(record.get("luma", True) is True, "a damaged luma")
    scale = record.get("scale", [1, 0])
    _expect(isinstance(scale, list) and len(scale) == 2 and _is_whole(scale[0], 1, _MOST_SHRUNK), "a damaged scale")
    _expect(_is_whole(scale[1], -1, _MOST_STEPS), "a damaged scale")
    _expect("frame" in record, "no frame, not even none")
    if record["frame"] is not None:
        plate = plate_of(record, shape[0], shape[1])
        _check_frame(record["frame"], plate.size if plate else shape)
    steps = record.get("steps")
    _expect(isinstance(steps, list) and len(steps) <= _MOST_STEPS, "no list of steps")
    for step in steps or ():
        _check_step(step, ops)


def _check_step(step: Any, ops: Mapping[str, type[Degradation]]) -> None:
    _expect(isinstance(step, dict) and {"label", "op", "fired", "drawn"} <= step.keys(), "a step without its facts")
    label, name, drawn = step["label"], step["op"], step["drawn"]
    _expect(isinstance(label, str) and isinstance(name, str) and isinstance(step["fired"], bool), "a damaged step")
    _expect(isinstance(drawn, dict), "a step without numbers")
    if name == Target.word or name not in ops or drawn.keys() != ops[name].specs.keys():
        return  # an op or a field that is not known is told when it comes to it
    for field, value in drawn.items():
        try:
            ops[name].specs[field].check(tuple(value) if isinstance(value, list) else value)
        except ValueError as error:
            raise ReplayError(label, name, f"{field}: {error}") from None


def _check_frame(frame: Any, shape: Sequence[int]) -> None:
    known = {*_BOXES, "size", "flip", "resize", *_WARPS}
    _expect(isinstance(frame, dict) and frame.keys() <= known and {*_BOXES, "size"} <= frame.keys(), "a damaged frame")
    size = frame["size"]
    _expect(_is_list(size, 2, 1) and size[0] * size[1] <= MAX_PIXELS, "a frame of an impossible size")
    # The print may reach beyond its frame on all sides: a patch is a part of it.
    lows = {"cut": 0, "into": 0, "print_box": -_FURTHEST}
    _expect(all(_is_list(frame[name], 4, low) for name, low in lows.items()), "a damaged frame")
    for name, (height, width) in (("cut", shape[:2]), ("into", size)):
        top, left, tall, wide = frame[name]
        _expect(
            tall > 0 and wide > 0 and top + tall <= height and left + wide <= width, "a frame of another photograph"
        )
    top, bottom, left, right = frame["print_box"]
    _expect(
        top < min(bottom, size[0]) and left < min(right, size[1]) and min(bottom, right) > 0, "a print out of sight"
    )
    _expect((bottom - top) * (right - left) <= MAX_PIXELS, "a print of an impossible size")
    _expect(
        isinstance(frame.get("flip", False), bool) and frame.get("resize", AUTO) in (AUTO, *FILTERS), "a damaged frame"
    )
    for name, field in _WARPS.items():
        low, high = (-1, 1) if field == "translate_frac" else (Frame.specs[field].low, Frame.specs[field].high)
        value = frame.get(name, low)
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        _expect(number and low <= value <= high, f"a frame whose {name} is out of bounds")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_whole(value: Any, low: int, high: int) -> bool:
    return _is_integer(value) and bool(low <= value < high)


def _is_list(value: Any, length: int, low: int) -> bool:
    return isinstance(value, list) and len(value) == length and all(_is_whole(each, low, _LARGEST) for each in value)


def _expect(held: bool, what: str) -> None:
    if not held:
        raise ReplayError("", "", f"it has {what}")
