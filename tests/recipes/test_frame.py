"""What part of a photograph, at what size, becomes the pair."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.declaration import ParameterError
from degrade.engine.key import Key
from degrade.recipes.frame import AUTO, FILTERS, FITS, Frame, Framing

Array = npt.NDArray[Any]


def gradient(height: int, width: int, dtype: Any = np.uint8) -> Array:
    """A picture whose value tells the place: rows in red, columns in green."""
    rows, columns = np.indices((height, width)) + 0.5
    values = np.stack([rows / height, columns / width, 0 * rows + 0.5], axis=2)
    return values.astype(np.float32) if dtype == np.float32 else np.rint(values * np.iinfo(dtype).max).astype(dtype)


def framed(frame: Frame, image: Array, key: str = "k", varied: bool = True) -> Array:
    return frame.framing(*image.shape[:2], Key(0, key), varied=varied).apply(image)


sides = st.integers(1, 90)


@given(
    fit=st.sampled_from(FITS),
    resize=st.sampled_from([AUTO, *FILTERS]),
    source=st.tuples(sides, sides),
    size=st.tuples(sides, sides),
    varied=st.booleans(),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    channels=st.sampled_from([1, 3]),
)
def test_any_photograph_gets_the_size(
    fit: str, resize: str, source: tuple[int, int], size: tuple[int, int], varied: bool, dtype: Any, channels: int
) -> None:
    varying: dict[str, Any] = {"flip": 0.5, "rotate_deg": (-5, 5), "zoom": (0.9, 1.1), "brightness": (-0.1, 0.1)}
    frame = Frame(size=size, fit=fit, resize=resize, **varying)
    framing = frame.framing(*source, Key(0, "k"), varied=varied)
    out = framing.apply(gradient(*source, dtype)[:, :, :channels].copy())
    assert out.shape == (*size, channels)
    assert out.flags.c_contiguous
    if out.dtype == np.float32:
        assert out.min() >= 0
        assert out.max() <= 1
    else:
        assert out.dtype == dtype
    again = Framing(**json.loads(json.dumps(framing.to_data())))
    assert again == framing


@pytest.mark.parametrize("fit", FITS)
def test_a_photograph_of_the_size_is_left_alone(fit: str) -> None:
    image = gradient(30, 40)
    frame = Frame(size=(30, 40), fit=fit)
    assert frame.framing(30, 40, Key(), varied=True).untouched
    assert framed(frame, image) is image


def test_no_size_keeps_the_sources() -> None:
    assert framed(Frame(), gradient(31, 47)).shape == (31, 47, 3)


def test_crop_scales_to_cover_then_cuts() -> None:
    wide = framed(Frame(size=20), gradient(40, 120, np.float32), varied=False)
    assert wide[0, 0, 0] == pytest.approx(0.025, abs=0.01)  # all rows
    assert wide[-1, 0, 0] == pytest.approx(0.975, abs=0.01)
    assert wide[0, 0, 1] == pytest.approx(1 / 3 + 1 / 120, abs=0.01)  # the middle third of the columns
    assert wide[0, -1, 1] == pytest.approx(2 / 3 - 1 / 120, abs=0.01)


def test_crop_is_keyed_in_training_and_centred_elsewhere() -> None:
    frame, image = Frame(size=(20, 20)), gradient(40, 120)
    places = {framed(frame, image, key=str(i)).tobytes() for i in range(10)}
    assert len(places) > 5
    assert len({framed(frame, image, key=str(i), varied=False).tobytes() for i in range(10)}) == 1


def test_patch_cuts_without_scaling() -> None:
    image = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    frame = Frame(size=(20, 30), fit="patch")
    framing = frame.framing(50, 60, Key(0, "k"), varied=True)
    top, left, height, width = framing.cut
    assert (height, width) == (20, 30)
    assert np.array_equal(framing.apply(image), image[top : top + 20, left : left + 30])
    assert framing.box == (-top, 50 - top, -left, 60 - left)  # the print is the whole source


def test_a_patch_beyond_the_photograph_enlarges_it() -> None:
    framing = Frame(size=40, fit="patch").framing(20, 30, Key(), varied=False)
    assert framing.cut == [0, 5, 20, 20]
    assert framing.box == (0, 40, 0, 40)


def test_contain_shows_all_of_it_between_black_bars() -> None:
    out = framed(Frame(size=40, fit="contain"), np.full((20, 80, 3), 200, np.uint8))
    assert (out[:15] == 0).all()
    assert (out[15:25] == 200).all()
    assert (out[25:] == 0).all()


def test_stretch_scales_each_side() -> None:
    out = framed(Frame(size=(10, 50), fit="stretch"), gradient(20, 25, np.float32))
    assert out[-1, -1, 0] == pytest.approx(0.95, abs=0.01)
    assert out[-1, -1, 1] == pytest.approx(0.99, abs=0.02)


def test_flip_is_a_probability() -> None:
    image = gradient(8, 9)
    flipped = [np.array_equal(framed(Frame(flip=0.5), image, key=str(i)), image[:, ::-1]) for i in range(60)]
    assert 15 < sum(flipped) < 45
    assert np.array_equal(framed(Frame(flip=1), image), image[:, ::-1])
    assert framed(Frame(flip=0), image) is image


def test_brightness_and_contrast_move_the_values() -> None:
    image = gradient(16, 16, np.float32) * np.float32(0.5) + np.float32(0.25)
    brighter = framed(Frame(brightness=0.1), image)
    assert np.allclose(brighter, image + 0.1, atol=1e-6)
    harder = framed(Frame(contrast=0.5), image)
    assert np.allclose(harder, (image - 0.5) * 1.5 + 0.5, atol=1e-6)


def test_zoom_turn_and_shift_move_the_place() -> None:
    image = gradient(101, 101, np.float32)
    zoomed = framed(Frame(zoom=2), image)
    assert zoomed[0, 50, 0] == pytest.approx(0.25, abs=0.01)
    assert zoomed[100, 50, 0] == pytest.approx(0.75, abs=0.01)
    turned = framed(Frame(rotate_deg=90), image)  # counter-clockwise: the right side comes up
    assert turned[5, 50, 1] == pytest.approx(image[50, 95, 1], abs=0.01)
    shifts = [framed(Frame(translate_frac=0.2), image, key=str(i))[50, 50, :2] - 0.5 for i in range(30)]
    assert np.abs(shifts).max() <= 0.2 + 0.01
    assert np.std(shifts, axis=0).min() > 0.05


def test_variations_are_for_training_alone() -> None:
    frame = Frame(flip=1, rotate_deg=5, zoom=1.1, translate_frac=0.1, brightness=0.1, contrast=0.1)
    image = gradient(20, 20)
    assert framed(frame, image, varied=False) is image
    assert not np.array_equal(framed(frame, image), image)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"size": 0}, ("size", "expected a list of 2 numbers in [1, 100000] or null, not [0, 0]")),
        ({"size": True}, ("size", "expected a list of 2 numbers in [1, 100000] or null, not true")),
        ({"fit": "patch"}, ("fit", "patch needs a size")),
        ({"flip": (0, 1)}, ("flip", "expected a fixed value, not a distribution")),
        ({"zoom": 0}, ("zoom", "expected a number in [0.1, 10], not 0")),
    ],
)
def test_mistakes(fields: dict[str, Any], problem: tuple[str, str]) -> None:
    with pytest.raises(ParameterError) as caught:
        Frame(**fields)
    assert caught.value.problems == [problem]


@pytest.mark.parametrize("how", list(FILTERS))
@pytest.mark.parametrize("size", [(20, 30), (90, 60), (50, 33)])
def test_filters_keep_the_place_and_the_mean(how: str, size: tuple[int, int]) -> None:
    image = gradient(45, 45)
    out = np.asarray(framed(Frame(size=size, fit="stretch", resize=how), image, varied=False), np.float64)
    wanted = gradient(*size, np.float32)
    assert abs(out - wanted).max() < (0.03 if how == "nearest" else 0.02)
    assert abs(out.mean() - wanted.mean()) < 0.002


def test_shrinking_filters_do_not_alias() -> None:
    stripes = np.zeros((64, 64, 1), np.uint8)
    stripes[:, ::2] = 255
    found = {how: framed(Frame(size=(64, 16), fit="stretch", resize=how), stripes, varied=False) for how in FILTERS}
    assert set(np.unique(found["nearest"])) <= {0, 1}
    for how in ("area", "bilinear", "bicubic", "lanczos"):
        assert abs(found[how][:, 2:-2] - 0.5).max() < 0.02, how


def test_only_a_filter_of_ones_own_is_recorded() -> None:
    assert "resize" not in Frame(size=10).framing(20, 20, Key(), varied=True).to_data()
    framing = Frame(size=10, resize="lanczos").framing(20, 20, Key(), varied=True)
    assert Framing(**framing.to_data()) == framing


def test_cover_is_centred_for_every_split() -> None:
    image = gradient(40, 80)
    middle = framed(Frame(size=40, fit="crop"), image, varied=False)
    for key in "abc":
        np.testing.assert_array_equal(framed(Frame(size=40, fit="cover"), image, key), middle)
    assert any((framed(Frame(size=40, fit="crop"), image, key) != middle).any() for key in "abc")
