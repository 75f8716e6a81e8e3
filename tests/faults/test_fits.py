"""Fits that are killed, or cannot write, anywhere; then the same command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from degrade.codecs import encode_jpeg, encode_png
from degrade.engine.key import Key
from degrade.recipes import load_recipe
from tests.faults.crew import Crew, crew, twice
from tests.faults.doom import BROKEN, FORBIDDEN, FULL, KILL
from tests.realism.conftest import scenes  # noqa: F401 - the fixture

pytestmark = pytest.mark.slow
SIZE = 364, 484


def recipe_of(strength: float) -> dict[str, Any]:
    return {
        "recipe": 1, "name": "plain", "seed": 7,
        "steps": ["grayscale", "target", {"grain": {"strength": strength, "size_mm": 0.2}}, {"jpeg": {"quality": 90}}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, scenes: Callable[..., dict[str, np.ndarray]]) -> Path:  # noqa: F811
    """Clean photographs, real ones that are grainy, and a recipe to begin with."""
    root = tmp_path_factory.mktemp("fit")
    grainy = load_recipe(recipe_of(0.04))
    for name, count in (("clean", 6), ("real", 8)):
        (root / name).mkdir()
        for key, picture in scenes(count, count * 100, noise=0.4, blur=0.7, size=SIZE).items():
            gray = picture[:, :, None]
            if name == "real":
                data = encode_jpeg(grainy(picture, key=key).degraded.reshape(gray.shape), 80)
            else:
                data = encode_png(gray, filtered=True)
            (root / name / f"{key}.{'jpg' if name == 'real' else 'png'}").write_bytes(data)
    (root / "start.yaml").write_text(json.dumps(recipe_of(0.012)))
    return root


@pytest.fixture(scope="module")
def fitters(folder: Path) -> Iterator[Crew]:
    """A crew for fits."""
    with crew("degrade.realism.fitting") as found:
        found.warm("fit", place=str(folder), out=str(folder / "warm.yaml"))
        yield found


def disturbed(crew: Crew, folder: Path, here: Path, kind: str, key: Key, count: int) -> int:
    """Fits that a fault strikes, and strikes again while they go on; gives how often they were killed."""

    def files(where: Path) -> dict[str, bytes]:
        paths = [path for path in where.rglob("*") if path.is_file() and path.name != "trials.jsonl"]
        return {str(path.relative_to(where)): path.read_bytes() for path in paths}

    def run(where: Path) -> dict[str, Any]:
        return {"place": str(folder), "out": str(where / "out.yaml")}

    undisturbed, out = here / "undisturbed", here / "out"
    undisturbed.mkdir()
    whole = crew.whole("fit", undisturbed, **run(undisturbed))
    assert len(whole.result["trials"]) > 3
    kills = 0
    for faults in twice(key, out, whole.calls, count, kind):
        out.mkdir()
        known = 0
        for doom in faults:
            kills += crew.struck("fit", doom, **run(out)).killed
            trials = list(out.rglob("trials.jsonl"))
            before, known = known, trials[0].read_bytes().count(b"\n") if trials else 0
            assert known >= before
        again = crew.whole("fit", out, **run(out))
        assert again.result == whole.result
        assert files(out) == files(undisturbed)
        shutil.rmtree(out)
    return kills


@pytest.mark.long
def test_killed_anywhere(fitters: Crew, folder: Path, tmp_path: Path) -> None:
    assert disturbed(fitters, folder, tmp_path, KILL, Key(14, "fit", 0), 1) >= 1


@pytest.mark.long
@pytest.mark.parametrize("batch", range(3))
def test_killed_at_many_places(fitters: Crew, folder: Path, tmp_path: Path, batch: int) -> None:
    assert disturbed(fitters, folder, tmp_path, KILL, Key(13, "fit", batch), 4) >= 5


@pytest.mark.long
@pytest.mark.parametrize("kind", [FULL, FORBIDDEN, BROKEN])
def test_refused_at_many_places(fitters: Crew, folder: Path, tmp_path: Path, kind: str) -> None:
    assert disturbed(fitters, folder, tmp_path, kind, Key(15, kind, 0), 4) == 0
