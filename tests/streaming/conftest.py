"""Small photographs, and a small recipe of every kind of step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import encode_jpeg

PHOTOGRAPHS = 11


def picture(number: int, side: int = 72) -> bytes:
    """A JPEG file in colour, another for each number."""
    rows, columns, layers = np.ogrid[: side + 8, :side, :3]
    waves = rows * (2 + number % 5) + columns * (1 + number % 7) + layers * 50 + rows * columns * number // 97
    return encode_jpeg((waves % 256).astype(np.uint8), 90)


@pytest.fixture(scope="session")
def make_picture() -> Callable[[int], bytes]:
    """`picture`, for tests that add their own."""
    return picture


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eleven photographs in two albums, not to be changed."""
    folder = tmp_path_factory.mktemp("corpus") / "photos"
    for number in range(PHOTOGRAPHS):
        path = folder / f"album{number % 2}" / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number))
    return folder


@pytest.fixture
def recipe() -> dict[str, Any]:
    """A quick recipe with structural and global steps; two copies of each photograph, and two splits."""
    return {
        "recipe": 1,
        "name": "tiny",
        "seed": 7,
        "frame": {"size": 64},
        "steps": ["grayscale", "target", {"gaussian_noise": {}}, {"salt_and_pepper": {}}],
        "output": {"copies": 2, "image": "png", "splits": {"train": 0.7, "val": 0.3}, "pairs_per_shard": 4},
    }
