"""Sheets: their levels are means, and a packed sheet is known from anything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.textures.sheet import Sheet, packed_levels, shape_of

sides = st.integers(1, 40)


def rubble(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


@given(sides, sides, st.integers(0, 9))
def test_levels_begin_with_the_sheet_and_end_with_one_row_or_column(height: int, width: int, seed: int) -> None:
    base = rubble(height, width, seed)
    sheet = Sheet(packed_levels(base), wraps=True)
    assert (sheet.height, sheet.width) == base.shape
    assert np.array_equal(sheet.levels[0][1], base)
    assert min(sheet.levels[-1][1].shape) == 1
    assert sheet.reductions == tuple(sorted(sheet.reductions))
    for reduction, level in sheet.levels:
        assert level.flags.c_contiguous
        assert not level.flags.writeable
        assert 0 <= level.shape[0] - height / reduction < 1.5
        assert 0 <= level.shape[1] - width / reduction < 1.5


def test_a_level_is_the_mean_over_boxes() -> None:
    base = rubble(48, 96)
    levels = dict(Sheet(packed_levels(base), wraps=True).levels)
    exact = base.astype(float).reshape(24, 2, 48, 2).mean((1, 3))
    assert np.abs(levels[2] - exact).max() <= 0.5
    doubled = np.kron(base, np.ones((2, 2)))
    exact = doubled.reshape(32, 3, 64, 3).mean((1, 3))
    assert np.abs(levels[1.5] - exact).max() <= 0.5


@pytest.mark.parametrize(("shape", "thirds"), [((30, 60), True), ((30, 61), False), ((31, 60), False)])
def test_two_thirds_are_there_where_they_come_out_even(shape: tuple[int, int], thirds: bool) -> None:
    assert (1.5 in Sheet(packed_levels(rubble(*shape)), wraps=True).reductions) is thirds


@given(sides, sides, st.integers(0, 255))
def test_an_even_sheet_stays_even(height: int, width: int, value: int) -> None:
    packed = packed_levels(np.full((height, width), value, np.uint8))
    assert all((level == value).all() for _, level in Sheet(packed, wraps=False).levels)


@pytest.mark.parametrize(
    "packed",
    [
        np.zeros(4, np.uint8),
        np.zeros(100, np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros(100, np.float32),
        packed_levels(rubble(9, 9))[:-1],
    ],
)
def test_what_is_no_packed_sheet_is_refused(packed: np.ndarray) -> None:
    with pytest.raises(ValueError, match="packed sheet"):
        shape_of(packed)
