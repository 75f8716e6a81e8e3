"""The second half of the triplet domain translation: from codes of degraded pictures to codes of clean ones."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from degrade.train.batches import Batch
from degrade.train.checkpoint import load_checkpoint
from degrade.train.described import Number, Text, described
from degrade.train.errors import TrainError
from degrade.train.losses import Loss
from degrade.train.methods.adversarial import distance
from degrade.train.methods.asked import asked_of
from degrade.train.methods.method import Update
from degrade.train.methods.supervised import Supervised, check_mode
from degrade.train.methods.triplet import Options, PictureTerms, discriminated, optimiser
from degrade.train.models import create_model
from degrade.train.models.triplet import Triplet
from degrade.train.needs import Needs
from degrade.train.settings import Settings

_NETWORK = ["blocks", "most_channels", "non_local"]


@dataclass(frozen=True)
class MappingOptions(Options):
    """What the training of the mapping can be told."""

    vaes: str | None = described(None, Text(optional=True), "the folder of a training of triplet_vae")
    codes: float = described(60.0, Number(0, 1e6), "the weight of the distance to the clean picture's code")


def needs(settings: Settings) -> Needs:
    """Pairs, with masks for the non-local block."""
    _, rest = asked_of(MappingOptions, settings, _NETWORK)
    return Needs(mask=rest.get("non_local") is True or Loss(settings.loss).needs_mask)


def create(settings: Settings, mode: str, model: object = None) -> Mapping:  # noqa: ARG001 - it has its own
    """The method that the settings ask for. Raises ModelError, TrainError or CheckpointError."""
    options, rest = asked_of(MappingOptions, settings, _NETWORK)
    if options.vaes is None:
        cure = "train them by `degrade train --model triplet_vae`, and give --option vaes=FOLDER"
        raise TrainError("the mapping needs the autoencoders between whose codes it maps", cure, 2)
    before, _ = load_checkpoint(options.vaes)
    if not isinstance(before, Triplet):
        raise TrainError(f"{options.vaes} holds no autoencoders", "name the folder of a training of triplet_vae", 2)
    check_mode(before, mode)
    shared = {name: before.options[name] for name in ("width", "mode")}
    network = create_model("triplet", seed=settings.seed, **shared, **rest)
    assert isinstance(network, Triplet)
    for ours, theirs in ((network.degraded, before.degraded), (network.clean, before.clean)):
        ours.load_state_dict(theirs.state_dict())
        ours.requires_grad_(False)
    return Mapping(network, options, settings)


class Mapped(nn.Module):
    """The mapping of a Triplet, with a mask where it has a use for one."""

    def __init__(self, network: Triplet) -> None:
        super().__init__()
        self.mapping = network.mapping
        self._network = [network]  # in a list it is no part of this module

    def forward(self, codes: Tensor, mask: Tensor | None) -> Tensor:
        """Codes to codes, (N, width, h, w)."""
        return self._network[0].mapped_codes(codes, mask)


class Mapping(Supervised):
    """The mapping steps, then the discriminator; the autoencoders stay as they are, and draw no noise.

    The mapping minimises 60 · L1 between its codes and those of the clean pictures, and on the decoded pictures LSGAN
    at two scales, 10 · feature matching, and the perceptual term, for which a user gives weights. The setting `loss`
    judges the restored pictures, and teaches nothing.

    Parameters
    ----------
    network : Triplet
        The best checkpoint holds it whole: it restores.
    options : MappingOptions
    settings : Settings
    """

    def __init__(self, network: Triplet, options: MappingOptions, settings: Settings) -> None:
        assert network.mapping is not None
        mapping = optimiser(network.mapping.parameters(), settings, options)
        super().__init__(network, mapping, Loss(settings.loss))
        shared: dict[str, Any] = {"width": network.degraded.code_channels, "mode": network.mode}
        judge = create_model("triplet_discriminator", seed=settings.seed + 1, **shared)
        self.networks["discriminator"] = judge
        self.running = {"mapping": Mapped(network), "discriminator": judge}
        self.optimisers = {
            "mapping": mapping, "discriminator": optimiser(judge.parameters(), settings, options, True),
        }  # fmt: skip
        self.network, self.options, self.terms = network, options, PictureTerms(options)
        self.facts, self.notes = dataclasses.asdict(options), self.terms.notes

    def train(self) -> None:
        """Make mapping and discriminator learn."""
        super().train()
        self.network.degraded.eval()
        self.network.clean.eval()

    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """The mapping's step, then the discriminator's."""
        with torch.no_grad():
            given, wanted = self.network.degraded.encode(batch.degraded), self.network.clean.encode(batch.clean)
        codes = self.running["mapping"](given, batch.mask)
        made = self.network.clean.decode(codes)
        loss, terms = self.terms(self.networks["discriminator"], made, batch.clean)
        terms["codes"] = distance(codes, wanted)
        loss = loss + self.options.codes * terms["codes"]
        update("mapping", loss)
        judged = discriminated(self.running["discriminator"], made, batch.clean)
        update("discriminator", judged)
        return {name: value.detach() for name, value in {"loss": loss, **terms, "discriminator": judged}.items()}

    def called(self, network: nn.Module, batch: Batch) -> Any:
        """The restored pictures; what the mask shows is filled, where the mapping can."""
        return network(batch.degraded, batch.mask)
