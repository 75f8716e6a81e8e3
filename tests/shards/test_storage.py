"""Where an output lies: the same answers from a folder and from a URL, and whole files only."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.shards import StorageError, open_storage
from degrade.shards.layout import INDEX
from degrade.shards.remote_errors import reaching
from degrade.shards.staging import staging_folder
from degrade.shards.storage import Storage
from degrade.shards.storage_remote import RemoteStorage

pytest.importorskip("fsspec")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr("degrade.shards.staging.user_cache", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def memory() -> Iterator[Any]:
    """fsspec's memory, emptied before and after."""
    import fsspec

    held = fsspec.filesystem("memory")
    held.store.clear()
    held.pseudo_dirs[:] = [""]
    yield held
    held.store.clear()
    held.pseudo_dirs[:] = [""]


@pytest.fixture(params=["folder", "file URL", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An output that does not exist yet."""
    places = {
        "folder": tmp_path / "out",
        "file URL": f"file://{tmp_path}/out",
        "memory": "memory://bucket/out",
    }
    storage = open_storage(places[request.param])
    if storage.is_local:
        (tmp_path / "out" / "data").mkdir(parents=True)
    return storage


def put(storage: Storage, name: str, data: bytes) -> None:
    storage.path(name).write_bytes(data)
    storage.publish(name)


def test_what_was_written_is_read(storage: Storage) -> None:
    put(storage, "data/a", b"0123456789")
    storage.write("b", b"")
    storage.write("b", b"xyz")
    assert storage.read("data/a") == b"0123456789"
    assert [storage.read_range("data/a", *span) for span in ((2, 3), (8, 5), (3, 0))] == [b"234", b"89", b""]
    with storage.open("data/a") as file:
        file.seek(7)
        assert file.read() == b"789"
    assert list(storage.read_many(["b", "data/a"])) == [b"xyz", b"0123456789"]
    assert list(storage.heads(["data/a", "none", "b"], 4)) == [(b"0123", 10), None, (b"xyz", 3)]
    assert storage.sizes(["data/a", "none"]) == [10, None]
    assert (storage.size("b"), storage.exists("b"), storage.exists("c")) == (3, True, False)
    assert storage.list("data") == {"data/a": 10}
    assert storage.list("") == {"b": 3, "data/a": 10}
    assert storage.top() == {"b", "data"}
    storage.remove(["b", "never", "data/a"])
    assert storage.list("") == {}


def test_many_files_at_once(storage: Storage) -> None:
    names = [f"data/{number:03d}" for number in range(150)]
    for name in names:
        storage.write(name, name.encode() * (len(name) if name[-1] != "7" else 0))
    read = list(storage.read_many(names))
    assert read == [storage.read(name) for name in names]
    assert list(storage.heads(names, 5)) == [(data[:5], len(data)) for data in read]


def test_what_is_not_there(storage: Storage) -> None:
    assert storage.list("nowhere") == {}
    for read in (
        lambda: storage.read("a"),
        lambda: storage.read_range("a", 0, 1),
        lambda: storage.open("a"),
        lambda: storage.size("a"),
        lambda: list(storage.read_many(["a", "b"])),
    ):
        with pytest.raises(FileNotFoundError):
            read()


def test_a_copy_knows_the_same(storage: Storage) -> None:
    storage.write("a", b"1")
    copy = pickle.loads(pickle.dumps(storage))
    assert (copy.place, copy.read("a"), open_storage(copy)) == (storage.place, b"1", copy)


def test_nothing_is_seen_before_it_is_published(storage: Storage) -> None:
    if storage.is_local:
        pytest.skip("a local file is hidden by its writer")
    path = storage.path("data/a")
    path.write_bytes(b"half")
    assert storage.list("") == {}
    storage.discard("data/a")
    assert not path.exists()
    storage.path("data/a").write_bytes(b"whole")
    storage.publish("data/a")
    storage.discard("data/a")
    assert storage.read("data/a") == b"whole"
    assert not staging_folder(storage.name).exists()


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_send_that_breaks_off_publishes_nothing(memory: Any, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    storage = open_storage("memory://bucket/out")
    storage.write(INDEX, b"old")
    storage.write("notes/.mine.tmp", b"1")

    def broken(_: Any, source: str, target: str, **__: Any) -> None:
        with memory.open(target, "wb") as file:  # closing it publishes what was written
            whole = Path(source).read_bytes()
            file.write(whole[: int(share * len(whole))])
            raise ConnectionResetError("the other side hung up")

    monkeypatch.setattr(type(memory), "put_file", broken)
    for name in (INDEX, "data/b"):
        storage.path(name).write_bytes(b"something new")
        with pytest.raises(StorageError, match=r"cannot write memory://bucket/out/.*run the same command again"):
            storage.publish(name)
        storage.discard(name)
    monkeypatch.undo()
    assert (storage.read(INDEX), storage.exists("data/b")) == (b"old", False)
    assert isinstance(storage, RemoteStorage)
    storage.settle()
    assert storage.list("") == {INDEX: 3, "notes/.mine.tmp": 1}


def test_local_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert open_storage("out").place == tmp_path / "out"
    assert open_storage("~/out").place == tmp_path / "home" / "out"
    assert open_storage("~nobody-of-this-name/out").place == tmp_path / "~nobody-of-this-name" / "out"
    assert open_storage("file:///tmp/out").place == Path("/tmp/out")
    assert open_storage("a:b").place == tmp_path / "a:b"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        open_storage("file").top()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nope://x/y", "nothing knows nope:// URLs"),
        ("memory://", "names no bucket or folder"),
        ("memory://a/*", "is a pattern"),
        ("simplecache::memory://a", "is a URL within another"),
        (Path("s3://bucket/out"), "has lost a slash"),
    ],
)
def test_places_that_are_none(place: Any, words: str) -> None:
    with pytest.raises(StorageError, match=words) as caught:
        open_storage(place)
    assert caught.value.exit_code == 2
    assert pickle.loads(pickle.dumps(caught.value)).exit_code == 2


@pytest.mark.parametrize(
    ("place", "cure"),
    [("s3://b/x", 'pip install "degrade[s3]"'), ("gs://b/x", "pip install gcsfs"), ("hf://d/x", "degrade[hub]")],
)
def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch, place: str, cure: str) -> None:
    def missing(_: str) -> Any:
        raise ImportError("no module of that name")

    monkeypatch.setattr(sys.modules["fsspec.registry"], "get_filesystem_class", missing)
    with pytest.raises(StorageError) as caught:
        open_storage(place)
    assert caught.value.exit_code == 2
    assert cure in caught.value.cure


def test_an_object_is_no_folder(memory: Any) -> None:
    memory.pipe_file("/bucket/out", b"a file")
    with pytest.raises(NotADirectoryError):
        open_storage("memory://bucket/out").top()


# --- errors and secrets -----------------------------------------------------------------------------------------------


class NoCredentialsError(Exception):
    """As botocore's is called."""


class EndpointConnectionError(Exception):
    """As botocore's is called."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoCredentialsError("Unable to locate credentials"), "there are no credentials.*; log in"),
        (EndpointConnectionError("Could not connect"), "it cannot be reached.*; check the network"),
        (TimeoutError(), r"it cannot be reached \(TimeoutError\)"),
        (PermissionError("Access Denied"), r"refused \(Access Denied\); check the credentials"),
        (FileNotFoundError("The specified bucket does not exist"), "no such bucket or folder.*; create it first"),
        (ValueError("several\nlines\nof it"), "several lines of it; mend that"),
    ],
)
def test_whatever_a_library_raises_is_one_line(error: Exception, words: str) -> None:
    with pytest.raises(StorageError, match=words) as caught, reaching("s3://b/x", "write"):
        raise error
    assert "\n" not in str(caught.value)


def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
    monkeypatch.setenv("MY_TOKEN", "token-of-mine")
    text = (
        "wJalrXUtnFEMI/K7MDENG token-of-mine AKIAIOSFODNN7EXAMPLE hf_abcdefghijklmnopqrstuvwxyz Bearer abc.def "
        "https://user:password@host/x?X-Amz-Signature=123"
    )
    with pytest.raises(StorageError) as caught, reaching("s3://b/x", "write"):
        raise ValueError(text)
    for secret in (*text.split()[:4], "abc.def", "password", "123"):
        assert secret not in str(caught.value)


def test_the_password_of_a_url_is_never_shown() -> None:
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    fsspec.register_implementation("vault", type("Vault", (MemoryFileSystem,), {"protocol": "vault"}), clobber=True)
    storage = open_storage("vault://me:hunter22@host/out/")
    assert storage.name == "vault://me@host/out"
    assert "hunter22" not in repr(storage)


def test_nowhere_to_make_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.shards.staging.user_cache", lambda: None)
    with pytest.raises(StorageError, match="set DEGRADE_CACHE"):
        open_storage("memory://bucket/out").path("a")


def test_a_cache_that_cannot_be_written(cache: Path) -> None:
    (cache / "outputs").write_bytes(b"a file")
    storage = open_storage("memory://bucket/out")
    with pytest.raises(OSError, match="outputs"):
        storage.path("a")
    storage.discard("a")
