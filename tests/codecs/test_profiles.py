"""ICC profiles into sRGB."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.codecs.profiles import to_srgb


def ramp(channels: int, dtype: str = "u1") -> np.ndarray:
    full = int(np.iinfo(dtype).max)
    axis = np.linspace(0, full, 256).round().astype(dtype)
    return np.stack([np.roll(axis, 40 * i) for i in range(channels)], axis=-1)[None]


def srgb_of_gamma(gamma: float, dtype: str) -> np.ndarray:
    """A gamma ramp in sRGB, by the formulas of IEC 61966-2-1."""
    full = int(np.iinfo(dtype).max)
    light = (ramp(1, dtype)[0, :, 0] / full) ** gamma
    return full * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize(
    ("name", "channels"), [("sRGB", 3), ("gray, sRGB curve", 1), ("sRGB", 1), ("gray, gamma 1.8", 3), ("CMYK table", 3)]
)
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_nothing_to_do(name: str, channels: int, dtype: str, icc: dict[str, bytes]) -> None:
    pixels = ramp(channels, dtype)
    assert to_srgb(pixels, icc[name]) is pixels


@pytest.mark.parametrize("profile", [b"", b"short", bytes(128), b"nonsense" * 50])
def test_broken_profiles_are_ignored(profile: bytes) -> None:
    pixels = ramp(3)
    assert to_srgb(pixels, profile) is pixels


def test_every_cut_of_a_profile(icc: dict[str, bytes]) -> None:
    for name, channels in (("Adobe RGB", 3), ("gray, gamma 1.8, as a table", 1)):
        for end in range(0, len(icc[name]), 7):
            for dtype in ("u1", "u2"):
                pixels = ramp(channels, dtype)
                assert to_srgb(pixels, icc[name][:end]).shape == pixels.shape


@pytest.mark.parametrize(
    "name", ["gray, gamma 1.8", "gray, gamma 1.8, as a parametric curve", "gray, gamma 1.8, as a table"]
)
@pytest.mark.parametrize(("dtype", "tolerance"), [("u1", 1.5), ("u2", 30)])
def test_gray(name: str, dtype: str, tolerance: float, icc: dict[str, bytes]) -> None:
    converted = to_srgb(ramp(1, dtype), icc[name])
    assert converted.dtype == np.dtype(dtype)
    assert converted.shape == (1, 256, 1)
    assert np.abs(converted[0, :, 0] - srgb_of_gamma(1.8, dtype))[8:].max() <= tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), [("u1", 1.5), ("u2", 30)])
def test_colour_with_another_curve_only(dtype: str, tolerance: float, icc: dict[str, bytes]) -> None:
    grays = np.repeat(ramp(1, dtype), 3, axis=2)
    converted = to_srgb(grays, icc["sRGB primaries, gamma 1.8"])
    assert np.abs(converted[0, 8:].astype(float) - srgb_of_gamma(1.8, dtype)[8:, None]).max() <= tolerance


def test_the_eight_and_the_sixteen_bit_path_agree(icc: dict[str, bytes]) -> None:
    axis = np.arange(0, 256, 15, dtype=np.uint8)
    lattice = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(18, -1, 3)
    eight = to_srgb(lattice, icc["Adobe RGB"])
    sixteen = to_srgb(lattice.astype(np.uint16) * 257, icc["Adobe RGB"])
    assert sixteen.dtype == np.uint16
    assert np.abs(sixteen / 257 - eight).max() <= 1.5


def test_adobe_red_and_neutrals(icc: dict[str, bytes]) -> None:
    pixels = np.array([[[255, 0, 0], [128, 128, 128], [255, 255, 255], [0, 0, 0]]], np.uint8)
    red, gray, white, black = to_srgb(pixels, icc["Adobe RGB"])[0].astype(int)
    assert red.tolist() == [255, 0, 0]
    assert np.ptp(gray) <= 1
    assert (white >= 254).all()
    assert (black <= 1).all()


def test_a_table_takes_sixteen_bits_to_eight(icc: dict[str, bytes]) -> None:
    converted = to_srgb(ramp(3, "u2"), icc["RGB table"])
    assert converted.dtype == np.uint8
    assert np.array_equal(converted, to_srgb((ramp(3, "u2") >> 8).astype(np.uint8), icc["RGB table"]))


def test_inks_become_rgb(icc: dict[str, bytes]) -> None:
    ink = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    paper, black, cyan = to_srgb(ink, icc["CMYK table"])[0].astype(int)
    assert (paper > 240).all()
    assert (black < 90).all()
    assert cyan[0] < cyan[2]


def test_tall_pictures_are_converted_in_blocks(icc: dict[str, bytes]) -> None:
    column = np.repeat(ramp(3, "u2").transpose(1, 0, 2), 5000, axis=1)
    converted = to_srgb(column, icc["Adobe RGB"])
    assert np.array_equal(converted[:, 0], to_srgb(column[:, :1].copy(), icc["Adobe RGB"])[:, 0])
    assert (converted == converted[:, :1]).all()
