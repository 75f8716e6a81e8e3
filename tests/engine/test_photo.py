from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.codecs import decode_jpeg, encode_jpeg
from degrade.engine.damage import DamageClass
from degrade.engine.photo import Photo
from degrade.engine.units import FORMATS, pixels_per_mm
from degrade.engine.workspace import Workspace

Array = npt.NDArray[Any]
DUST = DamageClass.DUST


def photo_of(image: Array, **options: Any) -> Photo:
    return Photo(image, Workspace(), **options)


def shaded(channels: int, height: int = 20, width: int = 30) -> npt.NDArray[np.float32]:
    """A float32 picture with every level in it."""
    ramp = np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width, 1)
    return np.ascontiguousarray(np.concatenate([ramp, ramp[::-1], ramp[:, ::-1]][:channels], axis=2))


def decoded(v: Array) -> Array:
    """sRGB to linear light (IEC 61966-2-1)."""
    v = np.asarray(v, np.float64)
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def encoded(light: Array) -> Array:
    """Linear light to sRGB."""
    return np.where(light > 0.0031308, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055, 12.92 * light)


# --- pixels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_code_comes_back(dtype: Any) -> None:
    codes = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 64, 1)
    photo = photo_of(codes)
    assert photo.pixels.dtype == np.float32
    assert photo.pixels.min() == 0
    assert photo.pixels.max() == 1
    assert np.array_equal(photo.rounded(dtype), codes)


def test_values_are_rounded_to_the_nearest_code() -> None:
    values = np.linspace(0, 1, 3001, dtype=np.float32).reshape(1, -1, 1)
    for dtype in (np.uint8, np.uint16):
        exact = values.astype(np.float64) * np.iinfo(dtype).max
        assert np.abs(photo_of(values).rounded(dtype) - exact).max() <= 0.505  # float32 has eight bits more than uint16


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([np.uint8, np.uint16, np.float32]))
def test_an_untouched_picture_comes_out_as_it_went_in(height: int, width: int, dtype: Any) -> None:
    image = (np.arange(height * width * 3).reshape(height, width, 3) % 256).astype(dtype)
    image = image / np.float32(255) if dtype == np.float32 else image
    photo = photo_of(image)
    out = photo.rounded(dtype)
    assert np.array_equal(out, image)
    assert not np.shares_memory(out, image)
    assert photo.source is image
    photo.pixels[...] = 0
    assert photo.source is None
    assert np.array_equal(out, image)


def test_gray_is_replicated_and_colour_is_never_dropped() -> None:
    gray = photo_of(shaded(1))
    assert np.array_equal(gray.rounded(np.uint8, 3), np.repeat(gray.rounded(np.uint8), 3, axis=2))
    with pytest.raises(ValueError, match="without a grayscale step"):
        photo_of(shaded(3)).rounded(np.uint8, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("linear", [False, True])
def test_gray_weighs_encoded_values_or_light(dtype: Any, linear: bool) -> None:
    floats = shaded(3)
    image = floats if dtype == np.float32 else np.rint(floats * np.iinfo(dtype).max).astype(dtype)
    values = image / (1 if dtype == np.float32 else np.iinfo(dtype).max)
    weights = np.array([0.3, 0.4, 0.3])
    expected = encoded(decoded(values) @ weights) if linear else values @ weights
    photo = photo_of(image)
    photo.to_gray((0.3, 0.4, 0.3), linear)
    assert photo.channels == 1
    assert np.abs(photo.pixels[:, :, 0] - expected).max() < (3e-4 if linear else 2e-5)
    assert photo.pixels.max() <= 1


def test_gray_stays_gray_and_colour_stays_colour() -> None:
    gray = photo_of(shaded(1))
    gray.to_gray((1, 0, 0), True)
    assert np.array_equal(gray.pixels, shaded(1))
    gray.to_colour()
    assert np.array_equal(gray.pixels, np.repeat(shaded(1), 3, axis=2))
    gray.to_colour()
    assert gray.channels == 3


def test_a_white_picture_stays_white_in_gray() -> None:
    for image in (np.full((3, 4, 3), 255, np.uint8), np.full((3, 4, 3), 65535, np.uint16), np.ones((3, 4, 3), "f4")):
        photo = photo_of(image)
        photo.to_gray((0.299, 0.587, 0.114), False)
        assert np.allclose(photo.pixels, 1, atol=1e-6)
        assert photo.pixels.max() <= 1


def test_spare_buffers_are_never_the_picture() -> None:
    photo = photo_of(shaded(3))
    for _ in range(4):
        spare = photo.spare()
        assert spare.shape == photo.pixels.shape
        assert not np.shares_memory(spare, photo.pixels)
        spare[...] = photo.pixels
        photo.pixels = spare
    assert np.array_equal(photo.pixels, shaded(3))


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_a_jpeg_is_the_picture_until_somebody_touches_it(channels: int) -> None:
    photo = photo_of(shaded(channels))
    data = encode_jpeg(photo.rounded(np.uint8), 60, "420")
    photo.jpeg = data
    assert photo.jpeg == data
    decoded_file = decode_jpeg(data)
    assert np.array_equal(photo.rounded(np.uint8), decoded_file)
    assert photo.jpeg == data
    assert np.array_equal(np.rint(photo.pixels * 255), decoded_file)
    assert photo.jpeg is None
    assert np.array_equal(photo.rounded(np.uint8), decoded_file)


# --- size -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from(sorted(FORMATS)))
def test_the_format_turns_millimetres_into_pixels(height: int, width: int, format: str) -> None:
    assert math.isclose(pixels_per_mm(height, width, format) * FORMATS[format], math.hypot(height, width))


def test_a_patch_has_its_prints_scale() -> None:
    photo = photo_of(shaded(1), format="print_10x15", print_box=(-100, 200, -50, 350))
    assert photo.px_per_mm == pytest.approx(500 / 180)
    assert photo.unit == pytest.approx(0.5)
    assert photo_of(shaded(1)).print_box == (0, 20, 0, 30)


# --- masks, target, geometry ------------------------------------------------------------------------------------------


def test_masks_are_empty_until_damage_is_drawn() -> None:
    photo = photo_of(shaded(3))
    assert not photo.damaged
    for layer in (photo.mask, photo.loss, photo.classes):
        assert layer.shape == (20, 30)
        assert layer.dtype == np.uint8
        assert not layer.any()
    assert not photo.damaged


def test_masks_of_the_photo_before_are_gone() -> None:
    workspace = Workspace()
    first = Photo(shaded(3), workspace)
    first.layers[0][...] = 9
    second = Photo(shaded(3), workspace)
    assert not second.mask.any()
    assert not second.layers[0].any()


def test_the_target_copies_the_picture_and_clears_the_masks() -> None:
    photo = photo_of(shaded(3))
    photo.coverage[3, 4] = 200
    photo.cover(photo.coverage, (3, 4, 4, 5), DamageClass.DUST, colour=(0, 1, 0))
    assert photo.damaged
    photo.take_target()
    kept = photo.pixels.copy()
    assert np.array_equal(photo.clean, kept)
    assert not photo.mask.any()
    assert not photo.damaged
    assert not photo.clean_is_source
    photo.pixels[...] = 0
    assert np.array_equal(photo.clean, kept)


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_moving_takes_the_masks_along_and_the_clean_picture_if_asked(both: bool, dtype: Any) -> None:
    image = np.rint(shaded(3) * 255).astype(np.uint8) if dtype == np.uint8 else shaded(3)
    source, photo = image.copy(), photo_of(image)
    coverage = np.uint8(7 * np.arange(600).reshape(20, 30) % 256)
    photo.coverage[:20, :30] = coverage
    photo.cover(photo.coverage, (0, 20, 0, 30), DamageClass.DUST, colour=(0, 1, 0))
    before = photo.pixels.copy()
    photo.move(lambda layer, _nearest: np.ascontiguousarray(layer[:, ::-1]), both)
    assert np.array_equal(photo.pixels, before[:, ::-1])
    assert np.array_equal(photo.mask, coverage[:, ::-1])
    assert np.array_equal(photo.classes > 0, coverage[:, ::-1] > 0)
    clean = image / np.float32(255) if dtype == np.uint8 else image
    np.testing.assert_allclose(
        photo.clean if both else photo.clean / (255 if dtype == np.uint8 else 1),
        clean[:, ::-1] if both else clean,
        atol=1e-6,
    )
    assert photo.clean_is_source is not both
    assert np.array_equal(image, source)


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (200, 331), (2, 40_000)])
@pytest.mark.parametrize("value", [0, 1, 255])
def test_coverage_is_the_share_of_the_pixels_that_are_not_clear(shape: tuple[int, int], value: int) -> None:
    photo = photo_of(np.zeros((*shape, 1), np.uint8))
    assert photo.covered() == 0
    mask = photo.layers[0]
    mask.fill(value)
    mask.reshape(-1)[::3] = 0
    assert photo.covered() == round(int(np.count_nonzero(mask)) / mask.size, 6)
