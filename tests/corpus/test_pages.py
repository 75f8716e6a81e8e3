"""TIFFs of several pages in a corpus."""

from __future__ import annotations

import io
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

import degrade
from degrade.codecs import decode
from degrade.corpus import Corpus, CorpusError, CorpusReadError, open_corpus
from degrade.shards import open_pairs

SHADES = (40, 120, 200)


def tiff(*shades: int, thumbnail: int | None = None) -> bytes:
    """A gray page of 90 x 80 pixels for each shade; the page with the number `thumbnail` is marked as one."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        for number, shade in enumerate(shades, 1):
            page = np.full((80, 90), shade, np.uint8)
            writer.write(page, photometric="minisblack", subfiletype=int(number == thumbnail), metadata=None)
    return stream.getvalue()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """An album of a series, one with a thumbnail, a single page and a JPEG."""
    root = tmp_path / "photos"
    (root / "album").mkdir(parents=True)
    (root / "album" / "series.TIF").write_bytes(tiff(*SHADES))
    (root / "preview.tif").write_bytes(tiff(60, 61, thumbnail=2))
    (root / "behind.tif").write_bytes(tiff(70, 71, thumbnail=1))
    (root / "single.tiff").write_bytes(tiff(80))
    Image.new("L", (90, 80), 90).save(root / "photo.jpg")
    return root


def shades(corpus: Corpus) -> dict[str, int]:
    """The shade of each photograph, by its source."""
    return {one.source: int(decode(corpus.read(one)).pixels[0, 0, 0]) for one in corpus.listing().photographs}


ALL = {
    "album/series.TIF/p0001": 40,
    "album/series.TIF/p0002": 120,
    "album/series.TIF/p0003": 200,
    "preview.tif": 60,
    "behind.tif/p0002": 71,
    "single.tiff": 80,
    "photo.jpg": 90,
}


def test_the_first_page_unless_all_are_asked_for(photos: Path) -> None:
    first = {"album/series.TIF": 40, "preview.tif": 60, "behind.tif": 70, "single.tiff": 80, "photo.jpg": 90}
    assert shades(open_corpus(photos)) == first
    assert shades(open_corpus({"path": str(photos), "pages": "first"})) == first


def test_each_page_is_a_photograph(photos: Path) -> None:
    corpus = open_corpus({"path": str(photos), "pages": "all"})
    assert shades(corpus) == ALL
    assert shades(pickle.loads(pickle.dumps(corpus))) == ALL
    listed = list(corpus.listing().photographs)
    assert len({one.key for one in listed}) == len(ALL)
    assert {one.group for one in listed if "series" in one.source} == {"album/series.TIF"}
    assert {one.key for one in listed if "/p" not in one.source} == {"preview", "single", "photo"}


def test_pages_in_an_archive_and_a_mixture(photos: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for name in ("album/series.TIF", "photo.jpg"):
            archive.write(photos / name, name)
    packed = {"path": str(tmp_path / "photos.zip"), "pages": "all", "name": "packed"}
    expected = {source: shade for source, shade in ALL.items() if source.startswith(("album", "photo"))}
    assert shades(open_corpus(packed)) == expected
    mixed = shades(open_corpus([packed, {"path": str(photos), "name": "plain"}]))
    assert {source for source in mixed if source.startswith("packed/")} == {f"packed/{name}" for name in expected}
    assert {mixed[f"packed/{name}"] for name in expected} == set(expected.values())
    assert mixed["plain/album/series.TIF"] == 40


def test_other_options_speak_of_the_file(photos: Path) -> None:
    options = {"class_by": {"folder": -1}, "classes": ["album"], "group_by": {"folder": 1}, "domain": "real"}
    listing = open_corpus({"path": str(photos), "pages": "all", **options}).listing()
    assert {(one.group, one.domain) for one in listing.photographs} == {("album", "real")}
    assert len(listing.photographs) == 3
    assert listing.ignored == {"other_class": 4}


def test_a_damaged_chain_is_a_reject_beside_its_pages(photos: Path) -> None:
    path = photos / "album" / "series.TIF"
    with tifffile.TiffFile(path) as file:
        last = struct.pack(file.byteorder + "I", file.pages[2].offset)
    path.write_bytes(path.read_bytes().replace(last, b"\xff\xff\xff\x7f"))
    corpus = open_corpus({"path": str(photos), "pages": "all"})
    assert shades(corpus) == {source: shade for source, shade in ALL.items() if not source.endswith("p0003")}
    (reject,) = corpus.listing().rejects
    assert (reject.source, reject.key, reject.reason) == ("album/series.TIF", None, "damaged_pages")


def test_a_file_that_is_no_tiff_stays_as_it_is(photos: Path) -> None:
    (photos / "text.tif").write_bytes(b"no picture")
    (photos / "in_truth.tif").write_bytes((photos / "photo.jpg").read_bytes())
    sources = {one.source for one in open_corpus({"path": str(photos), "pages": "all"}).listing().photographs}
    assert {"text.tif", "in_truth.tif"} < sources


def test_pairs_stay_whole(photos: Path, tmp_path: Path) -> None:
    both = {"input": str(photos), "target": str(shutil.copytree(photos, tmp_path / "clean"))}
    plain = list(open_corpus({"pairs": both}).listing().photographs)
    assert list(open_corpus({"pairs": both, "pages": "all"}).listing().photographs) == plain
    assert all(one.target and one.target_size for one in plain)


def test_a_page_that_is_gone(photos: Path) -> None:
    corpus = open_corpus({"path": str(photos), "pages": "all"})
    last = next(one for one in corpus.listing().photographs if one.source.endswith("p0003"))
    path = photos / "album" / "series.TIF"
    size = path.stat().st_size
    path.write_bytes(tiff(1).ljust(size, b"\0"))
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(last)
    assert (caught.value.reason, caught.value.source) == ("changed", last.source)
    path.unlink()
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(last)
    assert (caught.value.reason, caught.value.source) == ("vanished", last.source)


@pytest.mark.parametrize("value", ["every", 1, None, ["all"]])
def test_mistakes(value: object, photos: Path) -> None:
    with pytest.raises(CorpusError, match="expected first or all"):
        open_corpus({"path": str(photos), "pages": value})


def test_a_build_of_all_pages(photos: Path, tmp_path: Path) -> None:
    recipe = {"recipe": 1, "name": "tiny", "steps": ["grayscale"], "frame": {"size": 64}}
    source = {"path": str(photos), "pages": "all"}
    degrade.build(recipe, source, tmp_path / "out", workers=1)
    made = {pair.row["source"]: round(float(pair.clean.mean())) for pair in open_pairs(tmp_path / "out")}
    assert set(made) == set(ALL)
    assert all(abs(made[source] - shade) <= 1 for source, shade in ALL.items())
    assert not (tmp_path / "out" / "rejects.jsonl").read_text()
