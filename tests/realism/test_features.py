"""What pictures are measured by: each feature tells what it is meant to tell, and nothing depends on who measures."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from degrade.codecs import decode, encode_jpeg
from degrade.realism.features import colour, edges, morphology, noise, spectrum, statistics, tone
from degrade.realism.features.names import FAMILIES, SCALES, family_of, scale_of
from degrade.realism.features.picture import NotMeasured, scaled, taken_in, trimmed
from degrade.realism.features.sheet import PATCH, Sheet, common_sheet, native_sheet
from degrade.realism.features.vectors import FEATURES, PATCH_FEATURES, measure

Scenes = Callable[..., dict[str, np.ndarray]]


def normal(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.Philox(key=seed)).normal(size=shape).astype(np.float32)


def sheet_of(plane: np.ndarray) -> Sheet:
    return common_sheet(np.asarray(plane, np.float32))


# --- patches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(96, 96), (100, 384), (384, 288), (383, 257)])
def test_patches_lie_on_the_picture_at_even_places(shape: tuple[int, int]) -> None:
    sheet = common_sheet(np.zeros(shape, np.float32))
    assert len(sheet) == len(set(zip(sheet.tops.tolist(), sheet.lefts.tolist(), strict=True)))
    assert len(sheet) >= 1
    for starts, side in ((sheet.tops, shape[0]), (sheet.lefts, shape[1])):
        assert (starts % 2 == 0).all()
        assert starts.min() >= 0
        assert starts.max() + PATCH <= side


@pytest.mark.parametrize("shape", [(128, 128), (460, 400), (3000, 900), (5000, 4000)])
def test_native_patches_are_the_pictures_own_pixels(shape: tuple[int, int]) -> None:
    luma = (np.arange(shape[0])[:, None] * 7 + np.arange(shape[1]) * 3).astype(np.uint8)
    sheet = native_sheet(luma)
    assert 1 <= len(sheet) <= 24
    for patch in sheet.cut(sheet.plane):
        assert (np.diff(patch.astype(np.uint8), axis=1) == 3).all()
        assert (np.diff(patch.astype(np.uint8), axis=0) == 7).all()


def test_half_size_patches_show_the_same_place() -> None:
    plane = cv2.GaussianBlur(normal((200, 200)), (0, 0), 6)
    sheet = sheet_of(plane)
    half = cv2.resize(sheet.plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for full, small in zip(sheet.cut(sheet.plane), sheet.cut(half, 2), strict=True):
        assert np.abs(cv2.resize(full, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) - small).max() < 1e-4


# --- families ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [1.0, 2.0, 4.0])
def test_the_shape_of_a_generalised_gaussian_is_found(shape: float) -> None:
    from scipy.stats import gennorm

    drawn = gennorm.rvs(shape, size=(4, 20_000), random_state=3).astype(np.float64)
    found, variance = statistics._symmetric(drawn)
    assert np.exp(found) == pytest.approx(shape, rel=0.06)
    assert np.exp(variance) == pytest.approx(gennorm.var(shape), rel=0.06)


def test_an_asymmetric_gaussian_leans_the_way_it_does() -> None:
    size = np.abs(normal((1, 50_000))).astype(np.float64)
    wide = np.arange(50_000) % 4 > 0  # each side's share goes with its width
    shape, mean, left, right = statistics._asymmetric(np.where(wide, 3 * size, -size))
    assert np.exp(right - left) == pytest.approx(9, rel=0.05)
    assert mean[0] > 0
    assert np.exp(shape[0]) == pytest.approx(2, rel=0.08)


def test_rare_strong_noise_has_another_shape_than_even_noise() -> None:
    even = statistics.nss(sheet_of(128 + 20 * normal((300, 300))))
    rare = statistics.nss(sheet_of(128 + 20 * normal((300, 300)) ** 3 / 4))
    assert even.shape[1] == len(statistics.NAMES) == 36
    assert (rare[:, 0] < even[:, 0] - 0.3).all()


def test_the_spectrum_of_white_noise_is_flat_and_of_photographs_is_not() -> None:
    white = spectrum.spectrum(sheet_of(128 + 20 * normal((384, 384))))
    assert np.abs(white.mean(axis=0)).max() < 0.35
    smooth = spectrum.spectrum(sheet_of(128 + 200 * cv2.GaussianBlur(normal((384, 384)), (0, 0), 3)))
    assert smooth.mean(axis=0)[-1] < -5


@pytest.mark.parametrize("level", [1.0, 3.0, 10.0])
def test_the_level_of_noise_is_found_whatever_the_shading(level: float) -> None:
    shading = np.add.outer(np.linspace(40, 120, 384), np.linspace(0, 60, 384))
    patches, picture = noise.noise(sheet_of(shading + level * normal((384, 384))))
    assert np.exp(picture[0]) == pytest.approx(level, rel=0.2)
    assert patches.shape[1] == len(noise.NAMES)
    assert np.abs(picture[1:]).max() < 0.1


def test_correlated_noise_is_told_from_white() -> None:
    grain = cv2.GaussianBlur(normal((384, 384)), (0, 0), 1.0)
    picture = noise.noise(sheet_of(128 + 5 * grain / grain.std()))[1]
    assert picture[1] > 0.6
    assert picture[1] > picture[2] > picture[3]


def test_noise_is_not_looked_for_where_it_is_cut_off() -> None:
    plane = 128 + 5 * normal((384, 384))
    plane[:, :200] = 255
    assert np.exp(noise.noise(sheet_of(plane))[1][0]) == pytest.approx(5, rel=0.2)


def test_light_and_dark_marks_are_told_apart_and_counted() -> None:
    plane = np.full((300, 300), 120, np.float32)
    for row in range(50, 250, 20):
        for column in range(50, 250, 20):
            plane[row : row + 3, column : column + 3] = 220
    found = dict(zip(morphology.PICTURE_NAMES, morphology.specks(plane), strict=True))
    assert np.exp(found["light.specks"]) == pytest.approx(100 / plane.size, rel=0.02)
    assert np.exp(found["light.share"]) == pytest.approx(900 / plane.size, rel=0.02)
    assert found["light.rim"] < 0
    assert np.exp(found["dark.specks"]) == pytest.approx(1e-5)
    turned = dict(zip(morphology.PICTURE_NAMES, morphology.specks(240 - plane), strict=True))
    assert turned["dark.share"] == found["light.share"]
    assert morphology.morphology(sheet_of(plane)).shape[1] == len(morphology.NAMES) == 18


def test_halos_come_from_sharpening_and_width_from_blur() -> None:
    plane = np.zeros((300, 300), np.float32) + 60
    cv2.circle(plane, (150, 150), 90, 180, -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(plane, (0, 0), 1.2)
    sharpened = soft + 1.5 * (soft - cv2.GaussianBlur(soft, (0, 0), 2))
    assert edges.edges(soft)[0] < 0.02
    assert edges.edges(sharpened)[0] > 0.2
    assert edges.edges(cv2.GaussianBlur(plane, (0, 0), 3))[1] > edges.edges(soft)[1] + 0.5


def test_a_picture_without_edges_says_so() -> None:
    assert np.isnan(edges.edges(np.full((300, 300), 128, np.float32))).all()


def test_tones_are_lightness() -> None:
    ramp = np.tile(np.linspace(0, 255, 1003, dtype=np.float32), (50, 1))
    found = dict(zip(tone.NAMES, tone.tone(ramp), strict=True))
    assert found["p1"] == pytest.approx(0.7, abs=0.3)
    assert found["p50"] == pytest.approx(53.6, abs=0.5)  # L* of code 127.5
    assert found["p99"] == pytest.approx(99, abs=0.3)
    assert abs(found["skew"]) < 0.2


def test_colour_is_told_by_bands_and_gray_has_none() -> None:
    gray = np.repeat(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], 200, axis=0)
    assert not colour.colour(gray).any()
    saved_in_colour = decode(encode_jpeg(np.repeat(np.minimum(gray, 254), 3, axis=2) + np.uint8([0, 0, 1]), 90)).pixels
    assert saved_in_colour.shape[2] == 3
    assert not colour.colour(saved_in_colour).any()
    toned = np.repeat(gray, 3, axis=2)
    toned[:, :100, 2] = toned[:, :100, 2] // 2  # yellow shadows
    found = dict(zip(colour.NAMES, colour.colour(toned), strict=True))
    assert found["shadows.b"] > 5
    assert abs(found["highlights.b"]) < 0.5


# --- the vector -------------------------------------------------------------------------------------------------------


def test_a_vector_has_a_number_for_every_name(scenes: Scenes) -> None:
    one = measure(scenes(1)["p0000"], ("resized", "resaved", "equalised"))
    assert len(FEATURES) == len(set(FEATURES)) == len(one.vector)
    assert one.patches.shape[1] == len(PATCH_FEATURES) == 69
    assert {family_of(name) for name in FEATURES} == set(FAMILIES)
    assert {scale_of(name) for name in FEATURES} == set(SCALES)
    assert np.isfinite(one.vector).all()
    assert np.isfinite(one.variants["resized"]).all()
    native = np.array([scale_of(name) == "native" for name in FEATURES])
    assert np.isnan(one.variants["equalised"][native]).all()
    assert np.isfinite(one.variants["equalised"][~native]).all()
    blocks = FEATURES.index("native.blocks.blockiness")
    assert one.variants["resaved"][blocks] > one.vector[blocks] + 0.02


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((500, 400), np.uint8),
        np.full((500, 400, 3), 255, np.uint8),
        np.full((480, 220, 1), 128, np.uint8),
    ],
)
def test_flat_pictures_are_measured_too(picture: np.ndarray) -> None:
    found = measure(picture, ("resized", "resaved", "equalised"))
    told = ~np.isnan(found.vector)
    assert np.isfinite(found.vector[told]).all()
    assert {family_of(FEATURES[place]) for place in np.flatnonzero(~told)} <= {"edges"}


def test_sixteen_bits_floats_and_alpha_are_taken_in() -> None:
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for same in (gray.astype(np.uint16) * 257, gray / 255, (gray / 255).astype(np.float32), gray[:, :, None]):
        assert (taken_in(same)[:, :, 0] == gray).all()
    see_through = np.stack([gray, np.zeros_like(gray)], axis=2)
    assert (taken_in(see_through) == 255).all()
    assert taken_in(np.zeros((4, 4, 4), np.uint8)).shape == (4, 4, 3)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((3, 4, 5, 6)), "an array of shape"),
        (np.zeros((0, 4), np.uint8), "an array of shape"),
        (np.zeros((4, 4), np.int32), "an array of int32"),
        (np.full((4, 4), 1.5), "not all in"),
        (np.full((4, 4), np.nan), "not all in"),
    ],
)
def test_what_is_no_picture_is_told(picture: np.ndarray, said: str) -> None:
    with pytest.raises(NotMeasured, match=said):
        taken_in(picture)


def test_the_chain_trims_and_scales() -> None:
    assert trimmed(np.zeros((1000, 500, 1), np.uint8)).shape == (960, 480, 1)
    assert scaled(np.zeros((960, 480, 3), np.uint8), 384).shape == (384, 192, 3)
    for size, reason in (((479, 300, 1), "too_small"), ((2000, 600, 1), "too_narrow")):
        with pytest.raises(NotMeasured) as raised:
            trimmed(np.zeros(size, np.uint8))
        assert raised.value.reason == reason
