"""Splits: intervals of the hash of the key."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import CorpusError, ListingMaker, Photograph, assign_splits
from degrade.corpus.listing import hash_of
from degrade.corpus.photographs import Photographs

NAMES = ("train", "val", "test", "extra")


def photographs(count: int, start: int = 0) -> list[Photograph]:
    keys = [f"album/{number:05d}" for number in range(start, start + count)]
    return [Photograph(key, f"{key}.jpg", 100, hash_of(key)) for key in keys]


def at(*orders: int) -> list[Photograph]:
    """Photographs at chosen thousandths of the range of hashes."""
    return [Photograph(f"p{order}", f"p{order}.jpg", 1, (order << 64) // 1000) for order in orders]


@st.composite
def share_sets(draw: st.DrawFn) -> dict[str, float]:
    weights = draw(st.lists(st.integers(1, 20), min_size=1, max_size=4))
    return {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=False)}


def test_shares_are_kept() -> None:
    found = Counter(assign_splits(photographs(20_000), {"train": 0.9, "val": 0.05, "test": 0.05}).values())
    assert found.total() == 20_000
    assert abs(found["train"] - 18_000) < 300
    assert abs(found["val"] - 1000) < 200
    assert abs(found["test"] - 1000) < 200


def test_a_split_is_an_interval_with_train_first() -> None:
    splits = {"val": 0.25, "train": 0.5, "test": 0.25}
    assert assign_splits(at(0, 499, 501, 749, 751, 999), splits) == {
        "p0": "train",
        "p499": "train",
        "p501": "test",
        "p749": "test",
        "p751": "val",
        "p999": "val",
    }


def test_two_recipes_share_their_training_photographs() -> None:
    all_of_them = photographs(500)
    one = assign_splits(all_of_them, {"train": 0.9, "val": 0.1})
    other = assign_splits(all_of_them, {"test": 0.05, "train": 0.9, "val": 0.05})
    assert {key for key, split in one.items() if split == "train"} == {
        key for key, split in other.items() if split == "train"
    }


@given(share_sets(), st.integers(0, 60), st.randoms(use_true_random=False))
def test_every_photograph_once_in_any_order(splits: dict[str, float], count: int, random: object) -> None:
    listed = photographs(count)
    shuffled = list(listed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assigned = assign_splits(shuffled, dict(reversed(splits.items())))
    assert assigned == assign_splits(listed, splits)
    assert set(assigned) == {photograph.key for photograph in listed}
    assert set(assigned.values()) <= set(splits)


@given(share_sets(), st.integers(0, 40))
def test_none_is_empty_with_enough_photographs(splits: dict[str, float], count: int) -> None:
    assigned = assign_splits(photographs(count), splits)
    if count >= len(splits):
        assert set(assigned.values()) == set(splits)


def test_the_nearest_moves_over() -> None:
    splits = {"train": 0.8, "test": 0.1, "val": 0.1}  # test is [800, 900), val is [900, 1000)
    assert assign_splits(at(100, 300, 700, 950), splits) == {
        "p100": "train",
        "p300": "train",
        "p700": "test",
        "p950": "val",
    }
    assert assign_splits(at(100, 300, 500), splits) == {"p100": "train", "p300": "val", "p500": "test"}
    assert assign_splits(at(850, 870, 990), splits) == {"p850": "train", "p870": "test", "p990": "val"}


@given(st.integers(0, 200))
def test_an_added_photograph_moves_no_other(added: int) -> None:
    splits = {"train": 0.8, "val": 0.1, "test": 0.1}
    before = assign_splits(photographs(100), splits)
    after = assign_splits(photographs(100) + photographs(1, start=1000 + added), splits)
    assert {key: after[key] for key in before} == before


def test_whole_numbers_are_exact_and_come_first() -> None:
    listed = photographs(100)
    assigned = assign_splits(listed, {"train": 0.75, "val": 0.25, "test": 10})
    assert Counter(assigned.values())["test"] == 10
    ordered = sorted(listed, key=lambda photograph: photograph.order)
    assert all(assigned[photograph.key] == "test" for photograph in ordered[:10])
    assert 50 < Counter(assigned.values())["train"] < 85


def test_whole_numbers_alone_must_cover_the_corpus() -> None:
    assert Counter(assign_splits(photographs(10), {"train": 7, "val": 3}).values()) == {"train": 7, "val": 3}


@given(st.integers(1, 30), st.integers(1, 5), share_sets())
def test_numbers_and_shares(count: int, wanted: int, shares: dict[str, float]) -> None:
    splits: dict[str, float | int] = {**shares, "held_out": wanted}
    if count - wanted < len(shares):
        with pytest.raises(CorpusError):
            assign_splits(photographs(count), splits)
    else:
        found = Counter(assign_splits(photographs(count), splits).values())
        assert found["held_out"] == wanted
        assert set(found) == set(splits)


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ({}, "share such as 0.9"),
        ({"train": 0.9, "val": 0.2}, "sum to 1.1"),
        ({"train": 0.9}, "sum to 0.9"),
        ({"train": 1.0, "val": 0.0}, "'val' is 0.0"),
        ({"train": float("nan")}, "nan"),
        ({"train": float("inf"), "val": 0.1}, "inf"),
        ({"train": -0.5, "val": 1.5}, "-0.5"),
        ({"train": "most"}, "most"),
        ({"train": 1.0, "val": 0}, "number of photographs from 1"),
        ({"train": True}, "number of photographs from 1"),
        ({"train": 1}, "train: 1.0"),
        ({"train": 11}, "11 of 10"),
        ({"train": 1.0, "val": 10}, "leave none for train"),
    ],
)
def test_mistakes_carry_the_cure(splits: dict[str, float | int], words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        assign_splits(photographs(10), splits)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_decimals_and_thirds_sum_to_one() -> None:
    assign_splits(photographs(10), {f"s{number}": 0.1 for number in range(10)})
    assign_splits(photographs(10), {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})
    assign_splits(photographs(10), {"a": 0.3333333, "b": 0.3333333, "c": 0.3333333})


def test_an_empty_corpus() -> None:
    assert assign_splits([], {"train": 0.9, "val": 0.1}) == {}


def listing(*told: tuple[str, dict[str, str]]) -> Photographs:
    maker = ListingMaker()
    for source, what in told:
        maker.add(source, 1, **what)  # type: ignore[arg-type]
    return Photographs.of(maker.finish().photographs)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), share_sets())
def test_a_group_is_in_one_split(groups: list[int], splits: dict[str, float]) -> None:
    told = [(f"{place}.jpg", {"group": f"g{group}" if group else ""}) for place, group in enumerate(groups)]
    photographs = listing(*told)
    assigned = assign_splits(photographs, splits)
    assert len(assigned) == len(groups)
    by_group: dict[str, set[str]] = {}
    for one in photographs:
        by_group.setdefault(one.group or one.key, set()).add(assigned[one.key])
    assert all(len(found) == 1 for found in by_group.values())
    if len(by_group) >= len(splits):
        assert set(assigned.values()) == set(splits)


def test_the_split_of_a_group_follows_its_name_alone() -> None:
    splits = {"train": 0.5, "val": 0.5}
    names = [f"film{number}" for number in range(50)]
    few = listing(*((f"{name}/1.jpg", {"group": name}) for name in names))
    many = listing(*((f"{name}/{number}.jpg", {"group": name}) for name in names for number in range(2, 5)))
    by_name = {one.group: assign_splits(few, splits)[one.key] for one in few}
    assert {one.group: assign_splits(many, splits)[one.key] for one in many} == by_name
    shares = [Photograph(name, name, 1, hash_of(name)) for name in names]
    assert assign_splits(shares, splits) == by_name


def test_counts_by_class() -> None:
    told = [(f"{number}.jpg", {"label": "dog" if number % 3 else "cat"}) for number in range(300)]
    photographs = listing(*told, ("x.jpg", {"label": "fish"}))
    label = {one.key: name for one, name in zip(photographs, photographs.labels(), strict=True)}
    splits = {"train": {"cat": 50, "dog": 60}, "val": {"cat": 5, "dog": 7}}
    assigned = assign_splits(photographs, splits)
    found = Counter((split, label[key]) for key, split in assigned.items())
    assert found == {("train", "cat"): 50, ("train", "dog"): 60, ("val", "cat"): 5, ("val", "dog"): 7}
    with_rest = assign_splits(photographs, {**splits, "test": 1.0})
    assert {key for key, split in with_rest.items() if split != "test"} == set(assigned)
    assert len(with_rest) == 301


def test_counts_by_class_keep_groups_whole() -> None:
    told = []
    for number, group in itertools.product(range(4), range(20)):
        label = "fish" if number == 3 else "cat" if group % 2 else "dog"
        told.append((f"{group}/{number}.jpg", {"group": f"{group}", "label": label}))
    photographs = listing(*told)
    assigned = assign_splits(photographs, {"train": {"cat": 12, "dog": 6}, "val": {"cat": 3, "dog": 3}})
    assert len(assigned) == 24
    splits_of: dict[str, set[str]] = {}
    for one in photographs:
        if one.key in assigned:
            splits_of.setdefault(one.group, set()).add(assigned[one.key])
    assert all(len(found) == 1 for found in splits_of.values())
    with pytest.raises(CorpusError, match=r"do not add up to train: {'cat': 10}, but to {'cat': 9}"):
        assign_splits(photographs, {"train": {"cat": 10}})


def test_numbers_of_photographs_keep_groups_whole() -> None:
    photographs = listing(*((f"{number}.jpg", {"group": f"g{number // 3}"}) for number in range(30)), ("x.jpg", {}))
    assigned = assign_splits(photographs, {"train": 7, "val": 1.0})
    assert Counter(assigned.values()) == {"train": 7, "val": 24}
    with pytest.raises(CorpusError, match="groups are not divided, and they do not add up to train: 8"):
        assign_splits(photographs, {"train": 8, "val": 1.0})


def test_the_source_imposes_splits() -> None:
    first, second = ("a.jpg", {"split": "val", "group": "one"}), ("b.jpg", {"group": "one"})
    photographs = listing(first, second, ("c.jpg", {"split": "test"}), ("d.jpg", {}))
    assigned = assign_splits(photographs, {"train": 1.0})
    assert assigned == {"a": "val", "b": "val", "c": "test", "d": "train"}


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ({"train": {"cat": 1}}, "add class_by to the source"),
        ({"train": {}}, "a share such as 0.9 or a number"),
        ({"train": {"cat": 0}}, "a share such as 0.9 or a number"),
    ],
)
def test_classes_that_are_not_there(splits: dict[str, dict[str, int]], words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        assign_splits(listing(("a.jpg", {})), splits)


def test_classes_of_which_there_are_too_few() -> None:
    photographs = listing(("a.jpg", {"label": "cat"}))
    with pytest.raises(CorpusError, match="asks for 2 photographs of the class 'cat', and 1 are left"):
        assign_splits(photographs, {"train": {"cat": 2}})
    with pytest.raises(CorpusError, match="did you mean 'cat'"):
        assign_splits(photographs, {"train": {"cats": 1}})


def test_a_source_may_not_impose_any_name() -> None:
    with pytest.raises(CorpusError, match="a split 'Train', which is no name of a split"):
        assign_splits(listing(("a.jpg", {"split": "Train"})), {"train": 1.0})
