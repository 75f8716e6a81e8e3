"""Outputs at URLs, in fsspec's memory: the bytes of a local build, nothing half, nothing twice."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.building import BuildError, build, merge, replay
from degrade.preview import sheet_of_build
from degrade.shards import StorageError, WriteError, open_pairs, verify
from degrade.shards.durable import DurableFile
from degrade.shards.layout import MANIFEST, SHEET
from degrade.shards.storage_remote import RemoteStorage

pytest.importorskip("fsspec")

OUT = "memory://bucket/out"
Contents = Callable[[Path], dict[str, bytes]]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of the test's own, which must be left empty."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("degrade.shards.staging.user_cache", lambda: folder)
    yield folder
    assert [path for path in folder.rglob("*") if path.name != "outputs"] == []


@pytest.fixture(autouse=True)
def objects() -> Iterator[Callable[[], dict[str, bytes]]]:
    """What the output holds, by name, its memory included."""
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    yield lambda: {name.removeprefix("/bucket/out/"): bytes(memory.cat_file(name)) for name in sorted(memory.store)}
    memory.store.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all files that are sent."""
    names: list[str] = []
    send = RemoteStorage._send
    monkeypatch.setattr(RemoteStorage, "_send", lambda self, name, how: (names.append(name), send(self, name, how)))
    return names


def outside_of_memory(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in found.items() if not name.startswith(".degrade/")}


Objects = Callable[[], dict[str, bytes]]


@pytest.mark.parametrize("how", [{}, {"engine": "threads", "workers": 3}])
def test_the_bytes_are_those_of_a_folder(
    recipe: dict[str, Any], photos: Path, expected: dict[str, bytes], objects: Objects, how: dict[str, Any]
) -> None:
    report = build(recipe, photos, OUT, **how)
    assert (report.out, report.finished) == (OUT, True)
    assert outside_of_memory(objects()) == expected
    assert str(photos).encode() not in b"".join(objects().values())
    assert verify(OUT).ok


def test_a_second_run_sends_nothing(recipe: dict[str, Any], photos: Path, objects: Objects, sent: list[str]) -> None:
    build(recipe, photos, OUT)
    before = objects()
    sent.clear()
    report = build(recipe, photos, OUT)
    assert (report.resumed, report.workers) == (report.shards, 0)
    assert merge(OUT).finished
    assert (sent, objects()) == ([], before)


def test_it_is_read_like_a_folder(recipe: dict[str, Any], photos: Path, tmp_path: Path) -> None:
    build(recipe, photos, OUT)
    build(recipe, photos, tmp_path / "local")
    there, here = open_pairs(OUT), open_pairs(tmp_path / "local")
    assert list(there.keys) == list(here.keys)
    assert [pair.member(suffix) for pair in there for suffix in pair.suffixes] == [
        pair.member(suffix) for pair in here for suffix in pair.suffixes
    ]
    assert replay(OUT, there[0].key, photos).key == there[0].key
    with pytest.raises(BuildError, match="does not know where its photographs are"):
        replay(OUT, there[0].key)
    assert sheet_of_build(OUT) == f"{OUT}/{SHEET}"
    assert RemoteStorage(OUT).exists(SHEET)


@pytest.mark.parametrize("at", [0, 1, 5, 6, 7, 12, 19, 20, 21])
def test_a_send_that_fails_is_resumed_by_any_machine(
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    expected: dict[str, bytes],
    objects: Objects,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
) -> None:
    whole, count = RemoteStorage._send, 0

    def failing(self: RemoteStorage, name: str, send: Any) -> None:
        nonlocal count
        count += 1
        if count > at:
            raise ConnectionResetError("gone")
        whole(self, name, send)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteStorage, "_send", failing)
        with pytest.raises(StorageError, match="run the same command again"):
            build(recipe, photos, OUT)
    so_far = outside_of_memory(objects())
    assert so_far.items() <= expected.items()
    assert MANIFEST not in so_far
    with monkeypatch.context() as patch:
        patch.setattr("degrade.shards.staging.user_cache", lambda: tmp_path / "another machine's")
        assert build(recipe, photos, OUT).finished
    assert outside_of_memory(objects()) == expected


def test_parts_and_merge(
    recipe: dict[str, Any], photos: Path, expected: dict[str, bytes], objects: Objects, sent: list[str]
) -> None:
    build(recipe, photos, OUT, part="1/2")
    with pytest.raises(BuildError, match="shards are missing"):
        merge(OUT)
    build(recipe, photos, OUT, part="2/2")
    assert MANIFEST not in objects()
    assert merge(OUT).finished
    assert outside_of_memory(objects()) == expected
    assert len(sent) == len(set(sent))


@pytest.mark.parametrize(
    "damage", ["a missing shard", "a short shard", "a damaged ledger", "no ledger", "a lost listing"]
)
def test_what_was_damaged_is_made_again(
    recipe: dict[str, Any], photos: Path, expected: dict[str, bytes], objects: Objects, damage: str
) -> None:
    build(recipe, photos, OUT)
    storage = RemoteStorage(OUT)
    shard, ledger = next(name for name in expected if name.startswith("data/")), ".degrade/ledgers/00000.jsonl"
    match damage:
        case "a missing shard":
            storage.remove([shard])
        case "a short shard":
            storage.write(shard, expected[shard][:-10240])
        case "a damaged ledger":
            storage.write(ledger, storage.read(ledger)[:-9])
        case "no ledger":
            storage.remove([ledger])
        case "a lost listing":
            storage.remove([".degrade/listing.jsonl", ".degrade/starts.json", ledger])
    assert build(recipe, photos, OUT).finished
    assert outside_of_memory(objects()) == expected


def test_another_plan(recipe: dict[str, Any], photos: Path, objects: Objects) -> None:
    recipe["output"]["pairs_per_shard"] = 2
    build(recipe, photos, OUT)
    storage = RemoteStorage(OUT)
    storage.write("notes.txt", b"mine")
    recipe["output"]["pairs_per_shard"] = 1000
    with pytest.raises(BuildError, match="was built by another plan"):
        build(recipe, photos, OUT)
    build(recipe, photos, OUT, overwrite=True)
    assert [name for name in objects() if name.startswith("data/")] == list(storage.list("data"))
    assert len(storage.list("data")) == len(storage.list(".degrade/ledgers")) == 2
    assert storage.read("notes.txt") == b"mine"
    assert verify(OUT).ok


def test_a_ledger_of_another_plan_is_never_believed(recipe: dict[str, Any], photos: Path) -> None:
    build(recipe, photos, OUT)
    storage = RemoteStorage(OUT)
    foreign = storage.read(".degrade/ledgers/00000.jsonl").replace(b'"plan":"', b'"plan":"0', 1)

    class Meddling(RemoteStorage):
        def read_many(self, names: Any) -> Iterator[bytes]:
            yield foreign
            yield from super().read_many(names[1:])

    with pytest.raises(BuildError, match="another plan's"):
        merge(Meddling(OUT))


def test_places_that_are_left_alone(recipe: dict[str, Any], photos: Path, objects: Objects) -> None:
    storage = RemoteStorage(OUT)
    storage.write("thesis.txt", b"my only copy")
    before = objects()
    for overwrite in (False, True):
        with pytest.raises(BuildError, match="is not empty, and holds no build"):
            build(recipe, photos, OUT, overwrite=overwrite)
    with pytest.raises(BuildError, match="is a file, not a folder"):
        build(recipe, photos, f"{OUT}/thesis.txt")
    assert build(recipe, photos, "memory://elsewhere/out", dry_run=True).dry_run
    assert objects() == before


def test_processes_do_not_see_this_one_s_memory(recipe: dict[str, Any], photos: Path, objects: Objects) -> None:
    with pytest.raises(BuildError, match="no other process can write to memory://bucket/out") as caught:
        build(recipe, photos, OUT, workers=2)
    assert (caught.value.exit_code, objects()) == (2, {})


def test_a_full_cache(
    recipe: dict[str, Any], photos: Path, cache: Path, expected: dict[str, bytes], objects: Objects,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write = DurableFile.write

    def full(self: DurableFile, data: bytes) -> None:
        if self.path.name.startswith("val"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(DurableFile, "write", full)
        with pytest.raises(WriteError, match="free some space") as caught:
            build(recipe, photos, OUT)
    assert str(cache) in caught.value.what
    assert build(recipe, photos, OUT).finished
    assert outside_of_memory(objects()) == expected


def test_two_builds_on_this_machine(recipe: dict[str, Any], photos: Path) -> None:
    from degrade.building.workfolder import WorkFolder

    with WorkFolder(OUT).held(None), pytest.raises(BuildError, match="another build is writing"):
        build(recipe, photos, OUT)
    with WorkFolder(OUT).held((1, 2)), WorkFolder(OUT).held((2, 2)):
        for part, words in (
            ("1/2", "part 1/2 of memory://bucket/out is being built"),
            (None, "another build is writing"),
        ):
            with pytest.raises(BuildError, match=words):
                build(recipe, photos, OUT, part=part)


@pytest.mark.parametrize("format", ["parquet", "folder", "aligned"])
def test_other_formats(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, contents: Contents, objects: Objects, sent: list[str],
    format: str,
) -> None:  # fmt: skip
    if format == "parquet":
        pytest.importorskip("pyarrow")
    recipe["output"] |= {"format": format, "members": ["clean", "degraded"]}
    build(recipe, photos, tmp_path / "local")
    build(recipe, photos, OUT)
    assert outside_of_memory(objects()) == contents(tmp_path / "local")
    assert verify(OUT).ok
    there, here = open_pairs(OUT), open_pairs(tmp_path / "local")
    for one, other in zip(there, here, strict=True):
        assert (one.row, one.clean.tolist()) == (other.row, other.clean.tolist())
    sent.clear()
    assert build(recipe, photos, OUT).finished
    assert sent == []
    build(recipe | {"seed": 8}, photos, OUT, overwrite=True)
    build(recipe | {"seed": 8}, photos, tmp_path / "other")
    assert outside_of_memory(objects()) == contents(tmp_path / "other")
