"""Turning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.compose import Sequence
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.grayscale import Grayscale
from degrade.ops.rotate import Rotate


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


@pytest.mark.parametrize("angle", [0, 360, -360])
def test_a_whole_turn_is_the_identity(angle: float) -> None:
    assert np.array_equal(Rotate(angle_deg=angle)(noise(5, 8)), noise(5, 8))


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
@pytest.mark.parametrize("size", [1, 6, 7])
def test_quarter_turns_of_a_square_are_exact_and_counterclockwise(quarters: int, size: int) -> None:
    source = noise(size, size, 3)
    assert np.array_equal(Rotate(angle_deg=90 * quarters)(source), np.rot90(source, quarters))


def test_turning_back_restores_the_middle() -> None:
    y, x = np.mgrid[:60, :80]
    source = (0.5 + 0.3 * np.sin(y / 9) * np.cos(x / 11)).astype(np.float32)
    back = Rotate(angle_deg=-7)(Rotate(angle_deg=7)(source))
    assert back[15:-15, 15:-15] == pytest.approx(source[15:-15, 15:-15], abs=0.01)


def test_corners_are_mirrored_or_filled() -> None:
    white = np.ones((40, 40, 3), np.float32)
    assert Rotate(angle_deg=30)(white) == pytest.approx(1, abs=1e-6)
    filled = Rotate(angle_deg=45, border="fill", fill=(0.1, 0.2, 0.3))(white)
    assert filled[0, 0] == pytest.approx([0.1, 0.2, 0.3], abs=1e-6)
    assert filled[20, 20] == pytest.approx(1, abs=1e-6)
    gray = Rotate(angle_deg=45, border="fill", fill=(0.1, 0.2, 0.3))(np.ones((40, 40), np.float32))
    assert gray[0, 0] == pytest.approx(0.1 * 0.299 + 0.2 * 0.587 + 0.3 * 0.114, abs=1e-6)


def test_the_clean_picture_turns_along_unless_it_should_not() -> None:
    source = (noise(20, 30, 3) * 255).astype(np.uint8)
    turned = Rotate(angle_deg=12).pair(source)
    assert np.array_equal(turned.clean, turned.degraded)
    assert not turned.clean_is_source
    alone = Rotate(angle_deg=12, both=False).pair(source)
    assert np.array_equal(alone.clean, source)
    assert alone.clean_is_source
    assert np.array_equal(alone.degraded, turned.degraded)


def test_a_clean_picture_in_colours_turns_with_a_gray_one() -> None:
    pair = Sequence([Grayscale(), Rotate(angle_deg=20, border="fill", fill=(1, 0, 0))]).pair(noise(20, 20, 3))
    assert pair.clean.shape == (20, 20, 3)
    assert pair.clean[0, 0] == pytest.approx([1, 0, 0])
    assert pair.degraded.shape == (20, 20, 1)
    assert pair.degraded[0, 0, 0] == pytest.approx(0.299)


@given(angle=st.floats(-180, 180), border=st.sampled_from(["reflect", "fill"]), key=st.text(max_size=3))
def test_masks_turn_with_the_damage(angle: float, border: str, key: str) -> None:
    holes = CoarseDropout(holes=5, size_px=6)
    pair = Sequence([holes, Rotate(angle_deg=angle, border=border)]).pair(noise(32, 48, 3), key=key)
    changed = (pair.clean != pair.degraded).any(axis=2)
    assert (pair.mask[changed] > 0).all()
    assert np.array_equal(pair.classes > 0, pair.mask > 0)
    assert set(np.unique(pair.classes)) <= {0, int(holes.damage or 0)}
    assert np.array_equal(pair.loss, pair.mask)
