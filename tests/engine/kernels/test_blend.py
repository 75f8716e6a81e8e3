"""The blend kernel: where it samples, what each formula does, and the masks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.kernels import blend
from degrade.engine.kernels.blend import ONE

FORMULAS = {
    "add": (1.0, 0.0, 0.0, 0.0, -1.0, 1.0),
    "screen": (1.0, 1.0, 0.0, 0.0, -1.0, 1.0),
    "lighten": (1.0, 0.0, 0.0, 1.0, 0.0, 1.0),
    "darken": (-1.0, 0.0, 1.0, 1.0, -1.0, 0.0),
    "multiply": (0.0, 1.0, 0.0, 0.0, -1.0, 1.0),
    "mix": (1.0, 0.0, 0.0, 1.0, -1.0, 1.0),
}
"""(colour, fade, lift / strength, even / strength, least, most)."""
EXPECTED = {
    "add": lambda v, t, s: np.minimum(v + s * t, 1),
    "screen": lambda v, t, s: 1 - (1 - v) * (1 - s * t),
    "lighten": lambda v, t, s: v + s * (np.maximum(v, t) - v),
    "darken": lambda v, t, s: v + s * (np.minimum(v, 1 - t) - v),
    "multiply": lambda v, t, s: v * (1 - s * t),
    "mix": lambda v, t, s: v + s * (t - v),
}
COVERING = [name for name in FORMULAS if name != "mix"]


def rubble(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, np.float32)


def sheet_of(shape: tuple[int, int], seed: int = 1) -> np.ndarray:
    sheet = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    sheet.flags.writeable = False
    return sheet


def blended(pixels: np.ndarray, sheet: np.ndarray, formula: str = "add", **more: Any) -> tuple[np.ndarray, ...]:
    """(pixels, mask, loss, classes) after the kernel; positions in sheet pixels."""
    given_ = {"step": 1.0, "y": 0.0, "x": 0.0, "flip_y": False, "flip_x": False, "wraps": True, "inverted": False}
    given_ |= {"strength": 1.0, "code": 3, "top": 0, "left": 0} | more
    tone, fade, lift, even, least, most = FORMULAS[formula]
    strength = given_["strength"]
    out = pixels.copy()
    layers = [np.zeros(pixels.shape[:2], np.uint8) for _ in range(3)]
    blend.blend(
        out, *layers, given_["code"], sheet, given_["top"], given_["left"], int(given_["step"] * ONE),
        int(given_["y"] * ONE), sheet.shape[0] * ONE, int(given_["x"] * ONE), sheet.shape[1] * ONE,
        given_["flip_y"], given_["flip_x"], given_["wraps"], given_["inverted"], formula == "mix", strength,
        np.full(pixels.shape[2], tone, np.float32), fade, lift * strength, even * strength, least, most,
    )  # fmt: skip
    return out, *layers


def sampled(sheet: np.ndarray, shape: tuple[int, int], **more: Any) -> np.ndarray:
    """What the kernel samples from a sheet, uint8."""
    return blended(np.zeros((*shape, 1), np.float32), sheet, "add", **more)[1]


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
flags = st.booleans()


@given(shapes, shapes, flags, flags, st.integers(0, 50), st.integers(0, 50))
def test_whole_pixels_are_copied(
    shape: tuple[int, int], size: tuple[int, int], flip_y: bool, flip_x: bool, y: int, x: int
) -> None:
    sheet = sheet_of(size)
    rows, columns = (np.arange(n) + first for n, first in zip(shape, (y, x), strict=True))
    rows = (size[0] - 1 - rows if flip_y else rows) % size[0]
    columns = (size[1] - 1 - columns if flip_x else columns) % size[1]
    result = sampled(sheet, shape, y=y, x=x, flip_y=flip_y, flip_x=flip_x)
    assert np.array_equal(result, sheet[np.ix_(rows, columns)])


@given(shapes, shapes, flags, st.integers(0, 90))
def test_beyond_its_edges_a_sheet_is_reflected(
    shape: tuple[int, int], size: tuple[int, int], flip: bool, y: int
) -> None:
    sheet = sheet_of(size)
    mirrored = np.concatenate([sheet, sheet[::-1]])
    rows = np.arange(shape[0]) + y
    rows = (size[0] - 1 - rows if flip else rows) % (2 * size[0])
    columns = np.arange(shape[1]) % (2 * size[1])
    expected = np.concatenate([mirrored, mirrored[:, ::-1]], 1)[np.ix_(rows, columns)]
    assert np.array_equal(sampled(sheet, shape, y=y, flip_y=flip, wraps=False), expected)


def box_mean(sheet: np.ndarray, n: int, step: float, offset: float, axis: int) -> np.ndarray:
    """Exact means over boxes along one axis, the sheet repeating."""
    fine = 64
    positions = (np.floor((np.arange(int(n * step * fine)) + 0.5) / fine + offset)).astype(int) % sheet.shape[axis]
    lines = np.take(sheet.astype(float), positions, axis)
    edges = np.round(np.arange(n + 1) * step * fine).astype(int)
    return np.stack([np.take(lines, range(a, b), axis).mean(axis) for a, b in pairwise(edges)], axis)


@pytest.mark.parametrize("step", [0.875, 1.25, 1.5, 1.96875])
@pytest.mark.parametrize(("y", "x"), [(0.0, 0.0), (3.25, 17.5)])
def test_a_pixel_is_the_mean_over_its_box(step: float, y: float, x: float) -> None:
    sheet = sheet_of((32, 40))
    expected = box_mean(box_mean(sheet, 16, step, y, 0), 20, step, x, 1)
    assert np.abs(sampled(sheet, (16, 20), step=step, y=y, x=x) - expected).max() < 3


@pytest.mark.parametrize("step", [0.25, 0.5, 0.75])
def test_an_enlarged_sheet_is_interpolated(step: float) -> None:
    sheet = np.repeat((np.arange(40) * 6).astype(np.uint8)[None], 8, 0)
    result = sampled(sheet, (4, 40), step=step, x=2.0).astype(float)
    places = (np.arange(40) + 0.5) * step + 2 - 0.5
    assert np.abs(result - places * 6).max() < 2


@given(shapes, shapes, st.floats(0.05, 1.99), st.floats(0, 60), flags, flags, st.integers(0, 255))
def test_an_even_sheet_is_sampled_evenly(
    shape: tuple[int, int], size: tuple[int, int], step: float, at: float, flip: bool, wraps: bool, value: int
) -> None:
    sheet = np.full(size, value, np.uint8)
    assert (sampled(sheet, shape, step=step, y=at, x=at, flip_x=flip, wraps=wraps) == value).all()


@pytest.mark.parametrize("step", [1.0, 1.3])
def test_a_part_of_the_print_is_seen_where_it_lies(step: float) -> None:
    sheet = sheet_of((64, 64))
    whole = sampled(sheet, (40, 40), step=step, x=3.0)
    part = sampled(sheet, (10, 20), step=step, x=3.0, top=12, left=7)
    assert np.array_equal(part, whole[12:22, 7:27])


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_each_formula(formula: str, channels: int, strength: float) -> None:
    pixels, sheet = rubble((24, 33, channels)), sheet_of((24, 33))
    out, mask, loss, classes = blended(pixels, sheet, formula, strength=strength)
    assert np.abs(out - EXPECTED[formula](pixels, sheet[:, :, None] / 255, strength)).max() < 1e-6
    assert out.min() >= 0
    assert out.max() <= 1
    covered = np.full(sheet.shape, 255) if formula == "mix" else sheet
    assert np.array_equal(mask, covered)
    assert np.abs(loss - strength * covered).max() <= 0.5 + 1e-3
    assert np.array_equal(classes > 0, covered > 0)


@pytest.mark.parametrize("formula", COVERING)
@pytest.mark.parametrize("step", [1.0, 1.3, 0.4])
@pytest.mark.parametrize("strength", [0.1, 0.37, 1.0])
def test_no_coverage_is_the_identity_and_keeps_no_mask(formula: str, step: float, strength: float) -> None:
    pixels, sheet = rubble((64, 64, 3)), sheet_of((96, 96)).copy()
    pixels[:2], pixels[2:4] = 0, 1
    sheet[:, 10:] = 0
    out, mask, loss, classes = blended(pixels, sheet, formula, step=step, strength=strength)
    clear = mask == 0
    assert clear[:4].any()
    assert not clear[:4].all()
    assert np.array_equal(out[clear], pixels[clear])
    assert not classes[clear].any()
    assert not loss[clear].any()
    assert (classes[~clear] == 3).all()


def test_inverted_means_that_white_is_clear() -> None:
    pixels, sheet = rubble((16, 16, 1)), sheet_of((16, 16))
    straight = blended(pixels, 255 - sheet, "multiply")
    inverted = blended(pixels, sheet, "multiply", inverted=True)
    for one, other in zip(straight, inverted, strict=True):
        assert np.array_equal(one, other)


def test_the_class_is_that_of_what_covers_most() -> None:
    pixels = np.zeros((1, 3, 1), np.float32)
    mask, loss, classes = (np.array([[9, 100, 0]], np.uint8) for _ in range(3))
    classes[...] = [[7, 7, 0]]
    sheet = np.array([[50, 50, 0]], np.uint8)
    blend.blend(
        pixels, mask, loss, classes, 3, sheet, 0, 0, ONE, 0, ONE, 0, 3 * ONE, False, False, True, False, False, 0.5,
        np.ones(1, np.float32), *FORMULAS["add"][1:],
    )  # fmt: skip
    assert mask.tolist() == [[50, 100, 0]]
    assert classes.tolist() == [[3, 7, 0]]
    assert loss.tolist() == [[25, 100, 0]]


def test_without_a_class_no_masks_are_needed() -> None:
    pixels, sheet = rubble((16, 16, 3)), sheet_of((16, 16))
    expected, *_ = blended(pixels, sheet)
    out, none = pixels.copy(), np.empty((0, 0), np.uint8)
    blend.blend(
        out, none, none, none, 0, sheet, 0, 0, ONE, 0, 16 * ONE, 0, 16 * ONE, False, False, True, False, False, 1.0,
        np.ones(3, np.float32), *FORMULAS["add"][1:],
    )  # fmt: skip
    assert np.array_equal(out, expected)
