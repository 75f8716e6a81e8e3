"""Listings: keys for all, and limits."""

from __future__ import annotations

import pickle
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import CorpusError, assign_splits, make_listing
from degrade.corpus.listing import hash_of

LISTING = make_listing(
    {f"{number:04d}.jpg": number for number in range(2000)}, [("x.jpg", "a_folder", "…")], {"hidden": 2}
)


@given(st.integers(0, 2100), st.integers(0, 2100))
def test_a_larger_limit_keeps_those_of_a_smaller_one(one: int, other: int) -> None:
    small, large = LISTING.limited(min(one, other)), LISTING.limited(max(one, other))
    assert len(small.photographs) == min(one, other, 2000)
    assert set(small.photographs) <= set(large.photographs)
    assert list(small.photographs) == sorted(small.photographs, key=lambda photograph: photograph.order)
    assert (small.rejects, small.ignored) == (LISTING.rejects, LISTING.ignored)


def test_a_limit_keeps_the_shares_of_the_splits() -> None:
    splits = Counter(assign_splits(LISTING.limited(400).photographs, {"train": 0.5, "val": 0.5}).values())
    assert 150 < splits["train"] < 250


def test_a_listing_is_sorted_and_counts() -> None:
    listing = make_listing({"b.jpg": 1, "a.jpg": 2}, [("z.jpg", "a", ""), ("c.jpg", "b", "")], {"z": 1, "a": 2})
    assert {photograph.source: photograph.size for photograph in listing.photographs} == {"a.jpg": 2, "b.jpg": 1}
    assert [reject.source for reject in listing.rejects] == ["c.jpg", "z.jpg"]
    assert [reject.key for reject in listing.rejects] == ["c", "z"]
    assert list(listing.ignored) == ["a", "z"]


def test_hashes_are_pinned() -> None:
    """A changed hash moves every photograph to another shard and another split."""
    assert [hash_of(key) for key in ("a", "album/0042")] == [16494507793352827643, 17031596407433175717]


def test_errors_survive_pickling() -> None:
    error = CorpusError("no such folder; name another", "photos")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.source, again.exit_code) == (str(error), "photos", 2)
