"""What both trainings of the triplet domain translation share: their options, optimisers and terms on pictures
(Z. Wan et al. 2020, arXiv:2004.09484; the weights are those of its code)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn

from degrade.train.described import Number, Switch, Text, described
from degrade.train.errors import TrainError
from degrade.train.methods.adversarial import feature_matching, frozen, least_squares
from degrade.train.optimisers import optimiser_of
from degrade.train.perceptual import Perceptual
from degrade.train.settings import Settings

OFF = "the perceptual term is off, with which the model was published; it needs weights: --option perceptual=FILE"


@dataclass(frozen=True)
class Options:
    """What both trainings can be told."""

    features: float = described(10.0, Number(0, 1e6), "the weight of feature matching")
    perceptual: str | None = described(
        None, Text(optional=True), "a safetensors file of VGG-19's weights; else no term"
    )
    perceptual_weight: float = described(10.0, Number(0, 1e6), "the weight of the perceptual term")
    ttur: bool = described(
        False,
        Switch(),
        "two time scales: half and twice the learning rate for generators and discriminators, betas 0, 0.9",
    )


def needs(settings: Settings) -> NoReturn:
    """Raises TrainError: the whole is trained in two steps."""
    cure = "train triplet_vae, then triplet_mapping with --option vaes=FOLDER, whose checkpoint is the whole"
    raise TrainError(f"{settings.model} is trained in two steps", cure, 2)


class PictureTerms(nn.Module):
    """How pictures that a network made differ from the true ones, as discriminators and the perceptual term see it.

    Parameters
    ----------
    options : Options
    """

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.seen = None if options.perceptual is None else Perceptual(options.perceptual)

    @property
    def notes(self) -> list[str]:
        """What people must know of them."""
        return [OFF] if self.seen is None else []

    def forward(self, judge: nn.Module, made: Tensor, true: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """(their weighted sum, each term): LSGAN of two scales, 10 · feature matching, 10 · perceptual."""
        with frozen(judge):
            ours = judge(made)
            with torch.no_grad():
                theirs = judge(true)
            terms = {"deceit": least_squares(ours, True), "features": feature_matching(ours, theirs)}
        total = terms["deceit"] + self.options.features * terms["features"]
        if self.seen is not None:
            terms["perceptual"] = self.seen.to(made.device)(made, true)
            total = total + self.options.perceptual_weight * terms["perceptual"]
        return total, terms


def discriminated(judge: nn.Module, made: Tensor, true: Tensor) -> Tensor:
    """What a discriminator of pictures minimises: half the sum of both kinds."""
    return (least_squares(judge(true), True) + least_squares(judge(made.detach()), False)) / 2


def optimiser(
    weights: Iterable[nn.Parameter], settings: Settings, options: Options, judges: bool = False
) -> torch.optim.Optimizer:
    """As the settings say, or with two time scales (M. Heusel et al. 2017, arXiv:1706.08500)."""
    if not options.ttur:
        return optimiser_of(weights, settings)
    rate = settings.learning_rate * (2.0 if judges else 0.5)
    return optimiser_of(weights, dataclasses.replace(settings, beta1=0.0, beta2=0.9), rate)
