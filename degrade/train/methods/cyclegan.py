"""CycleGAN: from degraded to clean and back, learnt without pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from degrade.train.batches import Batch
from degrade.train.described import Number, Whole, described
from degrade.train.losses import Loss
from degrade.train.methods.adversarial import entropy, frozen, picture_distance
from degrade.train.methods.asked import asked_of
from degrade.train.methods.method import Update
from degrade.train.methods.pool import Pool
from degrade.train.methods.supervised import Supervised, named_model
from degrade.train.models import options_of
from degrade.train.models.cyclegan import CycleGan
from degrade.train.needs import Needs
from degrade.train.optimisers import optimiser_of
from degrade.train.settings import Settings

_SIDES = ("clean", "degraded")


@dataclass(frozen=True)
class Options:
    """What CycleGAN can be told."""

    cycle: float = described(8.0, Number(0, 1e6), "the weight of coming back to the same picture, in [-1, 1]")
    identity: float = described(0.0, Number(0, 1e6), "the weight of leaving pictures of one's own side as they are")
    pool: int = described(50, Whole(0, 100_000), "older pictures that a discriminator is shown again, of each side")
    real: float | None = described(
        None, Number(0, 1, optional=True), "the share of real photographs among the degraded; by default as they come"
    )


def needs(settings: Settings) -> Needs:
    """Degraded and clean pictures that do not belong together."""
    options, _ = asked_of(Options, settings, list(options_of(settings.model)))
    return Needs(mask=Loss(settings.loss).needs_mask, unpaired=True, real=options.real)


def create(settings: Settings, mode: str, model: object = None) -> Cyclegan:  # noqa: ARG001 - it has its own
    """The method that the settings ask for. Raises ModelError or TrainError."""
    options, rest = asked_of(Options, settings, list(options_of(settings.model)))
    network = named_model(dataclasses.replace(settings, options=rest), mode)
    assert isinstance(network, CycleGan)
    return Cyclegan(network, options, settings)


class Cyclegan(Supervised):
    """Both generators step, then both discriminators (J.-Y. Zhu et al. 2017, arXiv:1703.10593).

    The generators minimise BCE(D(made), 1) of either side, λ times the distance of pictures that went to the other side
    and back, and, where asked for, that of pictures of their own side to what they make of them. A discriminator
    minimises half the sum of BCE(D(true), 1) and BCE(D(made), 0), the latter of pictures out of a pool. The setting
    `loss` judges the way to clean pictures by the pairs of the validation split, and teaches nothing.

    Parameters
    ----------
    network : CycleGan
    options : Options
    settings : Settings

    Notes
    -----
    Project 3 had a pool of 1000 pictures; the default is the paper's, since checkpoints hold the pools. With several
    processes each has pools of its own, of which the first one's are saved.
    """

    def __init__(self, network: CycleGan, options: Options, settings: Settings) -> None:
        generators = [*network.to_clean.parameters(), *network.to_degraded.parameters()]
        judges = [*network.judge_clean.parameters(), *network.judge_degraded.parameters()]
        generating = optimiser_of(generators, settings)
        super().__init__(network, generating, Loss(settings.loss))
        self.optimisers = {"generators": generating, "discriminators": optimiser_of(judges, settings)}
        self.running = dict(network.named_children())
        self.network, self.options = network, options
        self.pools = {side: Pool(options.pool, settings.seed, side) for side in _SIDES}
        self.facts = dataclasses.asdict(options)

    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """The generators' step, then the discriminators'."""
        true = {"clean": batch.clean, "degraded": batch.degraded}
        to = {side: self.running[f"to_{side}"] for side in _SIDES}
        made = {"clean": to["clean"](true["degraded"]), "degraded": to["degraded"](true["clean"])}
        with frozen(self.network.judge_clean, self.network.judge_degraded):
            deceits = [entropy(getattr(self.network, f"judge_{side}")(made[side]), True) for side in _SIDES]
        deceit = torch.stack(deceits).sum()
        back = {"clean": to["clean"](made["degraded"]), "degraded": to["degraded"](made["clean"])}
        cycle = torch.stack([picture_distance(back[side], true[side]) for side in _SIDES]).sum()
        losses = {"deceit": deceit, "cycle": cycle}
        loss = deceit + self.options.cycle * cycle
        if self.options.identity:
            kept = torch.stack([picture_distance(to[side](true[side]), true[side]) for side in _SIDES]).sum()
            losses["identity"] = kept
            loss = loss + self.options.identity * kept
        update("generators", loss)
        judged = torch.stack([self._judged(side, true[side], made[side]) for side in _SIDES]).sum()
        update("discriminators", judged)
        return {name: value.detach() for name, value in {"loss": loss, **losses, "discriminators": judged}.items()}

    def _judged(self, side: str, true: Tensor, made: Tensor) -> Tensor:
        judge, shown = self.running[f"judge_{side}"], self.pools[side].exchange(made)
        return (entropy(judge(true), True) + entropy(judge(shown), False)) / 2

    def state(self) -> dict[str, Tensor]:
        """The pools."""
        return {f"{side}.{name}": part for side in _SIDES for name, part in self.pools[side].state().items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take over the pools."""
        device = next(self.network.parameters()).device
        for side, pool in self.pools.items():
            prefix = f"{side}."
            pool.restore({n.removeprefix(prefix): t for n, t in state.items() if n.startswith(prefix)}, device)
