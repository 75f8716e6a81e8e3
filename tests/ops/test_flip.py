"""Mirroring."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.compose import Sequence
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.flip import Flip


def picture(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (4, 7), (5, 6, 3)])
@pytest.mark.parametrize(("horizontal", "vertical"), [(True, False), (False, True), (True, True), (False, False)])
def test_it_is_exact(shape: tuple[int, ...], horizontal: bool, vertical: bool) -> None:
    axes = [axis for axis, flips in enumerate((vertical, horizontal)) if flips]
    op = Flip(horizontal=horizontal, vertical=vertical)
    assert np.array_equal(op(picture(*shape)), np.flip(picture(*shape), axes))


def test_twice_is_not_at_all() -> None:
    twice = Sequence([Flip(), Flip(label="back")])
    assert np.array_equal(twice(picture(9, 5, 3)), picture(9, 5, 3))


def test_the_clean_picture_and_the_masks_flip_along() -> None:
    source = picture(24, 30, 3)
    holes = CoarseDropout(holes=3, size_px=5)
    straight, flipped = holes.pair(source, key="k"), Sequence([holes, Flip()]).pair(source, key="k")
    for name in ("clean", "degraded", "mask", "loss", "classes"):
        assert np.array_equal(getattr(flipped, name), getattr(straight, name)[:, ::-1]), name


def test_the_clean_picture_may_stay() -> None:
    pair = Flip(both=False).pair(picture(6, 6))
    assert np.array_equal(pair.clean[:, :, 0], picture(6, 6))
    assert pair.clean_is_source
