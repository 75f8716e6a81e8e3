"""List files: paths with what is said of them, and every mistake at once."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, open_corpus
from degrade.corpus.list_rows import LIST_SUFFIXES
from degrade.corpus.lists import ListCorpus

FULL = {"path": "a.jpg", "split": "test", "group": "ada", "label": "cat", "domain": "real"}


def sources(listing: Listing) -> list[str]:
    return sorted(one.source for one in listing.photographs)


def reasons(listing: Listing) -> dict[str, str]:
    return {reject.source: reject.reason for reject in listing.rejects}


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Five photographs, to be named by lists beside them."""
    for name in ("a.jpg", "b c.png", "1923/c.tif", "1923/d.jpg", "no_suffix"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def listed(album: Path, name: str, text: str | bytes) -> ListCorpus:
    (album / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    corpus = open_corpus(album / name)
    assert isinstance(corpus, ListCorpus)
    return corpus


def test_one_path_a_line(album: Path) -> None:
    text = "# my photographs\n\na.jpg\r\nb c.png\n  # more\n./1923//c.tif\nno_suffix"
    corpus = listed(album, "list.txt", text)
    assert corpus.name == "list.txt"
    expected = {name: name.encode() for name in ("a.jpg", "b c.png", "1923/c.tif", "no_suffix")}
    assert read_all(corpus) == expected
    assert read_all(pickle.loads(pickle.dumps(corpus))) == expected


def test_keys_are_those_of_the_folder(album: Path) -> None:
    of_folder = {one.source: one.key for one in open_corpus(album).listing().photographs}
    corpus = listed(album, "list.txt", "a.jpg\nb c.png\n1923/d.jpg\n")
    assert {one.source: one.key for one in corpus.listing().photographs}.items() <= of_folder.items()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", "path,split,group,label,domain\na.jpg,test,ada,cat,real\nb c.png,,,,\n"),
        ("list.csv", "\ufeffgroup;path;label;split;domain\nada;a.jpg;cat;test;real\n;b c.png;;;\n"),
        ("list.tsv", 'file_name\tsplit\tgroup\tlabel\tdomain\n"a.jpg"\ttest\tada\tcat\treal\nb c.png\t\t\t\t\n\n'),
        ("list.jsonl", f"{json.dumps(FULL)}\n\n{json.dumps({'path': 'b c.png', 'split': None, 'other': [1]})}\n"),
    ],
)
def test_columns(name: str, text: str, album: Path) -> None:
    corpus = listed(album, name, text)
    found = {one.source: one for one in corpus.listing().photographs}
    assert set(found) == {"a.jpg", "b c.png"}
    assert (found["a.jpg"].split, found["a.jpg"].group, found["a.jpg"].domain) == ("test", "ada", "real")
    assert (found["b c.png"].split, found["b c.png"].group, found["b c.png"].domain) == ("", "", "")
    assert read_all(corpus) == {"a.jpg": b"a.jpg", "b c.png": b"b c.png"}


def test_columns_by_name(album: Path) -> None:
    text = "path,person,year,group\na.jpg,ada,1923,x\n1923/d.jpg,bob,1924,x\n"
    corpus = listed(album, "list.csv", text)
    assert {one.group for one in corpus.listing().photographs} == {"x"}
    told = corpus.with_columns(group="person").with_columns(split="year")
    assert {one.source: (one.group, one.split) for one in told.listing().photographs} == {
        "a.jpg": ("ada", "1923"),
        "1923/d.jpg": ("bob", "1924"),
    }
    with pytest.raises(CorpusError, match="did you mean 'person'"):
        corpus.with_columns(group="persons").listing()


def test_values_of_json_as_text(album: Path) -> None:
    rows = [{"path": "a.jpg", "group": 7}, {"path": "b c.png", "group": 7.0}, {"path": "1923/d.jpg", "group": True}]
    corpus = listed(album, "list.jsonl", "\n".join(map(json.dumps, rows)))
    assert sorted(one.group for one in corpus.listing().photographs) == ["7", "7", "true"]


def test_the_column_of_the_paths(album: Path) -> None:
    (album / "list.csv").write_text("scan,other\na.jpg,x\n")
    assert sources(open_corpus({"path": str(album / "list.csv"), "column": "scan"}).listing()) == ["a.jpg"]
    with pytest.raises(CorpusError, match="did you mean 'scan'"):
        open_corpus({"path": str(album / "list.csv"), "column": "scann"}).listing()
    with pytest.raises(CorpusError, match="no column of paths") as caught:
        open_corpus(album / "list.csv").listing()
    assert "scan, other" in str(caught.value)


def test_the_root(album: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    lists = tmp_path_factory.mktemp("lists")
    (lists / "list.txt").write_text(f"a.jpg\n{album}/1923/d.jpg\n")
    with pytest.raises(CorpusError, match=r"line 2: .*root:"):
        open_corpus(lists / "list.txt").listing()
    corpus = open_corpus({"path": str(lists / "list.txt"), "root": str(album)})
    assert read_all(corpus) == {"a.jpg": b"a.jpg", "1923/d.jpg": b"1923/d.jpg"}


def test_what_is_not_there_is_a_reject(album: Path) -> None:
    (album / "folder.jpg").mkdir()
    (album / "link.jpg").symlink_to(album / "nowhere")
    listing = listed(album, "list.txt", "a.jpg\nnone.jpg\nfolder.jpg\nlink.jpg\na.jpg/x.jpg\n./a.jpg\n").listing()
    assert sources(listing) == ["a.jpg"]
    assert reasons(listing) == {
        "none.jpg": "vanished",
        "folder.jpg": "a_folder",
        "link.jpg": "broken_link",
        "a.jpg/x.jpg": "vanished",
        "a.jpg": "repeated",
    }


def test_every_mistake_at_once(album: Path) -> None:
    text = "path,group\na.jpg,x,y\n\n/etc/passwd,x\n../b.jpg,x\n,x\na.jpg,x\n"
    with pytest.raises(CorpusError) as caught:
        listed(album, "list.csv", text).listing()
    said = str(caught.value)
    assert "4 mistakes" in said
    assert [f"line {number}:" in said for number in range(1, 8)] == [False, True, False, True, True, True, False]
    assert "\n" not in said
    assert caught.value.exit_code == 2


def test_line_numbers_where_texts_go_over_lines(album: Path) -> None:
    with pytest.raises(CorpusError, match=r"line 5: no path"):
        listed(album, "list.csv", '\npath,about\na.jpg,"two\nlines"\n,x\n').listing()


def test_many_mistakes_are_counted(album: Path) -> None:
    with pytest.raises(CorpusError, match=r"100 mistakes: line 1: no JSON;.*; and 92 more"):
        listed(album, "list.jsonl", "{\n" * 99 + "[]\n").listing()


def test_two_columns_of_one_name(album: Path) -> None:
    with pytest.raises(CorpusError, match="two columns"):
        listed(album, "list.csv", "path,path\na.jpg,a.jpg\n").listing()


@pytest.mark.parametrize(("name", "text"), [("l.txt", ""), ("l.csv", ""), ("l.csv", "path\n"), ("l.jsonl", "\n")])
def test_an_empty_list_is_an_empty_listing(name: str, text: str, album: Path) -> None:
    assert listed(album, name, text).listing() == Listing((), {}, ())


def test_names_that_are_not_text(album: Path) -> None:
    (album / "bad\udcff.jpg").write_bytes(b"bad")
    corpus = listed(album, "list.txt", b"bad\xff.jpg\n")
    assert read_all(corpus) == {"bad\\xff.jpg": b"bad"}
    with pytest.raises(CorpusError, match=r"line 1: .*can be no file's name"):
        listed(album, "list.jsonl", '{"path": "\\ud800.jpg"}').listing()
    with pytest.raises(CorpusError, match=r"line 1: .*can be no file's name"):
        listed(album, "list.jsonl", '{"path": "\\u0000.jpg"}').listing()
    half = listed(album, "list.jsonl", '{"path": "a.jpg", "group": "\\ud800"}')
    assert [one.group for one in half.listing().photographs] == ["?"]


def test_a_list_that_cannot_be_read(album: Path) -> None:
    corpus = listed(album, "list.txt", "a.jpg")
    (album / "list.txt").unlink()
    with pytest.raises(CorpusError, match="the list"):
        corpus.listing()


def test_what_changes_after_listing(album: Path) -> None:
    corpus = listed(album, "list.txt", "a.jpg")
    (one,) = corpus.listing().photographs
    (album / "a.jpg").write_bytes(b"longer than before")
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(one)
    assert caught.value.reason == "changed"


@given(text=st.binary(max_size=80) | st.text(max_size=80).map(str.encode), suffix=st.sampled_from(LIST_SUFFIXES))
def test_no_text_is_a_traceback(text: bytes, suffix: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    for head in (b"", b"path,group\n"):
        path.write_bytes(head + text)
        with suppress(CorpusError):
            rejects = open_corpus(path).listing().rejects
            assert json.dumps([reject.source for reject in rejects], ensure_ascii=False).encode()


def test_lists_behind_a_url(album: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for name in ("a.jpg", "1923/c.tif", "1923/d.jpg"):
        memory.pipe(f"/bucket/{name}", name.encode())
    memory.pipe("/bucket/list.csv", b"path,group\n1923/c.tif,x\n1923/d.jpg,y\na.jpg,\nnone/e.jpg,\n1923,\n")
    corpus = open_corpus("memory://bucket/list.csv")
    assert read_all(corpus) == {name: name.encode() for name in ("a.jpg", "1923/c.tif", "1923/d.jpg")}
    listing = corpus.listing()
    assert {one.source: one.group for one in listing.photographs} == {"a.jpg": "", "1923/c.tif": "x", "1923/d.jpg": "y"}
    assert reasons(listing) == {"none/e.jpg": "vanished", "1923": "a_folder"}
    (album / "here.txt").write_text("memory://bucket/a.jpg\n1923/d.jpg\n")
    local = open_corpus({"path": str(album / "here.txt"), "root": "memory://bucket"})
    assert read_all(local) == {"a.jpg": b"a.jpg", "1923/d.jpg": b"1923/d.jpg"}
    memory.store.clear()
