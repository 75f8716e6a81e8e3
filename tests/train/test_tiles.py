from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.train.tiles import Tiling, through_tiles

Picture = npt.NDArray[np.float32]


def picture(height: int, width: int) -> Picture:
    return np.random.default_rng(0).random((height, width, 3), dtype=np.float32)


def blurred(pictures: list[Picture]) -> list[Picture]:
    """A filter that looks 3 px far."""
    assert len({each.shape for each in pictures}) == 1
    return [cv2.blur(each, (7, 7)).astype(np.float32) for each in pictures]


def joined(given: Picture, tiling: Tiling) -> Picture:
    height, width = given.shape[:2]
    bands = list(through_tiles(blurred, tiling, height, width, lambda down, across: given[down, across]))
    tops = [top for top, _ in bands]
    assert tops == list(np.cumsum([0, *(len(rows) for _, rows in bands)]))[:-1]
    return np.concatenate([rows for _, rows in bands])


@given(
    st.integers(1, 150), st.integers(1, 150), st.integers(24, 64), st.integers(12, 23), st.sampled_from([1, 2, 4]),
    st.integers(1, 3),
)  # fmt: skip
def test_the_size_of_tiles_does_not_show(
    height: int, width: int, size: int, overlap: int, step: int, together: int
) -> None:
    tiling = Tiling(-(-max(size, overlap + step) // step) * step, overlap, step, together)
    given = picture(height, width)
    assert joined(given, tiling) == pytest.approx(blurred([given])[0], abs=1e-6)


def test_tiles_cover_a_side_and_share_enough() -> None:
    for side in range(1, 400):
        for step in (1, 8, 32):
            starts = Tiling(64, 16, step).starts(side)
            assert starts[0] == 0
            assert starts[-1] + 64 >= side
            assert all(start % step == 0 and start < side for start in starts)
            assert all(before + 64 - after >= 16 for before, after in pairwise(starts))


def test_a_small_picture_stays_whole() -> None:
    assert Tiling(64, 16).starts(64) == [0]
    assert len(Tiling(64, 16).starts(65)) == 2


def test_what_differs_at_the_borders_of_tiles_fades() -> None:
    """Tiles of constant but different tone: no step between neighbouring pixels is as high as theirs."""
    tones = iter(np.linspace(0, 1, 2))
    tiling = Tiling(64, 32)
    bands = through_tiles(
        lambda tiles: [np.full_like(tile, next(tones)) for tile in tiles],
        tiling,
        10,
        96,
        lambda d, a: picture(10, 96)[d, a],
    )
    row = np.concatenate([rows for _, rows in bands])[5, :, 0]
    assert row[0] == 0
    assert row[-1] == 1
    assert np.abs(np.diff(row)).max() < 0.1
    assert (row[:40] == 0).all()  # the quarter of the overlap that counts for nothing
