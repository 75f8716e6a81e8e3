"""Small outputs to be pushed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "about": "Small pairs: enough to be sent.",
    "seed": 7,
    "frame": {"size": 64},
    "steps": ["target", {"salt_and_pepper": {"amount": 0.02}}],
    "output": {"pairs_per_shard": 3, "image": "png", "splits": {"train": 0.75, "test": 0.25}},
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished output, not to be changed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    assert build(RECIPE, "sample", out, workers=1).finished
    return out


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """The same, to be broken."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))
