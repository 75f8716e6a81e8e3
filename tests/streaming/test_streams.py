"""Pairs one after the other: each once, in an order that any number of readers share, resumed exactly."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.codecs import encode_jpeg
from degrade.engine.pair import Pair

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 7,
    "frame": {"size": 64},
    "steps": ["grayscale", "target", {"gaussian_noise": {}}],
    "output": {"copies": 2, "splits": {"train": 0.7, "val": 0.3}},
}


def keys(pairs: Any) -> list[str]:
    return [pair.key for pair in pairs]


def pixels(pairs: Any) -> list[tuple[str, bytes]]:
    return [(pair.key, pair.degraded.tobytes()) for pair in pairs]


@pytest.fixture(scope="module")
def streams(photos: Path) -> Callable[..., degrade.Stream]:
    """Opens streams of the same photographs."""
    return lambda **asked: degrade.stream(RECIPE, photos, **asked)


@pytest.fixture
def in_worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """Makes this process a data loader's worker."""

    def in_worker(worker: int, workers: int) -> None:
        info = SimpleNamespace(id=worker, num_workers=workers) if workers else None
        fake = SimpleNamespace(get_worker_info=lambda: info)
        monkeypatch.setitem(sys.modules, "torch.utils.data", fake)

    return in_worker


# --- what comes, and in which order -----------------------------------------------------------------------------------


def test_the_order_is_that_of_pairs(streams: Any, photos: Path) -> None:
    stream = streams()
    expected = pixels(degrade.Pairs(RECIPE, photos))
    assert pixels(stream) == expected
    assert pixels(stream) == expected, "it can be read again"
    assert len(stream) == len(expected)
    assert stream.split == "train"
    assert stream.recipe.name == "tiny"
    assert f"{len(expected)} pairs" in repr(stream)


@pytest.mark.parametrize("split", ["train", "val"])
def test_shuffled_it_is_the_same_pairs_in_another_order(streams: Any, split: str) -> None:
    plain, shuffled = pixels(streams(split=split)), pixels(streams(split=split, shuffle=True))
    assert plain != shuffled
    assert sorted(plain) == sorted(shuffled)


def test_each_epoch_has_its_damage_and_its_order(streams: Any) -> None:
    stream = streams(shuffle=True)
    first = pixels(stream)
    stream.set_epoch(1)
    second = pixels(stream)
    assert pixels(streams(shuffle=True, epoch=1)) == second
    assert keys(first_pairs := list(stream)) != [key for key, _ in first]
    assert sorted(keys(first_pairs)) == sorted(key for key, _ in first)
    assert not set(first) & set(second)


def test_validation_does_not_change_with_the_epoch(streams: Any) -> None:
    assert pixels(streams(split="val")) == pixels(streams(split="val", epoch=4))


@pytest.mark.parametrize("world_size", [1, 2, 3])
@pytest.mark.parametrize("shuffle", [False, True])
def test_ranks_together_give_the_order_of_one(streams: Any, world_size: int, shuffle: bool) -> None:
    whole = pixels(streams(shuffle=shuffle))
    ranks = [streams(shuffle=shuffle, rank=rank, world_size=world_size) for rank in range(world_size)]
    parts = [pixels(stream) for stream in ranks]
    assert [len(part) for part in parts] == list(map(len, ranks))
    assert [parts[place % world_size][place // world_size] for place in range(len(whole))] == whole


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("world_size", [1, 3])
def test_workers_of_ranks_together_give_each_once(
    streams: Any, workers: int, world_size: int, in_worker: Callable[[int, int], None]
) -> None:
    whole = pixels(streams(shuffle=True))
    found = []
    for rank in range(world_size):
        for worker in range(workers):
            in_worker(worker, workers)
            found += pixels(streams(shuffle=True, rank=rank, world_size=world_size, batch_size=3))
    assert sorted(found) == sorted(whole)


def test_the_rank_is_found(streams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keys(streams())
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert keys(streams()) == whole[1::2]
    assert keys(streams(rank=0, world_size=1)) == whole
    group = SimpleNamespace(
        is_available=lambda: True, is_initialized=lambda: True, get_rank=lambda: 2, get_world_size=lambda: 3
    )
    monkeypatch.setitem(sys.modules, "torch.distributed", group)
    stream = streams()
    assert keys(stream) == whole[2::3]
    sent = pickle.dumps(stream)
    monkeypatch.delitem(sys.modules, "torch.distributed")
    assert keys(pickle.loads(sent)) == whole[2::3], "a spawned worker knows of no group"


# --- resuming ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, 20), st.booleans(), st.integers(0, 2), st.integers(1, 3))
def test_it_resumes_exactly(streams: Any, taken: int, shuffle: bool, epoch: int, world_size: int) -> None:
    def opened() -> degrade.Stream:
        return streams(shuffle=shuffle, epoch=epoch, rank=world_size - 1, world_size=world_size)

    whole = pixels(opened())
    stream = opened()
    assert pixels(islice(stream, taken)) == whole[:taken]
    state = pickle.loads(pickle.dumps(stream.state_dict()))
    again = streams(shuffle=shuffle, rank=world_size - 1, world_size=world_size)
    again.load_state_dict(state)
    assert again.epoch == epoch
    assert again.state_dict() == state
    assert pixels(again) == whole[taken:]
    assert pixels(again) == whole, "the pass after it is whole"


def test_the_pass_itself_resumes(streams: Any) -> None:
    whole = keys(streams(shuffle=True, epoch=2))
    one = iter(streams(shuffle=True, epoch=2))
    keys(islice(one, 4))
    other = iter(streams(shuffle=True))
    next(other)
    other.load_state_dict(one.state_dict())
    assert keys(other) == whole[4:] == keys(one)


def test_another_epoch_begins_anew_after_a_state(streams: Any) -> None:
    stream = streams(shuffle=True)
    keys(islice(stream, 3))
    again = streams(shuffle=True)
    again.load_state_dict(stream.state_dict())
    again.set_epoch(0)
    assert len(keys(again)) == len(again) - 3
    again.load_state_dict(stream.state_dict())
    again.set_epoch(1)
    assert keys(again) == keys(streams(shuffle=True, epoch=1))


def test_a_look_at_the_first_pair_moves_no_worker(streams: Any) -> None:
    stream = streams()
    first = next(iter(stream))
    assert keys(pickle.loads(pickle.dumps(stream)))[0] == first.key


def test_states_of_others_are_refused(streams: Any, photos: Path, in_worker: Callable[[int, int], None]) -> None:
    state = streams(shuffle=True).state_dict()
    others = [streams(), streams(shuffle=True, split="val"), streams(shuffle=True, limit=3)]
    others.append(degrade.stream(RECIPE | {"seed": 8}, photos, shuffle=True))
    for other in others:
        with pytest.raises(degrade.StreamError, match="other pairs or another order"):
            other.load_state_dict(state)
    for nothing in ({}, {"epoch": 1}, None):
        with pytest.raises(degrade.StreamError, match="no state of a stream"):
            streams().load_state_dict(nothing)
    in_worker(1, 2)
    stream = streams(shuffle=True)
    stream.load_state_dict(state)
    with pytest.raises(degrade.StreamError, match="worker 0 of 1, and this is rank 0 of 1, worker 1 of 2"):
        iter(stream)


# --- bad files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_bad_files(tmp_path: Path, make_picture: Callable[[int], bytes]) -> Path:
    for number in range(5):
        (tmp_path / f"{number}.jpg").write_bytes(make_picture(number))
    (tmp_path / "cut.jpg").write_bytes(make_picture(9)[:-200])
    (tmp_path / "small.jpg").write_bytes(encode_jpeg(np.zeros((20, 20, 3), np.uint8), 90))
    return tmp_path


def test_bad_files_are_left_out_counted_and_told(with_bad_files: Path, caplog: pytest.LogCaptureFixture) -> None:
    recipe = RECIPE | {"output": {"copies": 2}}
    stream = degrade.stream(recipe, with_bad_files, shuffle=True)
    with caplog.at_level(logging.WARNING, "degrade.streaming"):
        found = keys(stream)
        keys(stream)
    assert len(found) == 10 == len(stream) - 4
    assert stream.skipped == {"too_small": 4, "truncated": 4}
    assert sorted(record.getMessage().split(":")[0] for record in caplog.records) == [
        "left out cut.jpg",
        "left out small.jpg",
    ]
    again = degrade.stream(recipe, with_bad_files, shuffle=True)
    one = iter(again)
    assert keys(islice(one, 6)) == found[:6]
    resumed = degrade.stream(recipe, with_bad_files, shuffle=True)
    resumed.load_state_dict(again.state_dict())
    assert keys(resumed) == found[6:]


def test_nothing_but_bad_files_is_an_error(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture")
    with pytest.raises(degrade.PairError, match=r"[012]\.jpg: .*degrade screen"):
        list(degrade.stream(RECIPE | {"output": {}}, tmp_path))


def test_a_stop_for_memory_is_no_bad_file(streams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **more: Any) -> Pair:
        raise MemoryError

    monkeypatch.setattr(degrade.Recipe, "of_photograph", full)
    with pytest.raises(MemoryError):
        next(iter(streams()))


# --- ahead ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("ahead", [1, 50])
def test_threads_ahead_change_nothing(streams: Any, workers: int, ahead: int) -> None:
    whole = pixels(streams(shuffle=True))
    stream = streams(shuffle=True)
    prefetched = stream.prefetch(workers, ahead=ahead)
    assert pixels(prefetched) == whole
    assert pixels(islice(prefetched, 5)) == whole[:5]
    again = streams(shuffle=True)
    again.load_state_dict(prefetched.state_dict())
    assert pixels(again) == whole[5:]
    prefetched.set_epoch(1)
    assert stream.epoch == 1
    assert pixels(prefetched) == pixels(streams(shuffle=True, epoch=1))


@pytest.mark.slow
@pytest.mark.parametrize("start_method", ["spawn", "fork"])
def test_processes_ahead_change_nothing(streams: Any, start_method: str) -> None:
    whole = pixels(streams(shuffle=True))
    prefetched = streams(shuffle=True).prefetch(2, "processes", start_method=start_method)
    assert pixels(prefetched) == whole
    assert pixels(islice(prefetched, 2)) == whole[:2]


@pytest.mark.parametrize("using", ["threads", "processes"])
def test_a_pass_that_is_let_go_of_in_another_thread_ends_its_workers(streams: Any, using: str) -> None:
    """By the garbage collector, which runs wherever it may."""
    before, children = {*threading.enumerate()}, {*multiprocessing.active_children()}
    how = {"start_method": "fork"} if using == "processes" else {}
    held = [iter(streams(shuffle=True).prefetch(2, using, **how))]
    next(held[0])
    other = threading.Thread(target=lambda: (held.clear(), gc.collect()))
    other.start()
    other.join()
    for thread in {*threading.enumerate()} - before:
        thread.join(60)
        assert not thread.is_alive()
    assert {*multiprocessing.active_children()} <= children


def test_a_forked_worker_ends_when_told_to_even_where_its_parent_would_not(streams: Any) -> None:
    others = {*multiprocessing.active_children()}
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        reading = iter(streams().prefetch(1, "processes", start_method="fork"))
        next(reading)
        (worker,) = {*multiprocessing.active_children()} - others
        worker.terminate()
        worker.join(60)
        assert worker.exitcode == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)


def test_bad_files_are_left_out_ahead_too(with_bad_files: Path) -> None:
    stream = degrade.stream(RECIPE | {"output": {}}, with_bad_files)
    expected = keys(stream)
    prefetched = degrade.stream(RECIPE | {"output": {}}, with_bad_files).prefetch(2)
    assert keys(prefetched) == expected
    assert prefetched.skipped == {"too_small": 1, "truncated": 1}


def test_mistakes_of_prefetching_are_told(streams: Any, in_worker: Callable[[int, int], None]) -> None:
    for wrong in ({"workers": 0}, {"workers": 1, "ahead": 0}, {"workers": 1, "using": "fibres"}):
        with pytest.raises(degrade.StreamError, match=r"whole number from 1|choose threads, processes"):
            streams().prefetch(**wrong)
    in_worker(0, 2)
    with pytest.raises(degrade.StreamError, match="without prefetch"):
        iter(streams().prefetch(2))


@pytest.mark.parametrize(
    "wrong", [{"rank": 0}, {"world_size": 2}, {"rank": 2, "world_size": 2}, {"rank": -1, "world_size": 1}]
)
def test_mistakes_of_ranks_are_told(streams: Any, wrong: dict[str, int]) -> None:
    with pytest.raises(degrade.StreamError, match=r"give both|counted from 0"):
        streams(**wrong)


def test_the_step_counts_all_ranks_and_epochs(streams: Any) -> None:
    steps: list[int] = []

    def strength(step: int) -> Iterator[float] | float:
        steps.append(step)
        return 1.0

    stream = streams(shuffle=True, epoch=2, rank=1, world_size=2, strength=strength)
    given_ = keys(stream)
    size = len(keys(streams()))
    assert steps == [2 * size + place for place in range(1, size, 2)]
    assert given_ == keys(streams(shuffle=True, epoch=2, rank=1, world_size=2))
