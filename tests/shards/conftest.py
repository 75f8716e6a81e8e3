"""An output to read and to break: the sample photographs, small."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build
from degrade.corpus.sample import SAMPLES

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "about": "Small pairs: enough to be read back.",
    "seed": 7,
    "frame": {"size": 64},
    "steps": ["target", {"salt_and_pepper": {"amount": 0.02}}],
    "output": {
        "copies": 2,
        "pairs_per_shard": 6,
        "members": ["clean", "degraded", "mask", "loss", "classes"],
        "image": "png",
        "splits": {"train": 0.75, "test": 0.25},
    },
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished output, not to be changed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    report = build(RECIPE, "sample", out, workers=1)
    assert report.pairs == 2 * len(SAMPLES)
    return out


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """The same, to be broken."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


@pytest.fixture
def edit() -> Callable[[Path, Callable[[bytes], bytes]], None]:
    """Replace what a file holds."""

    def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
        path.write_bytes(change(path.read_bytes()))

    return edit
