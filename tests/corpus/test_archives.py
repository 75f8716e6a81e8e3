"""Zip and tar archives and WebDataset's shards, sound and broken, local and behind a URL."""

from __future__ import annotations

import io
import json
import os
import pickle
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, Photograph, open_corpus
from degrade.corpus import files as files_module
from degrade.corpus.archives import ArchiveCorpus

CONTENT = {
    "a.jpg": b"first" * 100,
    "1923/b.PNG": bytes(range(256)) * 40,
    "1923/summer/c.tiff": b"",
    "Löwe.jpg": b"roar",
    "back\\slash.webp": b"x",
}


def pack_zip(path: Path, content: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name comes twice
        for name, data in content.items():
            archive.writestr(name.removesuffix("#2"), data)
    return path


def pack_tar(path: Path, content: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in content.items():
            entry = tarfile.TarInfo(name.removesuffix("#2"))
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


def reasons(listing: Listing) -> dict[str, str]:
    return {reject.source: reject.reason for reject in listing.rejects}


@pytest.fixture(params=["stored.zip", "deflated.zip", "ustar.tar"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    extra = {"notes.txt": b"x", ".hidden.jpg": b"x", "__MACOSX/a.jpg": b"x", "__MACOSX/._a.jpg": b"x", "1923/": b""}
    if path.suffix == ".tar":
        return pack_tar(path, CONTENT | {name: data for name, data in extra.items() if not name.endswith("/")})
    return pack_zip(path, CONTENT | extra, zipfile.ZIP_STORED if "stored" in path.name else zipfile.ZIP_DEFLATED)


def test_an_archive(archive: Path) -> None:
    corpus = open_corpus(archive)
    assert isinstance(corpus, ArchiveCorpus)
    assert corpus.name == archive.name
    # In a zip a backslash is a separator that Windows wrote, in a tar it is a letter, which a source doubles.
    slash = "back/slash.webp" if archive.suffix == ".zip" else "back\\\\slash.webp"
    expected = {name.replace("back\\slash.webp", slash): data for name, data in CONTENT.items()}
    assert read_all(corpus) == expected
    listing = corpus.listing()
    assert listing.ignored == {"hidden": 3, "not_a_picture": 1}
    assert listing.rejects == ()
    assert {one.key for one in listing.photographs} >= {"a", "1923/b", "1923/summer/c"}
    again = pickle.loads(pickle.dumps(corpus))
    assert again == corpus
    assert read_all(again) == expected


def test_the_same_photographs_have_the_same_keys_in_any_archive(tmp_path: Path) -> None:
    plain = {name: data for name, data in CONTENT.items() if "\\" not in name}
    for name, data in plain.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(data)
    expected = {one.key for one in open_corpus(tmp_path / "folder").listing().photographs}
    for path in (pack_zip(tmp_path / "x.zip", plain), pack_tar(tmp_path / "x.tar", plain)):
        assert {one.key for one in open_corpus(path).listing().photographs} == expected


@pytest.mark.parametrize("pack", [pack_zip, pack_tar])
def test_names_are_only_names(pack: object, tmp_path: Path) -> None:
    path = tmp_path / f"x{'.zip' if pack is pack_zip else '.tar'}"
    names = ["../../etc/up.jpg", "/absolute.jpg", "./here//there/./x.jpg", "..", "a\nb.jpg"]
    pack(path, {name: name.encode() for name in names})  # type: ignore[operator]
    corpus = open_corpus(path)
    found = read_all(corpus)
    assert found == {
        "__/__/etc/up.jpg": b"../../etc/up.jpg",
        "absolute.jpg": b"/absolute.jpg",
        "here/there/x.jpg": b"./here//there/./x.jpg",
        "a\nb.jpg": b"a\nb.jpg",
    }
    for one in corpus.listing().photographs:
        assert ".." not in one.key
        assert not one.key.startswith("/")


@pytest.mark.parametrize("pack", [pack_zip, pack_tar])
def test_a_name_that_comes_twice(pack: object, tmp_path: Path) -> None:
    path = tmp_path / f"x{'.zip' if pack is pack_zip else '.tar'}"
    pack(path, {"a.jpg": b"first", "b.jpg": b"b", "a.jpg#2": b"second", "./b.jpg": b"b"})  # type: ignore[operator]
    corpus = open_corpus(path)
    assert read_all(corpus) == {"a.jpg": b"first", "b.jpg": b"b"}
    assert [(one.source, one.reason) for one in corpus.listing().rejects] == [
        ("a.jpg", "repeated"),
        ("b.jpg", "repeated"),
    ]


def test_a_zip_that_was_streamed_has_its_checksums_behind_the_data(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """Cannot be sought in, so that zipfile writes a descriptor after each entry."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        pipe = Pipe()
        with zipfile.ZipFile(pipe, "w", how) as archive:  # type: ignore[call-overload]
            for name, data in CONTENT.items():
                archive.writestr(name, data)
        (tmp_path / "x.zip").write_bytes(b"something before it" + pipe.data)
        assert sorted(read_all(open_corpus(tmp_path / "x.zip")).values()) == sorted(CONTENT.values())


def test_what_a_zip_may_hold_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bz.jpg", b"x" * 100, zipfile.ZIP_BZIP2)
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "a.jpg")
        archive.writestr("locked.jpg", b"x")
        archive.writestr("a.jpg", b"x")
        archive.getinfo("locked.jpg").flag_bits |= 1
    listing = open_corpus(path).listing()
    assert reasons(listing) == {"bz.jpg": "unreadable", "link.jpg": "not_a_file", "locked.jpg": "unreadable"}
    assert [one.source for one in listing.photographs] == ["a.jpg"]


def test_what_a_tar_may_hold_beside_files(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"hello"))
        for name, kind, target in (
            ("hard.jpg", tarfile.LNKTYPE, "a.jpg"),
            ("nowhere.jpg", tarfile.LNKTYPE, "b.jpg"),
            ("soft.jpg", tarfile.SYMTYPE, "/etc/passwd"),
            ("pipe.jpg", tarfile.FIFOTYPE, ""),
            ("folder.jpg", tarfile.DIRTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, target
            archive.addfile(entry)
    corpus = open_corpus(path)
    assert read_all(corpus) == {"a.jpg": b"hello", "hard.jpg": b"hello"}
    assert reasons(corpus.listing()) == dict.fromkeys(("nowhere.jpg", "soft.jpg", "pipe.jpg"), "not_a_file")


def test_a_bit_that_flipped(tmp_path: Path) -> None:
    data = os.urandom(5000)
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = pack_zip(tmp_path / "x.zip", {"a.jpg": data}, how)
        corpus = open_corpus(path)
        (one,) = corpus.listing().photographs
        packed = bytearray(path.read_bytes())
        packed[2000] ^= 1
        path.write_bytes(packed)
        with pytest.raises(CorpusReadError) as caught:
            corpus.read(one)
        assert caught.value.reason in ("damaged", "changed")


def test_an_archive_that_became_another(archive: Path) -> None:
    corpus = open_corpus(archive)
    listed = {one.source: one for one in corpus.listing().photographs}
    archive.write_bytes(b"short")
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(listed["a.jpg"])
    assert caught.value.reason == "changed"
    archive.unlink()
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(listed["a.jpg"])
    assert (caught.value.reason, caught.value.source) == ("vanished", "a.jpg")


def test_a_zip_that_lies_about_sizes(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "x.zip", {"a.jpg": b"\0" * 10_000_000}, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path, "a") as archive:
        archive.getinfo("a.jpg").file_size = 1000
        archive.writestr("b.jpg", b"x")
    corpus = open_corpus(path)
    lying = next(one for one in corpus.listing().photographs if one.source == "a.jpg")
    assert lying.size == 1000
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(lying)
    assert caught.value.reason == "changed"


def test_a_monstrous_member(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_corpus(archive)
    one = next(one for one in corpus.listing().photographs if one.size > 3)
    monkeypatch.setattr(files_module, "MAX_BYTES", 3)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(one)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
@pytest.mark.parametrize("data", [b"", b"no archive at all" * 100, b"\0" * 20], ids=["empty", "text", "zeros"])
def test_what_is_no_archive(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusError, match="cannot be read"):
        open_corpus(tmp_path / name).listing()


def test_a_tar_that_is_cut_short(tmp_path: Path) -> None:
    content = {f"{number}.jpg": bytes([number]) * 2000 for number in range(5)}
    path = pack_tar(tmp_path / "x.tar", content)
    whole = path.read_bytes()
    path.write_bytes(whole[: 2 * 2560 + 1000])
    corpus = open_corpus(path)
    assert read_all(corpus) == {name: content[name] for name in ("0.jpg", "1.jpg")}
    assert reasons(corpus.listing()) == {"2.jpg": "damaged", "x.tar": "damaged_archive"}
    assert {one.source: one.key for one in corpus.listing().rejects} == {"2.jpg": "2", "x.tar": None}


def test_a_tar_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    content = {f"{number}.jpg": bytes([number]) * 2000 for number in range(5)}
    path = pack_tar(tmp_path / "x.tar", content)
    data = bytearray(path.read_bytes())
    data[2 * 2560 : 2 * 2560 + 300] = b"?" * 300
    path.write_bytes(data)
    corpus = open_corpus(path)
    assert set(read_all(corpus)) == {"0.jpg", "1.jpg"}
    (reject,) = corpus.listing().rejects
    assert (reject.source, reject.reason) == ("x.tar", "damaged_archive")
    assert "5120" in reject.detail


@pytest.mark.parametrize("name", ["x.tar.gz", "x.tgz", "x.tar.xz", "x.tar.zst", "x.7z", "x.rar"])
def test_archives_that_are_compressed_as_a_whole(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(CorpusError, match="unpack it") as caught:
        open_corpus(tmp_path / name)
    assert name in str(caught.value)


def test_a_compressed_archive_under_another_name(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w:gz"):
        pass
    with pytest.raises(CorpusError, match="compressed as a whole"):
        open_corpus(tmp_path / "x.tar").listing()


@given(
    at=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.none() | st.integers(0, 1 << 20),
    asked=st.booleans(),
    kind=st.sampled_from(["stored.zip", "deflated.zip", "ustar.tar"]),
)
def test_no_damage_is_a_traceback(
    at: list[tuple[int, int]], cut: int | None, asked: bool, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged-{kind}"
    content = CONTENT | {"a.json": b'{"person": "ada"}'}
    how = zipfile.ZIP_STORED if "stored" in kind else zipfile.ZIP_DEFLATED
    pack_tar(path, content) if kind.endswith(".tar") else pack_zip(path, content, how)
    data = bytearray(path.read_bytes())
    for place, value in at:
        data[place % len(data)] = value
    path.write_bytes(data if cut is None else data[: cut % len(data)])
    corpus = open_corpus(path)
    corpus = corpus.with_columns(group="person") if asked else corpus
    for one, found in read_what_can_be_read(corpus):
        assert found in ("damaged", "changed", "too_large") if isinstance(found, str) else len(found) == one.size


def read_what_can_be_read(corpus: Corpus) -> Iterator[tuple[Photograph, bytes | str]]:
    """Each photograph with its bytes or the reason why it has none; nothing if the archive cannot be listed."""
    try:
        photographs = corpus.listing().photographs
    except CorpusError:
        return
    for one in photographs:
        try:
            yield one, corpus.read(one)
        except CorpusReadError as error:
            yield one, error.reason


# --- several ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Three shards of four samples, as WebDataset writes them."""
    folder = tmp_path / "shards"
    folder.mkdir()
    for shard in range(3):
        content: dict[str, bytes] = {}
        for number in range(shard * 4, shard * 4 + 4):
            row = {"person": f"p{number // 2}", "width": number, "tags": ["x"], "nothing": None}
            content[f"{number:05d}.jpg"] = f"picture {number}".encode()
            content[f"{number:05d}.json"] = json.dumps(row).encode()
            content[f"{number:05d}.cls"] = str(number % 2).encode()
        pack_tar(folder / f"train-{shard:03d}.tar", content)
    return folder


@pytest.mark.parametrize("pattern", ["train-{000..002}.tar", "train-*.tar", "train-00[0-2].tar", "**/*.tar", ""])
def test_shards(pattern: str, shards: Path) -> None:
    corpus = open_corpus(shards / pattern if pattern else shards)
    found = read_all(corpus)
    assert found == {f"train-{number // 4:03d}/{number:05d}.jpg": f"picture {number}".encode() for number in range(12)}
    listing = corpus.listing()
    assert listing.ignored == {"not_a_picture": 24}
    assert "train-001/00005" in {one.key for one in listing.photographs}
    assert corpus.name == "shards"


def test_a_pattern_that_matches_one_gives_the_keys_of_many(shards: Path) -> None:
    one = open_corpus(shards / "train-*1.tar")
    assert set(read_all(one)) < set(read_all(open_corpus(shards / "train-*.tar")))


def test_columns_lie_beside_the_pictures(shards: Path) -> None:
    corpus = open_corpus(shards / "train-{000..002}.tar")
    told = corpus.with_columns(group="person", label="cls", split="width")
    listed = {one.source: one for one in told.listing().photographs}
    assert len(listed) == 12
    assert (listed["train-001/00005.jpg"].group, listed["train-001/00005.jpg"].split) == ("p2", "5")
    assert read_all(told) == read_all(corpus)
    assert {one.group for one in corpus.with_columns(group="nothing").listing().photographs} == {""}
    assert {one.group for one in corpus.with_columns(group="tags").listing().photographs} == {'["x"]'}
    assert all(one.group == "" for one in corpus.listing().photographs)


def test_a_column_that_no_json_has(shards: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="did you mean 'person'"):
        open_corpus(shards).with_columns(group="persons").listing()
    path = pack_zip(tmp_path / "bare.zip", {"a.jpg": b"x"})
    with pytest.raises(CorpusError, match="has a JSON file beside it"):
        open_corpus(path).with_columns(group="person").listing()


def test_a_json_that_cannot_be_read_is_its_pictures_reject(tmp_path: Path) -> None:
    row = b'{"person": "p"}'
    content = {"a.jpg": b"a", "a.json": b"{", "b.jpg": b"b", "b.json": row, "c.jpg": b"c", "c.json": b"[1]"}
    corpus = open_corpus(pack_zip(tmp_path / "x.zip", content)).with_columns(group="person")
    listing = corpus.listing()
    assert [(one.source, one.group) for one in listing.photographs] == [("b.jpg", "p")]
    assert reasons(listing) == {"a.jpg": "unreadable", "c.jpg": "unreadable"}


def test_one_picture_of_each_sample(tmp_path: Path) -> None:
    content: dict[str, bytes] = {}
    for number in range(3):
        for suffix in ("clean.jpg", "degraded.jpg", "mask.png"):
            content[f"album/{number}.{suffix}"] = f"{suffix} {number}".encode()
        content[f"album/{number}.json"] = b'{"group": "ada"}'
    corpus = open_corpus({"path": str(pack_tar(tmp_path / "x.tar", content)), "column": "clean.jpg"})
    assert read_all(corpus) == {f"album/{number}.jpg": f"clean.jpg {number}".encode() for number in range(3)}
    told = open_corpus({"path": str(tmp_path / "*.tar"), "column": "mask.png", "group_by": {"column": "group"}})
    listing = told.listing()
    assert {one.key: one.group for one in listing.photographs} == {f"x/album/{number}": "ada" for number in range(3)}
    assert listing.ignored == {"not_a_picture": 3, "other_column": 6}
    with pytest.raises(CorpusError, match=r"did you mean 'clean\.jpg'"):
        open_corpus({"path": str(tmp_path / "x.tar"), "column": "clean.jpeg"}).listing()


def test_a_shard_that_is_damaged_or_missing(shards: Path) -> None:
    (shards / "train-001.tar").write_bytes(b"")
    corpus = open_corpus(shards / "train-{000..003}.tar")
    listing = corpus.listing()
    assert len(listing.photographs) == 8
    assert reasons(listing) == {"train-001.tar": "damaged_archive", "train-003.tar": "damaged_archive"}


def test_archives_that_cannot_be_told_apart(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for name in ("x.zip", "x/y.zip"):
        pack_zip(tmp_path / name, {"a.jpg": b"x"})
    pack_tar(tmp_path / "z.tar", {"a.jpg": b"x"})
    pack_zip(tmp_path / "z.zip", {"a.jpg": b"x"})
    for pattern in ("**/*.zip", "z.{tar,zip}"):
        with pytest.raises(CorpusError, match="told apart"):
            open_corpus(tmp_path / pattern).listing()


def test_a_folder_of_archives_and_pictures_is_one_of_pictures(shards: Path) -> None:
    (shards / "a.jpg").write_bytes(b"x")
    assert set(read_all(open_corpus(shards))) == {"a.jpg"}


def test_nothing_matches(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no file matches"):
        open_corpus(tmp_path / "*.tar")


def test_what_webdataset_writes(tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    with webdataset.TarWriter(str(tmp_path / "x.tar"), encoder=False) as writer:
        for number in range(3):
            row = json.dumps({"person": f"p{number}"}).encode()
            writer.write({"__key__": f"album/{number:04d}", "jpg": b"%d" % number, "json": row})
    corpus = open_corpus(tmp_path / "x.tar").with_columns(group="person")
    assert read_all(corpus) == {f"album/{number:04d}.jpg": b"%d" % number for number in range(3)}
    assert {one.key: one.group for one in corpus.listing().photographs} == {
        f"album/{number:04d}": f"p{number}" for number in range(3)
    }


# --- remote -----------------------------------------------------------------------------------------------------------


def test_archives_behind_a_url(shards: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for path in (*shards.iterdir(), pack_zip(tmp_path / "d.zip", CONTENT, zipfile.ZIP_DEFLATED)):
        memory.pipe(f"/bucket/{path.name}", path.read_bytes())
    expected = read_all(open_corpus(shards))
    for pattern in ("train-{000..002}.tar", "train-*.tar"):
        corpus = open_corpus(f"memory://bucket/{pattern}")
        assert corpus.name == "bucket"
        assert read_all(corpus) == expected
        assert [one.group for one in corpus.with_columns(group="person").listing().photographs].count("p0") == 2
    single = open_corpus("memory://bucket/d.zip")
    assert single.name == "d.zip"
    assert sorted(read_all(single).values()) == sorted(CONTENT.values())
    listing = open_corpus("memory://bucket/train-{002..003}.tar").listing()
    assert reasons(listing) == {"train-003.tar": "damaged_archive"}
    with pytest.raises(CorpusError, match="is not there"):
        open_corpus("memory://bucket/none.tar").listing()
    with pytest.raises(CorpusError, match="no file matches"):
        open_corpus("memory://bucket/none-*.tar")
    memory.store.clear()
