"""What a subject may promise besides: relations between pictures (metamorphic relations, T. Y. Chen et al.,
doi:10.1145/3143561), each a check to be given as `claims=[…]`.

    commutes      flipping before or after is the same, exactly
    evenly        neither side suffers more than the other, over many keys
    heavier       one side suffers more than the other, over many keys
    scales        at twice the resolution the same places are damaged
    grows         more of a field is more damage
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.testing.check import Check
from degrade.testing.checks.pictures import large_picture
from degrade.testing.picture import Array, Picture
from degrade.testing.subject import OpSubject, Subject, subject_of
from degrade.testing.verdict import expect

_AXES = {"left-right": 1, "top-bottom": 0}
_SIDES = {"left": (1, 1), "right": (1, -1), "top": (0, 1), "bottom": (0, -1)}
_RARE = 1e-4
"""Probability below which a run of lopsided keys is no chance."""
_SAME = 0.9
"""Of two damages' intersection to their union."""


def commutes(flip: str) -> Check:
    """Exactly: ``f(flip(image)) == flip(f(image))`` at each key. True of what treats each pixel by itself and draws
    nothing for it.

    Parameters
    ----------
    flip : str
        ``left-right`` or ``top-bottom``.
    """
    axis = _AXES[flip]

    def holds(subject: Subject, image: Array, key: str) -> None:
        flipped = subject.outcome(np.ascontiguousarray(np.flip(image, axis)), key).degraded
        same = np.array_equal(flipped, np.flip(subject.outcome(image, key).degraded, axis))
        expect(same, f"a picture flipped {flip} came out otherwise than the flip of what came out")

    return Check(f"commutes {flip}", f"flipping {flip} before or after is the same", holds)


def evenly(flip: str, keys: int = 40) -> Check:
    """In distribution: neither side suffers more than the other. The difference of the mean change of the two halves of
    a constant picture has either sign equally often (sign test over `keys` keys, two-sided at 1e-4). `flip` says which
    halves: left-right or top-bottom."""
    axis = _AXES[flip]

    def holds(subject: Subject) -> None:
        first, second = _signs(subject, axis, keys)
        chance = _sign_test(first, second)
        expect(chance >= _RARE, f"of {keys} keys {first} change the first half more and {second} the second ({flip})")

    return Check(f"evenly {flip}", f"neither half suffers more, {flip}", holds, drawn=False)


def heavier(side: str, keys: int = 40) -> Check:
    """In distribution: the half at `side` (left, right, top or bottom) suffers more than the other, on a constant
    picture, at so many of `keys` keys that it is no chance (1e-4)."""
    axis, sign = _SIDES[side]

    def holds(subject: Subject) -> None:
        first, second = _signs(subject, axis, keys)
        more, less = (first, second) if sign > 0 else (second, first)
        expect(
            more > less and _sign_test(more, less) < _RARE,
            f"the {side} half changes more at {more} of {keys} keys, the other at {less}",
        )

    return Check(f"heavier {side}", f"the {side} half suffers more", holds, drawn=False)


def scales(keys: int = 5, side: int = 256) -> Check:
    """At twice the resolution the same key damages the same places: soft intersection over union of the masks (where
    there is none, of the change of a constant picture) is at least 0.9 over `keys` keys, at `side` and twice `side`
    pixels."""

    def holds(subject: Subject) -> None:
        common = either = 0.0
        for key in map(str, range(keys)):
            small, large = _damage(subject, side, key), _damage(subject, 2 * side, key)
            shrunk = large.reshape(side, 2, side, 2).mean(axis=(1, 3))
            common += float(np.minimum(small, shrunk).sum())
            either += float(np.maximum(small, shrunk).sum())
        expect(common >= _SAME * either, f"damage at {side} px and at twice that agree to {common / (either or 1):.2f}")

    return Check("scales", "at twice the resolution the same places are damaged", holds, drawn=False)


def grows(make: str | Callable[[float], Any], values: Sequence[float], keys: int = 8) -> Check:
    """More is more: the mean change over `keys` keys never falls from one of the rising `values` to the next.

    Parameters
    ----------
    make : str or callable
        The field of an op; or what makes a subject of a value.
    values : sequence of float
        At least two, rising.
    """
    called = make if isinstance(make, str) else getattr(make, "__name__", "value")

    def holds(subject: Subject) -> None:
        if isinstance(make, str):
            assert isinstance(subject, OpSubject), "a field's name is for ops; give a function that makes the subject"
            op = subject.op
            others: dict[str, Any] = {name: getattr(op, name) for name in op.specs if name != make}
            made: list[Subject] = [OpSubject(type(op)(**others | {make: value})) for value in values]
        else:
            made = [subject_of(make(value)) for value in values]
        damages = [_mean_change(each, keys) for each in made]
        for before, after, value in zip(damages, damages[1:], values[1:], strict=False):
            expect(after >= before, f"{called} {value:g} changes less ({after:.4g}) than less of it ({before:.4g})")

    return Check(f"grows {called}", f"more {called} is more damage", holds, drawn=False)


# --- measures ---------------------------------------------------------------------------------------------------------


def _change(before: Array, after: Array) -> npt.NDArray[np.float64]:
    """(H, W) absolute change, on the scale [0, 1]."""
    scale = float(np.iinfo(before.dtype).max) if before.dtype.kind in "ui" else 1.0
    change = np.abs(after.astype(np.float64) - before) / scale
    return change if change.ndim == 2 else np.asarray(change.mean(axis=2))


def _changed(subject: Subject, picture: Picture, key: str) -> npt.NDArray[np.float64]:
    image = picture.array
    return _change(image, subject.outcome(picture.array, key).degraded.reshape(image.shape))


def _signs(subject: Subject, axis: int, keys: int) -> tuple[int, int]:
    """At how many keys the first half of a constant picture changes more, and at how many the second."""
    picture = large_picture(subject, 64, 64, kind="gray")
    first = second = 0
    for key in map(str, range(keys)):
        change = _changed(subject, picture, key)
        one, other = (half.sum() for half in np.split(change, 2, axis=axis))
        first, second = first + int(one > other), second + int(other > one)
    return first, second


def _sign_test(first: int, second: int) -> float:
    """How likely so uneven a split, or a more uneven one, is by chance."""
    count, most = first + second, max(first, second)
    return min(1.0, float(2 * sum(math.comb(count, number) for number in range(most, count + 1))) / 2.0**count)


def _damage(subject: Subject, side: int, key: str) -> npt.NDArray[np.float64]:
    picture = large_picture(subject, side, side, kind="gray")
    outcome = subject.outcome(picture.array, key)
    if outcome.mask is not None and outcome.mask.any():
        scale = float(outcome.mask.max()) if outcome.mask.dtype == np.bool_ else 255.0
        return np.asarray(outcome.mask.astype(np.float64) / scale)
    return _change(picture.array, outcome.degraded.reshape(picture.shape))


def _mean_change(subject: Subject, keys: int) -> float:
    picture = large_picture(subject, 96, 96, kind="natural")
    return float(np.mean([_changed(subject, picture, str(key)).mean() for key in range(keys)]))
