"""Batches in an order that epoch and place decide: a training that goes on begins in the middle of an epoch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

import degrade
from degrade.streaming.torch import Collate
from degrade.train.distributed import Ranks
from degrade.train.examples import Address, Addresses, Examples, left_out, permuted

_MOST_WORKERS = 8


@dataclass(frozen=True)
class Batch:
    """Pairs as tensors, (N, C, H, W) float32 in the scale of their mode (`degrade.streaming.torch.Collate`).

    Attributes
    ----------
    keys : list of str
    degraded, clean : Tensor
        What a network is given, and what it is to give.
    mask : Tensor or None
        (N, 1, H, W) in [0, 1].
    skipped : list of PairError
        Pairs that could not be made.
    real : Tensor or None
        (N,) bool, where degraded and clean pictures do not belong together: which of the degraded ones are old
        photographs (`degrade.train.unpaired`).
    """

    keys: list[str]
    degraded: Tensor
    clean: Tensor
    mask: Tensor | None
    skipped: list[degrade.PairError]
    real: Tensor | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def to(self, device: torch.device, memory: torch.memory_format = torch.contiguous_format) -> Batch:
        """The same on another device, its pictures in another order in memory."""
        degraded, clean, mask = (
            None if one is None else one.to(device, non_blocking=True, memory_format=memory)
            for one in (self.degraded, self.clean, self.mask)
        )
        assert degraded is not None
        assert clean is not None
        real = None if self.real is None else self.real.to(device, non_blocking=True)
        return Batch(self.keys, degraded, clean, mask, self.skipped, real)


class Stack:
    """Items of `Examples` as a Batch, for a data loader; may be pickled."""

    def __init__(self, mode: str, members: tuple[str, ...]) -> None:
        self._collate = Collate(members, colour=mode)  # type: ignore[arg-type]

    def __call__(self, items: list[Any]) -> Batch:
        """Raises the first error where no pair at all can be made, and StreamError for sizes that differ."""
        pairs, skipped = left_out(items)
        if not pairs:
            raise skipped[0]
        read = self._collate(pairs)
        real = torch.tensor([pair["real"] for pair in pairs]) if "real" in pairs[0] else None
        return Batch(read["key"], read["degraded"], read["clean"], read.get("mask"), skipped, real)


class Order(Sampler[list[Address]]):
    """Which pairs come together.

    An epoch's permutation is cut into batches of `batch_size` · world pairs, of which each rank takes every world-th
    pair. What does not fill the last one waits for another epoch. Without `shuffle` the order is that of the pairs, and
    the last batch is as large as it is.

    `addresses` gives all items of an epoch (`Examples.addresses`).
    """

    def __init__(
        self, size: int, batch_size: int, ranks: Ranks, seed: int, shuffle: bool, addresses: Addresses = permuted
    ) -> None:
        self.size, self.ranks, self.seed, self.shuffle, self.addresses = size, ranks, seed, shuffle, addresses
        self.together = (
            min(batch_size * ranks.world, size - size % ranks.world) if shuffle else batch_size * ranks.world
        )
        self.epoch = self.start = 0

    def __len__(self) -> int:
        return self.size // self.together if self.shuffle else -(-self.size // self.together)

    def __iter__(self) -> Iterator[list[Address]]:
        generator = None
        if self.shuffle:
            seed = degrade.Key(self.seed, "", self.epoch).at("order").words()[0] >> 1
            generator = torch.Generator().manual_seed(seed)
        order = self.addresses(self.size, self.epoch, generator)
        for number in range(self.start, len(self)):
            whole = order[number * self.together : (number + 1) * self.together]
            if own := whole[self.ranks.rank :: self.ranks.world]:
                yield own


class Batches:
    """The batches of an epoch, from any one on; workers read ahead.

    Attributes
    ----------
    workers : int
        Processes that read; 0 reads in this one.
    """

    def __init__(
        self, examples: Examples, batch_size: int, mode: str, ranks: Ranks, *, shuffle: bool, workers: int
    ) -> None:
        self.examples, self.workers = examples, workers
        self.order = Order(len(examples), batch_size, ranks, examples.seed, shuffle, examples.addresses)
        cuda = ranks.device.type == "cuda"
        self._loader = DataLoader(
            examples, batch_sampler=self.order, collate_fn=Stack(mode, examples.members), num_workers=workers,
            pin_memory=cuda, persistent_workers=workers > 0, worker_init_fn=_begin_worker,
            multiprocessing_context="forkserver" if workers and cuda else None,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.order)

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of epoch `number` (from 0) from the `start`-th on."""
        self.examples.set_epoch(number)
        self.order.epoch, self.order.start = number, start
        return iter(self._loader)


def default_workers(device: torch.device, made: bool) -> int:
    """On a GPU one a processor, up to eight. On a CPU, which the network itself needs, one if pairs are `made` on the
    way, and none if they are stored: they are decoded once and kept in memory."""
    others = len(os.sched_getaffinity(0)) - 1
    if device.type == "cpu":
        return int(made and others > 0)
    return min(_MOST_WORKERS, max(others, 1))


def _begin_worker(_: int) -> None:
    cv2.setNumThreads(1)
