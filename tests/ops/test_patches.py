"""A patch of a larger print shows the damage of the whole one, noise at broken edges included."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

SIDE, TOP, LEFT, PATCH, MARGIN = 512, 131, 77, 256, 12
"""The patch's place and size within the print, and what its own border may change."""
GRAY = np.full((SIDE, SIDE, 1), 0.4, np.float32)
OPS = (
    degrade.Folds(count=4, severity=0.7, width_mm=0.8),
    degrade.CrackNetwork(count=30),
    degrade.Tear(count=8, length_frac=0.8, gap_mm=0.5),
    degrade.Loss(count=40, width_mm=2.0),
    degrade.MissingCorners(share=1.0, kind="torn", legs_mm=60),
    degrade.EdgeWear(width_mm=20, peel_mm=20),
)


def masks(op: Any, key: str, part: bool) -> npt.NDArray[np.int64]:
    image = GRAY[TOP : TOP + PATCH, LEFT : LEFT + PATCH] if part else GRAY
    with borrowed_workspace() as workspace:
        photo = Photo(image, workspace, print_box=(-TOP, SIDE - TOP, -LEFT, SIDE - LEFT) if part else None)
        photo.root = Key(0, key)
        op.run(photo, photo.root)
        found = np.stack([photo.mask, photo.loss]).astype(np.int64)
    inner = slice(MARGIN, PATCH - MARGIN)
    return found[:, inner, inner] if part else found[:, TOP : TOP + PATCH, LEFT : LEFT + PATCH][:, inner, inner]


@pytest.mark.parametrize("op", OPS, ids=lambda op: type(op).__name__)
def test_a_patch_is_the_crop_of_the_whole(op: Any) -> None:
    off = total = 0
    for key in "abcd":
        whole, part = masks(op, key, False), masks(op, key, True)
        off, total = off + np.abs(whole - part).sum(), total + whole.sum()
    assert total > 255 * 400
    assert off < 0.01 * total
