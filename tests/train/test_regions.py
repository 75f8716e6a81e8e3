from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.damage import DamageClass
from degrade.train.regions import CLASSES, WIDTHS, divisions, widths, zones


def test_zones_of_a_blot() -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[30:34, 30:34] = 255
    found = zones(mask)
    assert set(found[30:34, 30:34].ravel()) == {1}
    assert found[32, 35] == found[28, 31] == 2  # 2 px at a short side of 64
    assert found[32, 36] == 3
    assert found[28, 28] == 3  # 2.8 px away


def test_the_ring_grows_with_the_picture() -> None:
    mask = np.zeros((512, 700), np.uint8)
    mask[100, 100] = 1
    found = zones(mask)
    assert found[100, 100] == 1
    assert found[100, 108] == 2
    assert found[100, 109] == 3


def test_nothing_is_inside_of_no_damage() -> None:
    assert set(zones(np.zeros((9, 7), np.uint8)).ravel()) == {3}
    assert not widths(np.zeros((9, 7), np.uint8)).any()


def test_widths_tell_a_scratch_from_the_blot_it_runs_into() -> None:
    mask = np.zeros((80, 80), np.uint8)
    mask[40, :] = 255  # 1 px
    mask[30:51, 30:51] = 90  # 21 px
    found = widths(mask)
    assert WIDTHS[found[40, 5] - 1] == "1-2 px"
    assert WIDTHS[found[40, 40] - 1] == "over 16 px"
    assert found[0, 0] == 0


def test_widths_of_bars() -> None:
    names = {}
    for breadth in (1, 2, 3, 4, 5, 8, 9, 16, 17, 30):
        mask = np.zeros((64, 64), np.uint8)
        mask[20 : 20 + breadth] = 255
        names[breadth] = WIDTHS[widths(mask)[20 + breadth // 2, 32] - 1]
    assert names == {
        1: "1-2 px", 2: "1-2 px", 3: "3-4 px", 4: "3-4 px", 5: "5-8 px", 8: "5-8 px", 9: "9-16 px", 16: "9-16 px",
        17: "over 16 px", 30: "over 16 px",
    }  # fmt: skip


@given(st.integers(0, 99), st.integers(1, 40), st.integers(1, 40))
def test_every_damaged_pixel_has_a_width_and_no_other(seed: int, height: int, width: int) -> None:
    mask = (np.random.default_rng(seed).random((height, width)) < 0.4).astype(np.uint8)
    assert ((widths(mask) > 0) == (mask > 0)).all()
    assert ((zones(mask) == 1) == (mask > 0)).all()


def test_divisions_are_those_that_there_are_masks_for() -> None:
    mask = np.ones((4, 4), np.uint8)
    assert divisions(None, None) == []
    assert [each.group for each in divisions(mask, None)] == ["zone", "width"]
    assert [each.group for each in divisions(mask, mask)] == ["zone", "width", "class"]
    assert CLASSES[DamageClass.SCRATCH - 1] == "scratch"
