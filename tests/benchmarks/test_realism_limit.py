"""How near pictures could come: of each photograph the one that looks most real is picked, and no other."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("sklearn")
from degrade.engine.key import Key
from degrade.realism import FeatureTable
from degrade.realism.c2st import ready
from degrade.realism.features.vectors import FEATURES


@pytest.fixture
def limit(script_of: Callable[[str], ModuleType]) -> ModuleType:
    return script_of("benchmarks/realism_limit.py")


def test_what_looks_most_real_is_picked(limit: ModuleType) -> None:
    draw = np.random.Generator(np.random.Philox(key=4))

    def table(keys: list[str], groups: list[str], middles: list[float]) -> FeatureTable:
        values = draw.normal(size=(len(keys), len(FEATURES))) + np.array(middles)[:, None]
        return FeatureTable(
            tuple(keys), tuple(groups), ("",) * len(keys), np.full((len(keys), 2), 500), values.astype(np.float32)
        )

    photographs = [f"p{number}" for number in range(20)]
    far = {f"{photo}/c{copy}": 0.5 if copy == number % 4 else 3.0 for number, photo in enumerate(photographs)
           for copy in range(4)}  # fmt: skip
    pictures = table(list(far), [key.split("/")[0] for key in far], list(far.values()))
    names = [f"real{number}" for number in range(20)]
    with ready():
        chosen = limit.picked(pictures, table(names, names, [0.0] * 20), Key(1, "limit"))
    assert sorted(chosen.groups) == sorted(photographs)
    assert {far[key] for key in chosen.keys} == {0.5}


def test_tones_are_given_whole(limit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: dict[str, np.ndarray] = {}
    monkeypatch.setattr(limit, "features_of", lambda pictures, **_: measured.update(pictures))
    draw = np.random.Generator(np.random.Philox(key=5))
    dark = draw.integers(0, 80, (60, 50), np.uint8)
    flat = np.full((60, 50), 200, np.uint8)
    wanted = np.linspace(90, 220, 256) ** 1.01
    limit.toned([("dark", dark), ("flat", flat)], np.stack([wanted, wanted]))
    assert np.quantile(measured["dark"], [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(wanted, [0.1, 0.5, 0.9]), abs=3)
    order = np.argsort(dark, axis=None, kind="stable")
    assert (np.diff(measured["dark"].ravel()[order].astype(int)) >= 0).all()
    assert measured["flat"].shape == flat.shape


def test_a_mistake_is_told(limit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert limit.main(["--real", "none", "--clean", "sample"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
