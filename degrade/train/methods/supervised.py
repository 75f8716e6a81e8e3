"""One network, from degraded to clean pictures, by a sum of losses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from degrade.train.batches import Batch
from degrade.train.errors import TrainError
from degrade.train.losses import Loss
from degrade.train.methods.method import Method, Update
from degrade.train.models.network import Model
from degrade.train.needs import Needs
from degrade.train.optimisers import optimiser_of
from degrade.train.settings import Settings

_LEAST_ERROR = 1e-10
"""PSNR ends at 100 dB."""


def needs(settings: Settings) -> Needs:
    """Pairs, with masks where the loss has to do with them."""
    return Needs(mask=Loss(settings.loss).needs_mask)


def create(settings: Settings, mode: str, model: nn.Module | None = None) -> Supervised:
    """The method that the settings ask for. Raises ModelError or TrainError."""
    if model is None:
        model = named_model(settings, mode)
    optimiser = optimiser_of(model.parameters(), settings)
    return Supervised(model, optimiser, Loss(settings.loss), spread=2.0 if mode == "lab" else 1.0)


def named_model(settings: Settings, mode: str) -> Model:
    """The network `settings.model` for pictures of this mode. Raises ModelError or TrainError."""
    from degrade.train.models import create_model, options_of

    options = dict(settings.options)
    if "mode" in options_of(settings.model):
        options.setdefault("mode", mode)
    model = create_model(settings.model, seed=settings.seed, **options)
    if not model.restores:
        raise TrainError(f"{model.name} restores nothing by itself", "train a network that does, such as unet", 2)
    check_mode(model, mode)
    return model


def check_mode(model: Model, mode: str) -> None:
    """Raise TrainError where the network works in another mode."""
    if (works_in := getattr(model, "mode", mode)) != mode:
        raise TrainError(f"{model.name} works in {works_in}, the training in {mode}", f"choose the mode {works_in}", 2)


class Supervised(Method):
    """The method of every network that takes a degraded picture and gives the clean one.

    Parameters
    ----------
    model : nn.Module
        (N, C, H, W) to (N, C, H, W), or to a pair of that and the mask's logits (N, 1, H, W).
    optimiser : Optimizer
        Of its weights.
    loss : Loss
    spread : float
        How wide the range of pictures is: 1 for [0, 1], 2 for [-1, 1].
    """

    def __init__(self, model: nn.Module, optimiser: Optimizer, loss: Loss, spread: float = 1.0) -> None:
        super().__init__({"model": model}, {"model": optimiser}, "model")
        self.loss = loss
        self.spread = spread

    def step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """One loss, one optimiser."""
        losses = {name: term.mean() for name, term in self._losses(self.running["model"], batch)[0].items()}
        update("model", losses["loss"])
        return {name: value.detach() for name, value in losses.items()}

    def validate(self, batch: Batch, network: nn.Module) -> dict[str, Tensor]:
        """The losses; PSNR of each picture in dB, and that of doing nothing, where the network takes what it gives."""
        figures, output = self._losses(network, batch)
        figures["psnr"] = self._psnr(output.float(), batch.clean)
        if batch.degraded.shape == batch.clean.shape:
            figures["identity_psnr"] = self._psnr(batch.degraded, batch.clean)
        return figures

    def predict(self, batch: Batch, network: nn.Module) -> Tensor:
        """The network's picture."""
        return _parts(self.called(network, batch))[0].float()

    def called(self, network: nn.Module, batch: Batch) -> Any:
        """What the network makes of a batch."""
        return network(batch.degraded)

    def _losses(self, network: nn.Module, batch: Batch) -> tuple[dict[str, Tensor], Tensor]:
        output, logits = _parts(self.called(network, batch))
        if self.loss.predicts_mask and logits is None:
            raise TrainError("the loss has the term mask, and the network predicts none", "leave the term out", 2)
        with torch.autocast(output.device.type, enabled=False):
            return self.loss(output, batch.clean, batch.mask, logits), output

    def _psnr(self, pictures: Tensor, clean: Tensor) -> Tensor:
        low = 1 - self.spread
        error = (pictures.clamp(low, 1) - clean).square().flatten(1).mean(1) / self.spread**2
        return -10 * error.clamp_min(_LEAST_ERROR).log10()


def _parts(given: Any) -> tuple[Tensor, Tensor | None]:
    """A network's picture, and its mask's logits if it has any."""
    return (given[0], given[1]) if isinstance(given, tuple) else (given, None)
