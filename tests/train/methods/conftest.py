"""Pairs of all three domains, and a training of each kind at a size that takes a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_png

SIDE = 32
RECIPE = {
    "recipe": 1,
    "name": "domains",
    "frame": {"size": SIDE, "min_side": 8},
    "steps": ["target", {"coarse_dropout": {"holes": 1, "size_px": 8}}, {"gaussian_noise": {"sigma": 0.1}}],
    "output": {"splits": {"train": 0.7, "val": 0.3}, "image": "png", "pairs_per_shard": 16},
}
KINDS: dict[str, dict[str, Any]] = {
    "pix2pix_generator": {"width": 2, "depth": 3},
    "cyclegan": {"width": 2, "generator": "resnet_6", "pool": 3, "identity": 0.5},
    "triplet_vae": {"width": 4},
    "triplet_mapping": {"blocks": 1, "most_channels": 8, "non_local": True, "ttur": True},
}
"""The methods and the options of a tiny network."""


def write_photographs(folder: Path, count: int, tint: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    for number in range(count):
        waves = [np.sin(down * (1 + number % 5) + across * channel * 3 + number + tint) for channel in range(3)]
        picture = (np.stack(waves, axis=2) * 100 + 128).astype(np.uint8)
        (folder / f"photo{number:02d}.png").write_bytes(encode_png(picture, filtered=True))
    return folder


@pytest.fixture(scope="session")
def domains_recipe() -> dict[str, Any]:
    """That of the pairs."""
    return RECIPE


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("domains")
    return [
        {"path": str(write_photographs(folder / "albums", 9, 1)), "name": "albums", "domain": "real"},
        {"path": str(write_photographs(folder / "photos", 20, 2)), "name": "photos"},
        {"path": str(write_photographs(folder / "portraits", 7, 3)), "name": "portraits", "domain": "clean"},
    ]


@pytest.fixture(scope="session")
def three_domains(sources: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real, synthetic and clean pictures of 32 px."""
    out = tmp_path_factory.mktemp("three") / "out"
    degrade.build(degrade.load_recipe(RECIPE), source=sources, out=out, engine="threads", workers=1)
    return out


@pytest.fixture(scope="session")
def one_domain(sources: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic pictures alone."""
    out = tmp_path_factory.mktemp("one") / "out"
    degrade.build(degrade.load_recipe(RECIPE), source=sources[1]["path"], out=out, engine="threads", workers=1)
    return out


@pytest.fixture(scope="session")
def vaes(three_domains: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of autoencoders."""
    from degrade.train import train

    out = tmp_path_factory.mktemp("vaes") / "run"
    train(model="triplet_vae", data=str(three_domains), options={"width": 4}, out=str(out), epochs=1, **USUAL)
    return out


USUAL: dict[str, Any] = {
    "batch_size": 4, "precision": "float32", "device": "cpu", "samples_every": 0, "tensorboard": False,
}  # fmt: skip


@pytest.fixture
def asked(three_domains: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., dict[str, Any]]:
    """Settings of a short training of a kind, with changes."""

    def of(model: str, options: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        tiny = dict(KINDS[model])
        if model == "triplet_mapping":
            tiny["vaes"] = str(request.getfixturevalue("vaes"))
        usual = {"model": model, "data": str(three_domains), "out": str(tmp_path / "run"), "epochs": 2, **USUAL}
        return usual | {"options": tiny | (options or {})} | changes

    return of
