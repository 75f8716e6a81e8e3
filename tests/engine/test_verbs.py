"""The compositing equation, a verb at a time, and the masks that the verbs keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.damage import DamageClass
from degrade.engine.key import Key
from degrade.engine.photo import PAPER, SHADE_GAIN, VISIBLE_SHADE, Photo
from degrade.engine.workspace import Workspace

Array = npt.NDArray[Any]
DUST = DamageClass.DUST
WHOLE = (0, 20, 0, 30)


def photo_of(image: Array) -> Photo:
    return Photo(image, Workspace())


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


def covered(photo: Photo) -> Array:
    """Coverage of every amount, drawn into the photo's buffer; a copy of what was drawn."""
    drawn = np.zeros((20, 30), np.uint8)
    drawn[2:18, 3:29] = (np.arange(16 * 26).reshape(16, 26) * 7) % 256
    photo.coverage[:20, :30] = drawn
    return drawn


def apply_verb(verb: str, photo: Photo) -> None:
    coverage = photo.coverage
    match verb:
        case "remove":
            photo.remove(coverage, WHOLE, DUST)
        case "scrape":
            photo.remove(coverage, WHOLE, DUST, depth=0.4, paper=(0.9, 0.8, 0.7))
        case "fibre":
            photo.remove(coverage, WHOLE, DUST, depth=0.7, fibre=0.1, key=Key(1))
        case "stain":
            photo.stain(coverage, WHOLE, DUST, density=(0.1, 0.4, 1.0))
        case "cover":
            photo.cover(coverage, WHOLE, DUST, colour=(0.2, 0.4, 0.9))
        case "tear":
            photo.tear(coverage, WHOLE, DUST, background=(0.1, 0.1, 0.1))
        case "light":
            photo.light(coverage, WHOLE, DUST, amount=(0.5, 0.3, 0.1))


def expected_of(verb: str, clean: Array, coverage: Array) -> Array:
    """The compositing equation, in float64."""
    v, a = clean.astype(np.float64), coverage[:, :, None] / 255

    def colour(*rgb: float) -> Array:
        gray = [0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]]
        return np.array(rgb if v.shape[2] == 3 else gray)

    light = decoded(v)
    match verb:
        case "remove":
            return v + a * (colour(*PAPER) - v)
        case "scrape":
            image, paper = np.maximum(light, 1e-3), np.maximum(decoded(colour(0.9, 0.8, 0.7)), 1e-3)
            return v + a * (encoded(image**0.6 * paper**0.4) - v)
        case "stain":
            return encoded(light * 10 ** (-a * colour(0.1, 0.4, 1.0)))
        case "cover":
            return v + a * (colour(0.2, 0.4, 0.9) - v)
        case "tear":
            return v + a * (colour(0.1, 0.1, 0.1) - v)
        case _:
            return encoded(np.minimum(light + a * colour(0.5, 0.3, 0.1), 1))


LOST = {"remove": 1.0, "scrape": 0.4, "stain": 0.0, "cover": 1.0, "tear": 1.0, "light": 0.0}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("verb", LOST)
def test_verbs_follow_the_compositing_equation(verb: str, channels: int) -> None:
    photo, clean = photo_of(shaded(channels)), shaded(channels)
    coverage = covered(photo)
    apply_verb(verb, photo)
    assert np.abs(photo.pixels - expected_of(verb, clean, coverage)).max() < 1e-3
    assert np.array_equal(photo.mask, coverage)
    assert np.abs(photo.loss - LOST[verb] * coverage).max() <= 0.51
    assert np.array_equal(photo.classes, np.where(coverage > 0, int(DUST), 0))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("verb", [*LOST, "fibre"])
def test_verbs_change_nothing_outside_the_coverage_and_use_it_up(verb: str, channels: int) -> None:
    photo, clean = photo_of(shaded(channels)), shaded(channels)
    coverage = covered(photo)
    apply_verb(verb, photo)
    untouched = coverage == 0
    assert np.array_equal(photo.pixels[untouched], clean[untouched])
    assert not np.array_equal(photo.pixels, clean)
    assert not photo.coverage.any()
    assert photo.pixels.min() >= 0
    assert photo.pixels.max() <= 1


@pytest.mark.parametrize("verb", [*LOST, "fibre"])
def test_no_coverage_is_the_identity(verb: str) -> None:
    photo = photo_of(shaded(3))
    apply_verb(verb, photo)
    assert np.array_equal(photo.pixels, shaded(3))
    assert not photo.mask.any()
    assert not photo.classes.any()


@pytest.mark.parametrize("verb", [*LOST, "fibre"])
def test_verbs_keep_to_the_box(verb: str) -> None:
    photo = photo_of(shaded(3))
    photo.coverage[4, 9] = 255
    box = (4, 5, 9, 10)
    match verb:
        case "cover":
            photo.cover(photo.coverage, box, DUST, colour=(1, 1, 1))
        case "light":
            photo.light(photo.coverage, box, DUST, amount=(1, 1, 1))
        case "stain":
            photo.stain(photo.coverage, box, DUST, density=(1, 1, 1))
        case "tear":
            photo.tear(photo.coverage, box, DUST, background=(1, 1, 1))
        case _:
            photo.remove(photo.coverage, box, DUST, fibre=0.1 if verb == "fibre" else 0, key=Key(1))
    assert np.argwhere(photo.mask).tolist() == [[4, 9]]


def test_depth_mixes_in_density_and_coverage_in_encoded_values() -> None:
    """A half-deep scratch on black is far darker than half-covering paper."""
    half_deep, half_covered = photo_of(np.zeros((1, 8, 1), "f4")), photo_of(np.zeros((1, 8, 1), "f4"))
    half_deep.coverage[0, 0] = 255
    half_deep.remove(half_deep.coverage, (0, 1, 0, 8), DUST, depth=0.5, paper=(1, 1, 1))
    half_covered.coverage[0, 0] = 128
    half_covered.remove(half_covered.coverage, (0, 1, 0, 8), DUST, paper=(1, 1, 1))
    assert half_deep.pixels[0, 0, 0] < 0.25
    assert half_covered.pixels[0, 0, 0] > 0.45


def test_relief_below_what_is_visible_is_not_drawn() -> None:
    photo, clean = photo_of(np.full((4, 9, 3), 0.5, "f4")), 0.5
    relief = np.linspace(-0.3, 0.3, 36, dtype=np.float32).reshape(4, 9)
    photo.relief[:4, :9] = relief
    photo.shade(photo.relief, (0, 4, 0, 9), DamageClass.FOLD)
    drawn = np.abs(relief) >= VISIBLE_SHADE
    shown = np.where(drawn, relief - VISIBLE_SHADE**2 / np.where(drawn, relief, 1), 0)
    expected = clean * (1 + shown)
    np.testing.assert_allclose(photo.pixels, np.repeat(expected[:, :, None], 3, axis=2), atol=1e-6)
    assert np.array_equal(photo.mask > 0, drawn)
    full = np.minimum(np.abs(shown) * SHADE_GAIN, 1) * 254 + 1
    assert np.abs(photo.mask[drawn] - full[drawn]).max() <= 1
    assert not photo.loss.any()
    assert not photo.relief.any()


def test_masks_keep_the_most_and_the_class_of_what_covers_most() -> None:
    photo = photo_of(shaded(1, 1, 8))
    for amounts, damage in (([200, 100, 50, 0], DUST), ([100, 100, 60, 7], DamageClass.STAIN)):
        photo.coverage[0, :4] = amounts
        if damage is DUST:
            photo.cover(photo.coverage, (0, 1, 0, 8), damage, colour=(1, 1, 1))
        else:
            photo.stain(photo.coverage, (0, 1, 0, 8), damage, density=(1, 1, 1))
    assert photo.mask[0, :5].tolist() == [200, 100, 60, 7, 0]
    assert photo.loss[0, :5].tolist() == [200, 100, 50, 0, 0]
    assert photo.classes[0, :5].tolist() == [3, 9, 9, 9, 0]
