"""What every degradation looks like, pinned: `python tests/update_goldens.py` renders the pictures anew."""

from __future__ import annotations

import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest

from degrade.ops import degradations

UPDATE = Path(__file__).parents[1] / "update_goldens.py"
rendering = runpy.run_path(str(UPDATE))
GOLDENS: Path = rendering["GOLDENS"]


@pytest.mark.parametrize("name", degradations())
def test_it_looks_as_it_did(name: str) -> None:
    path = GOLDENS / f"{name}.png"
    assert path.exists(), "look at the new picture, and keep it: python tests/update_goldens.py"
    golden = cv2.imread(str(path))[:, :, ::-1].astype(int)
    now = rendering["rendered"](name).astype(int)
    assert golden.shape == now.shape
    assert max(golden.shape[:2]) <= 96
    tolerance = 0 if degradations()[name].portable else 1
    assert np.abs(golden - now).max() <= tolerance


@pytest.mark.parametrize("name", degradations())
def test_it_shows_something(name: str) -> None:
    source = rendering["source"]().astype(int)
    assert np.abs(rendering["rendered"](name)[: len(source)] - source).max() >= 3


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDENS.iterdir()} == set(degradations())
