"""One process, or several that `torchrun` has started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from degrade.train.errors import TrainError


@dataclass(frozen=True)
class Ranks:
    """Which process this is, of how many, and where it computes.

    Attributes
    ----------
    rank, world : int
    device : torch.device
    """

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def shared(self, network: nn.Module) -> nn.Module:
        """`network` such that gradients are the mean over all processes."""
        if self.world == 1 or not any(weight.requires_grad for weight in network.parameters()):
            return network
        return DistributedDataParallel(network, device_ids=None if self.device.type == "cpu" else [self.device])

    def sums(self, numbers: torch.Tensor) -> torch.Tensor:
        """`numbers`, added up over all processes."""
        if self.world > 1:
            distributed.all_reduce(numbers)
        return numbers

    def told(self, number: float) -> float:
        """What the first process says."""
        if self.world == 1:
            return number
        cell = torch.tensor([number], dtype=torch.float64, device=self.device)
        distributed.broadcast(cell, 0)
        return float(cell.item())

    @contextmanager
    def first_before_others(self) -> Iterator[None]:
        """The block runs in the first process, then in all others."""
        if not self.first:
            self.wait()
        yield
        if self.first:
            self.wait()

    def wait(self) -> None:
        """Let the others catch up."""
        if self.world > 1:
            distributed.barrier()


def chosen_device(word: str) -> torch.device:
    """The device that "auto", "cpu" or "cuda" means here. Raises TrainError."""
    there = torch.cuda.is_available()
    if word == "cuda" and not there:
        raise TrainError("there is no GPU that PyTorch can use", "choose the device cpu", 2)
    if word == "cpu" or not there:
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


@contextmanager
def ranks_of(word: str) -> Iterator[Ranks]:
    """The ranks of this training, as `torchrun` or a process group of the caller's says. Raises TrainError."""
    device = chosen_device(word)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    ours = not distributed.is_initialized() and int(os.environ.get("WORLD_SIZE", "1")) > 1
    if ours:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        many = distributed.is_initialized()
        rank, world = (distributed.get_rank(), distributed.get_world_size()) if many else (0, 1)
        yield Ranks(rank, world, device)
    finally:
        if ours:
            distributed.destroy_process_group()
