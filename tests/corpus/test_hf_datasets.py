"""Datasets saved to disk, parquet files, and names on the Hub."""

from __future__ import annotations

import importlib
import io
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import decode, encode_png
from degrade.corpus import Corpus, CorpusError, CorpusReadError, Listing, open_corpus
from degrade.corpus import hf_datasets as hf_datasets_module
from degrade.corpus.hf_datasets import DatasetCorpus

datasets = pytest.importorskip("datasets")
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

PICTURES = [encode_png(np.full((4 + number, 5, 3), 20 * number, np.uint8), filtered=False) for number in range(6)]


def read_all(corpus: Corpus) -> dict[str, bytes]:
    return {one.source: corpus.read(one) for one in corpus.listing().photographs}


def reasons(listing: Listing) -> dict[str, str]:
    return {reject.source: reject.reason for reject in listing.rejects}


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of the library's own, and no bars."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()
    hf_datasets_module.table_of.cache_clear()


@pytest.fixture
def dataset() -> Any:
    """Six photographs with two columns."""
    rows = {
        "image": [{"bytes": data, "path": f"{number}.png"} for number, data in enumerate(PICTURES)],
        "animal": [0, 1, 0, 1, 0, 1],
        "person": ["ada", "ada", "bob", None, "eve", "eve"],
    }
    classes = datasets.ClassLabel(names=["cat", "dog"])
    features = {"image": datasets.Image(), "animal": classes, "person": datasets.Value("string")}
    return datasets.Dataset.from_dict(rows, features=datasets.Features(features))


def test_saved_to_disk(dataset: Any, tmp_path: Path) -> None:
    dataset.info.license = "CC0-1.0\n\nNo rights reserved."
    dataset.save_to_disk(tmp_path / "saved", num_shards=3)
    corpus = open_corpus(tmp_path / "saved")
    assert isinstance(corpus, DatasetCorpus)
    assert (corpus.name, corpus.licence) == ("saved", "CC0-1.0")
    expected = {f"{number:08d}": data for number, data in enumerate(PICTURES)}
    assert read_all(corpus) == expected
    assert read_all(pickle.loads(pickle.dumps(corpus))) == expected
    listing = corpus.listing()
    assert {one.key for one in listing.photographs} == set(expected)
    assert listing.ignored == {}


def test_several_splits(dataset: Any, tmp_path: Path) -> None:
    datasets.DatasetDict(train=dataset.select(range(4)), test=dataset.select(range(4, 6))).save_to_disk(tmp_path / "s")
    corpus = open_corpus(tmp_path / "s")
    found = read_all(corpus)
    assert found == {
        **{f"train/{number:08d}": PICTURES[number] for number in range(4)},
        **{f"test/{number:08d}": PICTURES[4 + number] for number in range(2)},
    }
    assert all(one.split == "" for one in corpus.listing().photographs)
    told = corpus.with_columns(split="split", group="person", label="animal")
    listed = {one.source: one for one in told.listing().photographs}
    assert (listed["test/00000001"].split, listed["test/00000001"].group) == ("test", "eve")
    assert listed["train/00000003"].group == ""


def test_a_column_that_is_not_there(dataset: Any, tmp_path: Path) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    with pytest.raises(CorpusError, match="did you mean 'person'"):
        open_corpus(tmp_path / "saved").with_columns(group="persons").listing()


def test_classes_are_named(dataset: Any, tmp_path: Path) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    corpus = open_corpus(tmp_path / "saved").with_columns(group="animal")
    assert sorted(one.group for one in corpus.listing().photographs) == ["cat"] * 3 + ["dog"] * 3


def test_a_parquet_file(dataset: Any, tmp_path: Path) -> None:
    dataset.to_parquet(tmp_path / "photos.parquet")
    corpus = open_corpus(tmp_path / "photos.parquet")
    assert corpus.name == "photos.parquet"
    assert read_all(corpus) == {f"{number:08d}": data for number, data in enumerate(PICTURES)}


def test_several_parquet_files(dataset: Any, tmp_path: Path) -> None:
    dataset.select(range(4)).to_parquet(tmp_path / "one-0.parquet")
    dataset.select(range(4, 6)).to_parquet(tmp_path / "one-1.parquet")
    expected = {f"one-{number // 4}/{number % 4:08d}": data for number, data in enumerate(PICTURES)}
    assert read_all(open_corpus(tmp_path / "*.parquet")) == expected
    assert read_all(open_corpus(tmp_path / "one-{0..1}.parquet")) == expected
    (tmp_path / "more").mkdir()
    dataset.to_parquet(tmp_path / "more" / "one-0.parquet")
    with pytest.raises(CorpusError, match="two of the parquet files are called one-0"):
        open_corpus(tmp_path / "**/*.parquet")


def test_a_folder_of_parquet(dataset: Any, tmp_path: Path) -> None:
    for split, rows in (("train", range(4)), ("test", range(4, 6))):
        path = tmp_path / "clone" / "data" / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.select(rows).to_parquet(path)
    (tmp_path / "clone" / "README.md").write_text("# About\n")
    (tmp_path / "clone" / "for_show.png").write_bytes(b"x")
    (tmp_path / "clone" / "figures").mkdir()
    corpus = open_corpus(tmp_path / "clone")
    assert set(read_all(corpus)) == {*(f"train/{row:08d}" for row in range(4)), "test/00000000", "test/00000001"}
    assert sorted(read_all(corpus).values()) == sorted(PICTURES)


def test_parquet_that_pandas_wrote(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame({"name": ["a", "b"], "scan": PICTURES[:2]}).to_parquet(tmp_path / "p.parquet")
    assert read_all(open_corpus(tmp_path / "p.parquet")) == dict(zip(("00000000", "00000001"), PICTURES, strict=False))


def test_pictures_that_are_named_instead_of_held(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PICTURES[0])
    paths = [str(tmp_path / "a.png"), str(tmp_path / "none.png"), None, "in\0valid.png"]
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    rows = pyarrow.array([None if path is None else {"bytes": None, "path": path} for path in paths], kind)
    parquet.write_table(pyarrow.table({"image": rows}), tmp_path / "x.parquet")
    corpus = open_corpus(tmp_path / "x.parquet")
    assert read_all(corpus) == {"00000000": PICTURES[0]}
    assert reasons(corpus.listing()) == {"00000001": "vanished", "00000002": "unreadable", "00000003": "vanished"}


def test_which_column(dataset: Any, tmp_path: Path) -> None:
    two = dataset.add_column("again", dataset.with_format("arrow").data.column("image").to_pylist())
    two = two.cast_column("again", datasets.Image())
    two.save_to_disk(tmp_path / "two")
    with pytest.raises(CorpusError, match=r"2 columns .*image, again.*column:"):
        open_corpus(tmp_path / "two")
    assert len(read_all(open_corpus({"path": str(tmp_path / "two"), "column": "again"}))) == 6
    with pytest.raises(CorpusError, match="did you mean 'again'"):
        open_corpus({"path": str(tmp_path / "two"), "column": "agian"})
    with pytest.raises(CorpusError, match="holds no pictures"):
        open_corpus({"path": str(tmp_path / "two"), "column": "person"})
    dataset.remove_columns("image").save_to_disk(tmp_path / "none")
    with pytest.raises(CorpusError, match="no column of the dataset none holds pictures; it has animal, person"):
        open_corpus(tmp_path / "none")


def test_what_happens_between_listing_and_reading(dataset: Any, tmp_path: Path) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    corpus = open_corpus(tmp_path / "saved")
    listed = {one.source: one for one in corpus.listing().photographs}
    hf_datasets_module.table_of.cache_clear()
    file = next((tmp_path / "saved").glob("*.arrow"))
    whole = file.read_bytes()
    file.unlink()
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(listed["00000001"])
    assert caught.value.reason == "vanished"
    file.write_bytes(b"no arrow at all" * 10)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(listed["00000001"])
    assert caught.value.reason == "changed"
    file.write_bytes(whole)
    assert corpus.read(listed["00000001"]) == PICTURES[1]


def test_a_monstrous_row(dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    corpus = open_corpus(tmp_path / "saved")
    one = corpus.listing().photographs[0]
    monkeypatch.setattr("degrade.corpus.files.MAX_BYTES", 3)
    with pytest.raises(CorpusReadError) as caught:
        corpus.read(one)
    assert caught.value.reason == "too_large"


def test_what_no_dataset_is(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    with pytest.raises(CorpusError, match="cannot be read") as caught:
        open_corpus(tmp_path / "x.parquet")
    assert "\n" not in str(caught.value)


def test_the_hub(dataset: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[Any, ...]] = []
    dataset.to_parquet(tmp_path / "x.parquet")
    loaded = datasets.load_dataset("parquet", data_files={"train": str(tmp_path / "x.parquet")})

    def load(path: str, **options: Any) -> Any:
        asked.append((path, options))
        return loaded

    monkeypatch.setattr(datasets, "load_dataset", load)
    corpus = open_corpus("hf://datasets/ada/photos@v1.0")
    assert (corpus.name, corpus.origin) == ("ada/photos", "hf://datasets/ada/photos")
    assert read_all(corpus) == {f"train/{number:08d}": data for number, data in enumerate(PICTURES)}
    open_corpus({"path": "hf://datasets/ada/photos", "config": "small"})
    assert asked == [
        ("ada/photos", {"name": None, "revision": "v1.0"}),
        ("ada/photos", {"name": "small", "revision": None}),
    ]
    with pytest.raises(CorpusError, match="hf://datasets/USER/NAME"):
        open_corpus("hf://ada/photos")


def test_the_library_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(path: str, **_: Any) -> Any:
        if path == "ada/none":
            raise datasets.exceptions.DatasetNotFoundError(f"Dataset '{path}' doesn't exist on the Hub")
        raise ValueError("Unknown split\nand much more")

    monkeypatch.setattr(datasets, "load_dataset", load)
    with pytest.raises(CorpusError, match="is not there"):
        open_corpus("hf://datasets/ada/none")
    with pytest.raises(CorpusError, match="Unknown split") as caught:
        open_corpus("hf://datasets/ada/photos")
    assert "\n" not in str(caught.value)


def test_without_the_library(dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    import_module = importlib.import_module

    def refusing(name: str, *args: Any) -> Any:
        if name == "datasets":
            raise ImportError(name)
        return import_module(name, *args)

    monkeypatch.setattr("degrade.corpus.hf_opening.importlib.import_module", refusing)
    with pytest.raises(CorpusError, match=r'pip install "degrade\[hub\]"'):
        open_corpus(tmp_path / "saved")


def test_a_worker_needs_arrow_alone(dataset: Any, tmp_path: Path) -> None:
    dataset.save_to_disk(tmp_path / "saved")
    corpus = open_corpus(tmp_path / "saved")
    one = corpus.listing().photographs[0]
    (tmp_path / "job").write_bytes(pickle.dumps((corpus, one)))
    script = (
        "import pickle, sys\nfrom pathlib import Path\n"
        f"corpus, one = pickle.loads(Path({str(tmp_path / 'job')!r}).read_bytes())\n"
        "print(len(corpus.read(one)), 'datasets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(one.size), "False"]


def test_pictures_decode(dataset: Any, tmp_path: Path) -> None:
    dataset.to_parquet(tmp_path / "x.parquet")
    corpus = open_corpus(tmp_path / "x.parquet")
    for one in corpus.listing().photographs:
        assert decode(corpus.read(one), one.source).pixels.shape[1] == 5
    assert json.dumps([one.source for one in corpus.listing().photographs])
    assert io.BytesIO(PICTURES[0]).read(4) == b"\x89PNG"
