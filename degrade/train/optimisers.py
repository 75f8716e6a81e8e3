"""How weights are moved."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from degrade.train.settings import Settings


def optimiser_of(
    weights: Iterable[nn.Parameter], settings: Settings, learning_rate: float | None = None
) -> torch.optim.Optimizer:
    """Adam (D. P. Kingma, J. Ba, arXiv:1412.6980) or AdamW (I. Loshchilov, F. Hutter, arXiv:1711.05101) as the settings
    say; weights that are not trained are left out."""
    kind = torch.optim.AdamW if settings.optimiser == "adamw" else torch.optim.Adam
    return kind(
        [weight for weight in weights if weight.requires_grad],
        lr=settings.learning_rate if learning_rate is None else learning_rate,
        betas=(settings.beta1, settings.beta2),
        weight_decay=settings.weight_decay,
    )
