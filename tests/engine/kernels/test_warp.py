"""Affine maps, of pictures and of masks, and resampling."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from degrade.engine.kernels import warp

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
BLACK = np.zeros(3, np.float32)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def mapped(
    source: np.ndarray, matrix: tuple[float, ...], reflect: bool, shape: tuple[int, int] | None = None
) -> np.ndarray:
    out = np.full((*(shape or source.shape[:2]), source.shape[2]), np.nan, np.float32)
    warp.affine(source, out, *matrix, reflect, np.full(source.shape[2], 0.25, np.float32))
    return out


def expected(source: np.ndarray, matrix: tuple[float, ...], mode: str, shape: tuple[int, int]) -> np.ndarray:
    m00, m01, m02, m10, m11, m12 = matrix
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    places = [m10 * x + m11 * y + m12 - 0.5, m00 * x + m01 * y + m02 - 0.5]
    channels = [
        ndimage.map_coordinates(source[:, :, c].astype(float), places, order=1, mode=mode, cval=0.25)
        for c in range(source.shape[2])
    ]
    return np.stack(channels, axis=2)


@given(n=st.integers(1, 9), i=st.integers(-50, 50))
def test_reflection_is_numpys(n: int, i: int) -> None:
    padded = np.pad(np.arange(n), 50, mode="reflect") if n > 1 else np.zeros(101, int)
    assert warp.reflected(i, n) == padded[(i + 50) % padded.size if n == 1 else i + 50]


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 7, 3), (64, 33, 1)])
@pytest.mark.parametrize("reflect", [True, False])
def test_the_identity_gives_the_same_bits(shape: tuple[int, int, int], reflect: bool) -> None:
    source = noise(*shape)
    assert np.array_equal(mapped(source, IDENTITY, reflect), source)


@given(
    matrix=st.tuples(
        st.floats(-2, 2), st.floats(-2, 2), st.floats(-40, 40), st.floats(-2, 2), st.floats(-2, 2), st.floats(-40, 40)
    ),
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    wanted=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    channels=st.sampled_from([1, 3]),
    reflect=st.booleans(),
)
def test_it_is_bilinear_interpolation(
    matrix: tuple[float, ...], size: tuple[int, int], wanted: tuple[int, int], channels: int, reflect: bool
) -> None:
    source = noise(*size, channels)
    got = mapped(source, matrix, reflect, wanted)
    assert got == pytest.approx(expected(source, matrix, "mirror" if reflect else "grid-constant", wanted), abs=1e-5)


def test_a_shift_by_whole_pixels_is_exact() -> None:
    source = noise(20, 30, 3)
    got = mapped(source, (1.0, 0.0, 4.0, 0.0, 1.0, -3.0), reflect=False)
    assert np.array_equal(got[3:, :26], source[:17, 4:])
    assert (got[:3] == 0.25).all()
    assert (got[:, 26:] == 0.25).all()


@given(turn=st.floats(-0.5, 0.5), shift=st.floats(-9, 9), reflect=st.booleans(), seed=st.integers(0, 99))
def test_what_shows_damage_is_masked_and_classed(turn: float, shift: float, reflect: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.integers(1, 256, (23, 31)) * (rng.random((23, 31)) > 0.8)).astype(np.uint8)
    classes = np.where(mask > 0, rng.integers(1, 16, mask.shape), 0).astype(np.uint8)
    matrix = (1.0, turn, shift, -turn, 1.0, -shift)
    moved, codes = np.empty_like(mask), np.empty_like(mask)
    warp.affine_mask(mask, moved, *matrix, reflect, False)
    warp.affine_mask(classes, codes, *matrix, reflect, True)
    damaged = np.empty((*mask.shape, 1), np.float32)
    warp.affine((mask > 0).astype(np.float32)[:, :, None], damaged, *matrix, reflect, BLACK[:1])
    assert np.array_equal(moved > 0, codes > 0)
    assert (moved[damaged[:, :, 0] > 0] > 0).all()
    assert set(np.unique(codes)) <= set(np.unique(classes)) | {0}
    soft = np.empty_like(damaged)
    warp.affine((mask / np.float32(255))[:, :, None], soft, *matrix, reflect, BLACK[:1])
    assert moved == pytest.approx(np.maximum(soft[:, :, 0] * 255, moved > 0), abs=0.51)


@given(
    kind=st.sampled_from([warp.AREA, warp.NEAREST, warp.BILINEAR, warp.BICUBIC]),
    size=st.integers(1, 40),
    wanted=st.integers(1, 60),
)
def test_taps_lie_within_and_weigh_one(kind: int, size: int, wanted: int) -> None:
    first, weights = warp.resampling_taps(kind, size, wanted)
    assert first.min() >= 0
    assert (first + weights.shape[1]).max() <= size
    assert weights.sum(axis=1) == pytest.approx(np.ones(wanted), abs=1e-6)


def resampled(source: np.ndarray, h: int, w: int, kind: int) -> np.ndarray:
    low = np.empty((h, *source.shape[1:]), np.float32)
    warp.resample_rows(source.reshape(len(source), -1), low.reshape(h, -1), *warp.resampling_taps(kind, len(source), h))
    out = np.empty((h, w, source.shape[2]), np.float32)
    warp.resample_columns(low, out, *warp.resampling_taps(kind, source.shape[1], w))
    return out


@pytest.mark.parametrize(("h", "w"), [(20, 30), (13, 17), (1, 1), (39, 59)])
def test_area_takes_means(h: int, w: int) -> None:
    source = noise(40, 60, 3)
    wanted = cv2.resize(source, (w, h), interpolation=cv2.INTER_AREA)
    assert resampled(source, h, w, warp.AREA) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(("kind", "theirs"), [(warp.BILINEAR, "BILINEAR"), (warp.BICUBIC, "BICUBIC")])
def test_enlarging_is_that_of_pillow(kind: int, theirs: str) -> None:
    source = noise(12, 15, 1) * np.float32(0.5) + np.float32(0.25)
    enlarged = Image.fromarray(source[:, :, 0]).resize((50, 41), Image.Resampling[theirs])
    inner = (slice(8, -8), slice(8, -8))  # at the edges Pillow drops the taps outside
    assert resampled(source, 41, 50, kind)[:, :, 0][inner] == pytest.approx(np.asarray(enlarged)[inner], abs=1e-5)


def test_nearest_repeats_pixels() -> None:
    source = noise(5, 7, 3)
    assert np.array_equal(resampled(source, 15, 14, warp.NEAREST), source.repeat(3, axis=0).repeat(2, axis=1))
