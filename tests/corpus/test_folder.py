"""Folders, patterns and single files, with everything that a disk may hold."""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path

import pytest

from degrade.corpus import (
    Corpus,
    CorpusError,
    CorpusReadError,
    FileCorpus,
    FolderCorpus,
    GlobCorpus,
    Listing,
    SampleCorpus,
    open_corpus,
)
from degrade.corpus import files as files_module
from degrade.corpus import walk as walk_module

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def sources(listing: Listing) -> list[str]:
    return sorted(photograph.source for photograph in listing.photographs)


def reasons(listing: Listing) -> dict[str, str]:
    return {reject.source: reject.reason for reject in listing.rejects}


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Photographs in folders, and things that are none."""
    root = tmp_path / "album"
    for name in ("a.jpg", "B.PNG", "1923/c.tiff", "1923/summer/d.webp", "1923/summer/e.jpe", "f.bmp"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    for name in ("notes.doc", "1923/Thumbs.db", ".hidden.jpg", "no_suffix"):
        (root / name).write_bytes(b"x")
    (root / ".git").mkdir()
    (root / ".git" / "in_git.jpg").write_bytes(b"x")
    return root


PHOTOGRAPHS = ["1923/c.tiff", "1923/summer/d.webp", "1923/summer/e.jpe", "B.PNG", "a.jpg", "f.bmp"]


def test_a_folder_is_listed_to_the_bottom(album: Path) -> None:
    listing = open_corpus(album).listing()
    assert sources(listing) == PHOTOGRAPHS
    assert listing.ignored == {"hidden": 2, "not_a_picture": 3}
    assert listing.rejects == ()
    assert {photograph.key for photograph in listing.photographs} == {
        *("a", "B", "f", "1923/c", "1923/summer/d", "1923/summer/e")
    }


def test_photographs_stand_in_the_order_of_their_hash(album: Path) -> None:
    listed = open_corpus(album).listing().photographs
    assert list(listed) == sorted(listed, key=lambda photograph: (photograph.order, photograph.key))
    assert all(0 <= photograph.order < 2**64 for photograph in listed)
    assert [photograph.source for photograph in listed] != sources(open_corpus(album).listing())


def test_the_file_system_has_no_say_in_the_order(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = open_corpus(album).listing()
    scandir = os.scandir

    class Reversed:
        def __init__(self, path: Path) -> None:
            with scandir(path) as entries:
                self.entries = list(entries)[::-1]

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(walk_module.os, "scandir", Reversed)
    assert open_corpus(album).listing() == expected


def test_reading(album: Path) -> None:
    corpus = open_corpus(album)
    for photograph in corpus.listing().photographs:
        assert corpus.read(photograph) == photograph.source.encode()
        assert photograph.size == len(photograph.source)


def test_a_worker_elsewhere_reads_the_same(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(album.parent)
    for source in ("album", "album/**/*.tiff", "album/1923/c.tiff"):
        corpus = open_corpus(source)
        listing = corpus.listing()
        monkeypatch.chdir("/")
        again = pickle.loads(pickle.dumps(corpus))
        assert again == corpus
        assert again.listing() == listing
        assert {again.read(photograph) for photograph in listing.photographs} >= {b"1923/c.tiff"}
        monkeypatch.chdir(album.parent)


def test_links(album: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.jpg").write_bytes(b"far away")
    (album / "near.jpg").symlink_to(tmp_path / "elsewhere" / "far.jpg")
    (album / "linked").symlink_to(tmp_path / "elsewhere")
    (album / "linked.jpg").symlink_to(tmp_path / "elsewhere")
    (album / "circle").symlink_to(album)
    (album / "loop.jpg").symlink_to(album / "loop.jpg")
    (album / "loop").symlink_to(album / "loop")
    (album / "broken.jpg").symlink_to(album / "nowhere.jpg")
    corpus = open_corpus(album)
    listing = corpus.listing()
    assert sources(listing) == sorted([*PHOTOGRAPHS, "near.jpg"])
    assert reasons(listing) == {"linked.jpg": "a_folder", "loop.jpg": "symlink_loop", "broken.jpg": "broken_link"}
    assert listing.ignored == {"hidden": 2, "not_a_picture": 4, "symlinked_folder": 2}
    near = next(photograph for photograph in listing.photographs if photograph.source == "near.jpg")
    assert corpus.read(near) == b"far away"


def test_a_folder_with_the_name_of_a_picture(album: Path) -> None:
    (album / "x.jpg").mkdir()
    (album / "x.jpg" / "inside.jpg").write_bytes(b"x")
    listing = open_corpus(album).listing()
    assert reasons(listing) == {"x.jpg": "a_folder"}
    assert "x.jpg/inside.jpg" in sources(listing)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_rejected_and_never_opened(album: Path) -> None:
    os.mkfifo(album / "pipe.jpg")
    assert reasons(open_corpus(album).listing()) == {"pipe.jpg": "not_a_file"}

    corpus = open_corpus(album)
    listed = next(photograph for photograph in corpus.listing().photographs if photograph.source == "a.jpg")
    (album / "a.jpg").unlink()
    os.mkfifo(album / "a.jpg")
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(listed)
    assert caught.value.reason == "not_a_file"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows any byte in a name")
def test_names_that_are_not_text(album: Path) -> None:
    names = [b"new\nline.jpg", b"bad\xff\xfe.jpg", "Löwe.jpg".encode(), b"back\\slash.jpg", b"-rf.jpg", b" .jpg"]
    for name in names:
        (Path(os.fsdecode(os.fsencode(album) + b"/" + name))).write_bytes(name)
    corpus = open_corpus(album)
    listing = corpus.listing()
    added = [photograph for photograph in listing.photographs if photograph.source not in PHOTOGRAPHS]
    assert sorted(corpus.read(photograph) for photograph in added) == sorted(names)
    for photograph in added:
        assert json.loads(json.dumps(photograph.source, ensure_ascii=False).encode("utf-8")) == photograph.source


@pytest.mark.skipif(IS_ROOT, reason="the superuser may read everything")
def test_what_may_not_be_read(album: Path) -> None:
    (album / "a.jpg").chmod(0)
    (album / "1923").chmod(0)
    try:
        corpus = open_corpus(album)
        listing = corpus.listing()
        assert reasons(listing) == {"1923": "unreadable_folder"}
        assert [reject.key for reject in listing.rejects] == [None]
        listed = next(photograph for photograph in listing.photographs if photograph.source == "a.jpg")
        with pytest.raises(CorpusReadError) as caught:
            corpus.read(listed)
        assert caught.value.reason == "unreadable"
    finally:
        (album / "1923").chmod(0o755)


def test_a_folder_that_the_system_refuses_to_list(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "1923":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(walk_module.os, "scandir", refusing)
    listing = open_corpus(album).listing()
    assert sources(listing) == ["B.PNG", "a.jpg", "f.bmp"]
    assert [(reject.source, reject.key, reject.reason) for reject in listing.rejects] == [
        ("1923", None, "unreadable_folder")
    ]


def test_the_system_refuses_to_read(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_corpus(album)
    photograph = corpus.listing().photographs[0]

    def refusing(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files_module.os, "open", refusing)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(photograph)
    assert caught.value.reason == "unreadable"
    assert caught.value.source == photograph.source


def test_what_happens_between_listing_and_reading(album: Path) -> None:
    corpus = open_corpus(album)
    listed = {photograph.source: photograph for photograph in corpus.listing().photographs}
    (album / "a.jpg").unlink()
    (album / "B.PNG").write_bytes(b"longer than before")
    (album / "f.bmp").unlink()
    (album / "f.bmp").mkdir()
    for source, reason in (("a.jpg", "vanished"), ("B.PNG", "changed"), ("f.bmp", "a_folder")):
        with pytest.raises(CorpusReadError) as caught:
            corpus.read(listed[source])
        assert caught.value.reason == reason
        again = pickle.loads(pickle.dumps(caught.value))
        assert (again.reason, str(again)) == (reason, str(caught.value))


def test_a_monstrous_file(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = open_corpus(album)
    monkeypatch.setattr(files_module, "MAX_BYTES", 3)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(corpus.listing().photographs[0])
    assert caught.value.reason == "too_large"


def test_mending_a_bad_entry_moves_no_key(album: Path) -> None:
    (album / "a.bmp").symlink_to(album / "nowhere")
    before = open_corpus(album).listing()
    (album / "a.bmp").unlink()
    (album / "a.bmp").write_bytes(b"mended")
    after = open_corpus(album).listing()
    assert {photograph.source: photograph.key for photograph in before.photographs}.items() <= {
        photograph.source: photograph.key for photograph in after.photographs
    }.items()
    assert before.rejects[0].key in {photograph.key for photograph in after.photographs}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("*", ["B.PNG", "a.jpg", "f.bmp"]),
        ("?.*", ["B.PNG", "a.jpg", "f.bmp"]),
        ("[ab].*", ["a.jpg"]),
        ("**", PHOTOGRAPHS),
        ("**/*.tiff", ["1923/c.tiff"]),
        ("**/*.jp*", ["1923/summer/e.jpe", "a.jpg"]),
        ("*/*/*", ["1923/summer/d.webp", "1923/summer/e.jpe"]),
        ("19*/**/[de].*", ["1923/summer/d.webp", "1923/summer/e.jpe"]),
        ("**/summer/**/*.webp", ["1923/summer/d.webp"]),
        ("**/*.gif", []),
    ],
)
def test_patterns(pattern: str, expected: list[str], album: Path) -> None:
    corpus = open_corpus(f"{album}/{pattern}")
    assert isinstance(corpus, GlobCorpus)
    listing = corpus.listing()
    assert sources(listing) == expected
    for photograph in listing.photographs:
        assert corpus.read(photograph) == photograph.source.encode()


def test_a_pattern_counts_only_what_it_names(album: Path) -> None:
    (album / "broken.jpg").symlink_to(album / "nowhere")
    (album / "broken.bmp").symlink_to(album / "nowhere")
    listing = open_corpus(f"{album}/*.jpg").listing()
    assert listing.ignored == {"hidden": 1}
    assert reasons(listing) == {"broken.jpg": "broken_link"}


def test_a_pattern_looks_no_deeper_than_it_must(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    scandir = os.scandir

    def noting(path: Path) -> object:
        seen.append(path.name)
        return scandir(path)

    monkeypatch.setattr(walk_module.os, "scandir", noting)
    open_corpus(f"{album}/*/*.tiff").listing()
    assert sorted(seen) == [".git", "1923", "album"] or sorted(seen) == ["1923", "album"]


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "[1923]").mkdir()
    (tmp_path / "[1923]" / "a.jpg").write_bytes(b"x")
    corpus = open_corpus(tmp_path / "[1923]")
    assert isinstance(corpus, FolderCorpus)
    assert sources(corpus.listing()) == ["a.jpg"]


def test_one_file(album: Path) -> None:
    corpus = open_corpus(str(album / "B.PNG"))
    assert isinstance(corpus, FileCorpus)
    (photograph,) = corpus.listing().photographs
    assert (photograph.key, photograph.source) == ("B", "B.PNG")
    assert corpus.read(photograph) == b"B.PNG"


def test_names_are_never_absolute(album: Path) -> None:
    corpora: list[tuple[Corpus, str]] = [
        (open_corpus(album), "album"),
        (open_corpus(album / "a.jpg"), "a.jpg"),
        (open_corpus(f"{album}/**/*.jpg"), "album/**/*.jpg"),
        (open_corpus("sample"), "sample"),
    ]
    for corpus, name in corpora:
        assert corpus.name == name


def test_the_home_folder(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(album.parent))
    assert open_corpus("~/album").listing() == open_corpus(album).listing()
    assert open_corpus("~/album/*.jpg").listing() == open_corpus(f"{album}/*.jpg").listing()


def test_the_samples_are_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample").mkdir()
    assert isinstance(open_corpus(None), SampleCorpus)
    assert isinstance(open_corpus("sample"), SampleCorpus)
    assert isinstance(open_corpus("./sample"), FolderCorpus)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "name a folder"),
        ("albun", "did you mean album?"),
        ("nothing/at/all", "'sample'"),
        ("album/notes.doc", "no picture"),
        ("x" * 5000, "cannot be opened"),
    ],
)
def test_what_no_corpus_is(source: str, words: str, album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(album.parent)
    with pytest.raises(CorpusError) as caught:
        open_corpus(source)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_root_that_cannot_be_listed(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be listed"):
        open_corpus(f"{tmp_path}/none/*.jpg").listing()
    corpus = open_corpus(tmp_path)
    tmp_path.rmdir()
    with pytest.raises(CorpusError, match="cannot be listed"):
        corpus.listing()


def test_an_empty_folder_is_an_empty_listing(tmp_path: Path) -> None:
    assert open_corpus(tmp_path).listing() == Listing((), {}, ())
