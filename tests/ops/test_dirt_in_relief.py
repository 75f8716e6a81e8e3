from __future__ import annotations

from typing import Any

import numpy as np

import degrade
from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

SIDE = 256
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
PALE = np.full((SIDE, SIDE, 3), 0.7, np.float32)


def soiled(damage: DamageClass, stretch: slice = slice(120, 124), **fields: Any) -> tuple[np.ndarray, np.ndarray]:
    """How much darker a print with damage of one class, rows of it, becomes; and the classes after."""
    with borrowed_workspace() as workspace:
        photo = Photo(PALE, workspace)
        photo.pixels  # noqa: B018 - the pixels are settled before the damage
        photo.coverage[stretch, :SIDE] = 255
        photo.remove(photo.coverage, (0, SIDE, 0, SIDE), damage)
        before = photo.pixels.copy()
        degrade.DirtInRelief(**{"grime": 0, "amount": 0.6, "density": 0.8} | fields).run(photo, Key(0, "a"))
        return before - photo.pixels, photo.classes


def test_dirt_lies_in_and_beside_breaks_and_nowhere_else() -> None:
    darker, classes = soiled(DamageClass.CRACK, spread_mm=0.4)
    rows = np.abs(np.arange(SIDE) - 121.5) / PX_PER_MM
    profile = darker[:, :, 2].mean(axis=1)
    assert profile[120:124].mean() > 0.05
    assert profile[(rows > 1.1) & (rows < 1.7)].mean() > 0.002
    assert not profile[rows > 3].any()
    assert (classes[122] == DamageClass.CRACK).all()
    assert (classes[124] == DamageClass.DIRT).any()


def test_it_is_patchy_and_brown() -> None:
    darker, _ = soiled(DamageClass.FOLD)
    line = darker[121, :, 1]
    assert 0.2 < line.std() / line.mean() < 1.5
    red, green, blue = darker[120:124].mean(axis=(0, 1))
    assert red < green < blue


def test_other_damage_holds_none() -> None:
    darker, _ = soiled(DamageClass.STAIN)
    assert not darker.any()


def test_what_shows_behind_missing_paper_stays_clean() -> None:
    darker, _ = soiled(DamageClass.MATERIAL_LOSS, slice(60, 190))
    assert not darker[80:170].any()
    assert darker.any()


def test_density_and_amount_darken() -> None:
    weak, _ = soiled(DamageClass.CRACK, density=0.2)
    strong, _ = soiled(DamageClass.CRACK, density=0.8)
    little, _ = soiled(DamageClass.CRACK, amount=0.2)
    assert weak.sum() < 0.5 * strong.sum()
    assert little.sum() < 0.6 * strong.sum()


def test_grime_is_on_the_edges_alone() -> None:
    masks = [degrade.DirtInRelief(grime=1, density=0.8).pair(PALE, key=str(index)).mask for index in range(6)]
    assert not any(mask[40:-40, 40:-40].any() for mask in masks)
    assert sum(np.count_nonzero(mask) for mask in masks) > 2000


def test_nothing_is_the_identity() -> None:
    for nothing in ({"density": 0.0}, {"amount": 0.0, "grime": 0.0}):
        p = degrade.DirtInRelief(**nothing).pair(PALE, key="a")
        assert np.array_equal(p.degraded, PALE)
        assert not p.mask.any()
