"""Stains on a patch of a print are those that the whole print has there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

OPS = degrade.degradations()
NAMES = (
    *("foxing", "tide_lines", "album_glue", "pin_rust", "tape"),
    *("fingerprints", "mould", "ink", "water_damage", "burn"),
)
GRAY = np.full((512, 512, 1), 0.5, np.float32)
ROWS, COLUMNS = slice(0, 300), slice(212, 512)


@pytest.mark.parametrize("name", NAMES)
def test_a_patch_shows_what_the_whole_print_has_there(name: str) -> None:
    differs = there = 0.0
    for key in "abcdef":
        masks: list[Any] = []
        for image, box in ((GRAY, None), (GRAY[ROWS, COLUMNS], (0, 512, -212, 300))):
            with borrowed_workspace() as workspace:
                photo = Photo(image, workspace, print_box=box)
                photo.root = Key(0, key)
                OPS[name]().run(photo, photo.root)
                masks.append(photo.mask.astype(float))
        differs += np.abs(masks[0][ROWS, COLUMNS] - masks[1]).sum()
        there += masks[1].sum()
    assert there > 0
    assert differs < 0.02 * there
