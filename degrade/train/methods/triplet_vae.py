"""The first half of the triplet domain translation: two autoencoders, one of degraded pictures, real and synthetic in
one space of codes, one of clean ones."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from degrade.train.batches import Batch
from degrade.train.described import Number, described
from degrade.train.losses import l1, mse
from degrade.train.methods.adversarial import frozen, least_squares, picture_distance
from degrade.train.methods.asked import asked_of
from degrade.train.methods.method import Method, Update
from degrade.train.methods.supervised import check_mode
from degrade.train.methods.triplet import Options, PictureTerms, discriminated, optimiser
from degrade.train.metrics import LEAST_MSE
from degrade.train.models import create_model, options_of
from degrade.train.models.triplet import Triplet
from degrade.train.models.triplet_vae import TripletVae
from degrade.train.needs import Needs
from degrade.train.settings import Settings

_SIDES = ("degraded", "clean")


@dataclass(frozen=True)
class VaeOptions(Options):
    """What the training of the autoencoders can be told."""

    real: float = described(0.5, Number(0, 1), "the share of real photographs among the degraded")
    divergence: float = described(1.0, Number(0, 1e6), "the weight of the codes' divergence")
    aligned: float = described(1.0, Number(0, 1e6), "the weight of real codes being taken for synthetic ones")
    l1: float = described(10.0, Number(0, 1e6), "the weight of the distance to the picture itself, in [-1, 1]")


def needs(settings: Settings) -> Needs:
    """Degraded and clean pictures, and real ones among the degraded."""
    options, _ = asked_of(VaeOptions, settings, list(options_of(settings.model)))
    return Needs(unpaired=True, real=options.real)


def create(settings: Settings, mode: str, model: object = None) -> TripletVaes:  # noqa: ARG001 - it has its own
    """The method that the settings ask for. Raises ModelError or TrainError."""
    options, rest = asked_of(VaeOptions, settings, list(options_of(settings.model)))
    network = create_model("triplet", seed=settings.seed, mapped=False, **{"mode": mode, **rest})
    assert isinstance(network, Triplet)
    check_mode(network, mode)
    return TripletVaes(network, options, settings)


class Coder(nn.Module):
    """An autoencoder that gives a code and the picture drawn from it at once."""

    def __init__(self, vae: TripletVae) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) to means (N, width, H / 4, W / 4) and pictures (N, C, H, W)."""
        means = self.vae.encode(pictures)
        return means, self.vae.decode(self.vae.draw(means))


class TripletVaes(Method):
    """Both autoencoders step, then the discriminators of their pictures, then the one of codes.

    An autoencoder minimises LSGAN on its pictures at two scales, 10 · feature matching, the divergence mean(h²), and
    10 · L1 (equation 1 of the paper; its code has the perceptual term instead, which here takes a user's weights). That
    of degraded pictures also wants codes of real photographs to be taken for those of synthetic ones, which a
    discriminator tells apart. A batch without real ones, or of nothing else, leaves out what it has no codes for.

    Parameters
    ----------
    network : Triplet
        Without a mapping; the best checkpoint holds it, for `triplet_mapping` to go on with.
    options : VaeOptions
    settings : Settings
    """

    def __init__(self, network: Triplet, options: VaeOptions, settings: Settings) -> None:
        shared: dict[str, Any] = {"width": network.degraded.code_channels, "mode": network.mode}
        judges = {
            f"judge_{side}": create_model("triplet_discriminator", seed=settings.seed + number, **shared)
            for number, side in enumerate(_SIDES, 1)
        }
        codes: dict[str, Any] = {"judges": "codes", "code_channels": network.degraded.code_channels, **shared}
        judges["judge_codes"] = create_model("triplet_discriminator", seed=settings.seed + 3, **codes)
        vaes = {side: getattr(network, side) for side in _SIDES}
        optimisers = {name: optimiser(vae.parameters(), settings, options) for name, vae in vaes.items()}
        optimisers |= {name: optimiser(each.parameters(), settings, options, True) for name, each in judges.items()}
        parts = {**{side: Coder(vae) for side, vae in vaes.items()}, **judges}
        super().__init__({"model": network, **judges}, optimisers, "model", parts)
        self.network, self.options, self.terms = network, options, PictureTerms(options)
        self.facts, self.notes = dataclasses.asdict(options), self.terms.notes

    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """Every network's step."""
        true = {"degraded": batch.degraded, "clean": batch.clean}
        real = (
            torch.zeros(len(batch), dtype=torch.bool, device=batch.clean.device) if batch.real is None else batch.real
        )
        found: dict[str, Tensor] = {}
        means: dict[str, Tensor] = {}
        made: dict[str, Tensor] = {}
        for side in _SIDES:
            means[side], made[side] = self.running[side](true[side])
            loss, terms = self._autoencoded(side, means[side], made[side], true[side])
            if side == "degraded":
                terms["aligned"] = self._aligned(means[side][real])
                loss = loss + self.options.aligned * terms["aligned"]
            update(side, loss)
            found |= {f"{side}_{name}": term for name, term in terms.items()} | {f"{side}_loss": loss}
        for side in _SIDES:
            judged = discriminated(self.running[f"judge_{side}"], made[side], true[side])
            update(f"judge_{side}", judged)
            found[f"judge_{side}"] = judged
        found["judge_codes"] = self._told_apart(means["degraded"].detach(), real)
        update("judge_codes", found["judge_codes"])
        found["loss"] = found["degraded_loss"] + found["clean_loss"]
        return {name: value.detach() for name, value in found.items()}

    def _autoencoded(self, side: str, means: Tensor, made: Tensor, true: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        loss, terms = self.terms(self.networks[f"judge_{side}"], made, true)
        terms["divergence"] = means.float().square().mean()
        terms["l1"] = picture_distance(made, true)
        return loss + self.options.divergence * terms["divergence"] + self.options.l1 * terms["l1"], terms

    def _aligned(self, codes: Tensor) -> Tensor:
        """How little the codes of real photographs are taken for synthetic ones; 0 where there are none."""
        judge = self.networks["judge_codes"]
        with frozen(judge):
            return least_squares(judge(codes), True) if len(codes) else codes.new_zeros(())

    def _told_apart(self, codes: Tensor, real: Tensor) -> Tensor:
        """Synthetic codes are 1, real ones 0."""
        judge = self.running["judge_codes"]
        kinds = ((codes[~real], True), (codes[real], False))
        return torch.stack([least_squares(judge(some), synthetic) for some, synthetic in kinds if len(some)]).sum() / 2

    def validate(self, batch: Batch, network: nn.Module) -> dict[str, Tensor]:
        """ "loss", the mean absolute error of both autoencoders without noise; and the PSNR in dB of what each gives
        back, "psnr" of the clean pictures."""
        assert isinstance(network, Triplet)
        given = {"degraded": network.degraded(batch.degraded).float(), "clean": network.clean(batch.clean).float()}
        true = {"degraded": batch.degraded, "clean": batch.clean}
        errors = {side: mse(given[side], true[side]).clamp_min(LEAST_MSE) for side in _SIDES}
        loss = torch.stack([l1(given[side], true[side]) for side in _SIDES]).sum(0)
        return {
            "loss": loss, "psnr": -10 * errors["clean"].log10(), "degraded_psnr": -10 * errors["degraded"].log10(),
        }  # fmt: skip

    def predict(self, batch: Batch, network: nn.Module) -> Tensor:
        """The degraded pictures as their autoencoder gives them back: nothing restores yet."""
        assert isinstance(network, Triplet)
        back: Tensor = network.degraded(batch.degraded).float()
        return back
