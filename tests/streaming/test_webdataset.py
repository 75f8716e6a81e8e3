"""webdataset's pipelines: pairs of any shards' pictures, and a build's pairs as they were made."""

from __future__ import annotations

import gc
import io
import pickle
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.codecs import decode
from degrade.streaming import PairError, StreamError
from degrade.streaming import webdataset as adaptor

wds = pytest.importorskip("webdataset")
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
NAMES = ("clean", "degraded", "mask")


@pytest.fixture(autouse=True)
def _no_open_files() -> Iterator[None]:
    """A pipeline that is left before its end leaves its shard open: that is webdataset's, and ends with the test."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def clean_shards(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two shards of the photographs, each with a class and a picture that is named."""
    folder = tmp_path_factory.mktemp("clean")
    paths = sorted(photos.rglob("*.jpg"))
    for number in range(2):
        with tarfile.open(folder / f"photos-{number}.tar", "w") as tar:
            for path in paths[number::2]:
                for suffix, data in (("cls", b"3"), ("jpg", path.read_bytes())):
                    member = tarfile.TarInfo(f"{path.stem}.{suffix}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    return str(folder / "photos-{0..1}.tar")


def opened(shards: str) -> Any:
    return wds.WebDataset(shards, shardshuffle=False)


def same(samples: Iterator[Any], others: Iterator[Any], names: tuple[str, ...] = NAMES) -> bool:
    return all(
        one["__key__"] == other["__key__"] and all(np.array_equal(one[name], other[name]) for name in names)
        for one, other in zip(samples, others, strict=True)
    )


# --- pairs on the fly -------------------------------------------------------------------------------------------------


def test_pairs_are_those_of_the_recipe(clean_shards: str, recipe: dict[str, Any], photos: Path) -> None:
    samples = list(opened(clean_shards).compose(adaptor.pairs(recipe, members=(*NAMES, "record"))))
    assert len(samples) == 2 * 11
    assert len({sample["__key__"] for sample in samples}) == len(samples)
    files = {path.stem: path for path in photos.rglob("*.jpg")}
    loaded = degrade.load_recipe(recipe)
    for sample in samples:
        key, _, copy = sample["__key__"].partition("/c")
        pair = loaded.of_photograph(
            decode(files[key].read_bytes(), luma=loaded.reads_luma), key=key, copy=int(copy or 0)
        )
        expected = degrade.as_arrays(pair, (*NAMES, "record"))
        assert all(np.array_equal(sample[name], expected[name]) for name in NAMES)
        assert sample["record"] == expected["record"]
        assert sample["cls"] == b"3"
        assert "jpg" not in sample


def test_epochs(clean_shards: str, recipe: dict[str, Any]) -> None:
    stage = adaptor.pairs(recipe)
    dataset = opened(clean_shards).compose(stage)
    first = list(dataset)
    assert same(iter(dataset), iter(first))
    stage.set_epoch(1)
    later = list(dataset)
    assert not same(iter(later), iter(first), ("degraded",))
    assert same(iter(later), iter(opened(clean_shards).compose(adaptor.pairs(recipe, epoch=1))))
    fixed = [list(opened(clean_shards).compose(adaptor.pairs(recipe, split="val", epoch=n))) for n in (0, 1)]
    assert same(*map(iter, fixed))


def test_arrays_that_were_decoded_before(clean_shards: str, recipe: dict[str, Any]) -> None:
    recipe = {**recipe, "steps": [{"gaussian_noise": {}}], "output": {}}
    raw = opened(clean_shards).compose(adaptor.pairs(recipe, dtype="float32", layout="CHW"))
    decoded = opened(clean_shards).decode("rgb8").compose(adaptor.pairs(recipe, dtype="float32", layout="CHW"))
    for one, other in zip(raw, decoded, strict=True):
        assert one["degraded"].shape == other["degraded"].shape == (3, 64, 64)
        assert np.abs(one["degraded"] - other["degraded"]).max() < 0.1  # another library decodes
        assert other["cls"] == 3
    with pytest.raises(StreamError, match='decode to "rgb8"'):
        next(iter(opened(clean_shards).decode("pil").compose(adaptor.pairs(recipe))))


def samples_of(*pictures: bytes) -> list[dict[str, Any]]:
    return [{"__key__": f"p{number}", "txt": b"words", "jpg": data} for number, data in enumerate(pictures)]


def test_bad_pictures_are_left_out_and_counted(
    make_picture: Any, recipe: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    good = make_picture(1)
    samples = samples_of(good, good[:200], b"", good)
    stage = adaptor.pairs(recipe)
    assert [sample["__key__"] for sample in stage(samples)] == ["p0", "p0/c1", "p3", "p3/c1"]
    assert sum(stage.skipped.values()) == 2
    assert "left out p1.jpg: " in caplog.text
    handled: list[Exception] = []
    going_on = adaptor.pairs(recipe, handler=lambda error: not handled.append(error))
    assert len(list(going_on(samples))) == 4
    assert [error.key for error in handled if isinstance(error, PairError)] == ["p1", "p2"]
    assert len(list(adaptor.pairs(recipe, handler=lambda _: False)(samples))) == 2
    with pytest.raises(PairError, match="p1"):
        list(adaptor.pairs(recipe, handler=wds.reraise_exception)(samples))


def test_the_picture_is_found_or_named(make_picture: Any, recipe: dict[str, Any]) -> None:
    sample = {"__key__": "a", "before.JPG": make_picture(1), "after.jpg": make_picture(2)}
    first, named = (next(adaptor.pairs(recipe, image=image)([sample])) for image in (None, "after.jpg"))
    assert not np.array_equal(first["clean"], named["clean"])
    assert "after.jpg" in first
    with pytest.raises(StreamError, match="a has no picture, it has txt; name its member"):
        list(adaptor.pairs(recipe)([{"__key__": "a", "txt": b""}]))
    with pytest.raises(StreamError, match=r"a has no clean\.jpg, it has before\.JPG, after\.jpg"):
        list(adaptor.pairs(recipe, image="clean.jpg")([sample]))


# --- a build's shards -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "out"
    recipe = {
        "recipe": 1, "name": "built", "frame": {"size": 64}, "steps": ["grayscale", "target", "scratches", "grain"],
        "output": {"splits": {"train": 1.0}, "members": ["clean", "degraded", "mask", "classes"]},
    }  # fmt: skip
    degrade.build(recipe, source=photos, out=out, workers=1)
    return out


def test_stored_pairs_are_those_of_the_reader(built: Path) -> None:
    urls = [str(path) for path in sorted((built / "data").glob("*.tar"))]
    names = (*NAMES, "classes", "key", "json", "record")
    samples = list(opened(urls).compose(adaptor.stored(names, size=32)))
    assert len(samples) == 11
    for sample, pair in zip(samples, degrade.open_pairs(built), strict=True):
        expected = pair.read(names, size=32)
        assert sample["mask"].shape == (32, 32, 1)
        assert all(np.array_equal(sample[name], expected[name]) for name in (*NAMES, "classes"))
        assert all(sample[name] == expected[name] for name in ("key", "json", "record"))
    batch = next(iter(opened(urls).compose(adaptor.stored(dtype="float32", layout="CHW")).to_tuple(*NAMES).batched(4)))
    assert [part.shape for part in batch] == [(4, 1, 64, 64)] * 3


def test_mistakes_say_their_cure(built: Path) -> None:
    urls = [str(path) for path in sorted((built / "data").glob("*.tar"))]
    with pytest.raises(degrade.DegradeError, match="has no loss, it has classes, clean, degraded, mask"):
        list(opened(urls).compose(adaptor.stored(("loss",))))
    with pytest.raises(StreamError, match=r"is decoded already; leave out `\.decode`"):
        list(opened(urls).decode("pil").compose(adaptor.stored()))
    with pytest.raises(degrade.DegradeError, match="no 'masks'"):
        adaptor.stored(("masks",))


# --- workers ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_workers_of_a_loader_change_nothing(clean_shards: str, recipe: dict[str, Any]) -> None:
    stage = adaptor.pairs(recipe)
    dataset = opened(clean_shards).compose(stage)
    loader = wds.WebLoader(dataset, batch_size=None, num_workers=2, persistent_workers=True)
    for epoch in (0, 1):
        stage.set_epoch(epoch)
        there = {sample["__key__"]: np.asarray(sample["degraded"]) for sample in loader}
        here = {sample["__key__"]: sample["degraded"] for sample in dataset}
        assert there.keys() == here.keys()
        assert all(np.array_equal(there[key], here[key]) for key in here)


def test_stages_survive_pickle(make_picture: Any, recipe: dict[str, Any]) -> None:
    samples = samples_of(make_picture(1))
    stage = adaptor.pairs(recipe, epoch=2)
    assert same(pickle.loads(pickle.dumps(stage))(samples), stage(samples))
    pickle.loads(pickle.dumps(adaptor.stored()))
