"""What a training minimises: terms, and their sum by weight.

A term takes pictures (N, C, H, W) float32 and gives one number a picture, (N,), so that means are exact whatever the
batches are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from degrade.train.terms import MASK, MASKED, OUTSIDE, parse_loss

Term = Callable[[Tensor, Tensor], Tensor]
_CHARBONNIER = 1e-3
_SSIM_SIGMA, _SSIM_SIDE = 1.5, 11
_C1, _C2 = 0.01**2, 0.03**2


def mse(output: Tensor, target: Tensor) -> Tensor:
    """Mean squared error."""
    return (output - target).square().flatten(1).mean(1)


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error."""
    return (output - target).abs().flatten(1).mean(1)


def charbonnier(output: Tensor, target: Tensor) -> Tensor:
    """Mean of √(d² + ε²), ε = 0.001: L1 that is smooth at zero (W.-S. Lai et al., doi:10.1109/TPAMI.2018.2865304)."""
    return ((output - target).square() + _CHARBONNIER**2).sqrt().flatten(1).mean(1)


def ssim(output: Tensor, target: Tensor) -> Tensor:
    """1 - SSIM of each channel, pictures in [0, 1], with the paper's window, a Gaussian of 11 x 11 and σ 1.5, where it
    lies within the picture (Z. Wang et al., doi:10.1109/TIP.2003.819861); a smaller picture has a smaller window."""
    channels, height, width = output.shape[1:]
    window = _window(min(_SSIM_SIDE, height, width), output)

    def blurred(pictures: Tensor) -> Tensor:
        across = functional.conv2d(pictures, window.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
        return functional.conv2d(across, window.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)

    mean_o, mean_t = blurred(output), blurred(target)
    var_o = blurred(output * output) - mean_o * mean_o
    var_t = blurred(target * target) - mean_t * mean_t
    both = blurred(output * target) - mean_o * mean_t
    likeness = (2 * mean_o * mean_t + _C1) * (2 * both + _C2)
    likeness = likeness / ((mean_o * mean_o + mean_t * mean_t + _C1) * (var_o + var_t + _C2))
    return 1 - likeness.flatten(1).mean(1)


def _window(side: int, like: Tensor) -> Tensor:
    places = [place - (side - 1) / 2 for place in range(side)]
    weights = [math.exp(-(place**2) / (2 * _SSIM_SIGMA**2)) for place in places]
    return torch.tensor([weight / sum(weights) for weight in weights], dtype=like.dtype, device=like.device)


def masked(term: Term, output: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """`term` per pixel, its mean weighted by the (N, 1, H, W) `mask` in [0, 1]; 0 for a picture where it is 0."""
    per_pixel = term(output.flatten(0, 1).reshape(-1, 1), target.flatten(0, 1).reshape(-1, 1)).view_as(output)
    weight = mask.expand_as(output)
    total = weight.flatten(1).sum(1)
    return (per_pixel * weight).flatten(1).sum(1) / total.clamp_min(torch.finfo(total.dtype).tiny)


def mask_entropy(logits: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy of a predicted damage mask, (N, 1, H, W) logits."""
    return functional.binary_cross_entropy_with_logits(logits, mask, reduction="none").flatten(1).mean(1)


TERMS: Mapping[str, Term] = {"mse": mse, "l1": l1, "charbonnier": charbonnier, "ssim": ssim}


class Loss:
    """Terms and their sum by weight.

    Attributes
    ----------
    weights : dict
        By term.
    needs_mask : bool
        Whether the pairs' masks are needed.
    predicts_mask : bool
        Whether the network must predict masks.
    """

    def __init__(self, text: str) -> None:
        self.weights = parse_loss(text)
        self.predicts_mask = MASK in self.weights
        self.needs_mask = self.predicts_mask or any(name in MASKED or name in OUTSIDE for name in self.weights)

    def __call__(
        self, output: Tensor, target: Tensor, mask: Tensor | None = None, logits: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Each term, (N,), and their weighted sum under the name "loss"; in float32, whatever `output` is in."""
        output = output.float()
        terms: dict[str, Tensor] = {}
        for name in self.weights:
            if name in TERMS:
                terms[name] = TERMS[name](output, target)
            elif name == MASK:
                assert logits is not None
                assert mask is not None
                terms[name] = mask_entropy(logits.float(), mask)
            else:
                assert mask is not None
                inside = name in MASKED
                term = TERMS[MASKED[name] if inside else OUTSIDE[name]]
                terms[name] = masked(term, output, target, mask if inside else 1 - mask)
        total = torch.stack([weight * terms[name] for name, weight in self.weights.items()]).sum(0)
        return {"loss": total, **(terms if len(terms) > 1 else {})}
