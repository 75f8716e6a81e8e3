"""What networks that learn against each other minimise. All losses are scalars in float32, from a discriminator's
logits; pictures are compared in [-1, 1], where the published weights hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

Judged = Sequence[Sequence[Tensor]]
"""What `TripletDiscriminator` gives: for each scale the maps of its layers, the last of which are logits."""


def entropy(logits: Tensor, real: bool) -> Tensor:
    """Mean binary cross-entropy of logits with 1 or 0 (I. Goodfellow et al. 2014, arXiv:1406.2661)."""
    logits = logits.float()
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, float(real)))


def least_squares(judged: Judged, real: bool) -> Tensor:
    """Mean squared distance of outputs to 1 or 0, added up over the scales (X. Mao et al. 2017, arXiv:1611.04076)."""
    return torch.stack([(maps[-1].float() - float(real)).square().mean() for maps in judged]).sum()


def feature_matching(made: Judged, real: Judged) -> Tensor:
    """Mean absolute difference of each layer's maps but the logits, added up over layers and meaned over scales
    (T.-C. Wang et al. 2018, arXiv:1711.11585, with the weight 4 / layers of its code, which is 1 here)."""
    scales = [
        torch.stack([distance(one, other.detach()) for one, other in zip(ours[:-1], theirs[:-1], strict=True)]).sum()
        for ours, theirs in zip(made, real, strict=True)
    ]
    return torch.stack(scales).mean()


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference, a scalar."""
    return (one.float() - other.float()).abs().mean()


def picture_distance(one: Tensor, other: Tensor) -> Tensor:
    """The same of pictures in [0, 1], as if they lay in [-1, 1]."""
    return 2 * distance(one, other)


@contextmanager
def frozen(*networks: nn.Module) -> Iterator[None]:
    """Gradients go through these networks, and not to their weights."""
    weights = [weight for network in networks for weight in network.parameters() if weight.requires_grad]
    for weight in weights:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in weights:
            weight.requires_grad_(True)
