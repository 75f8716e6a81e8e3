"""Options of models: checked where a model is made, so that a mistake is told in the option's own words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from degrade.train.errors import ModelError

CHANNELS = {"gray": 1, "rgb": 3}


def choice(option: str, value: Any, allowed: Iterable[str]) -> str:
    """`value`, if it is one of the allowed words."""
    words = list(allowed)
    if not isinstance(value, str) or value not in words:
        raise ModelError(f"{option}={value!r} is no choice", f"write {_did_you_mean(value, words)}{' | '.join(words)}")
    return value


def whole(option: str, value: Any, low: int, high: int) -> int:
    """`value`, if it is a whole number between `low` and `high`, both included."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ModelError(f"{option}={value!r} is not a whole number from {low} to {high}", "choose one")
    return value


def share(option: str, value: Any) -> float:
    """`value`, if it is a number in [0, 1)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise ModelError(f"{option}={value!r} is not a number from 0 to below 1", "choose one")
    return float(value)


def flag(option: str, value: Any) -> bool:
    """`value`, if it is true or false."""
    if not isinstance(value, bool):
        raise ModelError(f"{option}={value!r} is neither true nor false", f"write {option}=True or {option}=False")
    return value


def channel_widths(option: str, value: Any) -> tuple[int, ...]:
    """`value`, if it is a list of 1 to 8 whole numbers, each from 1 to 4096: channels level by level."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not 1 <= len(value) <= 8:
        raise ModelError(f"{option}={value!r} is no list of 1 to 8 channel counts", f"write {option}=(32, 64, 128)")
    return tuple(whole(option, each, 1, 4096) for each in value)


def side(option: str, value: Any, multiple: int) -> int:
    """`value`, if it is a picture's side in px that divides by `multiple`."""
    if whole(option, value, multiple, 4096) % multiple:
        low = value // multiple * multiple
        raise ModelError(f"{option}={value} does not divide by {multiple}", f"choose {low} or {low + multiple}")
    return int(value)


def known_options(model: str, given: Iterable[str], options: Sequence[str]) -> None:
    """Raise ModelError for the first option that the model does not have."""
    for option in given:
        if option not in options:
            cure = f"its options are {', '.join(options)}" if options else "it has no options"
            raise ModelError(f"{model} has no option {option!r}", _did_you_mean(option, options) + cure)


def known_model(name: Any, names: Sequence[str]) -> None:
    """Raise ModelError if there is no such model."""
    if name not in names:
        cure = f"{_did_you_mean(name, names)}the models are {', '.join(names)}"
        raise ModelError(f"there is no model {name!r}", cure)


def _did_you_mean(word: Any, words: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(word), words, n=1)
    return f"did you mean {close[0]}? " if close else ""
