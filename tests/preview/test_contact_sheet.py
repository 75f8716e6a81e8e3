from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.damage import DamageClass
from degrade.pages import coloured_mask, fitted
from degrade.pages.palette import CLASS_COLOURS, DAMAGE, GROUND
from degrade.preview import Example, contact_sheet
from degrade.preview.drawing import shortened, text_width, wrapped

Picture = npt.NDArray[np.uint8]


def ramp(height: int, width: int, channels: int = 1) -> Picture:
    values = np.arange(height * width * channels, dtype=np.uint32) * 7 % 251
    return values.astype(np.uint8).reshape(height, width, channels)


def example(height: int = 100, width: int = 150, channels: int = 3, classes: bool = True, **more: object) -> Example:
    mask = np.zeros((height, width), np.uint8)
    mask[: height // 2] = 255
    pictures = {"clean": ramp(height, width, channels), "degraded": 255 - ramp(height, width, channels)}
    codes = np.where(mask > 0, np.uint8(DamageClass.FOLD), np.uint8(0)) if classes else None
    steps = [{"label": "grain", "op": "grain", "fired": True, "drawn": {"strength": 0.03}}]
    return Example("album/0042", pictures, mask, codes, steps, **more)  # type: ignore[arg-type]


def contains(sheet: Picture, colour: tuple[int, int, int]) -> bool:
    return bool((sheet == colour).all(axis=2).any())


def holds(sheet: Picture, picture: Picture) -> bool:
    """Whether `picture` lies somewhere in the sheet, pixel by pixel."""
    height, width = picture.shape[:2]
    rgb = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    rows, columns = np.nonzero((sheet == rgb[0, 0]).all(axis=2))
    return any(np.array_equal(sheet[y : y + height, x : x + width], rgb) for y, x in zip(rows, columns, strict=True))


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_that_fit_are_shown_pixel_by_pixel(channels: int) -> None:
    shown = example(channels=channels)
    sheet = contact_sheet([shown])
    for picture in shown.pictures.values():
        assert holds(sheet, picture)


def test_the_same_examples_give_the_same_sheet() -> None:
    shown = [example(), example(30, 90, 1, classes=False)]
    assert np.array_equal(contact_sheet(shown, "title"), contact_sheet(shown, "title"))


def test_the_key_and_the_numbers_are_on_it() -> None:
    one = example()
    other = Example(one.key, one.pictures, one.mask, one.classes, [{**one.steps[0], "drawn": {"strength": 0.04}}])
    named = Example("album/0043", one.pictures, one.mask, one.classes, one.steps)
    sheet = contact_sheet([one])
    assert not np.array_equal(sheet, contact_sheet([other]))
    assert not np.array_equal(sheet, contact_sheet([named]))


def test_each_further_pair_and_the_stages_make_it_taller() -> None:
    one = contact_sheet([example()])
    assert contact_sheet([example(), example()]).shape[0] > one.shape[0]
    stages = [(f"step {n}", ramp(40, 60)) for n in range(40)]
    assert contact_sheet([example(stages=stages)]).shape[0] > one.shape[0]


def test_every_stage_is_shown() -> None:
    stages = [(f"step {n}", np.full((30, 140, 1), 40 + n, np.uint8)) for n in range(60)]
    sheet = contact_sheet([example(stages=stages)])
    assert all(holds(sheet, picture) for _, picture in stages)


@given(
    shapes=st.lists(st.tuples(st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3])), min_size=1, max_size=3),
    side=st.integers(1, 80),
    title=st.text(max_size=200),
)
def test_any_shapes_fit(shapes: list[tuple[int, int, int]], side: int, title: str) -> None:
    sheet = contact_sheet([example(*shape) for shape in shapes], title, side)
    assert sheet.dtype == np.uint8
    assert sheet.shape[2] == 3
    assert (sheet[:, -1] == GROUND).all()


def test_pairs_without_some_members() -> None:
    bare = Example("k", {"degraded": ramp(140, 20)})
    assert holds(contact_sheet([bare]), bare.pictures["degraded"])
    assert contact_sheet([Example("k", {})]).size


def test_the_legend_names_the_classes_that_occur() -> None:
    assert contains(contact_sheet([example()]), CLASS_COLOURS[DamageClass.FOLD])
    assert not contains(contact_sheet([example()]), CLASS_COLOURS[DamageClass.TAPE])


# --- the mask ---------------------------------------------------------------------------------------------------------


def test_every_class_has_a_colour_of_its_own() -> None:
    assert set(CLASS_COLOURS) == set(DamageClass)
    assert len({*CLASS_COLOURS.values(), DAMAGE, GROUND}) == len(DamageClass) + 2


def test_a_mask_is_coloured_by_class_and_strength() -> None:
    mask = np.array([[0, 128, 255]], np.uint8)
    classes = np.array([[0, DamageClass.FOLD, DamageClass.FOLD]], np.uint8)
    none, half, full = coloured_mask(mask, classes, None)[0]
    assert tuple(none) == (0, 0, 0)
    assert tuple(full) == CLASS_COLOURS[DamageClass.FOLD]
    assert np.allclose(half, full / 255 * 128, atol=1)
    assert tuple(coloured_mask(mask, None, None)[0, 2]) == DAMAGE


def test_the_picture_shines_through_darkened() -> None:
    behind = np.full((1, 1, 3), 200, np.uint8)
    assert coloured_mask(np.zeros((1, 1), np.uint8), None, behind).tolist() == [[[50, 50, 50]]]


# --- words and sizes --------------------------------------------------------------------------------------------------


@given(st.text(), st.integers(20, 300))
def test_shortened_text_fits(text: str, width: int) -> None:
    assert text_width(shortened(text, 12, width), 12) <= max(width, text_width("...", 12))


@given(st.lists(st.text(min_size=1, max_size=30), max_size=12), st.integers(40, 300), st.integers(0, 300))
def test_wrapped_lines_fit(words: list[str], width: int, taken: int) -> None:
    first, *others = wrapped(words, 12, width, ", ", taken)
    assert text_width(first, 12) <= max(width - taken, 0)
    assert all(text_width(line, 12) <= width for line in others)


@pytest.mark.parametrize("taken", [0, 150, 250])
def test_wrapping_keeps_every_word(taken: int) -> None:
    words = [f"word{n} 0.{n}" for n in range(30)]
    assert ", ".join(line for line in wrapped(words, 12, 200, ", ", taken) if line) == ", ".join(words)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300), st.sampled_from([1, 3]))
def test_pictures_fit_their_side(height: int, width: int, side: int, channels: int) -> None:
    picture = ramp(height, width, channels)
    shown = fitted(picture, side)
    assert max(shown.shape[:2]) <= side
    if max(height, width) <= side:
        times = shown.shape[0] // height
        assert np.array_equal(shown[::times, ::times], picture)


@pytest.mark.parametrize(("pixels", "side", "shown"), [(64, 512, 256), (129, 512, 129), (64, 150, 128)])
def test_very_small_pictures_are_magnified(pixels: int, side: int, shown: int) -> None:
    assert fitted(ramp(pixels, pixels), side).shape[:2] == (shown, shown)
