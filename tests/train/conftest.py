"""Small pairs, a small network, and settings with which a training takes a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_png

SIDE = 16
RECIPE = {
    "recipe": 1,
    "name": "small",
    "frame": {"size": SIDE, "min_side": 8},
    "steps": ["target", {"coarse_dropout": {"holes": 1, "size_px": 4}}, {"gaussian_noise": {"sigma": 0.1}}],
    "output": {"splits": {"train": 24, "val": 8}, "image": "png", "pairs_per_shard": 16},
}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def write_photographs(folder: Path, count: int, gray: bool = False) -> Path:
    """Smooth pictures, each with a gradient of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    for number in range(count):
        waves = [np.sin(down * (1 + number % 5) + across * channel + number) for channel in range(1 if gray else 3)]
        picture = (np.stack(waves, axis=2) * 100 + 128).astype(np.uint8)
        (folder / f"photo{number:02d}.png").write_bytes(encode_png(picture, filtered=True))
    return folder


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("photographs"), 32)


@pytest.fixture(scope="session")
def pairs(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 pairs to learn from, 8 to be judged by, 16 px, RGB, with masks."""
    out = tmp_path_factory.mktemp("pairs") / "out"
    degrade.build(degrade.load_recipe(RECIPE), source=photographs, out=out, engine="threads", workers=1)
    return out


@pytest.fixture(scope="session")
def gray_pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in gray, without masks."""
    folder = tmp_path_factory.mktemp("gray")
    output = {**RECIPE["output"], "members": ["clean", "degraded"]}  # type: ignore[dict-item]
    recipe = {**RECIPE, "steps": ["grayscale", *RECIPE["steps"]], "output": output}  # type: ignore[misc]
    source = write_photographs(folder / "photographs", 32, gray=True)
    degrade.build(degrade.load_recipe(recipe), source=source, out=folder / "out", engine="threads", workers=1)
    return folder / "out"


def small_network(channels: int = 3) -> Any:
    """Three layers with batch normalisation and dropout: statistics and random numbers that a resumed training must not
    lose."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.2),
        nn.Conv2d(8, channels, 3, padding=1),
    )  # fmt: skip


@pytest.fixture
def network() -> Callable[..., Any]:
    """Makes the network, always with the same weights."""
    return small_network


@pytest.fixture
def recipe() -> dict[str, Any]:
    """That of the pairs."""
    return RECIPE


@pytest.fixture
def settings(pairs: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Settings of a short training on `pairs`, with changes."""

    def with_changes(**changes: Any) -> dict[str, Any]:
        usual = {
            "model": "small", "data": str(pairs), "out": str(tmp_path / "run"), "epochs": 2, "batch_size": 4,
            "precision": "float32", "device": "cpu", "samples_every": 0, "tensorboard": False,
        }  # fmt: skip
        return usual | changes

    return with_changes


@pytest.fixture(scope="session")
def trained(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short training on `pairs`."""
    torch = pytest.importorskip("torch")
    from degrade.train import train

    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("trained") / "run"
    settings = {
        "model": "unet", "options": {"width": 4, "depth": 2, "blocks": 1, "bottom_blocks": 1}, "data": str(pairs),
        "out": str(out), "epochs": 2, "batch_size": 8, "precision": "float32", "device": "cpu", "samples_every": 0,
        "tensorboard": False,
    }  # fmt: skip
    train(settings)
    return out
