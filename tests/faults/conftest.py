"""Small photographs, small recipes, small trainings, and what they come to without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import encode_jpeg
from tests.faults.crew import Crew, crew

PHOTOGRAPHS, COPIES = 7, 2


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photographs of 56×48 pixels, one of which is broken; not to be changed."""
    folder = tmp_path_factory.mktemp("faults") / "photos"
    rows, columns, layers = np.ogrid[:48, :56, :3]
    for number in range(PHOTOGRAPHS):
        picture = (rows * (2 + number) + columns * (1 + number % 3) + layers * 60) % 256
        path = folder / f"album{number % 2}" / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_jpeg(picture.astype(np.uint8), 90))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return folder


def recipe_of(format: str) -> dict[str, Any]:
    """A recipe whose output has several shards."""
    members = ["clean", "degraded"] if format == "aligned" else ["clean", "degraded", "mask"]
    return {
        "recipe": 1, "name": "tiny", "seed": 7, "frame": {"size": 32, "min_side": 16},
        "steps": ["target", "grayscale", {"salt_and_pepper": {"amount": 0.02}}, "jpeg"],
        "output": {
            "format": format, "members": members, "copies": COPIES, "pairs_per_shard": 4,
            "splits": {"train": 0.7, "val": 0.3},
        },
    }  # fmt: skip


@pytest.fixture(scope="session")
def builders(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A crew for builds."""
    with crew("degrade.building") as found:
        found.warm(
            "build", recipe=recipe_of("tar"), source=str(photos), out=str(tmp_path_factory.mktemp("warm") / "out")
        )
        yield found
