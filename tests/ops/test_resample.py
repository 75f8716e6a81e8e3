"""Resizing there and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.kernels import resize, warp
from degrade.ops.resample import KINDS, Resample


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def test_ratio_1_is_the_identity() -> None:
    assert np.array_equal(Resample(ratio=1)(noise(9, 9)), noise(9, 9))


@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3])),
    ratios=st.tuples(st.floats(0.02, 4), st.floats(0.02, 4)),
    kinds=st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS))),
    antialias=st.booleans(),
)
def test_an_even_picture_stays_even(
    shape: tuple[int, int, int], ratios: tuple[float, float], kinds: tuple[str, str], antialias: bool
) -> None:
    op = Resample(
        ratio=ratios[0], independent=True, height_ratio=ratios[1], there=kinds[0], back=kinds[1], antialias=antialias
    )
    assert op(np.full(shape, 0.4, np.float32)) == pytest.approx(0.4, abs=1e-5)
    got = op(noise(*shape))
    assert got.shape == shape
    assert 0 <= got.min() <= got.max() <= 1


@pytest.mark.parametrize("kind", ["nearest", "bilinear", "area"])
@pytest.mark.parametrize("wanted", [23, 64, 137])
def test_kernels_are_those_of_opencv(kind: str, wanted: int) -> None:
    source = noise(5, 92)
    out = np.empty((5, wanted), np.float32)
    resize.resize_columns(source, out, 1, *resize.resizing_taps(KINDS[kind], 92, wanted, False))
    flag = {"nearest": cv2.INTER_NEAREST_EXACT, "bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}[kind]
    if kind != "area" or wanted < 92:  # OpenCV enlarges by area in a way of its own
        assert out == pytest.approx(cv2.resize(source, (wanted, 5), interpolation=flag), abs=1e-5)


def test_columns_and_rows_are_resized_alike() -> None:
    source = noise(37, 53)
    taps = resize.resizing_taps(resize.LANCZOS, 53, 29, True)
    columns, rows = np.empty((37, 29), np.float32), np.empty((29, 37), np.float32)
    resize.resize_columns(source, columns, 1, *taps)
    warp.resample_rows(np.ascontiguousarray(source.T), rows, *taps)
    assert np.clip(columns, 0, 1) == pytest.approx(rows.T, abs=1e-6)


def test_antialiasing_takes_out_what_aliases() -> None:
    stripes = np.tile(np.array([0, 1, 1], np.float32), (60, 40))
    coarse, fine = (Resample(ratio=0.5, there="bicubic", antialias=on)(stripes).std() for on in (False, True))
    assert fine < 0.5 * coarse


def test_lanczos_keeps_more_detail_than_bilinear() -> None:
    waves = np.tile(0.5 + 0.3 * np.cos(2 * np.pi * np.arange(200) / 5), (8, 1)).astype(np.float32)
    kept = {kind: Resample(ratio=0.7, there=kind, back=kind)(waves).std() for kind in ("bilinear", "lanczos")}
    assert kept["lanczos"] > 1.15 * kept["bilinear"]


def test_height_follows_its_own_ratio() -> None:
    lines = np.tile(np.arange(64, dtype=np.float32)[:, None] % 2, (1, 64))
    op = {"ratio": 1.0, "independent": True, "there": "area", "back": "bilinear"}
    assert Resample(**op, height_ratio=0.5)(lines).std() < 0.1
    assert np.array_equal(Resample(**op, height_ratio=0.5)(np.ascontiguousarray(lines.T)), lines.T)
