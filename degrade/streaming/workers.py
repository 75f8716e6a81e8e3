"""Who reads: which rank of a distributed training, which worker of a data loader; and what the workers share.

torch is never imported here. Where it is at work it has been imported by somebody else, and is asked.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import sharedctypes
from multiprocessing.context import get_spawning_popen
from typing import Any

from degrade.codecs.errors import REASONS as UNDECODED
from degrade.corpus.listing import REJECTED
from degrade.engine.process import keep_freed_memory
from degrade.streaming.errors import StreamError

OTHER = "failed"
"""The reason of what no other reason fits."""
REASONS = tuple(dict.fromkeys([*REJECTED, *UNDECODED, "sizes_differ", "too_small", OTHER]))
"""Why no pair can be made of a photograph."""
_ROWS = 64
_settled = False
_IMPORTED_IN = os.getpid()


def rank_and_world(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """Which of how many training processes this one is: as told, else as torch.distributed says, else by the variables
    RANK and WORLD_SIZE that `torchrun` sets, else (0, 1).

    Raises
    ------
    StreamError
        One is given without the other, or there is no such rank.
    """
    if (rank is None) != (world_size is None):
        raise StreamError(f"rank {rank} of world_size {world_size}", "give both or neither")
    if rank is None or world_size is None:
        rank, world_size = _found_rank()
    if not 0 <= rank < world_size:
        raise StreamError(f"there is no rank {rank} of {world_size}", "ranks are counted from 0")
    return rank, world_size


def _found_rank() -> tuple[int, int]:
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank()), int(distributed.get_world_size())
    try:
        return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except (KeyError, ValueError):
        return 0, 1


def worker_and_workers() -> tuple[int, int]:
    """Which of how many workers of torch's data loader this process is; (0, 1) outside of one."""
    data = sys.modules.get("torch.utils.data")
    info = None if data is None else data.get_worker_info()
    return (0, 1) if info is None else (info.id, info.num_workers)


def settle_in() -> None:
    """In a worker of torch's data loader, set the process up for work on pictures, once. Elsewhere nothing is changed,
    since the process is not ours."""
    global _settled
    data = sys.modules.get("torch.utils.data")
    if _settled or data is None or data.get_worker_info() is None:
        return
    work_alone()
    _settled = True


def work_alone() -> None:
    """Set a worker process up: it keeps its memory, and OpenCV does not fight the other workers for processors.

    A forked process leaves OpenCV as it is: it would wait for ever for the end of threads that its parent has.
    """
    keep_freed_memory()
    if os.getpid() == _IMPORTED_IN:
        import cv2

        cv2.setNumThreads(1)


def make_known_to_torch(kind: type) -> None:
    """Let torch's data loader take `kind` for one of its iterable datasets, if torch is here."""
    data = sys.modules.get("torch.utils.data")
    if data is not None and hasattr(data, "IterableDataset"):  # it may be only half imported
        data.IterableDataset.register(kind)


class Shared:
    """A whole number that a process shares with the workers that it starts, by fork or spawn, however long they live:
    workers that a loader keeps from epoch to epoch learn the next one by it. Pickled otherwise it is a copy."""

    def __init__(self, value: int = 0) -> None:
        self._cell: Any = sharedctypes.RawValue("q", value)

    def get(self) -> int:
        """The number."""
        return int(self._cell.value)

    def set(self, value: int) -> None:
        """Let it be `value`, for all who share it."""
        self._cell.value = value

    def __getstate__(self) -> Any:
        return self._cell if get_spawning_popen() is not None else self.get()

    def __setstate__(self, state: Any) -> None:
        self._cell = sharedctypes.RawValue("q", state) if isinstance(state, int) else state


class Tally:
    """Counts by reason that a process shares with its workers, as `Shared` does its number."""

    def __init__(self) -> None:
        self._cells: Any = sharedctypes.RawArray("q", _ROWS * len(REASONS))

    def add(self, reason: str) -> None:
        """One more. Each worker counts in a row of its own, so that none overwrites another's count."""
        place = REASONS.index(reason if reason in REASONS else OTHER)
        self._cells[worker_and_workers()[0] % _ROWS * len(REASONS) + place] += 1

    def counts(self) -> dict[str, int]:
        """The counts above 0, sorted by reason."""
        sums = {reason: sum(self._cells[place :: len(REASONS)]) for place, reason in enumerate(REASONS)}
        return {reason: count for reason, count in sorted(sums.items()) if count}

    def __getstate__(self) -> Any:
        return self._cells if get_spawning_popen() is not None else self.counts()

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, dict):
            self._cells = state
            return
        self._cells = sharedctypes.RawArray("q", _ROWS * len(REASONS))
        for reason, count in state.items():
            self._cells[REASONS.index(reason)] = count
