"""Trainings that are killed, or cannot write, anywhere; then the same command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from degrade.engine.key import Key
from degrade.train.checkpoint import read_checkpoint
from tests.faults.conftest import recipe_of
from tests.faults.crew import Crew, crew, twice
from tests.faults.doom import BROKEN, FORBIDDEN, FULL, KILL, Doom

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pairs(builders: Crew, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs to learn from."""
    out = tmp_path_factory.mktemp("pairs") / "out"
    builders.whole("build", out, recipe=recipe_of("tar"), source=str(photos), out=str(out))
    return out


@pytest.fixture(scope="module")
def trainers(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A crew for trainings."""
    with crew("degrade.train") as found:
        found.warm("train", settings=settings(pairs, tmp_path_factory.mktemp("warm") / "run"))
        yield found


def settings(pairs: Path, out: Path) -> dict[str, Any]:
    """A training of three short epochs that is saved after each step."""
    return {
        "model": "small", "data": str(pairs), "out": str(out), "epochs": 3, "batch_size": 4, "device": "cpu",
        "precision": "float32", "samples_every": 0, "tensorboard": False, "ema": 0.9, "save_minutes": 0,
    }  # fmt: skip


def learnt(run: Path) -> dict[str, Any]:
    """What a training comes to, without the time that it took: every number of its checkpoints, and its epochs."""
    found: dict[str, Any] = {}
    for name in ("last", "best"):
        tensors, facts = read_checkpoint(run / f"{name}.safetensors")
        found |= {f"{name} {part}": tensor.numpy().tobytes() for part, tensor in tensors.items()}
        if name == "last":
            found[name] = [
                {key: value for key, value in row.items() if "second" not in key}
                for row in facts["progress"]["history"]
            ]
    return found


def disturbed(crew: Crew, pairs: Path, folder: Path, kind: str, key: Key, count: int) -> int:
    """Trainings that a fault strikes, and strikes again while they go on; gives how often they were killed."""
    whole = crew.whole("train", folder / "whole", settings=settings(pairs, folder / "whole"))
    expected = learnt(folder / "whole")
    assert [row["epoch"] for row in expected["last"]] == [1, 2, 3]
    kills = 0
    out = folder / "run"
    for faults in twice(key, out, whole.calls, count, kind):
        for doom in faults:
            kills += crew.struck("train", doom, settings=settings(pairs, out)).killed
        crew.whole("train", out, settings=settings(pairs, out))
        assert learnt(out) == expected
        assert list(out.rglob("*.tmp")) == []
        shutil.rmtree(out)
    return kills


def test_killed_anywhere(trainers: Crew, pairs: Path, tmp_path: Path) -> None:
    assert disturbed(trainers, pairs, tmp_path, KILL, Key(9, "training", 0), 1) >= 1


@pytest.mark.long
@pytest.mark.parametrize("batch", range(3))
def test_killed_at_many_places(trainers: Crew, pairs: Path, tmp_path: Path, batch: int) -> None:
    assert disturbed(trainers, pairs, tmp_path, KILL, Key(10, "training", batch), 6) >= 8


@pytest.mark.long
@pytest.mark.parametrize("kind", [FULL, FORBIDDEN, BROKEN])
def test_refused_at_many_places(trainers: Crew, pairs: Path, tmp_path: Path, kind: str) -> None:
    assert disturbed(trainers, pairs, tmp_path, kind, Key(11, kind, 0), 4) == 0


@pytest.mark.long
def test_killed_at_any_instant(trainers: Crew, pairs: Path, tmp_path: Path) -> None:
    """By a timer, within calls too: in the writing of a checkpoint, in a step."""
    crew, out = trainers, tmp_path / "run"
    crew.whole("train", tmp_path / "whole", settings=settings(pairs, tmp_path / "whole"))
    for share in Key(12, "instant", 0).uniforms():
        crew.run("train", Doom(seconds=0.3 + 1.5 * share), settings=settings(pairs, out))
    crew.whole("train", out, settings=settings(pairs, out))
    assert learnt(out) == learnt(tmp_path / "whole")
