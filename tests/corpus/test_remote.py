"""Photographs behind URLs, with connections that fail."""

from __future__ import annotations

import functools
import http.server
import importlib
import os
import pickle
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, open_corpus
from degrade.corpus import remote as remote_module
from degrade.corpus.remote_folder import RemoteCorpus, RemoteFileCorpus

fsspec = pytest.importorskip("fsspec")

NAMES = ["a.jpg", "B.PNG", "1923/c.tiff", "1923/summer/d.webp", "1923/summer/e f.jpe"]


def sources(listing: Listing) -> list[str]:
    return sorted(one.source for one in listing.photographs)


def reasons(listing: Listing) -> dict[str, str]:
    return {reject.source: reject.reason for reject in listing.rejects}


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, in no time."""
    made: list[float] = []
    monkeypatch.setattr(remote_module.time, "sleep", made.append)
    return made


@pytest.fixture
def memory() -> Iterator[Any]:
    """A bucket of photographs, and things that are none."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    for name in (*NAMES, "notes.txt", ".hidden.jpg", ".git/x.jpg", "1923/Thumbs.db"):
        system.pipe(f"/bucket/{name}", name.encode())
    system.pipe("/bucket/x.jpg/inside.jpg", b"inside")
    yield system
    system.store.clear()


def test_a_folder(memory: Any) -> None:
    corpus = open_corpus("memory://bucket/")
    assert isinstance(corpus, RemoteCorpus)
    assert corpus.name == "bucket"
    listing = corpus.listing()
    assert sources(listing) == sorted([*NAMES, "x.jpg/inside.jpg"])
    assert listing.ignored == {"hidden": 2, "not_a_picture": 2}
    assert reasons(listing) == {"x.jpg": "a_folder"}
    found = read_all(pickle.loads(pickle.dumps(corpus)))
    assert all(data == (b"inside" if "inside" in name else name.encode()) for name, data in found.items())


def test_the_same_keys_as_a_folder_here(memory: Any, tmp_path: Path) -> None:
    memory.get("/bucket/", str(tmp_path / "copy"), recursive=True)
    here, there = open_corpus(tmp_path / "copy").listing(), open_corpus("memory://bucket").listing()
    assert here == there


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("**/*.jp*", ["1923/summer/e f.jpe", "a.jpg", "x.jpg/inside.jpg"]),
        ("19{23,24}/**", ["1923/c.tiff", "1923/summer/d.webp", "1923/summer/e f.jpe"]),
        ("{1922..1924}/*.tiff", ["1923/c.tiff"]),
        ("**/*.gif", []),
    ],
)
def test_patterns(pattern: str, expected: list[str], memory: Any) -> None:
    corpus = open_corpus(f"memory://bucket/{pattern}")
    assert sources(corpus.listing()) == expected
    assert corpus.name == f"bucket/{pattern}"


def test_one_file(memory: Any) -> None:
    corpus = open_corpus("memory://bucket/1923/c.tiff")
    assert isinstance(corpus, RemoteFileCorpus)
    assert read_all(corpus) == {"c.tiff": b"1923/c.tiff"}
    assert corpus.name == "c.tiff"


@pytest.mark.parametrize("url", ["memory://none", "memory://bucket/none.jpg", "memory://bucket/none/*.jpg"])
def test_what_is_not_there(url: str, memory: Any) -> None:
    with pytest.raises(CorpusError, match="is not there") as caught:
        open_corpus(url).listing()
    assert "\n" not in str(caught.value)


def test_what_happens_between_listing_and_reading(memory: Any) -> None:
    corpus = open_corpus("memory://bucket")
    listed = {one.source: one for one in corpus.listing().photographs}
    memory.rm("/bucket/a.jpg")
    memory.pipe("/bucket/B.PNG", b"longer than before")
    for source, reason in (("a.jpg", "vanished"), ("B.PNG", "changed")):
        with pytest.raises(CorpusReadError) as caught:
            corpus.read(listed[source])
        assert (caught.value.reason, caught.value.source) == (reason, source)


class Flaky:
    """Fails so many times before it does what it should."""

    def __init__(self, method: Any, failures: int, error: Exception) -> None:
        self.method, self.failures, self.error = method, failures, error
        self.calls = 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return self.method(*args, **options)


def test_a_connection_that_comes_back(memory: Any, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    corpus = open_corpus("memory://bucket")
    for name in ("ls", "cat_file"):
        monkeypatch.setattr(type(memory), name, Flaky(functools.partial(getattr(memory, name)), 2, TimeoutError()))
    assert set(read_all(corpus)) == {*NAMES, "x.jpg/inside.jpg"}
    assert pauses == [*remote_module.PAUSES[:2]] * 2


def test_a_connection_that_is_lost(memory: Any, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    corpus = open_corpus("memory://bucket")
    one = corpus.listing().photographs[0]
    lost = Flaky(None, 100, ConnectionResetError(104, "0x7f00aa: reset by 10.0.0.1"))
    monkeypatch.setattr(type(memory), "cat_file", lost)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(one)
    assert caught.value.reason == "unreadable"
    assert "10.0.0.1" not in str(caught.value)
    assert lost.calls == len(remote_module.PAUSES) + 1
    assert pauses == [*remote_module.PAUSES]


def test_a_refusal_is_final(memory: Any, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    corpus = open_corpus("memory://bucket")
    one = corpus.listing().photographs[0]
    monkeypatch.setattr(type(memory), "cat_file", Flaky(None, 100, PermissionError(13, "Access Denied")))
    with pytest.raises(CorpusReadError, match="credentials"):
        corpus.read(one)
    monkeypatch.setattr(type(memory), "ls", Flaky(None, 100, PermissionError(13, "Access Denied")))
    with pytest.raises(CorpusError, match="credentials"):
        corpus.listing()
    assert pauses == []


def test_a_folder_that_cannot_be_listed(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ls = memory.ls

    def refusing(path: str, **options: Any) -> Any:
        if path.endswith("1923"):
            raise PermissionError(13, "Access Denied")
        return ls(path, **options)

    monkeypatch.setattr(type(memory), "ls", staticmethod(refusing))
    listing = open_corpus("memory://bucket").listing()
    assert sources(listing) == ["B.PNG", "a.jpg", "x.jpg/inside.jpg"]
    assert reasons(listing) == {"1923": "unreadable_folder", "x.jpg": "a_folder"}


def test_a_monstrous_file(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_corpus("memory://bucket")
    monkeypatch.setattr("degrade.corpus.files.MAX_BYTES", 3)
    monkeypatch.setattr(type(memory), "cat_file", Flaky(None, 100, AssertionError("it must not be fetched")))
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(corpus.listing().photographs[0])
    assert caught.value.reason == "too_large"


def test_every_thread_and_process_has_a_connection_of_its_own(memory: Any) -> None:
    connections = [remote_module.connection("memory://bucket")[0]]
    thread = threading.Thread(target=lambda: connections.append(remote_module.connection("memory://bucket")[0]))
    thread.start()
    thread.join()
    assert remote_module.connection("memory://bucket")[0] is connections[0]
    if connections[0].async_impl:
        assert connections[0] is not connections[1]
    corpus = open_corpus("memory://bucket")
    corpus.listing()
    assert vars(corpus) == {"url": "memory://bucket", "pattern": None}


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(protocol: str) -> None:
        raise ImportError(f"no {protocol}")

    monkeypatch.setattr(fsspec, "get_filesystem_class", missing)
    for url, cure in (
        ("s3://bucket/x", 'pip install "degrade[s3]"'),
        ("hf://datasets/a/b/c", 'pip install "degrade[hub]"'),
        ("gs://bucket/x", "pip install fsspec gcsfs"),
        ("https://example.org/x", "pip install fsspec aiohttp"),
    ):
        with pytest.raises(CorpusError) as caught:
            open_corpus(url)
        assert cure in str(caught.value)


def test_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module = importlib.import_module

    def refusing(name: str, *args: Any) -> Any:
        if name == "fsspec":
            raise ImportError(name)
        return import_module(name, *args)

    monkeypatch.setattr(remote_module.importlib, "import_module", refusing)
    with pytest.raises(CorpusError, match="needs fsspec"):
        open_corpus("memory://bucket")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://ada:secret@example.org/photos/", "photos"),
        ("https://ada:secret@example.org", "https"),
        ("https://example.org/a.jpg?signature=secret", "a.jpg"),
        ("sftp://ada:secret@example.org", "example.org"),
        ("s3://bucket", "bucket"),
        ("s3://bucket/photos", "photos"),
    ],
)
def test_names_tell_no_secrets(url: str, name: str) -> None:
    assert remote_module.short_name(url) == name
    assert "secret" not in remote_module.public(url)


def test_an_unknown_protocol() -> None:
    with pytest.raises(CorpusError, match="did you mean 'memory'"):
        open_corpus("memori://bucket")


# --- over the web -----------------------------------------------------------------------------------------------------


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, says nothing, and like most simple servers knows no ranges."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("aiohttp")
    for name in ("a.jpg", "1923/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(os.urandom(3000))
    handler = functools.partial(Handler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_the_web(server: str, tmp_path: Path) -> None:
    expected = {name: (tmp_path / name).read_bytes() for name in ("a.jpg", "1923/b.png")}
    assert read_all(open_corpus(server)) == expected
    assert read_all(open_corpus(f"{server}/a.jpg?version=1")) == {"a.jpg": expected["a.jpg"]}
    (tmp_path / "list.txt").write_text("a.jpg\n1923/b.png\n")
    assert read_all(open_corpus(f"{server}/list.txt")) == expected


def test_a_server_without_ranges_cannot_give_members(server: str, tmp_path: Path) -> None:
    zipfile = importlib.import_module("zipfile")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.jpg", b"x" * 10_000)
        archive.writestr("b.jpg", b"y" * 10_000)
    here = open_corpus(tmp_path / "x.zip")
    there = open_corpus(f"{server}/x.zip")
    with pytest.raises(CorpusReadError) as caught:
        there.read(here.listing().photographs[0])
    assert caught.value.reason == "unreadable"
    assert "copy the archive" in str(caught.value)


def test_a_server_that_is_not_there() -> None:
    pytest.importorskip("aiohttp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CorpusError) as caught:
        open_corpus(f"http://127.0.0.1:{port}/photos").listing()
    assert "\n" not in str(caught.value)
