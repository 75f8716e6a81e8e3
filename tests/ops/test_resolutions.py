"""The same key gives the same damage at twice the resolution: every structural op, found by itself, at its defaults and
where its numbers are small and large."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.degradation import Degradation
from degrade.ops import degradations
from degrade.preview.sweep import op_at
from degrade.recipes import Recipe

Array = npt.NDArray[Any]
OF_PIXELS = ("random_pixels", "salt_and_pepper")
"""They hit each pixel by itself, whatever its size on the print: noise of sensors and files."""
STRUCTURAL = {name: op for name, op in degradations().items() if op.damage is not None and name not in OF_PIXELS}
BROKEN = {"folds": {"count": 2}, "scratches": {"count": 6}}
"""What an op that looks at earlier damage finds."""
LOW = (0.05, 0.2, 0.35)
"""Shares of the default distributions below the small numbers: the first at which there is damage at all."""
HIGH = 0.95
KEYS = ("0", "1", "2", "3", "4")
SIDE = 512
FEW = 20
"""Covered pixels below which a mask is too small to be judged by itself."""


def mask(op: Degradation, side: int, key: str) -> Array:
    """What the op covers of a square picture, (side, side) float64."""
    before = [degradations()[name](**fields) for name, fields in BROKEN.items()] if op.reads else []
    pair = Recipe("one", (*before, op))(np.full((side, side), 120, np.uint8), key=key, apart=True)
    return pair.layers.get(op.name, np.zeros((side, side))).astype(np.float64)


def compared(op: Degradation) -> list[tuple[float, float]]:
    """The soft intersection and union, in pixels, of each key's masks at `SIDE` and, averaged, at twice that."""
    found = []
    for key in KEYS:
        small, large = mask(op, SIDE, key), mask(op, 2 * SIDE, key)
        shrunk = large.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        found.append((np.minimum(small, shrunk).sum() / 255, np.maximum(small, shrunk).sum() / 255))
    return found


def is_the_same(found: list[tuple[float, float]]) -> None:
    common, either = np.sum(found, axis=0)
    assert common >= 0.9 * either
    assert all(one >= 0.8 * other for one, other in found if other >= FEW)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_at_its_defaults(name: str) -> None:
    found = compared(STRUCTURAL[name]())
    assert sum(either > 0 for _, either in found) > len(KEYS) / 2
    is_the_same(found)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_where_its_numbers_are_small(name: str) -> None:
    tried = (compared(op_at(STRUCTURAL[name], share)) for share in LOW)
    is_the_same(next(found for found in tried if any(either > 0 for _, either in found)))


@pytest.mark.parametrize("name", STRUCTURAL)
def test_where_its_numbers_are_large(name: str) -> None:
    found = compared(op_at(STRUCTURAL[name], HIGH))
    assert all(either > 0 for _, either in found)
    is_the_same(found)
