"""Photographs as columns: the same as one by one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import ListingMaker, Photograph, photo_keys
from degrade.corpus.columns import Codes, Texts
from degrade.corpus.keys import hash_of, key_of
from degrade.corpus.photographs import Photographs

words = st.text("aé/ .\\\n\ud800", max_size=5)
made = st.builds(
    Photograph, key=words, source=words, size=st.integers(0, 1 << 40), order=st.integers(0, (1 << 64) - 1),
    offset=st.integers(0, 1 << 40), group=words, split=words, domain=words, target=words,
)  # fmt: skip


def listed(*sources: str) -> Photographs:
    maker = ListingMaker()
    for source in sources:
        maker.add(source, 1)
    photographs = maker.finish().photographs
    assert isinstance(photographs, Photographs)
    return photographs


@given(st.lists(made, max_size=5))
def test_columns_give_back_what_they_are_made_of(photographs: list[Photograph]) -> None:
    columns = Photographs.of(photographs)
    assert columns == photographs
    assert [columns[place] for place in range(len(photographs))] == photographs
    assert columns[::-1] == photographs[::-1]
    assert Photographs.of(columns) is columns
    if photographs:
        assert columns[-1] == photographs[-1]


def test_there_is_nothing_behind_the_end() -> None:
    with pytest.raises(IndexError):
        listed("a.jpg")[1]


def test_what_a_maker_is_told_stands_in_the_photographs() -> None:
    maker = ListingMaker()
    maker.add("plain.jpg", 1)
    maker.add("a.tar/x.jpg", 2, offset=512, group="anna", split="val", label="portrait", domain="real", target="y.jpg")
    maker.add("last.jpg", 3, group="otto")
    by_source = {one.source: one for one in maker.finish().photographs}
    assert by_source["plain.jpg"] == Photograph("plain", "plain.jpg", 1, hash_of("plain"))
    key = key_of(b"a.tar/x.jpg").decode()
    assert by_source["a.tar/x.jpg"] == Photograph(
        key=key, source="a.tar/x.jpg", size=2, order=hash_of(key),
        offset=512, group="anna", split="val", domain="real", target="y.jpg",
    )  # fmt: skip
    assert (by_source["last.jpg"].group, by_source["last.jpg"].offset) == ("otto", 0)


def test_what_is_listed_twice_is_a_reject() -> None:
    maker = ListingMaker()
    for size in (1, 2, 3):
        maker.add("a.jpg", size)
    maker.add("a.png", 4)
    listing = maker.finish()
    assert sorted((one.source, one.size) for one in listing.photographs) == [("a.jpg", 1), ("a.png", 4)]
    assert [(one.source, one.reason) for one in listing.rejects] == [("a.jpg", "repeated")] * 2
    assert {one.source: one.key for one in listing.photographs} == photo_keys(["a.jpg", "a.png"])


def test_a_file_that_is_bad_and_good_has_one_key() -> None:
    maker = ListingMaker()
    maker.add("a.jpg", 1)
    maker.reject("a.jpg", "unreadable", "…")
    listing = maker.finish()
    assert [one.key for one in listing.photographs] == [one.key for one in listing.rejects] == ["a"]


paths = st.lists(st.sampled_from(["a.jpg", "a.png", "a.gif", "a b.jpg", "a_b.jpg", "a-29d6e224.jpg", "c/a.jpg"]))


@given(paths, st.randoms(use_true_random=False))
def test_the_listing_does_not_depend_on_the_order_of_discovery(sources: list[str], random: object) -> None:
    shuffled = sorted(set(sources))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    photographs = listed(*shuffled)
    assert {one.source: one.key for one in photographs} == photo_keys(sources)
    assert list(photographs) == sorted(photographs, key=lambda one: (one.order, one.key))
    assert all(one.order == hash_of(one.key) for one in photographs)


@given(st.sets(st.text("abAB_-. \\é\n", min_size=1, max_size=4), max_size=30))
def test_keys_go_to_the_first_in_byte_order(paths: set[str]) -> None:
    """As if they came one after the other, in byte order, and took the first key that is free."""
    taken: dict[str, str] = {}
    for path in sorted(paths, key=str.encode):
        claims = (key_of(path.encode(), attempt).decode() for attempt in range(100))
        taken[next(claim for claim in claims if claim not in taken)] = path
    assert photo_keys(paths) == {path: key for key, path in taken.items()}


def test_columns_can_be_replaced_and_rows_taken() -> None:
    photographs = listed("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    some = photographs.take(np.array([3, 1]))
    assert list(some) == [photographs[3], photographs[1]]
    changed = some.with_columns(groups=Texts.of(["x", "y"]), splits=Codes(["train", "val"], np.array([1, 0])))
    assert [(one.group, one.split) for one in changed] == [("x", "val"), ("y", "train")]
    assert [dataclasses.replace(one, group="", split="") for one in changed] == list(some)
    assert photographs.where(lambda one: one.source > "b") == [one for one in photographs if one.source > "b"]
