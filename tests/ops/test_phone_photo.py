"""Tilt, lamps and a sensor."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.compose import Sequence
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.phone_photo import PhonePhoto

NOTHING = {"tilt_frac": 0, "glare": 0, "falloff": 0, "slope": 0, "white_balance": 0, "noise": 0}
FLAT = np.full((120, 160, 3), 0.4, np.float32)


def photographed(image: np.ndarray = FLAT, key: str = "a", **fields: object) -> np.ndarray:
    return PhonePhoto(**{**NOTHING, **fields})(image, key=key)


def test_with_nothing_it_is_the_identity() -> None:
    image = np.random.default_rng(0).random((30, 40, 3), dtype=np.float32)
    assert np.array_equal(photographed(image), image)


def test_straight_lines_stay_straight_and_the_view_lies_inside() -> None:
    y, x = np.indices((200, 260))
    places = np.stack([y / 199, x / 259, 0 * y], axis=2).astype(np.float32)
    for key in "abc":
        seen = photographed(places, key=key, tilt_frac=0.1)[2:-2, 2:-2, :2].astype(np.float64)
        for line in (seen[:, 100], seen[60], seen[np.arange(180), np.arange(180)]):
            away = line - line[0]
            along = away[-1] / np.hypot(*away[-1])
            assert np.abs(away @ [-along[1], along[0]]).max() < 2e-3
        assert seen[0, 0] == pytest.approx([0.05, 0.05], abs=0.06)
        assert 0.88 <= seen[-1, -1].min() <= 1


def test_clean_picture_and_masks_are_tilted_alike() -> None:
    image = np.random.default_rng(1).random((64, 80, 3), dtype=np.float32)
    holes = CoarseDropout(holes=5, size_px=8)
    pair = Sequence([holes, PhonePhoto(**{**NOTHING, "tilt_frac": 0.06})]).pair(image, key="k")
    changed = (pair.clean != pair.degraded).any(axis=2)
    assert (pair.mask[changed] > 0).all()
    assert np.array_equal(pair.mask > 0, pair.classes > 0)
    assert not np.array_equal(pair.clean, image)
    alone = PhonePhoto(both=False).pair(image, key="k")
    assert np.array_equal(alone.clean, image)


def test_reflections_add_light_smoothly() -> None:
    glare = photographed(glare=0.3, glare_frac=0.3)
    assert (glare >= FLAT - 1e-4).all()
    assert glare.max() > 0.5
    assert np.abs(np.diff(glare[:, :, 0], axis=1)).max() < 0.02
    dark, light = (photographed(np.full((90, 90), v, np.float32), glare=0.3) - v for v in (0.1, 0.8))
    assert dark.max() > 2 * light.max()


def test_light_falls_off_and_the_balance_shifts() -> None:
    corners = photographed(falloff=0.3)
    assert corners[60, 80] == pytest.approx(0.4, abs=2e-3)
    assert corners[0, 0, 0] < 0.34
    warm = photographed(white_balance=0.2)[0, 0]
    assert warm[0] > 0.42
    assert warm[2] < 0.38


def test_noise_is_that_of_a_bayer_pattern() -> None:
    noise = photographed(np.full((200, 200, 3), 0.5, np.float32), noise=0.02) - 0.5
    red, green = noise[:, :, 0], noise[:, :, 1]
    assert 0.4 < np.corrcoef(red[:, 1:].ravel(), red[:, :-1].ravel())[0, 1] < 0.8
    assert abs(np.corrcoef(red[:, 4:].ravel(), red[:, :-4].ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(red.ravel(), green.ravel())[0, 1]) < 0.05
    blacks, whites = (photographed(np.full((99, 99), v, np.float32), noise=0.02).std() for v in (0.15, 0.85))
    assert blacks > 1.3 * whites
