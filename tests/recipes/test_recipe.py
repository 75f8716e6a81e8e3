"""The recipe as a callable: addresses, sides, targets, copies, replay."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.codecs import decode, encode_jpeg
from degrade.engine.compose import OneOf, Sequence, Target
from degrade.engine.declaration import ParameterError
from degrade.engine.pair import Pair
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.gaussian_noise import GaussianNoise
from degrade.ops.grain import Grain
from degrade.ops.grayscale import Grayscale
from degrade.ops.jpeg import Jpeg
from degrade.recipes import Recipe, load_recipe, replay_record
from degrade.recipes.frame import Frame
from degrade.recipes.output import Output
from degrade.recipes.recipe import TooSmall
from degrade.recipes.replaying import replay_photograph

Array = npt.NDArray[Any]


def picture(*shape: int, dtype: Any = np.uint8) -> Array:
    values = np.random.default_rng(3).random(shape) * 0.8 + 0.1
    return values.astype(dtype) if dtype == np.float32 else np.rint(values * np.iinfo(dtype).max).astype(dtype)


def members(pair: Pair) -> list[bytes]:
    return [array.tobytes() for array in (pair.clean, pair.degraded, pair.mask, pair.loss, pair.classes)]


def draws(pair: Pair) -> dict[str, Any]:
    return {step["label"]: (step["fired"], step["drawn"]) for step in pair.record["steps"]}


@pytest.fixture(scope="module")
def aged() -> Recipe:
    """The flagship, at a size that is quick."""
    recipe = load_recipe("aged_photo")
    return dataclasses.replace(recipe, frame=Frame(size=(96, 128), flip=0.5))


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_the_same_address_gives_the_same_bytes_and_any_other_does_not(aged: Recipe) -> None:
    image = picture(150, 150, 3)
    first = aged(image, key="album/1")
    assert members(aged(image, key="album/1")) == members(first)
    others = [
        aged(image, key="album/2"),
        aged(image, key="album/1", copy=1),
        aged(image, key="album/1", epoch=1),
        aged(image, key="album/1", split="val"),
        dataclasses.replace(aged, seed=1)(image, key="album/1"),
    ]
    assert len({pair.degraded.tobytes() for pair in (first, *others)}) == 6


def test_epochs_count_for_training_alone_and_never_meet_copies(aged: Recipe) -> None:
    image = picture(100, 100)
    assert aged.output.copies == 2
    variants = [aged(image, copy=copy, epoch=epoch).record["variant"] for epoch in range(3) for copy in range(2)]
    assert variants == list(range(6))
    assert members(aged(image, key="a", split="val", epoch=7)) == members(aged(image, key="a", split="val"))


@given(place=st.integers(0, 20), kind=st.sampled_from(["remove", "add", "move", "change", "wrap"]))
def test_editing_one_step_leaves_the_draws_of_all_others(aged: Recipe, place: int, kind: str) -> None:
    steps = list(aged.steps)
    place %= len(steps)
    touched = steps[place]
    if kind == "remove":
        del steps[place]
    elif kind == "add":
        steps.insert(place, GaussianNoise(label="new"))
    elif kind == "move":
        steps.append(steps.pop(place))
    elif kind == "wrap":
        steps[place] = steps[place] if isinstance(touched, Target) else Sequence([touched], label="wrapped")
    elif dataclasses.is_dataclass(touched) and not isinstance(touched, Target):
        steps[place] = dataclasses.replace(touched, p=0.01)
    edited = dataclasses.replace(aged, steps=tuple(steps))
    before, after = (draws(recipe(picture(96, 128, 3), key="k")) for recipe in (aged, edited))
    for label in before.keys() & after.keys():
        if kind != "change" or label != touched.address:
            assert after[label] == before[label]
    assert before.keys() - after.keys() <= {touched.address}


def test_replay_needs_the_record_alone(aged: Recipe) -> None:
    image = picture(120, 150, 3)
    for split in ("train", "val"):
        pair = aged(image, key="album/7", copy=1, epoch=2, split=split)
        again = replay_record(image, json.loads(json.dumps(pair.record)))
        assert members(again) == members(pair)
        assert again.degraded_jpeg == pair.degraded_jpeg
        assert (again.key, again.record) == (pair.key, pair.record)


def test_a_pickled_recipe_is_the_recipe(aged: Recipe) -> None:
    again = pickle.loads(pickle.dumps(aged))
    assert again == aged
    assert again.fingerprint == aged.fingerprint
    assert members(again(picture(99, 99), key="k")) == members(aged(picture(99, 99), key="k"))


# --- what goes in and comes out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(100, 130), (100, 130, 1), (130, 100, 3)])
def test_pictures_keep_their_dtype_and_the_input(aged: Recipe, shape: tuple[int, ...], dtype: Any) -> None:
    image = picture(*shape, dtype=dtype)
    before = image.copy()
    pair = aged(image, key="k")
    assert np.array_equal(image, before)
    assert (pair.clean.dtype, pair.degraded.dtype) == (dtype, dtype)
    assert pair.clean.shape == pair.degraded.shape == (96, 128, 1)
    assert {array.shape for array in (pair.mask, pair.loss, pair.classes)} == {(96, 128)}
    assert {array.dtype for array in (pair.mask, pair.loss, pair.classes)} == {np.dtype(np.uint8)}


def test_a_key_names_its_copy(aged: Recipe) -> None:
    assert aged(picture(99, 99), key="album/1").key == "album/1"
    assert aged(picture(99, 99), key="album/1", copy=3).key == "album/1/c3"


@pytest.mark.parametrize(
    ("steps", "channels"),
    [
        ((), (3, 3)),
        ((Grayscale(),), (3, 1)),
        ((Grayscale(), Target()), (1, 1)),
        ((Target(), Grayscale()), (3, 1)),
        ((Grayscale(p=0.5), Target()), (3, 3)),
        ((OneOf([Grayscale(), Grain()]),), (3, 3)),
        ((OneOf([Grayscale(), Grayscale(label="b")]),), (3, 1)),
    ],
)
def test_each_side_has_one_number_of_channels_whatever_goes_in(steps: tuple[Any, ...], channels: Any) -> None:
    recipe = Recipe("r", steps)
    assert recipe.channels == channels
    for image in (picture(70, 70), picture(70, 70, 3)):
        for key in "abc":
            pair = recipe(image, key=key)
            assert (pair.clean.shape[2], pair.degraded.shape[2]) == channels


def test_what_stands_before_the_target_happens_to_both_and_leaves_no_mask() -> None:
    before, after = CoarseDropout(holes=1), CoarseDropout(holes=1, label="after", value=(1, 1, 1))
    pair = Recipe("r", (before, Target(), after))(np.full((80, 80, 3), 128, np.uint8), key="k")
    assert (pair.clean == 0).any()
    assert set(np.unique(pair.clean)) == {0, 128}
    changed = (pair.clean != pair.degraded).any(axis=2)
    assert changed.any()
    assert np.array_equal(changed, pair.mask > 0)


def test_without_a_target_the_clean_picture_is_the_framed_source() -> None:
    image = picture(80, 90, 3)
    pair = Recipe("r", (GaussianNoise(),))(image)
    assert np.array_equal(pair.clean, image)
    assert not np.shares_memory(pair.clean, image)
    framed = Recipe("r", (GaussianNoise(),), frame=Frame(size=(40, 40), fit="patch"))(image, split="val")
    assert np.array_equal(framed.clean, image[20:60, 25:65])


def test_a_last_jpeg_is_the_file_itself() -> None:
    from degrade.codecs import decode_jpeg

    pair = Recipe("r", (Grayscale(), Jpeg(quality=50)))(picture(80, 90, 3))
    assert pair.degraded_jpeg is not None
    assert np.array_equal(decode_jpeg(pair.degraded_jpeg), pair.degraded)
    followed = Recipe("r", (Jpeg(quality=50), GaussianNoise(sigma=0.01)))(picture(80, 90, 3))
    assert followed.degraded_jpeg is None


# --- mistakes ---------------------------------------------------------------------------------------------------------


BOTH = {"rotate": {"both": True}}


@pytest.mark.parametrize(
    ("steps", "more", "reads"),
    [
        (["grayscale", "grain"], {}, True),
        (["grayscale", "target", "grain"], {"frame": {"size": 64}, "output": {"image": "png"}}, True),
        (["grayscale", "grain"], {"frame": {"size": 64}}, False),  # its clean side is cut out, in colour
        (["grayscale", "grain"], {"output": {"image": "png"}}, False),
        (["grayscale", BOTH], {}, False),
        (["grayscale", {"target": "gray"}, "grain"], {}, True),
        (["grain", "grayscale"], {}, False),
        (["target", "grayscale"], {}, False),
        ([{"grayscale": {"response": "rec709"}}], {}, False),
        ([{"grayscale": {"response": {"choice": ["rec601", "rec709"]}}}], {}, False),
        ([{"grayscale": {}, "p": 0.5}], {}, False),
    ],
)
def test_which_recipes_want_no_more_than_the_luma(steps: list[Any], more: dict[str, Any], reads: bool) -> None:
    assert load_recipe({"recipe": 1, "name": "t", "steps": steps, **more}).reads_luma is reads


def test_pairs_of_a_luma() -> None:
    file = encode_jpeg(picture(70, 90, 3), 95)
    for steps in (["grayscale", "grain"], ["grayscale", "target", "grain"]):
        made = load_recipe({"recipe": 1, "name": "t", "steps": steps})
        decoded = decode(file, luma=True)
        pair = made.of_photograph(decoded, key="a")
        whole = made(decode(file).pixels, key="a")
        assert pair.clean.shape == whole.clean.shape
        assert np.abs(pair.clean.astype(int) - whole.clean).max() <= (0 if len(steps) == 2 else 1)
        assert pair.clean_is_source is (len(steps) == 2)
        assert np.abs(pair.degraded.astype(int) - whole.degraded).max() <= 2
        again = replay_photograph(decoded, pair.record, "jpg")
        assert (again.clean == pair.clean).all()
        assert (again.degraded == pair.degraded).all()
        with pytest.raises(ValueError, match="luma"):
            replay_record(decode(file).pixels, pair.record)


@pytest.mark.parametrize("image", [picture(63, 99), picture(200, 10, 3)])
def test_small_photographs_are_refused(image: Array) -> None:
    with pytest.raises(TooSmall, match="the recipe takes photographs with sides of at least 64") as caught:
        Recipe("r", ())(image)
    assert (caught.value.height, caught.value.width) == image.shape[:2]
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert Recipe("r", (), frame=Frame(min_side=10))(image).clean.shape[:2] == image.shape[:2]


@pytest.mark.parametrize("image", [picture(70, 70).astype(np.int32), picture(70, 70).tolist(), None])
def test_what_is_no_array_of_pixels(image: Any) -> None:
    with pytest.raises(TypeError, match="an image is an array of uint8, uint16 or float32"):
        Recipe("r", ())(image)


@pytest.mark.parametrize("image", [picture(70, 70, 4), picture(70), np.full((70, 70), np.nan, np.float32)])
def test_what_is_no_picture(image: Array) -> None:
    with pytest.raises(ValueError, match="image"):
        Recipe("r", ())(image)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"steps": (Grain(), Grain())}, ["steps"]),
        ({"steps": (Target(), Target())}, ["steps"]),
        ({"steps": (Sequence([Target()]),)}, ["steps"]),
        ({"steps": (), "format": "a4", "seed": 1.5}, ["format", "seed"]),
    ],
)
def test_impossible_recipes(fields: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        Recipe("r", **fields)
    assert [name for name, _ in caught.value.problems] == names


# --- fingerprints -----------------------------------------------------------------------------------------------------


def test_a_fingerprint_is_that_of_what_is_done() -> None:
    recipe = Recipe("a", (Grain(),), about="x")
    assert recipe.fingerprint == Recipe("a", (Grain(),), source="photos").fingerprint
    assert recipe.fingerprint == Recipe("b", (Grain(strength=(0.01, 0.05)),)).fingerprint
    assert len(recipe.fingerprint) == 32
    others = [
        Recipe("a", (Grain(label="x"),)),
        Recipe("a", (Grain(p=0.5),)),
        Recipe("a", (Grain(strength=0.01),)),
        Recipe("a", (OneOf([Grain()]),)),
        Recipe("a", (Grain(),), seed=1),
        Recipe("a", (Grain(),), format="postcard"),
        Recipe("a", (Grain(),), frame=Frame()),
        Recipe("a", (Grain(),), output=Output(quality=90)),
    ]
    assert len({each.fingerprint for each in (recipe, *others)}) == len(others) + 1
