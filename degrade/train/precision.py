"""In which numbers, and in which order in memory, a training computes: what is fastest on this machine."""

from __future__ import annotations

import copy
import math
import time
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
"""Times the best one after which a way is tried no more."""
_LONG_S = 10.0
"""Seconds after which no further round begins."""


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
    """The quickest way to make a step, and the milliseconds of each way that was tried, the least of a few. `method`
    stays as it is: copies of it make the steps, in turns, so that a busy moment of the machine hits all alike. Anything
    but plain float32 must be a tenth faster."""
    trials = {way: _laid_out(method, way) for way in WAYS}
    times = dict.fromkeys(WAYS, math.inf)
    begun = time.perf_counter()
    for number in range(_ROUNDS + 1):
        for way, trial in trials.items():
            taken = _seconds(trial, batch.to(device, way.memory), device, way)
            times[way] = min(times[way], taken) if number else math.inf  # the first step compiles and allocates
        if number:
            best = min(times.values())
            trials = {way: trial for way, trial in trials.items() if times[way] <= _HOPELESS * best}
            if time.perf_counter() - begun > _LONG_S:
                break
    quickest = min(times, key=lambda way: times[way])
    chosen = quickest if times[quickest] < _GAIN * times[WAYS[0]] else WAYS[0]
    return chosen, {str(way): round(seconds * 1000, 3) for way, seconds in times.items()}


def _laid_out(method: Method, way: Precision) -> Method:
    trial = copy.deepcopy(method)
    trial.train()
    for network in trial.networks.values():
        lay_out(network, way)
    return trial


def _seconds(trial: Method, batch: Batch, device: torch.device, way: Precision) -> float:
    """Seconds of one step."""
    start = time.perf_counter()
    with way.autocast(device):
        trial.step(batch, _backward)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def _backward(_: str, loss: torch.Tensor) -> None:
    with torch.autocast(loss.device.type, enabled=False):
        loss.backward()  # type: ignore[no-untyped-call]
