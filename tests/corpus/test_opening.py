"""What a source may be written as, and what is said of everything else."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from degrade.corpus import (
    Corpus,
    CorpusError,
    FileCorpus,
    FolderCorpus,
    GlobCorpus,
    SampleCorpus,
    open_corpus,
)
from degrade.corpus.archives import ArchiveCorpus
from degrade.corpus.lists import ListCorpus
from degrade.corpus.pattern import expand_braces


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a source of each kind, in which the test stands."""
    for name in ("album/1923/a.jpg", "album/1924/b.png", "single.tif"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "list.csv").write_text("path,person\nalbum/1923/a.jpg,ada\nalbum/1924/b.png,bob\n")
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.writestr("z.jpg", b"zipped")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (None, SampleCorpus),
        ("sample", SampleCorpus),
        ("album", FolderCorpus),
        (Path("album"), FolderCorpus),
        ("single.tif", FileCorpus),
        ("album/*/*.jpg", GlobCorpus),
        ("album/{1923,1924}/*", GlobCorpus),
        ("list.csv", ListCorpus),
        ("old.zip", ArchiveCorpus),
        ("*.zip", ArchiveCorpus),
        ({"path": "album"}, FolderCorpus),
        ({"path": Path("old.zip")}, ArchiveCorpus),
    ],
)
def test_kinds(source: Any, kind: type, place: Path) -> None:
    corpus = open_corpus(source)
    assert type(corpus) is kind
    assert len(corpus.listing().photographs) > 0
    again = pickle.loads(pickle.dumps(corpus))
    assert again == corpus
    assert read_all(again) == read_all(corpus)


def test_a_file_url(place: Path) -> None:
    assert read_all(open_corpus(f"file://{place}/album")) == read_all(open_corpus("album"))


def test_mappings_have_options(place: Path) -> None:
    corpus = open_corpus({"path": "list.csv", "group_by": {"column": "person"}, "domain": "real"})
    found = {one.source: (one.group, one.domain) for one in corpus.listing().photographs}
    assert found == {"album/1923/a.jpg": ("ada", "real"), "album/1924/b.png": ("bob", "real")}


def test_classes_of_a_list(place: Path) -> None:
    corpus = open_corpus({"path": "list.csv", "class_by": {"column": "person"}, "classes": ["ada"]})
    assert set(read_all(corpus)) == {"album/1923/a.jpg"}


def test_lists_are_mixed(place: Path) -> None:
    corpus = open_corpus(["album", {"path": "old.zip", "name": "zip"}])
    assert read_all(corpus) == {
        "album/1923/a.jpg": b"album/1923/a.jpg",
        "album/1924/b.png": b"album/1924/b.png",
        "zip/z.jpg": b"zipped",
    }


def test_a_yaml_of_sources(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_all(open_corpus([{"path": "album"}, "single.tif"]))
    (place / "sources.yaml").write_text("- path: album\n- single.tif\n")
    assert read_all(open_corpus("sources.yaml")) == expected
    (place / "one.yml").write_text("path: list.csv\nroot: .\ngroup_by: {column: person}\n")
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    assert read_all(open_corpus("../sources.yaml")) == expected
    assert {one.group for one in open_corpus("../one.yml").listing().photographs} == {"ada", "bob"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recipe: 1\nname: x\n", "is a recipe; name it with --recipe"),
        ("path: [\n", "sources.yaml:"),
        ("- album\n- sources.yaml\n", "named in another .yaml"),
        ("- pth: album\n", "did you mean 'path'"),
        ("path: albun\n", "did you mean"),
        ("7\n", "expected a text, a mapping"),
    ],
)
def test_a_yaml_with_a_mistake(text: str, words: str, place: Path) -> None:
    (place / "sources.yaml").write_text(text)
    with pytest.raises(CorpusError) as caught:
        open_corpus("sources.yaml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "`path:` is missing"),
        ({"path": "album", "rooot": "x"}, "did you mean 'root'"),
        ({"path": "album", "root": "x"}, "no use for root:, which is for list files"),
        ({"path": "old.zip", "root": "x"}, "no use for root:"),
        ({"path": "list.csv", "config": "x"}, "no use for config:"),
        ({"path": "sample", "column": "x"}, "no use for column:"),
        ({"path": "album/*.jpg", "column": "x"}, "no use for column:"),
        ({"path": "album", "group_by": {"column": "x"}}, "has no columns"),
        (["album", "album"], "name"),
        ([], "at least one source"),
        (["album", {"path": "single.tif", "weight": 1}], "weight"),
        ("*.csv", "give each as a source of its own"),
        ("album/notes.doc", "there is no source"),
        ("lst.csv", "did you mean list.csv?"),
        (7, "expected a text, a mapping"),
        ("x" * 5000 + ".yaml", "cannot be opened"),
        ("a\0b.yaml", "there is no source"),
        ({"path": "list.csv", "root": "~nobody-has-this-name/x"}, "root"),
        ("{a,b}" * 5000, "cannot be opened"),
        ("{0..9999999}.tar", "over a million names"),
    ],
)
def test_mistakes(source: Any, words: str, place: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        open_corpus(source)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("{a,b}", ["a", "b"]),
        ("x-{a,,b}.tar", ["x-a.tar", "x-.tar", "x-b.tar"]),
        ("{08..11}", ["08", "09", "10", "11"]),
        ("{8..11}", ["8", "9", "10", "11"]),
        ("{000..002}", ["000", "001", "002"]),
        ("{2..0}", ["2", "1", "0"]),
        ("{-1..1}", ["-1", "0", "1"]),
        ("{a,b}{1..2}", ["a1", "a2", "b1", "b2"]),
        ("{}", ["{}"]),
        ("{a}", ["{a}"]),
        ("{a..c}", ["{a..c}"]),
        ("{x{1,2}", ["{x1", "{x2"]),
    ],
)
def test_braces(text: str, expected: list[str]) -> None:
    assert expand_braces(text) == expected


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_never_opened(place: Path) -> None:
    for name in ("pipe.csv", "pipe.zip"):
        os.mkfifo(place / name)
        with pytest.raises(CorpusError, match="neither a file nor a folder"):
            open_corpus(name)


def test_a_folder_with_tables_and_pictures_is_one_of_pictures(place: Path) -> None:
    (place / "album" / "table.parquet").write_bytes(b"x")
    (place / "album" / "old.zip").write_bytes(b"x")
    assert isinstance(open_corpus("album"), FolderCorpus)
    (place / "album" / "1923" / "table.parquet").write_bytes(b"x")
    assert isinstance(open_corpus("album/1923"), FolderCorpus)


def test_a_name_with_braces_is_that_file(place: Path) -> None:
    (place / "{a,b}.jpg").write_bytes(b"x")
    assert isinstance(open_corpus("{a,b}.jpg"), FileCorpus)


def test_braces_among_many_folders(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:04d}").mkdir()
        (tmp_path / f"{number:04d}" / "a.jpg").write_bytes(b"x")
    corpus = open_corpus(f"{tmp_path}/{{0005..0009}}/*.{{jpg,png}}")
    assert sorted(read_all(corpus)) == [f"{number:04d}/a.jpg" for number in range(5, 10)]
