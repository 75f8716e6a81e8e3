from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.compose import OneOf, Repeat, Sequence, Shuffle, SomeOf, Target
from degrade.engine.key import Key
from degrade.engine.pair import Pair
from degrade.engine.photo import Photo
from degrade.engine.record import ReplayError, replay_steps
from degrade.engine.step import Step
from degrade.engine.workspace import Workspace
from degrade.ops import degradations
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.gaussian_noise import GaussianNoise
from degrade.ops.grain import Grain
from degrade.ops.grayscale import Grayscale
from degrade.ops.jpeg import Jpeg
from degrade.ops.salt_and_pepper import SaltAndPepper

RECIPES: dict[str, Step] = {
    "one op": Grain(),
    "gray target": Sequence([Grayscale(), Target(), Grain(), SaltAndPepper(), Jpeg()]),
    "choices": Sequence([
        OneOf([Grain(), GaussianNoise(p=0.5)], p=0.7),
        SomeOf([SaltAndPepper(), CoarseDropout(fill="noise")], n=(0, 2)),
    ]),
    "rounds": Repeat([Grain(), Shuffle([SaltAndPepper(), Jpeg(quality=(20, 50))])], times=(1, 3)),
    "jpeg in the middle": Sequence([Jpeg(), GaussianNoise()]),
}  # fmt: skip


def picture(dtype: Any = np.uint8) -> npt.NDArray[Any]:
    values = np.random.default_rng(0).random((23, 31, 3))
    return values.astype(dtype) if dtype == np.float32 else np.rint(values * np.iinfo(dtype).max).astype(dtype)


def replayed(image: npt.NDArray[Any], record: dict[str, Any]) -> Photo:
    photo = Photo(image, Workspace(), record["format"])
    replay_steps(photo, Key(record["seed"], record["photo"], record["variant"]), record["steps"], degradations())
    return photo


def assert_equal(photo: Photo, pair: Pair, dtype: Any) -> None:
    assert np.array_equal(photo.rounded(dtype, pair.degraded.shape[2]), pair.degraded)
    assert np.array_equal(photo.mask, pair.mask)
    assert np.array_equal(photo.loss, pair.loss)
    assert np.array_equal(photo.classes, pair.classes)
    assert (photo.jpeg if dtype == np.uint8 else None) == pair.degraded_jpeg


@pytest.mark.parametrize("step", RECIPES.values(), ids=RECIPES)
@given(key=st.text(max_size=5), copy=st.integers(0, 3), dtype=st.sampled_from([np.uint8, np.uint16, np.float32]))
def test_a_record_alone_makes_the_pair_again(step: Step, key: str, copy: int, dtype: Any) -> None:
    image = picture(dtype)
    pair = step.pair(image, key=key, copy=copy)
    record = json.loads(json.dumps(pair.record))
    assert record == pair.record
    assert_equal(replayed(image, record), pair, dtype)


@given(st.text(max_size=5))
def test_what_is_replayed_is_recorded_as_it_was(key: str) -> None:
    pair = RECIPES["choices"].pair(picture(), key=key)
    again = replayed(picture(), pair.record)
    assert [(label, op, fired) for label, op, fired, _ in again.record] == [
        (entry["label"], entry["op"], entry["fired"]) for entry in pair.record["steps"]
    ]


def test_a_record_is_the_same_object_each_time_and_goes_with_a_pickled_pair() -> None:
    pair = RECIPES["choices"].pair(picture(), key="a")
    unread = pickle.loads(pickle.dumps(pair))
    assert pair.record is pair.record
    assert unread.record == pair.record == pickle.loads(pickle.dumps(pair)).record


def test_an_edited_number_is_what_runs() -> None:
    pair = GaussianNoise(sigma=0.05).pair(picture(), key="a")
    pair.record["steps"][0]["drawn"]["sigma"] = 0
    assert np.array_equal(replayed(picture(), pair.record).rounded(np.uint8), picture())


def test_a_skipped_step_stays_skipped() -> None:
    pair = GaussianNoise(p=0).pair(picture())
    assert pair.record["steps"][0]["fired"] is False
    assert np.array_equal(replayed(picture(), pair.record).rounded(np.uint8), picture())


def test_a_record_names_everything_that_made_the_pair() -> None:
    pair = Sequence([Grayscale(), Target(), Grain()]).pair(picture(), key="album/1", copy=2, format="postcard")
    assert {**pair.record, "steps": None} == {
        "key": "album/1", "photo": "album/1", "seed": 0, "variant": 2, "format": "postcard",
        "channels": [1, 1], "frame": None, "steps": None,
    }  # fmt: skip
    assert [(entry["label"], entry["op"], entry["fired"]) for entry in pair.record["steps"]] == [
        ("grayscale", "grayscale", True), ("target", "target", True), ("grain", "grain", True),
    ]  # fmt: skip
    assert set(pair.record["steps"][2]["drawn"]) == set(Grain.specs)


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"label": "x", "op": "grian", "fired": True, "drawn": {}}, "there is no such op"),
        ({"label": "x", "op": "gaussian_noise", "fired": True, "drawn": {"sigma": 0.1}}, "per_channel"),
        (
            {"label": "x", "op": "gaussian_noise", "fired": False,
             "drawn": {"sigma": 0.1, "per_channel": True, "colour": 1}},
            "colour",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_replayed_says_which_step_and_the_cure(step: dict[str, Any], says: str) -> None:
    with pytest.raises(ReplayError, match=says) as raised:
        replay_steps(Photo(picture(), Workspace()), Key(), [step], degradations())
    assert raised.value.label == "x"
    assert raised.value.op == step["op"]
    assert "the version of degrade that wrote it" in str(raised.value)
    thawed = pickle.loads(pickle.dumps(raised.value))
    assert str(thawed) == str(raised.value)
