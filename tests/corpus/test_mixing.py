"""Several corpora as one."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import Corpus, CorpusError, FolderCorpus, open_corpus
from degrade.corpus.mixing import MixedCorpus, Part, mix
from degrade.corpus.options import with_options


def folder(root: Path, name: str, count: int, bad: bool = False) -> Corpus:
    (root / name).mkdir()
    for number in range(count):
        (root / name / f"{number:03d}.jpg").write_bytes(f"{name} {number}".encode())
    if bad:
        (root / name / "bad.jpg").mkdir()
    return open_corpus(root / name)


def test_everything_without_weights(tmp_path: Path) -> None:
    cats = with_options(folder(tmp_path, "cats", 5), {"domain": "cat", "group_by": {"regex": "(.)[.]jpg"}}, "x")
    mixed = mix([(cats, None), (folder(tmp_path, "dogs", 7, bad=True), None)], "x")
    listing = mixed.listing()
    assert Counter(one.source.split("/")[0] for one in listing.photographs) == {"cats": 5, "dogs": 7}
    assert {one.key for one in listing.photographs} >= {"cats/000", "dogs/000"}
    assert [(one.source, one.key) for one in listing.rejects] == [("dogs/bad.jpg", "dogs/bad")]
    assert {(one.source, one.domain, one.group) for one in listing.photographs} >= {
        ("cats/003.jpg", "cat", "3"),
        ("dogs/003.jpg", "", ""),
    }
    again = pickle.loads(pickle.dumps(mixed))
    by_key = {one.key: again.read(one) for one in listing.photographs}
    assert (by_key["cats/002"], by_key["dogs/006"]) == (b"cats 2", b"dogs 6")
    assert mixed.name == "cats+dogs"


def test_shares_follow_the_weights(tmp_path: Path) -> None:
    cats, dogs = folder(tmp_path, "cats", 30), folder(tmp_path, "dogs", 90)
    even = mix([(cats, 1), (dogs, 1)], "x").listing()
    assert Counter(one.key[:4] for one in even.photographs) == {"cats": 30, "dogs": 30}
    assert even.ignored == {"over_its_weight": 60}
    one_to_two = mix([(cats, 1), (dogs, 2)], "x").listing()
    assert Counter(one.key[:4] for one in one_to_two.photographs) == {"cats": 30, "dogs": 60}
    assert {one.key for one in even.photographs} < {one.key for one in one_to_two.photographs}


@given(
    counts=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
    weights=st.lists(st.integers(1, 500), min_size=4, max_size=4),
)
def test_the_largest_mixture_of_the_weights(counts: list[int], weights: list[int]) -> None:
    nowhere = FolderCorpus(Path("/"))
    chosen = {f"c{place}": weight / 100 for place, weight in zip(range(len(counts)), weights, strict=False)}
    mixed = MixedCorpus(tuple(Part(name, nowhere, weight) for name, weight in chosen.items()))
    available = dict(zip(chosen, counts, strict=True))
    taken = mixed.counts(available)
    whole = sum(chosen.values())
    total = min(available[name] * whole / weight for name, weight in chosen.items())
    assert any(taken[name] == available[name] for name in taken)
    for name, weight in chosen.items():
        assert taken[name] <= available[name]
        assert abs(taken[name] - total * weight / whole) <= 1


def test_names_and_weights_are_for_all(tmp_path: Path) -> None:
    cats, dogs = folder(tmp_path, "cats", 1), folder(tmp_path, "dogs", 1)
    with pytest.raises(CorpusError, match="2 of the sources are called cats"):
        mix([(cats, None), (cats, None)], "x")
    named = with_options(cats, {"name": "more"}, "x")
    assert mix([(cats, None), (named, None)], "x").name == "cats+more"
    with pytest.raises(CorpusError, match="give all of them one"):
        mix([(cats, 1), (dogs, None)], "x")
