"""Everything of a training that the next step depends on, as tensors and plain facts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from degrade.train.checkpoint import load_weights
from degrade.train.errors import CheckpointError
from degrade.train.methods.method import Method
from degrade.train.stopping import Stopping

Row = dict[str, float]


@dataclass
class Progress:
    """Where a training has come to. Random numbers need no place here: each step seeds its own.

    Attributes
    ----------
    epoch : int
        From 0, the one under way.
    step : int
        Steps made of it.
    sums : dict
        Of what `Method.step` gave in them.
    seconds : float
        Spent so far.
    history : list of dict
        A row an epoch.
    """

    epoch: int = 0
    step: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    history: list[Row] = field(default_factory=list)


def gathered(
    method: Method, ema: AveragedModel | None, stopping: Stopping, progress: Progress
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(tensors, facts), for `write_checkpoint`."""
    tensors: dict[str, Tensor] = {}
    for name, network in method.networks.items():
        tensors |= {f"networks.{name}.{part}": tensor for part, tensor in network.state_dict().items()}
    if ema is not None:
        tensors |= {f"ema.{part}": tensor for part, tensor in ema.state_dict().items()}
    tensors |= {f"method.{name}": tensor for name, tensor in method.state().items()}
    groups = {}
    for name, optimiser in method.optimisers.items():
        memory, groups[name] = _of_optimiser(optimiser)
        tensors |= {f"optimisers.{name}.{part}": tensor for part, tensor in memory.items()}
    return tensors, {"optimisers": groups, "stopping": stopping.state(), "progress": asdict(progress)}


def restore(
    tensors: Mapping[str, Tensor],
    facts: Mapping[str, Any],
    method: Method,
    ema: AveragedModel | None,
    stopping: Stopping,
    file: Path,
) -> Progress:
    """Give everything what `gathered` took of it. Raises CheckpointError."""
    try:
        for name, network in method.networks.items():
            load_weights(network, _below(tensors, f"networks.{name}."), file)
        if ema is not None:
            load_weights(ema, _below(tensors, "ema."), file)
        method.restore(_below(tensors, "method."))
        for name, optimiser in method.optimisers.items():
            _to_optimiser(optimiser, _below(tensors, f"optimisers.{name}."), facts["optimisers"][name])
        stopping.restore(facts["stopping"])
        return Progress(**facts["progress"])
    except (KeyError, TypeError, ValueError) as error:
        cure = "begin anew by --overwrite, or in another folder"
        raise CheckpointError(f"{file} is no state of this training ({error!r})", cure) from None


def best_of(
    method: Method, network: nn.Module, named: bool, facts: Mapping[str, Any]
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(tensors, facts) of the `network` in the place of the main one alone, with what `load_checkpoint` needs to make
    it again, if degrade has a name for it."""
    main = method.main
    made: dict[str, Any] = {"main": main, "options": None}
    if named:
        made |= {"options": getattr(method.networks[main], "options", {}), "model": method.networks[main].name}
    tensors = {f"networks.{main}.{name}": tensor for name, tensor in network.state_dict().items()}
    return tensors, {**facts, **made}


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _of_optimiser(optimiser: Optimizer) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    state = optimiser.state_dict()
    memory = {f"{number}.{part}": value for number, parts in state["state"].items() for part, value in parts.items()}
    return memory, state["param_groups"]


def _to_optimiser(optimiser: Optimizer, memory: Mapping[str, Tensor], groups: list[dict[str, Any]]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in memory.items():
        number, _, part = name.partition(".")
        state.setdefault(int(number), {})[part] = tensor
    groups = [{name: tuple(value) if name == "betas" else value for name, value in group.items()} for group in groups]
    optimiser.load_state_dict({"state": state, "param_groups": groups})
