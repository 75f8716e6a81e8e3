"""What a kind of training is to the loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from degrade.train.batches import Batch

Update = Callable[[str, Tensor], None]
"""Takes an optimiser's name and its loss: goes backward, and makes the optimiser's step once all accumulated batches
have gone backward, with clipped gradients."""


class Method(ABC):
    """How networks learn. The loop knows nothing else of them: it feeds batches, and saves and restores what is here.

    Attributes
    ----------
    networks : dict
        Every network, by name, bare.
    running : dict
        What `step` calls: the networks, or parts of them; wrapped, where several processes share their gradients. A
        loss through a network whose own weights it does not train goes through the bare one.
    optimisers : dict
        By name.
    main : str
        The network that restores: it is averaged (EMA), and the best checkpoint holds it.
    facts : dict
        The method's own options, for run.json.
    notes : list of str
        One line each of what people must know of it.
    """

    def __init__(
        self,
        networks: Mapping[str, nn.Module],
        optimisers: Mapping[str, Optimizer],
        main: str,
        parts: Mapping[str, nn.Module] | None = None,
    ) -> None:
        self.networks = dict(networks)
        self.running = dict(networks if parts is None else parts)
        self.optimisers = dict(optimisers)
        self.main = main
        self.facts: dict[str, Any] = {}
        self.notes: list[str] = []

    @abstractmethod
    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """Learn from a batch: call `update` once for each optimiser. Gives scalars to be recorded; each must be
        finite."""

    @abstractmethod
    def validate(self, batch: Batch, network: nn.Module) -> dict[str, Tensor]:
        """Figures (N,), one a pair, of `network` in the place of the main one; "loss" is what the best checkpoint has
        least of."""

    @abstractmethod
    def predict(self, batch: Batch, network: nn.Module) -> Tensor:
        """(N, C, H, W) in the scale of `batch.clean`."""

    def state(self) -> dict[str, Tensor]:
        """What must be saved beside networks and optimisers, such as a pool of pictures."""
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:  # noqa: B027 - most methods have nothing to restore
        """Take over what `state` gave."""

    def train(self) -> None:
        """Make every network learn."""
        for network in self.networks.values():
            network.train()
