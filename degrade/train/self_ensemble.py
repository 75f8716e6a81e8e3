"""A picture restored in its eight orientations, and what to make of the eight results.

What is damage stays damage when the picture is mirrored or turned; what a network takes for damage by chance, such as a
number beside a door, often does not. The mean of all eight is the geometric self-ensemble (R. Timofte, R. Rothe, L. Van
Gool, Seven Ways to Improve Example-Based Single Image Super Resolution, arXiv:1511.02228).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
SelfEnsemble = Literal["off", "mean", "agreed"]
WAYS: tuple[str, ...] = get_args(SelfEnsemble)
ORIENTATIONS = 8
_AGREE = 6
"""Orientations that agree on a change, at least."""


def oriented(picture: Picture) -> Iterator[Picture]:
    """The eight orientations of (H, W, C), the picture as it is first; four of them are (W, H, C)."""
    for number in range(ORIENTATIONS):
        yield _turned(picture, number)


def upright(pictures: list[Picture]) -> Picture:
    """(8, H, W, C) of eight pictures in the order and orientations of `oriented`."""
    return np.stack([_turned_back(picture, number) for number, picture in enumerate(pictures)])


def _turned(picture: Picture, number: int) -> Picture:
    turned = picture.swapaxes(0, 1) if number & 4 else picture
    return np.ascontiguousarray(turned[:: -1 if number & 2 else 1, :: -1 if number & 1 else 1])


def _turned_back(picture: Picture, number: int) -> Picture:
    turned = picture[:: -1 if number & 2 else 1, :: -1 if number & 1 else 1]
    return turned.swapaxes(0, 1) if number & 4 else turned


def agreed(given: Picture, restored: Picture) -> Picture:
    """`given` with the changes that at least six of eight orientations agree upon: brighter, or darker, by as much as
    six of them make it; nothing where fewer have one direction.

    Parameters
    ----------
    given : (H, W, C) float32
    restored : (8, H, W, C) float32
        As `upright` gives it.
    """
    changes = np.sort(restored - given, axis=0)
    brighter, darker = changes[ORIENTATIONS - _AGREE], changes[_AGREE - 1]
    moved: Picture = given + np.maximum(brighter, 0) + np.minimum(darker, 0)
    return moved


def through_orientations(
    restore: Callable[[list[Picture]], list[Picture]], pictures: list[Picture], given: list[Picture], way: str
) -> list[Picture]:
    """Pictures of one size, each restored in its eight orientations: their mean, or what they agree to change of
    `given`, the pictures in the channels that `restore` gives."""
    turned = zip(*(oriented(picture) for picture in pictures), strict=True)
    several = zip(*(restore(list(alike)) for alike in turned), strict=True)
    each = [upright(list(found)) for found in several]
    if way == "mean":
        return [found.mean(axis=0) for found in each]
    return [agreed(before, found) for before, found in zip(given, each, strict=True)]
