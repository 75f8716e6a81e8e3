"""Small photographs, a small recipe, and what an output holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build
from degrade.codecs import encode_jpeg

PHOTOGRAPHS = 14
COPIES = 2


def picture(number: int) -> bytes:
    """A JPEG file of 80×72 pixels, another for each number."""
    rows, columns, layers = np.ogrid[:80, :72, :3]
    waves = rows * (2 + number % 5) + columns * (1 + number % 7) + layers * 50 + rows * columns * number // 97
    return encode_jpeg((waves % 256).astype(np.uint8), 90)


@pytest.fixture(scope="session")
def make_picture() -> Callable[[int], bytes]:
    """`picture`, for tests that add their own."""
    return picture


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of fourteen photographs in two albums, not to be changed."""
    folder = tmp_path_factory.mktemp("corpus") / "photos"
    for number in range(PHOTOGRAPHS):
        path = folder / f"album{number % 2}" / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number))
    return folder


@pytest.fixture
def recipe() -> dict[str, Any]:
    """A quick recipe with a structural, a global and a last JPEG step; seven shards of the fourteen photographs."""
    return {
        "recipe": 1,
        "name": "tiny",
        "seed": 7,
        "frame": {"size": 64},
        "steps": ["grayscale", "target", {"grain": {}}, {"salt_and_pepper": {}}, {"jpeg": {}}],
        "output": {"copies": COPIES, "pairs_per_shard": 4, "splits": {"train": 0.7, "val": 0.3}},
    }


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """What an output holds, by name, but for its memory."""

    def contents(out: Path) -> dict[str, bytes]:
        paths = (path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file())
        return {str(path): (out / path).read_bytes() for path in paths if path.parts[0] != ".degrade"}

    return contents


@pytest.fixture
def expected(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Callable[[Path], dict[str, bytes]]
) -> dict[str, bytes]:
    """What an undisturbed build of the photographs by this process alone holds."""
    report = build(recipe, photos, tmp_path / "undisturbed", workers=1)
    assert report.pairs == PHOTOGRAPHS * COPIES
    return contents(tmp_path / "undisturbed")
