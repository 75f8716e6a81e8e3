"""What each shipped recipe makes, with all of its presets, pinned: `python tests/update_goldens.py` renders it anew."""

from __future__ import annotations

import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest

rendering = runpy.run_path(str(Path(__file__).parents[1] / "update_goldens.py"))
GOLDENS: Path = rendering["GOLDENS_OF_RECIPES"]
VARIANTS: list[str] = rendering["variants"]()


@pytest.mark.parametrize("name", VARIANTS)
def test_it_makes_what_it_made(name: str) -> None:
    path = GOLDENS / f"{name}.png"
    assert path.exists(), "look at the new picture, and keep it: python tests/update_goldens.py"
    golden = cv2.imread(str(path))[:, :, ::-1]
    assert max(golden.shape[:2]) <= 320
    assert np.array_equal(golden, rendering["rendered_recipe"](name))


def test_no_golden_is_left_over() -> None:
    assert {path.name.removesuffix(".png") for path in GOLDENS.iterdir()} == set(VARIANTS)
