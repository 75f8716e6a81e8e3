"""Rounds of reweighting: towards the values that made the photographs, and the same when one is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.engine.key import Key
from degrade.realism.c2st import ready
from degrade.realism.errors import RealismError
from degrade.realism.features.table import FEATURES, FeatureTable
from degrade.realism.fitting import exploring
from degrade.realism.fitting.clean import CleanPhoto
from degrade.realism.fitting.exploring import Explorer
from degrade.realism.fitting.judged import Judge
from degrade.realism.fitting.making import Maker
from degrade.realism.fitting.reweighting import Round, realness, reweighted
from degrade.realism.fitting.values import weighted_values
from degrade.realism.separating import Sides
from degrade.recipes import Recipe, load_recipe

pytest.importorskip("sklearn")
Scenes = Callable[..., dict[str, np.ndarray]]


def recipe_of(strength: float, spread: float) -> Recipe:
    grain = {"strength": {"log_normal": {"median": strength, "sigma": spread}}, "size_mm": 0.2}
    return load_recipe(
        {"recipe": 1, "name": "plain", "seed": 7, "steps": ["target", {"grain": grain}, {"vignette": {}}]}
    )


@pytest.mark.slow
def test_rounds_go_towards_what_made_the_photographs(
    scenes: Scenes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploring, "TIMES", 8)
    photos, others = (
        [CleanPhoto(key, picture[:, :, None], False) for key, picture in scenes(8, first, size=(372, 484)).items()]
        for first in (0, 700)
    )
    real = Maker(others, 16, workers=1).degraded(recipe_of(0.05, 0.2))
    start = recipe_of(0.02, 0.7)
    beside = Maker(photos, 16, workers=1)
    judge = Judge(real, beside.clean(start), Key(1, "judge"))

    def rounds(count: int, folder: str, about: str = "one") -> tuple[Round, ...]:
        fixed, key = {"vignette.falloff"}, Key(2, "rounds")
        with ready():
            return reweighted(
                start, real, lambda one: judge.quickly(*beside.with_steps(one)), Explorer(photos, fixed, key, 1), count,
                fixed, key, tmp_path / folder, {"fit": about}, lambda _done, _total: None,
            )  # fmt: skip

    whole = rounds(2, "whole")
    assert whole[0].recipe == start
    medians = [_grain(one.recipe).strength.median for one in whole]
    assert medians[0] < medians[1] <= medians[2] < 0.12
    assert medians[2] > 0.028
    assert whole[2].figures.mmd.value < whole[0].figures.mmd.value
    told = {value.name: value for value in weighted_values(start, whole[2].recipe)}
    assert told["grain.strength"].how == "weighted"
    assert told["grain.strength"].steps["grain"][0] == {"log_normal": {"median": 0.02, "sigma": 0.7}}
    assert "vignette.falloff" not in told
    rounds(1, "part")
    assert [one.recipe for one in rounds(2, "part")] == [one.recipe for one in whole]
    with pytest.raises(RealismError, match="trials of another fit"):
        rounds(2, "part", "another")


def test_what_is_unlike_any_photograph_weighs_nothing() -> None:
    draws = np.random.default_rng(5)

    def table(name: str, rows: int, middle: float) -> FeatureTable:
        keys = tuple(f"{name}{row}" for row in range(rows))
        values = draws.normal(middle, 1, (rows, len(FEATURES))).astype(np.float32)
        return FeatureTable(keys, keys, ("",) * rows, np.full((rows, 2), 500), values)

    real, pictures = table("real", 30, 0.1), table("made", 60, 0.0)
    pictures.values[:5] += 40
    with ready():
        weights = realness(Sides(pictures, real), Key(1, "weights"))
    assert weights.mean() == pytest.approx(1)
    assert not weights[:5].any(), "a classifier of straight lines would have it that farther is better"
    assert (weights[5:] > 0).sum() > 40


def _grain(recipe: Recipe) -> Any:
    return next(step for step in recipe.steps if step.address == "grain")
