"""Others' loaders over a stored output: every pair once, in any number of workers, and resumed exactly."""

from __future__ import annotations

import pickle
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build
from degrade.shards import PairArrays, ShardError, open_pairs, open_storage
from degrade.shards.storage_remote import RemoteStorage

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 7,
    "frame": {"size": 48},
    "steps": ["target", "grayscale", {"salt_and_pepper": {"amount": 0.02}}],
}
OUTPUT = {"copies": 2, "pairs_per_shard": 4, "image": "png"}
NO_ARROW = find_spec("pyarrow") is None
FORMATS = [
    "tar",
    pytest.param("parquet", marks=pytest.mark.skipif(NO_ARROW, reason="pyarrow is not installed")),
    "folder",
    "aligned",
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An output of each format, 18 pairs in 5 shards."""
    root = tmp_path_factory.mktemp("loaders")
    for format in ("tar", "folder", "aligned", *(() if NO_ARROW else ("parquet",))):
        members = {"members": ["clean", "degraded"]} if format == "aligned" else {}
        build(RECIPE | {"output": {**OUTPUT, **members, "format": format}}, "sample", root / format, workers=1)
    return {format.name: format for format in root.iterdir()}


def opened(out: Path | str, **read: Any) -> PairArrays:
    return open_pairs(out, read={"members": ("clean", "degraded", "key"), "layout": "CHW", **read})


def same(read: dict[str, Any], other: dict[str, Any]) -> bool:
    return list(read) == list(other) and all(np.array_equal(read[name], other[name]) for name in read)


@pytest.mark.parametrize("format", FORMATS)
def test_dicts_are_those_of_the_pairs(outputs: dict[str, Path], format: str) -> None:
    pairs = open_pairs(outputs[format])
    arrays = opened(outputs[format])
    assert len(arrays) == len(pairs) == 18
    read = [pair.read(("clean", "degraded", "key"), layout="CHW") for pair in pairs]
    assert all(map(same, arrays, read))
    assert all(map(same, arrays[-3:], read[-3:]))
    assert all(map(same, arrays.__getitems__([4, -1, 0]), [read[4], read[-1], read[0]]))
    assert same(arrays[np.int64(5)], read[5])
    assert same(arrays.by_key("coffee/c1"), pairs.by_key("coffee/c1").read(("clean", "degraded", "key"), layout="CHW"))
    assert all(map(same, pickle.loads(pickle.dumps(arrays)), read))
    assert all(map(same, pairs.read(["clean", "degraded", "key"], layout="CHW"), read))
    with pytest.raises(IndexError):
        arrays[18]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("workers", [0, 2])
def test_torch_takes_them_as_they_are(outputs: dict[str, Path], format: str, workers: int) -> None:
    data = pytest.importorskip("torch.utils.data")
    arrays = opened(outputs[format], dtype="float32")
    first = arrays[0]  # so that the workers inherit open files
    batches = list(data.DataLoader(arrays, batch_size=4, num_workers=workers))
    assert [len(batch["key"]) for batch in batches] == [4, 4, 4, 4, 2]
    assert tuple(batches[0]["clean"].shape) == (4, 3, 48, 48)
    assert [key for batch in batches for key in batch["key"]] == list(arrays.keys)
    assert np.array_equal(batches[0]["degraded"][0].numpy(), first["degraded"])
    read = [pixels for batch in batches for pixels in batch["degraded"].numpy()]
    assert all(np.array_equal(pixels, arrays[number]["degraded"]) for number, pixels in enumerate(read))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("taken", [1, 3])
@pytest.mark.filterwarnings("ignore")  # torchdata looks at every name that torch has, deprecated ones too
def test_torchdata_resumes_a_shuffled_epoch(outputs: dict[str, Path], format: str, workers: int, taken: int) -> None:
    torch = pytest.importorskip("torch")
    loader = pytest.importorskip("torchdata.stateful_dataloader").StatefulDataLoader
    arrays = opened(outputs[format])

    def made() -> Any:
        shuffled = torch.utils.data.RandomSampler(arrays, generator=torch.Generator().manual_seed(3))
        return loader(arrays, batch_size=4, num_workers=workers, sampler=shuffled)

    whole = [batch["key"] for batch in made()]
    assert sorted(key for keys in whole for key in keys) == sorted(arrays.keys)
    interrupted = made()
    batches = iter(interrupted)
    before = [next(batches)["key"] for _ in range(taken)]
    state = interrupted.state_dict()
    del batches
    resumed = made()
    resumed.load_state_dict(state)
    assert before + [batch["key"] for batch in resumed] == whole


@pytest.mark.parametrize("format", FORMATS)
def test_grain_resumes_a_shuffled_epoch(outputs: dict[str, Path], format: str) -> None:
    grain = pytest.importorskip("grain")
    arrays = opened(outputs[format])
    batches = grain.MapDataset.source(arrays).shuffle(seed=5).to_iter_dataset().batch(4)
    whole = [batch["key"].tolist() for batch in batches]
    assert sorted(key for keys in whole for key in keys) == sorted(arrays.keys)
    iterator = iter(batches)
    before = [next(iterator)["key"].tolist() for _ in range(2)]
    state = iterator.get_state()
    again = iter(batches)
    again.set_state(state)
    assert before + [batch["key"].tolist() for batch in again] == whole


def test_torch_takes_stored_pairs_with_a_collate_of_ones_own(outputs: dict[str, Path]) -> None:
    data = pytest.importorskip("torch.utils.data")
    pairs = open_pairs(outputs["tar"])
    keys = data.DataLoader(pairs, batch_size=5, collate_fn=lambda batch: [pair.key for pair in batch])
    assert [key for batch in keys for key in batch] == list(pairs.keys)


@pytest.mark.slow
def test_spawned_workers(outputs: dict[str, Path]) -> None:
    data = pytest.importorskip("torch.utils.data")
    arrays = opened(outputs["tar"])
    batches = data.DataLoader(arrays, batch_size=9, num_workers=2, multiprocessing_context="spawn")
    assert [key for batch in batches for key in batch["key"]] == list(arrays.keys)


# --- from elsewhere ---------------------------------------------------------------------------------------------------


@pytest.fixture
def remote(outputs: dict[str, Path]) -> Any:
    """The outputs at a URL: ``remote(format)``."""
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")

    def sent(format: str) -> str:
        for path in outputs[format].rglob("*"):
            name = path.relative_to(outputs[format]).as_posix()
            if path.is_file() and not name.startswith("."):
                memory.pipe_file(f"/loaders/{format}/{name}", path.read_bytes())
        return f"memory://loaders/{format}"

    yield sent
    if memory.exists("/loaders"):
        memory.rm("/loaders", recursive=True)


@pytest.mark.parametrize("format", FORMATS)
def test_a_batch_from_a_url_is_one_question(
    outputs: dict[str, Path], remote: Any, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = opened(remote(format))
    asked: list[int] = []

    def counted(self: RemoteStorage, pieces: Any, read: Any = RemoteStorage.read_ranges) -> Any:
        asked.append(len(pieces))
        return read(self, pieces)

    monkeypatch.setattr(RemoteStorage, "read_ranges", counted)
    read = arrays.__getitems__([3, 17, 0])
    assert all(map(same, read, [opened(outputs[format])[number] for number in (3, 17, 0)]))
    assert asked == [6 if format == "folder" else 3]  # one piece a pair where its members lie together
    assert same(arrays[4], opened(outputs[format])[4])


@pytest.mark.parametrize("workers", [0, 2])
def test_torch_over_a_url(outputs: dict[str, Path], remote: Any, workers: int) -> None:
    data = pytest.importorskip("torch.utils.data")
    arrays = opened(remote("tar"))
    assert same(arrays[0], opened(outputs["tar"])[0])
    loader = data.DataLoader(
        arrays, batch_size=4, num_workers=workers, multiprocessing_context="fork" if workers else None
    )
    assert [key for batch in loader for key in batch["key"]] == list(arrays.keys)


def test_a_shard_that_is_cut_short(outputs: dict[str, Path], remote: Any) -> None:
    import fsspec

    arrays = opened(remote("tar"))
    memory = fsspec.filesystem("memory")
    shard = "/loaders/tar/" + arrays.pairs.shards[0].file
    memory.pipe_file(shard, memory.cat_file(shard)[:3000])
    with pytest.raises(ShardError, match="ends before byte"):
        arrays.__getitems__([0, 3])
    memory.rm_file(shard)
    with pytest.raises(ShardError, match="cannot be read"):
        arrays.__getitems__([0])
    assert open_storage(remote("tar")).exists(arrays.pairs.shards[0].file)
