"""Chemical ageing that is the same all over: silver fading, yellowing, dyes that fade."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from degrade.ops.dye_fading import ABSORPTIONS, DyeFading, faded_absorptions
from degrade.ops.silver_fading import SilverFading
from degrade.ops.yellowing import Yellowing

GRAYS = np.linspace(0.05, 1, 512, dtype=np.float32).reshape(2, 256)
COLOURS = np.repeat(GRAYS[:, :, None], 3, axis=2)


def light(image: np.ndarray) -> np.ndarray:
    return np.where(image > 0.04045, ((image + 0.055) / 1.055) ** 2.4, image / 12.92).astype(np.float64)


def densities(image: np.ndarray) -> np.ndarray:
    return -np.log10(light(image))


def test_silver_fades_by_the_law_and_highlights_lose_the_greater_share() -> None:
    faded, before = densities(SilverFading(amount=0.4)(GRAYS)), densities(GRAYS)
    law = before - 0.4 * before * (np.exp(-before / 0.5) + 0.3)
    assert np.abs(10 ** (-law / 2.4) - 10 ** (-faded / 2.4)).max() < 1.5 / 255
    share = (faded / np.maximum(before, 1e-3))[before > 0.05]
    assert share[0] > share[-1]


def test_what_is_left_of_the_silver_browns() -> None:
    hue = [rgb2lab(SilverFading(amount=0.4, browning=b)(COLOURS))[1, 40] for b in (0, 0.5, 1)]
    assert abs(hue[0][2]) < 0.5
    assert hue[0][2] < hue[1][2] < hue[2][2]
    assert np.array_equal(SilverFading(amount=0)(COLOURS), COLOURS)


def test_the_stain_is_seen_in_whites_and_hardly_in_blacks() -> None:
    stained = Yellowing(stain=0.2, sulphiding=0, unevenness=0)(COLOURS).astype(float)
    change = (COLOURS - stained)[:, :, 2].reshape(-1)
    assert change[-1] > 4 * change[0]
    assert densities(stained[-1, -1]) == pytest.approx([0.04 * 0.2, 0.25 * 0.2, 0.2], abs=0.01)


def test_sulphiding_turns_the_image_brown_and_leaves_the_paper() -> None:
    brown = rgb2lab(Yellowing(stain=0, sulphiding=0.8, unevenness=0)(COLOURS)).reshape(-1, 3)
    assert brown[-1, 2] < 1.5
    assert brown[200:300, 2].mean() > 6
    assert brown[200:300, 1].mean() > 0


def test_an_uneven_stain_is_as_strong_on_the_average() -> None:
    white = np.ones((96, 128, 3), np.float32)
    even = Yellowing(stain=0.2, sulphiding=0, unevenness=0)(white)[:, :, 2]
    uneven = np.stack([Yellowing(stain=0.2, sulphiding=0, unevenness=0.5)(white, key=k)[:, :, 2] for k in "abcdef"])
    assert uneven.mean() == pytest.approx(float(even.mean()), abs=0.03)
    assert uneven.std() > 0.01 > even.std()


def test_a_dye_alone_fades_and_keeps_its_hue() -> None:
    for dye in range(3):
        kept = [1.0, 1.0, 1.0]
        kept[dye] = 0.4
        column = np.array(ABSORPTIONS)[:, dye]
        assert np.array(faded_absorptions(kept)) @ column == pytest.approx(0.4 * column)


def test_densities_are_mixed_by_the_dyes() -> None:
    colour = np.array([[[0.35, 0.5, 0.7]]], np.float32)
    faded = DyeFading(storage="dark", loss=0.5, stain=0.1)(colour)
    kept = [0.5, 0.5**0.35, 0.5**0.45]
    wanted = np.array(faded_absorptions(kept)) @ densities(colour[0, 0]) + 0.1 * np.array([0.04, 0.25, 1])
    assert densities(faded[0, 0]) == pytest.approx(wanted, abs=0.02)


def test_the_dark_turns_prints_red_and_light_turns_them_green() -> None:
    gray = np.full((4, 4, 3), 0.45, np.float32)
    dark, bright = (rgb2lab(DyeFading(storage=s, loss=0.5, stain=0.15)(gray))[0, 0] for s in ("dark", "light"))
    assert dark[1] > 5
    assert dark[2] > 5
    assert bright[1] < -3
    assert np.array_equal(DyeFading(loss=0, stain=0)(gray), gray)
