"""Fair timing on a noisy machine: contenders take turns, and the quotient is taken within each round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context


def once(work: Callable[[], object], calls: int) -> float:
    """Seconds a call."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def calls_for(work: Callable[[], object], seconds: float) -> int:
    """How many calls fill about `seconds`; the first call, which may compile, is not counted."""
    work()
    return max(1, int(seconds / max(once(work, 1), 1e-7)))


def in_turns(contenders: Mapping[str, Callable[[], object]], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Seconds a call of each contender, one number a round."""
    calls = {name: calls_for(work, seconds) for name, work in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            times[name].append(once(work, calls[name]))
    return times


def apart(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds a call, as `in_turns`, but each contender in a process of its own: what one does to the memory allocator
    or to OpenCV's threads is no other's. The first call of each is not counted."""
    context = get_context("spawn")
    pools = {name: ProcessPoolExecutor(1, mp_context=context) for name in contenders}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    try:
        for _ in range(rounds + 1):
            for name, work in contenders.items():
                times[name].append(pools[name].submit(partial(once, work, 1)).result())
    finally:
        for pool in pools.values():
            pool.shutdown()
    return {name: seconds[1:] for name, seconds in times.items()}


def ratio(slow: list[float], fast: list[float]) -> float:
    """How many times faster `fast` is: the median of the rounds' quotients."""
    return statistics.median(s / f for s, f in zip(slow, fast, strict=True))
