"""Small photographs, a small recipe, and what an output holds."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build
from degrade.codecs import encode_jpeg

PHOTOGRAPHS = 14
COPIES = 2
ROOT = Path(__file__).resolve().parents[2]
_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_OVERRIDING = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: by these permissions mean nothing to root (capabilities(7))."""


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


def _give_up_overriding(libc: ctypes.CDLL) -> None:
    for capability in _OVERRIDING:
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "root keeps its privileges")


@pytest.fixture(scope="session")
def bound_by_permissions() -> Callable[[], None] | None:
    """What `subprocess` is to call, so that the permissions of files hold for a command even if root runs the tests;
    None where they hold anyway. Skips the test where root cannot give its privileges up."""
    if os.geteuid() != 0:
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "prctl") or libc.prctl(_PR_CAPBSET_READ, _OVERRIDING[0], 0, 0, 0) != 1:
        pytest.skip("permissions mean nothing to root, who cannot give its privileges up here")
    give_up = partial(_give_up_overriding, libc)
    tried = subprocess.run(["true"], preexec_fn=give_up, check=False)
    assert tried.returncode == 0
    return give_up


@pytest.fixture
def command(tmp_path: Path, recipe: dict[str, Any]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in a process of its own, in the test's folder, where the recipe is `tiny.yaml`."""
    (tmp_path / "tiny.yaml").write_text(json.dumps(recipe))

    def command(*args: str, before: tuple[str, ...] = (), **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*before, sys.executable, "-m", "degrade", *args],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
            errors="surrogateescape", check=False, **options,
        )  # fmt: skip

    return command
