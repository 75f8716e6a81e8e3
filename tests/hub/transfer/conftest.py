"""Small outputs to be pushed, and the commands that do it, in processes of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build
from degrade.preview import sheet_of_build
from degrade.shards.layout import CARD
from tests.hub.server.app import HubServer

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "about": "Small pairs: enough to be sent.",
    "seed": 7,
    "frame": {"size": 64},
    "steps": ["target", {"salt_and_pepper": {"amount": 0.02}}],
    "output": {"pairs_per_shard": 3, "image": "png", "splits": {"train": 0.75, "test": 0.25}},
}
NAME = "tester/pairs"
QUICKLY = "import degrade.hub.sending as s, degrade.hub.fetching as f; s.PAUSES = f.PAUSES = (0.01,) * 4"
"""Goes before a script that meets failures: the attempts follow each other without long pauses."""


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished output of several shards, with its contact sheet, not to be changed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    assert build(RECIPE, "sample", out, workers=1).finished
    sheet_of_build(out)
    return out


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another build, with fewer shards and no contact sheet."""
    out = tmp_path_factory.mktemp("other") / "out"
    recipe = RECIPE | {"seed": 8, "output": RECIPE["output"] | {"pairs_per_shard": 100}}
    assert build(recipe, "sample", out, workers=1).finished
    return out


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """The first, to be broken."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


@pytest.fixture
def script(hub: HubServer, tmp_path: Path) -> Callable[..., list[Any]]:
    """Runs lines of Python in a fresh process, with `degrade` imported and each `show(value)` given back."""

    def script(text: str, **options: Any) -> list[Any]:
        before = "import json, degrade, degrade.hub\ndef show(value): print('shown', json.dumps(value, default=str))\n"
        done = hub.run(f"{before}{text}", cwd=tmp_path, **options)
        return [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("shown ")]

    return script


@pytest.fixture
def degrade(hub: HubServer, tmp_path: Path) -> Callable[..., Any]:
    """Runs a command, and gives its exit code, stdout and stderr."""

    def degrade(*args: str | Path, **options: Any) -> Any:
        return hub.run(["-m", "degrade", *map(str, args)], cwd=tmp_path, **options)

    return degrade


@pytest.fixture
def sent() -> Callable[[HubServer, Path], None]:
    """Asserts that the Hub holds an output: all of its files, byte for byte, and a card and a recipe besides."""

    def sent(hub: HubServer, out: Path, name: str = NAME, revision: str = "main") -> None:
        held = hub.files(name, revision)
        here = {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in out.rglob("*")
            if path.is_file() and ".degrade" not in path.parts and path.name != CARD
        }
        assert {*held} == {*here, CARD, "recipe.yaml"}
        assert {file: hub.read(name, file, revision) for file in here} == here

    return sent
