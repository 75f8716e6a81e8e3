"""The ranking of recipes: every preset is in it, and the known order comes out."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("sklearn")
from degrade.realism import FeatureTable
from degrade.realism.features.vectors import FEATURES
from degrade.recipes import load_recipe


@pytest.fixture(scope="module")
def ranking(script_of: Callable[[str], ModuleType]) -> ModuleType:
    return script_of("benchmarks/realism.py")


def table(count: int, seed: int, shift: float) -> FeatureTable:
    values = np.random.Generator(np.random.Philox(key=seed)).normal(size=(count, len(FEATURES))).astype(np.float32)
    keys = tuple(f"p{number}" if shift else f"real{number}" for number in range(count))
    return FeatureTable(keys, keys, ("",) * count, np.full((count, 2), 500), values + np.float32(shift))


def test_every_preset_is_ranked(ranking: ModuleType) -> None:
    names = ranking.names()
    assert len(set(names)) == len(names)
    assert {"old_photos", "bopbtl_v2", "bopbtl_v2@white", "plain_list"} <= set(names)
    assert all(load_recipe(name).steps for name in names if "@" in name)


def test_the_known_order_comes_out(ranking: ModuleType) -> None:
    clean = table(30, 2, 0.2)
    made = ranking.Ranking(table(40, 1, 0.0), clean, splits=3, resamples=40)
    rows = [
        made.row(name, one) for name, one in (("near", table(30, 3, 0.1)), ("clean", clean), ("far", table(30, 4, 2)))
    ]
    near, same, far = rows
    assert near.auc.value < same.auc.value < far.auc.value
    assert near.distance < same.distance < far.distance
    assert near.gain.value > 0 == same.gain.value > far.gain.value
    assert near.score.value > same.score.value == 0 > far.score.value
    assert near.within > far.within
