"""What a push has to do, without a server."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from degrade.hub import HubError
from degrade.hub.changes import changes, in_order, is_data, is_ours, refuse_foreign
from degrade.hub.client import Remote, State
from degrade.hub.local import LocalFile, open_output
from degrade.hub.names import Repository, push_target, repository
from degrade.shards import ShardError
from degrade.shards.manifest import manifest_bytes


def state(**files: bytes) -> State:
    """A repository in which all but `.tar` files are git blobs."""
    return State("c" * 40, {name: remote(name, data) for name, data in files.items()})


def remote(name: str, data: bytes) -> Remote:
    large = hashlib.sha256(data).hexdigest() if name.endswith(".tar") else None
    return Remote(len(data), large, hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("user/name", Repository("user/name")),
        ("user/name@v1", Repository("user/name", "v1")),
        ("hf://datasets/user/na-me_1.2", Repository("user/na-me_1.2")),
        ("hf://datasets/user/name@refs%2Fpr%2F1", Repository("user/name", "refs%2Fpr%2F1")),
    ],
)
def test_names(name: str, meant: Repository) -> None:
    assert repository(name) == meant


@pytest.mark.parametrize("name", ["name", "a/b/c", "", "user/", "../etc", "user/na me", "user/a--b", "u/x.git", "a/-b"])
def test_what_is_no_name_is_wrong_usage(name: str) -> None:
    with pytest.raises(HubError, match="user/name") as caught:
        repository(name)
    assert caught.value.exit_code == 2


def test_a_name_and_an_option_may_not_differ() -> None:
    assert push_target("user/name@new", None) == (Repository("user/name"), "new")
    assert push_target("user/name", "new") == (Repository("user/name"), "new")
    with pytest.raises(HubError, match="two branches"):
        push_target("user/name@new", "old")


def test_only_what_differs_is_sent_by_either_kind_of_digest() -> None:
    there = state(**{"data/train-00000-of-00002.tar": b"one", "index.jsonl": b"same", "rejects.jsonl": b"abc"})
    files = [
        LocalFile.of("data/train-00000-of-00002.tar", b"one", hashlib.sha256(b"one").hexdigest()),
        LocalFile.of("data/train-00001-of-00002.tar", b"two", hashlib.sha256(b"two").hexdigest()),
        LocalFile.of("index.jsonl", b"same"),
        LocalFile.of("rejects.jsonl", b"abd"),
    ]
    found = changes(files, there)
    assert [file.name for file in found.send] == ["data/train-00001-of-00002.tar", "rejects.jsonl"]
    assert [file.name for file in found.kept] == ["data/train-00000-of-00002.tar", "index.jsonl"]
    assert found.stale == ()
    assert found.size == 6


def test_stale_is_only_what_a_build_names_so() -> None:
    names = ["data/train-00000-of-00009.tar", "data/train/clean/album~1.jpg", "data/train/metadata.jsonl"]
    others = ["data/notes.txt", "data/train.tar", "train-00000-of-00009.tar", "README.md", "data/a/b/c/d.png", "x/data"]
    assert all(map(is_data, names))
    assert not any(map(is_data, others))
    assert changes([], state(**dict.fromkeys(names + others, b""))).stale == tuple(sorted(names))


def test_data_of_something_else_is_refused() -> None:
    stale = ["data/train-00000-of-00001.parquet"]
    with pytest.raises(HubError, match=r"other data.*00001\.parquet.*; choose another"):
        refuse_foreign("user/name", stale, ours=False)
    refuse_foreign("user/name", stale, ours=True)
    refuse_foreign("user/name", [], ours=False)


def test_what_tells_whose_a_repository_is(finished: Path) -> None:
    manifest, card = ((finished / name).read_text() for name in ("manifest.json", "README.md"))
    assert is_ours(manifest[:1000], "")
    assert is_ours("", card)
    assert is_ours("", card.replace("\n", "\r\n"))
    assert not is_ours('{"manifest": []}', "---\ntags:\n- image\n---\n- degrade\n")
    assert not is_ours("", "")


def test_the_manifest_is_last_and_the_first_card_is_first(finished: Path) -> None:
    output = open_output(finished)
    files = [*output.lists, LocalFile.of("README.md", b"card"), *output.shards]
    assert in_order(files, state())[0].name == "README.md"
    ordered = [file.name for file in in_order(files, state(**{"README.md": b"other"}))]
    assert ordered[-1] == "manifest.json"
    assert ordered.index("README.md") > max(place for place, name in enumerate(ordered) if name.startswith("data/"))


def test_an_output_is_looked_at_before_anything_is_sent(copied: Path) -> None:
    assert {file.name for file in open_output(copied).lists} == {"manifest.json", "index.jsonl", "rejects.jsonl"}
    shard = next((copied / "data").glob("*.tar"))
    with shard.open("ab") as file:
        file.write(b"more")
    with pytest.raises(HubError, match=rf"{shard.name} has [\d,]+ bytes, not [\d,]+; .*degrade verify"):
        open_output(copied)
    shard.unlink()
    with pytest.raises(HubError, match=f"{shard.name} is missing"):
        open_output(copied)


@pytest.mark.parametrize("name", ["index.jsonl", "rejects.jsonl"])
def test_a_list_that_was_edited_is_refused(copied: Path, name: str) -> None:
    (copied / name).write_bytes((copied / name).read_bytes() + b"\n")
    with pytest.raises(HubError, match=rf"{name} is not whole: its SHA-256"):
        open_output(copied)


def test_a_manifest_may_name_nothing_but_shards(copied: Path) -> None:
    facts = json.loads((copied / "manifest.json").read_text())
    facts = {name: value for name, value in facts.items() if name not in ("manifest", "sha256")}
    facts["shards"][0]["file"] = "../secret"
    (copied / "manifest.json").write_bytes(manifest_bytes(facts))
    with pytest.raises(ShardError, match="entry 'shards' is damaged"):
        open_output(copied)


def test_an_output_elsewhere_is_not_pushed() -> None:
    with pytest.raises(HubError, match="copy it to a folder") as caught:
        open_output("memory://somewhere/out")
    assert caught.value.exit_code == 2
