"""pix2pix: a generator whose pictures a discriminator shall take for the clean ones of their degraded pictures."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from torch import Tensor, nn

from degrade.train.batches import Batch
from degrade.train.described import Number, described
from degrade.train.losses import Loss
from degrade.train.methods.adversarial import entropy, frozen, picture_distance
from degrade.train.methods.asked import asked_of
from degrade.train.methods.method import Update
from degrade.train.methods.supervised import Supervised, named_model
from degrade.train.models import create_model, options_of
from degrade.train.needs import Needs
from degrade.train.optimisers import optimiser_of
from degrade.train.settings import Settings


@dataclass(frozen=True)
class Options:
    """What pix2pix can be told."""

    l1: float = described(100.0, Number(0, 1e6), "the weight of the distance to the clean picture, in [-1, 1]")


def needs(settings: Settings) -> Needs:
    """Pairs."""
    asked_of(Options, settings, list(options_of(settings.model)))
    return Needs(mask=Loss(settings.loss).needs_mask)


def create(settings: Settings, mode: str, model: nn.Module | None = None) -> Pix2pix:  # noqa: ARG001 - it has its own
    """The method that the settings ask for. Raises ModelError or TrainError."""
    options, rest = asked_of(Options, settings, list(options_of(settings.model)))
    generator = named_model(dataclasses.replace(settings, options=rest), mode)
    shared = {name: generator.options[name] for name in ("width", "norm", "mode")}
    judge = create_model("patch_discriminator", seed=settings.seed + 1, pairs=True, **shared)
    return Pix2pix(generator, judge, options, settings)


class Pix2pix(Supervised):
    """Generator and discriminator step in turn: BCE and L1 (P. Isola et al. 2017, arXiv:1611.07004).

    The generator minimises BCE(D(degraded, made), 1) + 100 · L1, the discriminator BCE(D(degraded, clean), 1) +
    BCE(D(degraded, made), 0), each step on what the generator made in its own. The setting `loss` judges, and teaches
    nothing.

    Parameters
    ----------
    generator, judge : nn.Module
        Pix2pixGenerator and PatchDiscriminator.
    options : Options
    settings : Settings
    """

    def __init__(self, generator: nn.Module, judge: nn.Module, options: Options, settings: Settings) -> None:
        super().__init__(generator, optimiser_of(generator.parameters(), settings), Loss(settings.loss))
        self.networks["discriminator"] = self.running["discriminator"] = judge
        self.optimisers["discriminator"] = optimiser_of(judge.parameters(), settings)
        self.options = options
        self.facts = dataclasses.asdict(options)

    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """The generator's step, then the discriminator's."""
        made = self.running["model"](batch.degraded)
        judge = self.networks["discriminator"]
        with frozen(judge):
            deceit = entropy(judge(made, batch.degraded), True)
        l1 = picture_distance(made, batch.clean)
        loss = deceit + self.options.l1 * l1
        update("model", loss)
        judge = self.running["discriminator"]
        judged = entropy(judge(batch.clean, batch.degraded), True)
        judged = judged + entropy(judge(made.detach(), batch.degraded), False)
        update("discriminator", judged)
        return {
            "loss": loss.detach(), "deceit": deceit.detach(), "l1": l1.detach(), "discriminator": judged.detach(),
        }  # fmt: skip
