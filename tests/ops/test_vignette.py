"""Vignetting."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import Workspace
from degrade.ops.vignette import Vignette

WHITE = np.ones((41, 61), np.float32)


def light(v: np.ndarray) -> np.ndarray:
    return ((np.asarray(v, float) + 0.055) / 1.055) ** 2.4


def test_falloff_0_is_the_identity() -> None:
    assert np.array_equal(Vignette(falloff=0)(WHITE * np.float32(0.3)), WHITE * np.float32(0.3))


@pytest.mark.parametrize("falloff", [0.15, 0.6])
def test_the_middle_stays_and_the_corners_lose_what_they_should(falloff: float) -> None:
    got = light(Vignette(falloff=falloff, shift_frac=0)(WHITE))
    assert got[20, 30] == pytest.approx(1, abs=1e-3)
    radius = (20**2 + 30**2) / (41**2 + 61**2) * 4
    assert got[[0, 0, -1, -1], [0, -1, 0, -1]] == pytest.approx((1 + falloff * radius) ** -2, abs=3e-3)
    assert (np.diff(got[20, 30:]) <= 0).all()


def test_an_unshifted_one_is_symmetric_and_knows_no_key() -> None:
    op = Vignette(falloff=0.5, shift_frac=0)
    got = op(WHITE, key="a")
    assert np.array_equal(got, op(WHITE, key="b"))
    assert got == pytest.approx(got[::-1, ::-1], abs=1e-6)


def test_the_centre_moves_in_a_direction_of_its_own() -> None:
    op = Vignette(falloff=1, shift_frac=0.3)
    brightest = {np.unravel_index(op(WHITE, key=str(i)).argmax(), WHITE.shape) for i in range(8)}
    assert len(brightest) > 4
    for y, x in brightest:
        assert np.hypot(y - 20, x - 30) == pytest.approx(0.3 * 41, abs=1)


def test_the_channels_of_a_colour_lose_the_same() -> None:
    colour = Vignette(falloff=0.5)(np.repeat(WHITE[:, :, None], 3, axis=2), key="k")
    assert np.array_equal(colour[:, :, 0], Vignette(falloff=0.5)(WHITE, key="k"))
    assert np.array_equal(colour[:, :, 0], colour[:, :, 2])


def test_a_patch_has_its_part_of_the_prints_vignette() -> None:
    whole, patch = WHITE.copy()[:, :, None], WHITE.copy()[5:15, 7:30, None]
    op = Vignette(falloff=0.5)
    drawn, key = {"falloff": 0.5, "shift_frac": 0.1}, Key(1)
    big = Photo(whole, Workspace())
    small = Photo(patch, Workspace(), print_box=(-5, 36, -7, 54))
    for photo in (big, small):
        op.apply(photo, drawn, key)
    assert small.pixels == pytest.approx(big.pixels[5:15, 7:30], abs=1e-5)
