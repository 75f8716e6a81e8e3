"""A Hub of one's own for each test, and something to push to it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from degrade.building import build
from degrade.codecs import encode_jpeg
from tests.hub.server.app import HubServer

PHOTOGRAPHS, COPIES = 9, 2


@pytest.fixture
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HubServer]:
    """A fresh look-alike of the Hub. Indirect parameters choose the transfer: "lfs" (the default), "multipart", "xet".

    At the end it must have noticed neither a mistake of its own, nor a token that went astray, nor a fault in vain.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        pytest.skip("needs the real client: huggingface_hub")
    with HubServer(tmp_path / "hub", getattr(request, "param", "lfs")) as server:
        yield server
    server.check()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built output, not to be changed: 18 pairs of 48 px in tar shards of the splits `train` and `held_out`."""
    folder = tmp_path_factory.mktemp("built")
    rows, columns, layers = np.ogrid[:72, :80, :3]
    for number in range(PHOTOGRAPHS):
        picture = ((rows * (2 + number) + columns * (1 + number % 4) + layers * 60) % 256).astype(np.uint8)
        path = folder / "photos" / f"album{number % 2}" / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_jpeg(picture, 90))
    recipe = {
        "recipe": 1, "name": "tiny", "seed": 7, "frame": {"size": 48},
        "steps": ["target", "grayscale", {"salt_and_pepper": {"amount": 0.02}}],
        "output": {
            "members": ["clean", "degraded", "mask"], "image": "png", "copies": COPIES, "pairs_per_shard": 4,
            "splits": {"train": 0.6, "held_out": 0.4},
        },
    }  # fmt: skip
    assert build(recipe, folder / "photos", folder / "out", workers=1).pairs == PHOTOGRAPHS * COPIES
    return folder / "out"
