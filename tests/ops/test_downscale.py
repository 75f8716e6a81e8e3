"""Shrinking and enlarging."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.ops.downscale import KINDS, Downscale

UPS = ("nearest", "bilinear", "bicubic")


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def test_factor_1_is_the_identity() -> None:
    assert np.array_equal(Downscale(factor=1)(noise(9, 9)), noise(9, 9))


@given(
    shape=st.tuples(st.integers(1, 30), st.integers(1, 30), st.sampled_from([1, 3])),
    factor=st.floats(1, 9),
    down=st.sampled_from(sorted(KINDS)),
    up=st.sampled_from(UPS),
)
def test_an_even_picture_stays_and_every_picture_its_size(
    shape: tuple[int, int, int], factor: float, down: str, up: str
) -> None:
    op = Downscale(factor=factor, down=down, up=up)
    assert op(np.full(shape, 0.4, np.float32)) == pytest.approx(0.4, abs=1e-5)
    got = op(noise(*shape))
    assert got.shape == shape
    assert 0 <= got.min() <= got.max() <= 1


def test_nearest_leaves_blocks_of_means() -> None:
    source = noise(24, 36)
    got = Downscale(factor=4, down="area", up="nearest")(source)
    means = source.reshape(6, 4, 9, 4).mean(axis=(1, 3))
    assert got == pytest.approx(means.repeat(4, axis=0).repeat(4, axis=1), abs=1e-5)


def test_point_sampling_aliases_and_means_do_not() -> None:
    stripes = np.tile(np.array([0, 0, 1, 1], np.float32), (64, 32))
    assert Downscale(factor=4, down="area")(stripes).std() < 0.01
    fine = np.tile(np.array([0, 1, 1], np.float32), (60, 40))
    assert Downscale(factor=2, down="nearest", up="nearest")(fine).std() > 0.4


def test_fine_detail_goes_and_coarse_stays() -> None:
    x = np.arange(128, dtype=np.float32)
    coarse = np.tile(0.5 + 0.4 * np.sin(x / 20), (16, 1)).astype(np.float32)
    fine = np.tile((x % 2).astype(np.float32), (16, 1))
    op = Downscale(factor=3)
    assert op(coarse) == pytest.approx(coarse, abs=0.02)
    assert op(fine).std() < 0.2


def test_colours_keep_to_themselves() -> None:
    source = noise(20, 20, 3)
    op = Downscale(factor=2.5, down="bicubic", up="bicubic")
    for channel in range(3):
        assert np.array_equal(op(source)[:, :, channel], op(np.ascontiguousarray(source[:, :, channel])))
