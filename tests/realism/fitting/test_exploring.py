"""Pictures with knobs turned at random: farther than the recipe reaches, other ones each round, the same each time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.key import Key
from degrade.realism.c2st import ready
from degrade.realism.fitting import exploring
from degrade.realism.fitting.clean import CleanPhoto
from degrade.realism.fitting.exploring import Explorer
from degrade.realism.fitting.refitting import Fates
from degrade.recipes import Recipe, load_recipe

pytest.importorskip("sklearn")
Scenes = Callable[..., dict[str, npt.NDArray[np.uint8]]]


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe(
        {
            "recipe": 1, "name": "explored", "seed": 3,
            "steps": [
                "target",
                {"grain": {"strength": {"log_uniform": [0.01, 0.012]}, "size_mm": 0.2}, "p": 0.5},
                {"vignette": {"falloff": {"log_uniform": [0.1, 0.12]}}},
                {"mottle": {"strength": {"log_uniform": [0.02, 0.021]}}},
                {"jpeg": {"quality": {"integers": [70, 72]}}},
            ],
        }
    )  # fmt: skip


@pytest.fixture
def photos(scenes: Scenes, monkeypatch: pytest.MonkeyPatch) -> list[CleanPhoto]:
    monkeypatch.setattr(exploring, "TIMES", 10)
    return [CleanPhoto(key, picture[:, :, None], False) for key, picture in scenes(2, 0, size=(372, 484)).items()]


def drawn(fates: Fates, label: str, field: str) -> npt.NDArray[np.float64]:
    return np.array([fate[label][1][field] for fate in fates if fate[label][0]], np.float64)


@pytest.mark.slow
def test_values_reach_farther_than_the_recipe(recipe: Recipe, photos: list[CleanPhoto]) -> None:
    with ready():
        table, fates = Explorer(photos, {"jpeg.quality", "mottle"}, Key(1, "rounds"))(1, recipe)
    assert len(table) == len(fates) == 20
    assert sorted(set(table.groups)) == sorted(photo.key for photo in photos)
    falloffs = drawn(fates, "vignette", "falloff")
    assert falloffs.min() < 0.09
    assert falloffs.max() > 0.13
    assert len(set(np.round(np.log(falloffs / 0.11) / 0.1))) >= 4, "knobs are turned anew for each setting"
    assert drawn(fates, "jpeg", "quality").min() >= 70, "a field that is fixed is not turned"
    assert drawn(fates, "jpeg", "quality").max() <= 72
    assert 0.02 <= drawn(fates, "mottle", "strength").min() <= drawn(fates, "mottle", "strength").max() <= 0.021


@pytest.mark.slow
def test_a_round_is_the_same_for_any_workers_and_unlike_the_next(recipe: Recipe, photos: list[CleanPhoto]) -> None:
    def made(number: int, workers: int) -> npt.NDArray[np.float32]:
        with ready():
            return np.asarray(Explorer(photos, (), Key(1, "rounds"), workers)(number, recipe)[0].values)

    first = made(1, 1)
    assert np.array_equal(first, made(1, 2), equal_nan=True)
    assert not np.array_equal(first, made(2, 2), equal_nan=True)
