"""Two parallel folders as a corpus."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from degrade.corpus import CorpusError, CorpusReadError, open_corpus
from degrade.corpus.options import excluding
from degrade.corpus.pairs import target_of
from degrade.recipes.source import source_problems


@pytest.fixture
def pairs(tmp_path: Path) -> dict[str, Any]:
    """Two pairs in albums, and a file on either side that is in none."""
    for side, names in {
        "input": ("a/0.jpg", "b/1.jpg", "b/in.jpg"),
        "target": ("a/0.jpg", "b/1.jpg", "out.jpg"),
    }.items():
        for name in names:
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_bytes(f"{side} {name}".encode())
    return {"pairs": {"input": str(tmp_path / "input"), "target": str(tmp_path / "target")}}


def test_each_input_knows_its_target(pairs: dict[str, Any]) -> None:
    corpus = pickle.loads(pickle.dumps(open_corpus(pairs | {"group_by": {"folder": 1}})))
    listing = corpus.listing()
    assert {one.source: (one.target, one.domain, one.group) for one in listing.photographs} == {
        "a/0.jpg": ("a/0.jpg", "pair", "a"), "b/1.jpg": ("b/1.jpg", "pair", "b"),
    }  # fmt: skip
    assert {reject.source: reject.reason for reject in listing.rejects} == {
        "b/in.jpg": "no_target", "out.jpg": "no_input",
    }  # fmt: skip
    for one in listing.photographs:
        assert corpus.read(one) == f"input {one.source}".encode()
        assert corpus.read(target_of(one)) == f"target {one.source}".encode()


def test_a_target_that_has_changed_is_not_read(pairs: dict[str, Any]) -> None:
    corpus = open_corpus(pairs)
    one = corpus.listing().photographs[0]
    Path(pairs["pairs"]["target"], one.target).write_bytes(b"another")
    with pytest.raises(CorpusReadError, match="listed with"):
        corpus.read(target_of(one))


def test_pairs_in_a_mixture(pairs: dict[str, Any], tmp_path: Path) -> None:
    corpus = open_corpus([pairs | {"name": "film"}, {"path": str(tmp_path / "target"), "name": "plain"}])
    photographs = {one.source: one for one in corpus.listing().photographs}
    assert photographs["film/a/0.jpg"].target == "film/a/0.jpg"
    assert photographs["plain/a/0.jpg"].target == ""
    assert corpus.read(target_of(photographs["film/a/0.jpg"])) == b"target a/0.jpg"


def test_what_lies_in_the_output_is_left_out(pairs: dict[str, Any], tmp_path: Path) -> None:
    corpus = excluding(open_corpus(pairs), tmp_path / "input" / "a")
    assert [one.source for one in corpus.listing().photographs] == ["b/1.jpg"]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ({"pairs": "input"}, "expected {input"),
        ({"pairs": {"input": "a"}}, "`target:` is missing"),
        ({"pairs": {"input": "a", "target": "b", "match": "size"}}, "expected name or stem"),
        ({"pairs": {"input": "a", "target": "b"}, "path": "c"}, "no meaning beside"),
        ({"pairs": {"input": "a", "target": "b", "inputs": "c"}}, "expected input or target or match"),
    ],
)
def test_mistakes(source: dict[str, Any], what: str) -> None:
    assert any(what in message for _, message, _ in source_problems(source))
    with pytest.raises(CorpusError, match="source"):
        open_corpus(source)


def test_both_are_folders(pairs: dict[str, Any]) -> None:
    with pytest.raises(CorpusError, match="is no folder"):
        open_corpus({"pairs": pairs["pairs"] | {"target": pairs["pairs"]["input"] + "/a/0.jpg"}})
    with pytest.raises(CorpusError, match="same folder"):
        open_corpus({"pairs": pairs["pairs"] | {"target": pairs["pairs"]["input"]}})
