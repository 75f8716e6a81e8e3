"""Figures of a network, and whether they are numbers at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from degrade.train.batches import Batch
from degrade.train.distributed import Ranks
from degrade.train.errors import TrainError
from degrade.train.methods.method import Method
from degrade.train.precision import Precision

_CURE = "lower the learning rate, or clip gradients by clip_norm; the last checkpoint is from before"


@torch.no_grad()
def validate(
    method: Method, network: nn.Module, batches: Iterable[Batch], precision: Precision, ranks: Ranks
) -> dict[str, float]:
    """Means over all pairs of all ranks' `batches`. Raises TrainError for a loss that is no number."""
    network.eval()
    sums: dict[str, Tensor] = {}
    count = 0
    for batch in batches:
        with precision.autocast(ranks.device):
            figures = method.validate(batch.to(ranks.device, precision.memory), network)
        for name, values in figures.items():
            total = values.double().sum()
            sums[name] = sums[name] + total if name in sums else total
        count += len(batch)
    pairs = torch.tensor(float(count), dtype=torch.float64, device=ranks.device)
    *totals, everything = ranks.sums(torch.stack([*sums.values(), pairs])).tolist()
    found = {name: total / everything for name, total in zip(sums, totals, strict=True)}
    check_numbers({"the validation loss": found["loss"]}, "")
    return found


def means(sums: Mapping[str, float], steps: int, ranks: Ranks) -> dict[str, float]:
    """Of what every rank has summed up over `steps` steps."""
    names = sorted(sums)
    local = torch.tensor([sums[name] for name in names], dtype=torch.float64, device=ranks.device)
    totals = ranks.sums(local) / (steps * ranks.world)
    return dict(zip(names, totals.tolist(), strict=True))


def check_numbers(figures: Mapping[str, float], place: str) -> None:
    """Raise TrainError where one is infinite or not a number."""
    for name, value in figures.items():
        if not math.isfinite(value):
            raise TrainError(f"the training has diverged: {name} is {value}{place}", _CURE)


def check_weights(networks: Iterable[nn.Module]) -> None:
    """Raise TrainError where one is infinite or not a number."""
    for network in networks:
        if not all(bool(torch.isfinite(weight).all()) for weight in network.parameters()):
            raise TrainError("the training has diverged: a weight is no number", _CURE)
