"""Degraded and clean pictures that do not belong together, for networks that learn without pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

import degrade
from degrade.train.domains import CLEAN, PAIRED, REAL, Codes
from degrade.train.errors import TrainError
from degrade.train.examples import Address, Examples


@dataclass
class Unpaired(Examples):
    """Pictures of `pairs` by domain. An item's address is (epoch, place of the degraded picture, place of the clean
    one): its mask and key are the degraded one's, and `real` says whether that is an old photograph.

    Attributes
    ----------
    domains : (N,) uint8
        Of the places: PAIRED gives to both sides, REAL to the degraded one alone, CLEAN to the clean one alone.
    real : float or None
        The share of real pictures among the degraded ones, where there are both kinds; None takes all alike.
    """

    domains: Codes = field(default_factory=lambda: np.zeros(0, np.uint8))
    real: float | None = None

    def __post_init__(self) -> None:
        for side, wanted, word in (("degraded", (PAIRED, REAL), "real"), ("clean", (PAIRED, CLEAN), "clean")):
            if not len(self.side(*wanted)):
                cure = f"give it pairs, or photographs of the domain {word}"
                raise TrainError(f"there are no {side} pictures to learn from", cure, 2)

    def __len__(self) -> int:
        """Of an epoch: the pictures of the larger side."""
        return max(len(self.side(PAIRED, REAL)), len(self.side(PAIRED, CLEAN)))

    def side(self, *domains: int) -> npt.NDArray[np.int64]:
        """The places of these domains."""
        return np.flatnonzero(np.isin(self.domains, domains))

    def __getitem__(self, address: Address) -> dict[str, Any] | degrade.PairError:
        """key, degraded, mask, real and clean."""
        epoch, one, other = address
        ours, theirs = super().__getitem__((epoch, one)), super().__getitem__((epoch, other))
        if isinstance(ours, degrade.PairError):
            return ours
        if isinstance(theirs, degrade.PairError):
            return theirs
        return ours | {"clean": theirs["clean"], "real": bool(self.domains[one] == REAL)}

    def addresses(self, count: int, epoch: int, generator: torch.Generator | None) -> list[Address]:
        """`count` of an epoch. Each side goes through permutations of its own, one after the other."""
        clean = _rounds(self.side(PAIRED, CLEAN), count, generator)
        degraded = _rounds(self.side(PAIRED, REAL), count, generator)
        real, made = self.side(REAL), self.side(PAIRED)
        if self.real is not None and len(real) and len(made):
            is_real = torch.rand(count, generator=generator) < self.real
            degraded = torch.where(is_real, _rounds(real, count, generator), _rounds(made, count, generator))
        return [(epoch, one, other) for one, other in zip(degraded.tolist(), clean.tolist(), strict=True)]


def _rounds(places: npt.NDArray[np.int64], count: int, generator: torch.Generator | None) -> Tensor:
    """(count,) of `places`: each comes once before any comes again."""
    rounds = [torch.randperm(len(places), generator=generator) for _ in range(-(-count // len(places)))]
    return torch.from_numpy(places)[torch.cat(rounds)[:count]]
