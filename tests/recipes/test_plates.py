"""Plates with several exposures: where these lie, what they show, and that all else goes on as with one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.building import build, replay
from degrade.codecs import encode_jpeg
from degrade.engine.plate import PAIR, PLATES, SEPARATIONS, SINGLE
from degrade.engine.record import ReplayError
from degrade.preview.example import example_of
from degrade.recipes import Recipe, RecipeError, load_recipe, replay_record
from degrade.recipes.developing import plate_of
from degrade.recipes.schema import recipe_schema
from degrade.shards import open_pairs, verify

SEVERAL = (SEPARATIONS, PAIR)
PHOTO = np.random.Generator(np.random.Philox(key=8)).integers(0, 256, (150, 200, 3), np.uint8)


def recipe(plate: Any, steps: list[Any] | None = None, **more: Any) -> Recipe:
    data = {"recipe": 1, "name": "t", "story": {"plate": plate}, **more}
    return load_recipe({**data, "steps": steps or ["grayscale", "target", {"gaussian_noise": {"sigma": 0.02}}]})


def record_of(plate: str, key: str = "a") -> dict[str, Any]:
    return {"seed": 0, "photo": key, "variant": 0, "story": {"plate": plate}}


@given(st.sampled_from(SEVERAL), st.integers(1, 400), st.integers(1, 400), st.text("ab", max_size=6))
def test_every_exposure_is_a_part_of_the_photograph_and_covers_none_other_but_where_it_says_so(
    kind: str, height: int, width: int, key: str
) -> None:
    plate = plate_of(record_of(kind, key), height, width)
    assert plate is not None
    covered = np.zeros(plate.size, int)
    for one in plate.exposures:
        top, left, tall, wide = one.cut
        assert 0 <= top <= top + tall <= height
        assert 0 <= left <= left + wide <= width
        y, x = one.into
        assert y >= 0
        assert x >= 0
        covered[y : y + tall, x : x + wide] += 1
        covered[y : y + tall, x : x + one.over] -= 1
        assert y + tall <= plate.size[0]
        assert x + wide <= plate.size[1]
    areas = [one.cut[2] * one.cut[3] for one in plate.exposures]
    assert len(set(areas)) == 1
    assert covered.min() == 0
    assert covered.max() == 1
    assert covered.sum() == sum(areas) - sum(one.cut[2] * one.over for one in plate.exposures)


def test_separations_are_blue_green_and_red_from_top_to_bottom() -> None:
    plate = plate_of(record_of(SEPARATIONS), 90, 100)
    assert plate is not None
    assert [one.channel for one in plate.exposures] == [2, 1, 0]
    photo = np.broadcast_to(np.array([200, 100, 50], np.uint8), (90, 100, 3))
    laid = plate.apply(photo)
    assert np.array_equal(laid[:, :, 0], laid[:, :, 1])
    for one, code in zip(plate.exposures, (50, 100, 200), strict=True):
        middle = laid[one.into[0] + one.cut[2] // 2, one.into[1] + one.cut[3] // 2]
        assert middle == pytest.approx(code * one.gain, abs=0.6)
    above, _, before, _ = plate.margins
    assert laid[above, before, 0] == round(255 * plate.black)
    if above:
        assert (laid[:above] == round(255 * plate.around)).all()
    assert plate.size[0] > 2 * plate.size[1]


def test_a_pair_lies_side_by_side_in_colour() -> None:
    plate = plate_of(record_of(PAIR), 90, 300)
    assert plate is not None
    laid = plate.apply(np.broadcast_to(np.array([200, 100, 50], np.uint8), (90, 300, 3)))
    assert plate.size[1] > plate.size[0]
    assert laid[45, 20, 0] > laid[45, 20, 1] > laid[45, 20, 2]
    first, second = plate.exposures
    assert first.cut[1] != second.cut[1]


def test_two_exposures_overlap_or_lie_apart_and_where_they_overlap_it_is_lighter() -> None:
    plates = [plate_of(record_of(PAIR, str(key)), 400, 600) for key in range(40)]
    gaps = [one.exposures[1].into[1] - one.exposures[0].into[1] - one.exposures[0].cut[3] for one in plates if one]
    assert min(gaps) < 0 < max(gaps)
    half = np.full((400, 600, 1), 0.5, np.float32)
    for plate, gap in zip(plates, gaps, strict=True):
        assert plate is not None
        first, second = plate.exposures
        assert second.over == max(0, -gap)
        if gap < 0:
            left, right = (np.float32(0.5 * one.gain) for one in (first, second))
            seam = plate.apply(half)[plate.size[0] // 2, second.into[1] : second.into[1] + second.over, 0]
            assert seam == pytest.approx(1 - (1 - left) * (1 - right), abs=1e-6)
            assert (seam > max(left, right)).all()


@pytest.mark.parametrize("kind", SEVERAL)
def test_depths_agree_and_gray_stays_gray(kind: str) -> None:
    plate = plate_of(record_of(kind), *PHOTO.shape[:2])
    assert plate is not None
    eight = plate.apply(PHOTO)
    sixteen = plate.apply(PHOTO.astype(np.uint16) * np.uint16(257))
    floats = plate.apply(PHOTO.astype(np.float32) / np.float32(255))
    assert (eight.dtype, sixteen.dtype, floats.dtype) == (np.uint8, np.uint16, np.float32)
    assert sixteen / 257 == pytest.approx(eight, abs=0.6)
    assert floats * 255 == pytest.approx(eight, abs=0.6)
    assert plate.apply(PHOTO[:, :, :1]).shape == (*plate.size, 1)


@pytest.mark.parametrize("frame", [None, {"size": 64, "flip": 0.5}])
@pytest.mark.parametrize("kind", SEVERAL)
def test_a_pair_is_of_the_plate_and_can_be_replayed(kind: str, frame: Any) -> None:
    made = recipe(kind, frame=frame)
    pair = made(PHOTO, key="a")
    assert pair.clean.shape == pair.degraded.shape == (*pair.mask.shape, 1)
    if frame:
        assert pair.clean.shape == (64, 64, 1)
    else:
        plate = plate_of(pair.record, *PHOTO.shape[:2])
        assert plate is not None
        assert pair.clean.shape[:2] == plate.size
    again = replay_record(PHOTO, json.loads(json.dumps(pair.record)))
    for name in ("clean", "degraded", "mask"):
        assert np.array_equal(getattr(again, name), getattr(pair, name))
    stages = example_of(pair, PHOTO).stages
    assert stages[-1][1].shape[:2] == pair.degraded.shape[:2]
    assert not np.array_equal(made(PHOTO, key="b").clean, pair.clean)


def test_one_exposure_is_the_photograph() -> None:
    plain = load_recipe({"recipe": 1, "name": "t", "steps": [{"gaussian_noise": {}}]})
    single = recipe(SINGLE, [{"gaussian_noise": {}}])
    assert np.array_equal(single(PHOTO, key="a").degraded, plain(PHOTO, key="a").degraded)
    assert np.array_equal(single(PHOTO, key="a").clean, PHOTO)


def test_the_shares_are_those_of_the_story() -> None:
    made = recipe({"choice": [*PLATES], "weights": [0.5, 0.25, 0.25]})
    drawn = Counter(made(PHOTO[:64, :64], key=str(key)).record["story"]["plate"] for key in range(200))
    assert drawn[SINGLE] / 200 == pytest.approx(0.5, abs=0.12)
    assert min(drawn.values()) > 25


@pytest.mark.parametrize("kind", SEVERAL)
def test_a_clean_picture_that_is_given_lies_alike(kind: str) -> None:
    pair = recipe(kind)(PHOTO, key="a", target=PHOTO)
    alone = recipe(kind)(PHOTO, key="a")
    assert np.array_equal(pair.clean, alone.clean)
    assert np.array_equal(pair.degraded, alone.degraded)


def test_an_old_photograph_as_it_is_lies_on_no_plate() -> None:
    made = recipe(SEPARATIONS)
    assert made(PHOTO, key="a", domain="real").degraded.shape[:2] == PHOTO.shape[:2]
    assert made(PHOTO, key="a", domain="clean").clean.shape[:2] != PHOTO.shape[:2]


def test_the_luma_of_a_file_does_not_do_for_filters() -> None:
    steps = [{"grayscale": {"response": "rec601"}}, "target", {"gaussian_noise": {}}]
    assert recipe(SINGLE, steps).reads_luma
    assert not recipe({"choice": [SINGLE, SEPARATIONS]}, steps).reads_luma


def test_a_record_of_no_plate_is_refused() -> None:
    record = recipe(PAIR, frame={"size": 64})(PHOTO, key="a").record
    for wrong in ({"plate": "round"}, {"plate": ["pair"]}, {"plate": 3}):
        with pytest.raises(ReplayError, match="story"):
            replay_record(PHOTO, {**record, "story": wrong})
    with pytest.raises(ReplayError, match="frame of another photograph"):
        replay_record(PHOTO[:60, :60], record)


def test_words_that_are_none_are_told_with_those_that_are() -> None:
    with pytest.raises(RecipeError, match=r"plate(.|\n)*single(.|\n)*separations"):
        recipe("seperations")


def test_a_preset_may_tell_another_story(tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "recipe": 1, "name": "t", "story": {"plate": {"choice": [*PLATES]}, "handling": 1.0},
        "presets": {"plate": {"any": {}, "one": {"story": {"plate": SINGLE}}}}, "steps": [{"gaussian_noise": {}}],
    }  # fmt: skip
    (tmp_path / "t.yaml").write_text(json.dumps(data), "utf-8")
    assert load_recipe(tmp_path / "t.yaml").lays_plates
    one = load_recipe(f"{tmp_path}/t.yaml@one")
    assert not one.lays_plates
    assert one(PHOTO, key="a").record["story"] == {"plate": SINGLE, "handling": 1.0}
    data["presets"]["plate"]["one"] = {"story": {"plat": SINGLE}}
    with pytest.raises(RecipeError, match=r"presets\.plate\.one\.story(.|\n)*plate"):
        load_recipe(data)
    assert "plate" in recipe_schema()["properties"]["story"]["properties"]


def test_a_build_of_plates_is_verified_and_replayed(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for number in range(3):
        (tmp_path / "photos" / f"{number}.jpg").write_bytes(encode_jpeg(PHOTO, 90))
    made = recipe({"choice": [*SEVERAL]}, output={"copies": 2, "image": "png"})
    build(made, tmp_path / "photos", tmp_path / "out")
    assert verify(tmp_path / "out").ok
    pairs = open_pairs(tmp_path / "out")
    assert {pair.record["story"]["plate"] for pair in pairs} == {*SEVERAL}
    for pair in pairs:
        assert np.array_equal(replay(tmp_path / "out", pair.key).degraded, pair.degraded)
