"""The order of an epoch: a permutation that needs no list, and which part of it is whose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from degrade.engine.key import Key

Numbers = npt.NDArray[np.uint64]
_ROUNDS = 64
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_FOLD = np.uint64(33)
_TOP = np.uint64(63)


class Permutation:
    """A permutation of 0 … size - 1 that is worked out place by place, in memory that does not grow with `size`.

    Parameters
    ----------
    size : int
        From 1 to 2**62.
    key : Key
        Decides which permutation.

    Notes
    -----
    The swap-or-not shuffle (V. T. Hoang, B. Morris, P. Rogaway, "An enciphering scheme based on a card shuffle",
    doi:10.1007/978-3-642-32009-5_1): each round pairs every place with another and lets a hash of the two say whether
    they swap. It is a permutation of any size as it stands.
    """

    def __init__(self, size: int, key: Key) -> None:
        self._size = np.uint64(size)
        words = [word for block in range(_ROUNDS // 4) for word in key.at(block).words()]
        self._rounds = [
            (np.uint64(shift % size), np.uint64(salt)) for shift, salt in zip(*[iter(words)] * 2, strict=True)
        ]

    def __call__(self, places: Numbers) -> Numbers:
        """What stands at `places`, an (N,) array of uint64 below `size`."""
        at = places
        for shift, salt in self._rounds:
            other = shift - at
            other += self._size * (at > shift)
            swaps = _coin(np.maximum(at, other), salt)
            at = np.where(swaps, other, at)
        return at


def _coin(numbers: Numbers, salt: np.uint64) -> npt.NDArray[np.bool_]:
    """One bit of a hash of each number (the finaliser of MurmurHash3, by A. Appleby)."""
    mixed = numbers ^ salt
    for factor in _MIX:
        mixed ^= mixed >> _FOLD
        mixed *= factor
    return (mixed >> _TOP).astype(np.bool_)


@dataclass(frozen=True)
class Share:
    """Which places of an epoch's order one reader takes: those of its rank, in turns of a batch with the other workers
    of that rank.

    Attributes
    ----------
    rank, world_size : int
        Of the training processes: each takes every `world_size`-th place.
    worker, workers : int
        Of the workers that read for one training process.
    batch : int
        How many places of its rank a worker takes before it is the next one's turn. With the loader's batch size here,
        its batches are the same for any number of workers.
    """

    rank: int = 0
    world_size: int = 1
    worker: int = 0
    workers: int = 1
    batch: int = 1

    def of_rank(self, size: int) -> int:
        """How many of `size` places are its rank's."""
        return len(range(self.rank, size, self.world_size))

    def count(self, size: int) -> int:
        """How many of `size` places are its own."""
        turns, rest = divmod(self.of_rank(size), self.batch * self.workers)
        return turns * self.batch + min(max(rest - self.worker * self.batch, 0), self.batch)

    def places(self, start: int, stop: int) -> Numbers:
        """Its places from the `start`-th up to the `stop`-th, (N,) uint64."""
        own = np.arange(start, stop, dtype=np.uint64)
        batch = np.uint64(self.batch)
        turns = own // batch * np.uint64(self.workers) + np.uint64(self.worker)
        return (turns * batch + own % batch) * np.uint64(self.world_size) + np.uint64(self.rank)
