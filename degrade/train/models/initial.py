"""How weights begin: four usual ways, drawn from a generator of their own, so that no global one is touched.

    glorot   Glorot uniform, biases 0: what Keras does, in which projects 0, 1, 2 and 4 were written
             (Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a)
    he       normal with deviation √(2 / fan in), biases 0 (He et al. 2015, arXiv:1502.01852)
    normal   normal with deviation 0.02, biases 0 (Radford et al. 2016, arXiv:1511.06434)
    uniform  uniform within ±1 / √(fan in), biases too: torch's own

Normalisations begin as the identity: scale 1, shift 0, running mean 0 and variance 1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_DEVIATION = 0.02
_IDENTITY = {"weight": 1.0, "bias": 0.0}  # of a normalisation


class ScaledConv2d(nn.Conv2d):
    """A convolution whose weights begin `gain` times as large as others'.

    Without an activation after it 1 / √2 keeps the deviation that `he` is made for; the last one of a residual branch
    begins small, so that the whole begins near the identity (Zhang et al. 2019, arXiv:1901.09321).
    """

    gain: float = 1.0


def scaled(convolution: ScaledConv2d, gain: float) -> ScaledConv2d:
    """The convolution, with its gain set."""
    convolution.gain = gain
    return convolution


@torch.no_grad()
def initialise(model: nn.Module, way: str, seed: int) -> None:
    """Give every parameter and running statistic of `model` its first value; the same for the same seed.

    Parameters
    ----------
    model : Module
        On the CPU. Made of convolutions, linear layers and normalisations; others' parameters are an error.
    way : "glorot", "he", "normal" or "uniform"
        As above.
    seed : int
        Of the generator.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            _draw(module, way, generator)
        else:
            for name, parameter in module.named_parameters(recurse=False):
                if name not in _IDENTITY:
                    raise TypeError(f"{type(module).__name__} has no rule for how its {name} begins")
                parameter.fill_(_IDENTITY[name])
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()


def _draw(module: nn.Conv2d | nn.ConvTranspose2d | nn.Linear, way: str, generator: torch.Generator) -> None:
    weight, bias = module.weight, module.bias
    bound = 1 / math.sqrt(_fan_in(module))
    if way == "normal":
        weight.normal_(0.0, _DEVIATION, generator=generator)
    elif way == "he":
        weight.normal_(0.0, math.sqrt(2.0) * bound, generator=generator)
    elif way == "glorot":
        fans = (weight.shape[0] + weight.shape[1]) * math.prod(weight.shape[2:])
        weight.uniform_(-math.sqrt(6 / fans), math.sqrt(6 / fans), generator=generator)
    else:
        weight.uniform_(-bound, bound, generator=generator)
    if isinstance(module, ScaledConv2d):
        weight.mul_(module.gain)
    if isinstance(bias, Tensor):
        if way == "uniform":
            bias.uniform_(-bound, bound, generator=generator)
        else:
            bias.zero_()


def _fan_in(module: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> float:
    """How many inputs each output sums; of a transposed convolution, on the average."""
    if isinstance(module, nn.Linear):
        return module.in_features
    taps = module.in_channels * math.prod(module.kernel_size)
    return taps / math.prod(module.stride) if isinstance(module, nn.ConvTranspose2d) else taps
