"""Pairs and streams in torch's data loaders, which neither of them imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import degrade
from degrade.engine.pair import Pair

pytest.importorskip("torchdata")
pytestmark = [
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
]
RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 7,
    "frame": {"size": 64},
    "steps": ["grayscale", "target", {"gaussian_noise": {}}],
    "output": {"copies": 3},
}
BATCH = 4


def told(batch: list[Pair]) -> list[tuple[str, int, bytes]]:
    """What a worker hands over of a batch: 33 pairs are 9 batches, the last of one pair."""
    return [(pair.key, pair.record["epoch"], pair.degraded.tobytes()) for pair in batch]


def pairs_of(batches: Any) -> list[tuple[str, int, bytes]]:
    return [pair for batch in batches for pair in batch]


def loader(dataset: Any, workers: int, **more: Any) -> Any:
    from torch.utils.data import DataLoader

    return DataLoader(dataset, BATCH, num_workers=workers, collate_fn=told, **more)


def stateful(dataset: Any, workers: int, **more: Any) -> Any:
    from torchdata.stateful_dataloader import StatefulDataLoader

    return StatefulDataLoader(dataset, BATCH, num_workers=workers, collate_fn=told, **more)


def opened(photos: Path, **asked: Any) -> degrade.Stream:
    return degrade.stream(RECIPE, photos, shuffle=True, batch_size=BATCH, **asked)


@pytest.fixture(scope="module")
def whole(photos: Path) -> list[list[tuple[str, int, bytes]]]:
    """The batches of an epoch without a loader."""
    pairs = told(list(opened(photos)))
    return [pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH)]


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_the_batches_of_a_stream_do_not_depend_on_the_workers(photos: Path, whole: Any, workers: int) -> None:
    loading = loader(opened(photos), workers)
    assert len(loading) == len(whole) == 9
    assert list(loading) == whole


@pytest.mark.parametrize("workers", [2, 3])
def test_each_pair_comes_once_without_the_batch_size_too(photos: Path, whole: Any, workers: int) -> None:
    found = pairs_of(loader(degrade.stream(RECIPE, photos, shuffle=True), workers))
    assert sorted(found) == sorted(pairs_of(whole))


@pytest.mark.parametrize("workers", [0, 2, 4])
def test_pairs_by_number_do_not_depend_on_the_workers(photos: Path, workers: int) -> None:
    pairs = degrade.Pairs(RECIPE, photos)
    assert pairs_of(loader(pairs, workers)) == told(list(pairs))


def test_two_workers_never_give_the_same_noise(photos: Path) -> None:
    noises = [noise for _, _, noise in pairs_of(loader(opened(photos), 2))]
    assert len(set(noises)) == len(noises) == 33


@pytest.mark.parametrize("workers", [0, 2])
def test_ranks_and_workers_share_an_epoch(photos: Path, whole: Any, workers: int) -> None:
    ranks = [pairs_of(loader(opened(photos, rank=rank, world_size=3), workers)) for rank in range(3)]
    assert [pair for turn in zip(*ranks, strict=True) for pair in turn] == pairs_of(whole)


@pytest.mark.parametrize("kind", ["stream", "pairs"])
def test_workers_that_stay_learn_the_next_epoch(photos: Path, kind: str) -> None:
    dataset: Any = opened(photos) if kind == "stream" else degrade.Pairs(RECIPE, photos)
    loading = loader(dataset, 2, persistent_workers=True)
    for epoch in range(3):
        dataset.set_epoch(epoch)
        batches = pairs_of(loading)
        assert {number for _, number, _ in batches} == {epoch}
        assert batches == told(list(dataset))


@pytest.mark.parametrize("workers", [0, 2, 4])
@pytest.mark.parametrize("taken", [0, 1, 4, 8, 9])
def test_a_stateful_loader_resumes_exactly(photos: Path, whole: Any, workers: int, taken: int) -> None:
    if workers == 4 and taken not in (4, 9):
        pytest.skip("many processes: two places will do")
    loading = stateful(opened(photos), workers)
    batches = iter(loading)
    assert list(islice(batches, taken)) == whole[:taken]
    state = loading.state_dict()
    del batches
    again = stateful(opened(photos), workers)
    again.load_state_dict(state)
    assert list(again) == whole[taken:]
    assert list(again) == whole, "the epoch after it is whole"


def test_a_stateful_loader_resumes_in_another_epoch(photos: Path) -> None:
    expected = list(loader(opened(photos, epoch=2), 0))
    loading = stateful(opened(photos, epoch=2), 2)
    batches = iter(loading)
    assert list(islice(batches, 3)) == expected[:3]
    state = loading.state_dict()
    del batches
    again = stateful(opened(photos), 2)
    again.load_state_dict(state)
    assert list(again) == expected[3:]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stateful_loader_resumes_pairs_by_number(photos: Path, workers: int) -> None:
    import torch

    def sampled() -> Any:
        pairs = degrade.Pairs(RECIPE, photos)
        order = torch.utils.data.RandomSampler(pairs, generator=torch.Generator().manual_seed(3))
        return stateful(pairs, workers, sampler=order)

    expected = list(sampled())
    loading = sampled()
    batches = iter(loading)
    assert list(islice(batches, 5)) == expected[:5]
    state = loading.state_dict()
    del batches
    again = sampled()
    again.load_state_dict(state)
    assert list(again) == expected[5:]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, pytest.param(4, marks=pytest.mark.long)])
def test_spawned_workers_resume_exactly(photos: Path, whole: Any, workers: int) -> None:
    loading = stateful(opened(photos), workers, multiprocessing_context="spawn")
    batches = iter(loading)
    assert list(islice(batches, 3)) == whole[:3]
    state = loading.state_dict()
    del batches
    again = stateful(opened(photos), workers, multiprocessing_context="spawn")
    again.load_state_dict(state)
    assert list(again) == whole[3:]


@pytest.mark.slow
def test_spawned_workers_that_stay_learn_the_next_epoch(photos: Path) -> None:
    stream = opened(photos)
    loading = loader(stream, 2, persistent_workers=True, multiprocessing_context="spawn")
    for epoch in range(2):
        stream.set_epoch(epoch)
        assert pairs_of(loading) == told(list(stream))


@pytest.mark.parametrize("workers", [0, 2])
def test_bad_files_are_counted_in_workers_too(
    workers: int, tmp_path: Path, make_picture: Callable[[int], bytes]
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(make_picture(number))
    (tmp_path / "cut.jpg").write_bytes(make_picture(9)[:-200])
    stream = degrade.stream(RECIPE, tmp_path, batch_size=BATCH)
    assert len(pairs_of(loader(stream, workers))) == 12
    assert stream.skipped == {"truncated": 3}
    with pytest.raises(degrade.PairError, match=r"cut\.jpg(.|\n)*degrade screen"):
        list(loader(degrade.Pairs(RECIPE, tmp_path), workers))


FORKED = """
import sys
import cv2, numpy as np
import degrade
from torch.utils.data import DataLoader
cv2.setNumThreads(4)
for _ in range(20):
    cv2.GaussianBlur(np.zeros((2000, 2000, 3), np.uint8), (0, 0), 5)
stream = degrade.stream("plain_list", limit=4)
loaded = DataLoader(stream, 2, num_workers=2, collate_fn=len, multiprocessing_context="fork")
assert sum(loaded) == len(stream) == sum(1 for _ in stream.prefetch(2, "processes", start_method="fork"))
"""


def test_forked_workers_do_not_wait_for_threads_of_their_parent() -> None:
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", FORKED], cwd=root, check=True, timeout=120)


AFTERWARDS = """
import sys
import degrade
stream = degrade.stream("plain_list", limit=3, members=["clean", "degraded"])
first = next(iter(stream)).key
assert not {"torch", "torchdata", "datasets", "webdataset", "huggingface_hub"} & set(sys.modules)
from torch.utils.data import DataLoader, IterableDataset
assert isinstance(stream, IterableDataset) and isinstance(stream, degrade.Stream) and type(stream) is degrade.Stream
batches = DataLoader(stream, 2, collate_fn=lambda pairs: [pair.key for pair in pairs])
loaded = [key for batch in batches for key in batch]
assert loaded[0] == first and len(loaded) == len(stream), loaded
"""


def test_torch_may_be_imported_afterwards() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", AFTERWARDS], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
