from __future__ import annotations

import json
import pickle
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.engine.compose import GROUPS, OneOf, Repeat, Sequence, Shuffle, SomeOf, Target
from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn, ParameterError
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import Choice
from degrade.engine.fields import Real, field
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step

IMAGE = np.full((4, 5, 3), 128, np.uint8)
keys = st.text(max_size=5)


class Dim(Degradation):
    """Multiply by a number."""

    stage = Stage.PRINT
    by: Real = field((0.5, 1), "factor", low=0, high=1, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.pixels[...] *= np.float32(drawn["by"])


class Lift(Degradation):
    """Add a number."""

    stage = Stage.PRINT
    by: Real = field((0, 0.2), "summand", low=0, high=1, unit="pixel scale [0, 1]")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.pixels[...] = np.minimum(photo.pixels + np.float32(drawn["by"]), 1)


class Bleach(Degradation):
    """Leave one channel."""

    stage = Stage.SCENE

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.to_gray((0.25, 0.5, 0.25), False)

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        return frozenset({1}) if self.p >= 1 else channels | {1}


class Tint(Degradation):
    """Colour what is gray."""

    stage = Stage.PRINT

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.to_colour()
        photo.pixels[..., 2] *= np.float32(0.5)

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        return frozenset({3}) if self.p >= 1 else channels | {3}


def dims(*labels: str) -> list[Dim]:
    return [Dim(label=label) for label in labels]


def record_of(step: Step, key: str = "") -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = step.pair(IMAGE, key=key).record["steps"]
    return steps


def draws_of(step: Step, key: str = "") -> dict[str, Any]:
    return {entry["label"]: entry["drawn"] for entry in record_of(step, key)}


def fired(step: Step, key: str = "") -> list[str]:
    return [entry["label"] for entry in record_of(step, key) if entry["fired"]]


# --- addresses --------------------------------------------------------------------------------------------------------


@given(keys)
def test_no_step_moves_anothers_draws(key: str) -> None:
    few = draws_of(Sequence(dims("a", "b", "c")), key)
    assert draws_of(Sequence(dims("c", "x", "a", "b")), key).items() >= few.items()
    assert draws_of(Sequence(dims("a", "c")), key) == {label: few[label] for label in "ac"}
    assert draws_of(Sequence([OneOf(dims("a", "x")), Shuffle(dims("b", "c"))]), key).items() >= few.items()
    edited = draws_of(Sequence([Dim(by=0.9, label="a"), *dims("b", "c")]), key)
    assert edited == {**few, "a": {"by": 0.9}}


@given(keys)
def test_steps_of_one_kind_differ_by_their_labels(key: str) -> None:
    drawn = draws_of(Sequence(dims("a", "b")), key)
    assert drawn["a"] != drawn["b"]


@pytest.mark.parametrize(
    "steps",
    [
        [Dim(), Dim()],
        [Dim(label="a"), Lift(label="a")],
        [Dim(), OneOf([Dim(), Lift()])],
        [Repeat([Dim()]), Shuffle([Dim()])],
        [OneOf([Dim(), Lift()], label="lift"), Lift(label="x"), Dim(label="lift")],
    ],
)
def test_two_equal_labels_ask_for_one_of_their_own(steps: list[Step]) -> None:
    with pytest.raises(ParameterError, match="give one a `label:` of its own"):
        Sequence(steps)


def test_a_groups_label_joins_its_childrens() -> None:
    assert OneOf([Dim(), Lift(label="x")]).address == "one_of(dim,x)"
    assert Sequence([OneOf([Dim(), Lift()]), Bleach()]).address == "sequence(one_of(dim,lift),bleach)"
    assert OneOf([Dim()], label="mine").address == "mine"


# --- what runs --------------------------------------------------------------------------------------------------------


@given(keys)
def test_a_sequence_runs_all_in_order(key: str) -> None:
    one, other = Sequence([Dim(by=0.5), Lift(by=0.2)]), Sequence([Lift(by=0.2), Dim(by=0.5)])
    assert fired(one, key) == ["dim", "lift"]
    assert one(IMAGE, key=key)[0, 0, 0] == 115
    assert other(IMAGE, key=key)[0, 0, 0] == 90


@given(keys)
def test_one_of_runs_exactly_one_and_records_the_others_as_skipped(key: str) -> None:
    steps = record_of(OneOf(dims("a", "b", "c")), key)
    assert [entry["label"] for entry in steps] == ["a", "b", "c"]
    assert [entry["fired"] for entry in steps].count(True) == 1


def test_one_of_chooses_by_weight() -> None:
    plain = Counter(fired(OneOf(dims("a", "b")), str(i))[0] for i in range(600))
    assert abs(plain["a"] - 300) < 75
    uneven = Counter(fired(OneOf(dims("a", "b", "c"), weights=[3, 1, 0]), str(i))[0] for i in range(600))
    assert abs(uneven["a"] - 450) < 65
    assert uneven["c"] == 0


def test_a_newcomer_takes_wins_but_moves_none_between_the_others() -> None:
    for index in range(60):
        before, after = fired(OneOf(dims("a", "b")), str(index)), fired(OneOf(dims("a", "b", "c")), str(index))
        assert after in (before, ["c"])


@given(keys, st.integers(0, 5))
def test_some_of_runs_that_many_in_their_order(key: str, n: int) -> None:
    ran = fired(SomeOf(dims("a", "b", "c"), n=n), key)
    assert len(ran) == min(n, 3)
    assert ran == sorted(ran)


def test_some_of_draws_how_many() -> None:
    counts = Counter(len(fired(SomeOf(dims("a", "b", "c"), n=(1, 2)), str(i))) for i in range(200))
    assert set(counts) == {1, 2}
    assert abs(counts[1] - 100) < 45
    subsets = Counter(tuple(fired(SomeOf(dims("a", "b", "c"), n=2), str(i))) for i in range(600))
    assert len(subsets) == 3
    assert max(abs(found - 200) for found in subsets.values()) < 70


def test_shuffle_runs_all_in_every_order() -> None:
    orders = Counter(tuple(fired(Shuffle(dims("a", "b", "c")), str(i))) for i in range(1200))
    assert len(orders) == 6
    assert max(abs(found - 200) for found in orders.values()) < 75


@given(keys)
def test_repeat_draws_each_round_anew(key: str) -> None:
    steps = record_of(Repeat([Dim(), Lift()], times=3), key)
    assert [entry["label"] for entry in steps] == ["dim[0]", "lift[0]", "dim[1]", "lift[1]", "dim[2]", "lift[2]"]
    assert len({entry["drawn"]["by"] for entry in steps}) == 6
    more = draws_of(Repeat([Dim(), Lift()], times=4), key)
    assert more.items() >= {entry["label"]: entry["drawn"] for entry in steps}.items()


def test_repeat_draws_how_often() -> None:
    assert {len(record_of(Repeat([Dim()], times=(0, 2)), str(i))) for i in range(40)} == {0, 1, 2}


@given(keys)
def test_repeats_nest(key: str) -> None:
    labels = [entry["label"] for entry in record_of(Repeat([Repeat([Dim()], times=2)], times=2), key)]
    assert labels == ["dim[0][0]", "dim[0][1]", "dim[1][0]", "dim[1][1]"]


@pytest.mark.parametrize("make", [Sequence, OneOf, SomeOf, Shuffle, Repeat])
def test_a_group_runs_with_its_probability(make: Any) -> None:
    group = make(dims("a", "b"), p=0.3)
    ran = [bool(fired(group, str(i))) for i in range(400)]
    assert abs(sum(ran) - 120) < 55
    assert all(len(draws_of(group, str(i))) >= 2 for i in range(5))
    assert not any(fired(make(dims("a", "b"), p=0), str(i)) for i in range(20))


def test_steps_in_a_group_keep_their_own_probability() -> None:
    ran = Counter(len(fired(Sequence([Dim(p=0.5, label="a"), Dim(p=0.5, label="b")]), str(i))) for i in range(400))
    assert abs(ran[1] - 200) < 60
    assert abs(ran[2] - 100) < 55


# --- the target -------------------------------------------------------------------------------------------------------


def test_what_stands_before_the_target_happens_to_both() -> None:
    pair = Sequence([Dim(by=0.5), Target(), Lift(by=0.2)]).pair(IMAGE)
    assert (pair.clean == 64).all()
    assert (pair.degraded == 115).all()
    assert [entry["label"] for entry in pair.record["steps"]] == ["dim", "target", "lift"]
    assert not pair.clean_is_source


def test_without_a_target_the_clean_picture_is_the_source() -> None:
    pair = Sequence([Dim(by=0.5)]).pair(IMAGE)
    assert np.array_equal(pair.clean, IMAGE)
    assert pair.clean_is_source
    assert Sequence([Target(), Dim(by=0.5)]).pair(IMAGE).clean_is_source


# --- channels ---------------------------------------------------------------------------------------------------------

COLOUR, GRAY, EITHER = frozenset({3}), frozenset({1}), frozenset({1, 3})


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (Sequence([Bleach(), Dim()]), COLOUR, GRAY),
        (Sequence([Bleach(p=0.5), Dim()]), COLOUR, EITHER),
        (Sequence([Bleach()], p=0.5), COLOUR, EITHER),
        (Sequence([Bleach(), Tint()]), COLOUR, COLOUR),
        (Sequence([Dim()]), EITHER, EITHER),
        (OneOf([Bleach(), Dim()]), COLOUR, EITHER),
        (OneOf([Bleach(label="a"), Bleach(label="b")]), COLOUR, GRAY),
        (SomeOf([Bleach(), Dim()]), COLOUR, EITHER),
        (Shuffle([Bleach(), Dim()]), COLOUR, GRAY),
        (Shuffle([Bleach(), Tint()]), COLOUR, EITHER),
        (Repeat([Bleach()], times=2), COLOUR, EITHER),
        (Sequence([Target(), Dim()]), COLOUR, COLOUR),
    ],
)
def test_a_group_knows_which_channels_may_come_out(step: Step, before: frozenset[int], after: frozenset[int]) -> None:
    said = step.channels_after(before)
    assert said == after
    for channels in before:
        for index in range(20):
            photo_channels = step.pair(IMAGE[:, :, :channels], key=str(index)).record["channels"][1]
            assert photo_channels in said | {channels}


# --- declarations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Sequence([]), "expected at least one step"),
        (lambda: Sequence([Dim]), "expected degradations and groups of them"),
        (lambda: Sequence([Dim()], p=2), r"sequence.p: expected a probability"),
        (lambda: Sequence([Dim()], label="a[1]"), "sequence.label: expected a letter"),
        (lambda: OneOf(dims("a", "b"), weights=[1]), "expected 2 numbers of at least 0"),
        (lambda: OneOf(dims("a", "b"), weights=[0, 0]), "not all 0"),
        (lambda: OneOf(dims("a", "b"), weights=[1, -1]), "at least 0"),
        (lambda: SomeOf(dims("a"), n=1.5), "some_of.n: expected a whole number"),
        (lambda: SomeOf(dims("a"), n=-1), "some_of.n: expected a whole number"),
        (lambda: Repeat(dims("a"), times="twice"), "repeat.times: expected a whole number"),
    ],
)
def test_impossible_groups_are_refused_with_what_was_expected(make: Any, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        make()


@pytest.mark.parametrize(
    ("step", "data"),
    [
        (Sequence([Dim()]), {"sequence": [{"dim": {}}]}),
        (OneOf(dims("a"), p=0.5, label="x"), {"one_of": [{"dim": {}, "label": "a"}], "p": 0.5, "label": "x"}),
        (OneOf([Dim()], weights=[2]), {"one_of": [{"dim": {}}], "weights": [2]}),
        (SomeOf([Dim()], n=(0, 1)), {"some_of": [{"dim": {}}], "n": {"integers": [0, 1]}}),
        (Repeat([Dim()], times=Choice([1, 3])), {"repeat": [{"dim": {}}], "times": {"choice": [1, 3]}}),
        (Shuffle([Target(), Dim(by=0.5)]), {"shuffle": ["target", {"dim": {"by": 0.5}}]}),
    ],
)
def test_a_group_as_data_and_pickled(step: Step, data: Any) -> None:
    assert json.loads(json.dumps(step.to_data())) == data
    thawed = pickle.loads(pickle.dumps(step))
    assert thawed == step
    assert record_of(thawed, "a") == record_of(step, "a")


def test_the_fingerprints_data_names_every_field() -> None:
    assert OneOf([Dim(p=0.5), Lift()]).canonical() == {
        "one_of": [{"dim": {"by": {"uniform": [0.5, 1]}}, "p": 0.5}, {"lift": {"by": {"uniform": [0.0, 0.2]}}}]
    }


def test_every_group_is_known_by_its_word() -> None:
    assert set(GROUPS) == {"sequence", "one_of", "some_of", "shuffle", "repeat"}
