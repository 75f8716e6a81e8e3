from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.kernels.draw import LATTICE, framed, joined, lattice, lattice_noise, speck, strip, stroke
from degrade.engine.kernels.kernel import kernel

f32 = np.float32
Coverage = npt.NDArray[np.uint8]
SIDE = 96
EMPTY = (0, 0, 0, 0)

seeds = st.integers(0, 10_000)


def canvas(side: int = SIDE) -> Coverage:
    return np.zeros((side, side + 7 & ~7), np.uint8)


def draw_stroke(ends: Any, halves: Any = (1.0, 1.0), alphas: Any = (1.0, 1.0), on: Coverage | None = None) -> Coverage:
    coverage = canvas() if on is None else on
    box = stroke(coverage, SIDE, SIDE, *map(f32, ends), *map(f32, halves), *map(f32, alphas))
    outside = coverage.copy() if on is None else canvas()
    outside[box[0] : box[1], box[2] : box[3]] = 0
    assert not outside.any()
    return coverage


def area(coverage: Coverage) -> float:
    return float(coverage.sum(dtype=np.int64)) / 255


@kernel
def noise_row(values, xs, y, out):  # type: ignore[no-untyped-def]
    """`lattice_noise` at each of `xs`."""
    for i in range(xs.size):
        out[i] = lattice_noise(values, xs[i], f32(y))


def noise_at(values: Any, xs: npt.NDArray[np.float32], y: float) -> npt.NDArray[np.float32]:
    out = np.empty_like(xs)
    noise_row(values, xs, y, out)
    return out


# --- strokes ----------------------------------------------------------------------------------------------------------


@given(seeds)
def test_a_stroke_covers_what_its_definition_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = rng.uniform(-40, SIDE + 40, 4).astype(f32).astype(float)
    h0, h1 = rng.uniform(0.05, 4, 2)
    a0, a1 = rng.uniform(0, 1, 2)
    length = np.hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    along = (columns - x0) * dx + (rows - y0) * dy
    across = (columns - x0) * dy - (rows - y0) * dx
    t = np.clip(along / length, 0, 1)
    half = h0 + t * (h1 - h0)
    pixel = max(abs(dx), abs(dy))
    # A slanted edge moves by as much from one side of a pixel to the other: the mean over thin slices.
    slices = across + (np.arange(0.5, 64) / 64 - 0.5)[:, None, None] * min(abs(dx), abs(dy))
    inside = np.minimum(half, slices + pixel / 2) - np.maximum(-half, slices - pixel / 2)
    wide = np.clip(inside, 0, pixel).mean(axis=0) / pixel
    long = np.clip(np.minimum(length, along + pixel / 2) - np.maximum(0, along - pixel / 2), 0, pixel) / pixel
    expected = 255 * wide * long * (a0 + t * (a1 - a0))
    drawn = draw_stroke((x0, y0, x1, y1), (h0, h1), (a0, a1))
    assert np.abs(drawn[:, :SIDE] - expected).max() < 0.6
    assert not drawn[:, SIDE:].any()


@pytest.mark.parametrize("half", [0.08, 0.3, 0.5, 1.3, 3.0])
@pytest.mark.parametrize("turns", [0.0, 0.07, 0.125, 0.25, 0.4])
def test_a_stroke_covers_its_own_area(half: float, turns: float) -> None:
    dx, dy = 30 * np.cos(2 * np.pi * turns), 30 * np.sin(2 * np.pi * turns)
    drawn = draw_stroke((48.3 - dx, 47.6 - dy, 48.3 + dx, 47.6 + dy), (half, half))
    assert area(drawn) == pytest.approx(60 * 2 * half, rel=0.03)


def test_strokes_end_to_end_join_without_a_seam() -> None:
    whole = draw_stroke((10.2, 20.7, 85.1, 61.3), (0.4, 0.4), (0.7, 0.7))
    parts, steps = canvas(), np.linspace(0, 1, 14)
    for t, u in pairwise(steps):
        ends = (10.2 + 74.9 * t, 20.7 + 40.6 * t, 10.2 + 74.9 * u, 20.7 + 40.6 * u)
        draw_stroke(ends, (0.4, 0.4), (0.7, 0.7), on=parts)
    assert np.abs(parts.astype(int) - whole).max() <= 3


def test_a_stroke_may_taper_to_nothing() -> None:
    drawn = draw_stroke((10, 48, 90, 48), (2, 2), (1, 0)).astype(int)
    assert (np.diff(drawn[47, 12:88]) <= 0).all()
    assert drawn[47, 12] > 240
    assert drawn[47, 88] < 15


@pytest.mark.parametrize("ends", [(-50, -9, -3, -4), (200, 10, 300, 80), (30, -20, 60, -2.6)])
def test_what_lies_outside_is_not_drawn(ends: tuple[float, ...]) -> None:
    coverage = canvas()
    assert stroke(coverage, SIDE, SIDE, *map(f32, ends), f32(1), f32(1), f32(1), f32(1)) == EMPTY
    assert not coverage.any()


def test_a_stroke_without_length_covers_nothing() -> None:
    assert not draw_stroke((40, 40, 40, 40)).any()


def test_coverage_adds_up_to_255_and_no_further() -> None:
    coverage = canvas()
    for _ in range(5):
        draw_stroke((0, 48, 96, 48), (3, 3), (0.3, 0.3), on=coverage)
    assert coverage.max() == 255
    assert coverage[47, 40] == 255


@given(st.floats(0, 3), st.floats(0, 3), st.floats(-4, 4))
def test_a_strip_is_the_overlap_of_two_intervals(plus: float, minus: float, distance: float) -> None:
    expected = max(0.0, min(plus, distance + 0.5) - max(-minus, distance - 0.5))
    assert strip(f32(distance), f32(plus), f32(minus)) == pytest.approx(min(expected, 1.0), abs=1e-5)


# --- specks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.05, 0.2, 0.45, 0.59, 0.61, 1.0, 2.5, 6.0])
def test_a_speck_covers_the_area_of_its_disc(radius: float) -> None:
    noise, found = lattice(1, 2), []
    for shift in np.linspace(0, 1, 7):
        coverage = canvas()
        speck(coverage, SIDE, SIDE, f32(40 + shift), f32(41 + shift / 2), f32(radius), f32(1), f32(0), f32(1), noise)
        found.append(area(coverage))
    # A speck of a hundredth of a pixel is a code or two: rounding is all there is to see.
    assert np.mean(found) == pytest.approx(np.pi * radius**2, rel=0.1, abs=0.004)


def test_a_ragged_speck_is_no_disc_and_stays_within_its_box() -> None:
    coverage, noise = canvas(), lattice(1, 2)
    box = speck(coverage, SIDE, SIDE, f32(48), f32(48), f32(12), f32(1), f32(0.6), f32(0.2), noise)
    rows, columns = np.nonzero(coverage)
    away = np.hypot(rows + 0.5 - 48, columns + 0.5 - 48)
    assert away.max() <= 12 * 1.6 + 1
    edge = coverage[48, 48:]
    assert edge.any()
    disc = canvas()
    speck(disc, SIDE, SIDE, f32(48), f32(48), f32(12), f32(1), f32(0), f32(0.2), noise)
    assert np.abs(coverage.astype(int) - disc).max() == 255
    coverage[box[0] : box[1], box[2] : box[3]] = 0
    assert not coverage.any()


# --- noise, boxes -----------------------------------------------------------------------------------------------------


def test_lattice_noise_is_smooth_centred_and_fills_its_range() -> None:
    values = lattice(7, 8)
    assert values.shape == (LATTICE**2,)
    xs = np.arange(0, LATTICE, 0.05, f32)
    rows = np.array([noise_at(values, xs, y) for y in np.arange(0.1, LATTICE, 2.3)])
    assert np.abs(rows).max() <= 1
    assert np.abs(rows).max() > 0.9
    assert abs(rows.mean()) < 0.05
    assert np.abs(np.diff(rows)).max() < 0.2


def test_lattice_noise_repeats_only_after_the_lattice() -> None:
    values, xs = lattice(7, 8), np.arange(-20, 20, 0.25, f32)
    assert np.allclose(noise_at(values, xs, 3.5), noise_at(values, xs + f32(LATTICE), 3.5 - LATTICE), atol=1e-4)
    assert np.abs(noise_at(values, xs, 3.5) - noise_at(values, xs + f32(LATTICE // 2), 3.5)).max() > 0.5


def test_lattices_of_other_keys_are_independent() -> None:
    one, same, other = lattice(1, 2), lattice(1, 2), lattice(1, 3)
    assert np.array_equal(one, same)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


def test_boxes_join() -> None:
    assert joined(EMPTY, (2, 5, 1, 9)) == joined((2, 5, 1, 9), EMPTY) == (2, 5, 1, 9)
    assert joined((2, 5, 1, 9), (0, 3, 4, 20)) == (0, 5, 1, 20)
    assert joined(EMPTY, EMPTY) == EMPTY


def test_a_frame_cuts_what_reaches_out() -> None:
    assert framed(f32(-3.5), f32(4.2), f32(1.1), f32(99), 50, 60) == (0, 5, 1, 60)
    assert framed(f32(-9), f32(-1), f32(1), f32(9), 50, 60) == EMPTY
    assert framed(f32(-9e9), f32(9e9), f32(-9e9), f32(9e9), 50, 60) == (0, 50, 0, 60)
