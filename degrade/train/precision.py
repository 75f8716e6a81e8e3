"""In which numbers, and in which order in memory, a training computes: what is fastest on this machine."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from degrade.train.batches import Batch
    from degrade.train.methods.method import Method

_GAIN = 0.9
"""Part of the plain time that another way must stay below to be taken: timings of a busy machine vary."""
_ROUNDS = 3
_HOPELESS = 1.5


@dataclass(frozen=True)
class Precision:
    """bfloat16 where autocast finds it safe (weights stay float32), or float32; and the order in memory."""

    bfloat16: bool = False
    channels_last: bool = False

    @property
    def memory(self) -> torch.memory_format:
        """Of pictures and of convolutions' weights."""
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """What a network runs in."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.bfloat16)

    def __str__(self) -> str:
        numbers = "bfloat16" if self.bfloat16 else "float32"
        return f"{numbers}, channels last" if self.channels_last else numbers


def lay_out(network: nn.Module, precision: Precision) -> None:
    """Put the weights of convolutions in the order in memory that is faster with such pictures."""
    network.to(memory_format=precision.memory)  # type: ignore[call-overload]


WAYS = tuple(Precision(bfloat16, last) for bfloat16 in (False, True) for last in (False, True))


def fastest(method: Method, batch: Batch, device: torch.device) -> tuple[Precision, dict[str, float]]:
    """The quickest way to make a step, and the milliseconds of each way that was tried. `method` stays as it is: copies
    of it make the steps. Anything but plain float32 must be a tenth faster."""
    times = {way: _seconds(method, batch.to(device, way.memory), device, way) for way in WAYS[:1]}
    plain = times[WAYS[0]]
    for way in WAYS[1:]:
        times[way] = _seconds(method, batch.to(device, way.memory), device, way, plain)
    best = min(times, key=lambda way: times[way])
    return best if times[best] < _GAIN * plain else WAYS[0], _in_words(times)


def _in_words(times: Mapping[Precision, float]) -> dict[str, float]:
    return {str(way): round(seconds * 1000, 3) for way, seconds in times.items()}


def _seconds(method: Method, batch: Batch, device: torch.device, way: Precision, plain: float | None = None) -> float:
    """Seconds a step, the least of a few; a way far slower than the `plain` one is tried once after its warm-up."""
    trial = copy.deepcopy(method)
    trial.train()
    for network in trial.networks.values():
        lay_out(network, way)
    best = float("inf")
    for number in range(_ROUNDS + 1):
        start = time.perf_counter()
        with way.autocast(device):
            trial.step(batch, _backward)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        taken = time.perf_counter() - start
        best = min(best, taken) if number else best  # the first step compiles and allocates
        if plain is not None and taken > _HOPELESS * plain and number:
            break
    return best


def _backward(_: str, loss: torch.Tensor) -> None:
    with torch.autocast(loss.device.type, enabled=False):
        loss.backward()  # type: ignore[no-untyped-call]
