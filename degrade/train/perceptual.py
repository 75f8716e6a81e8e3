"""The perceptual term: how differently a network that knows pictures sees two of them. It comes without weights."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from degrade.train.errors import TrainError

_BLOCKS = ((0, 2), (5, 7), (10, 12, 14, 16), (19, 21, 23, 25), (28,))
"""The numbers that the convolutions of VGG-19 have among its layers, block by block, to the first of the fifth."""
_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_LEAST_PX = 16
_CURE = "give VGG-19's weights as torchvision names them (features.0.weight …), saved by safetensors.torch.save_file"


class Perceptual(nn.Module):
    """Weighted mean absolute differences of the maps after the first ReLU of each of VGG-19's five blocks
    (K. Simonyan, A. Zisserman, arXiv:1409.1556; T.-C. Wang et al. 2018, arXiv:1711.11585).

    Parameters
    ----------
    path : path
        A safetensors file with the weights and biases of its convolutions; other layers in it are left alone.

    Raises
    ------
    TrainError
        There is no such file, or other weights are in it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__()
        if not Path(path).is_file():
            raise TrainError(f"there are no weights {os.fspath(path)} for the perceptual term", _CURE, 2)
        try:
            weights = load_file(path)
        except (SafetensorError, OSError) as error:
            raise TrainError(f"the weights {os.fspath(path)} cannot be read ({error})", _CURE, 2) from None
        self.blocks = [[_convolution(weights, number, path) for number in block] for block in _BLOCKS]
        self.layers = nn.ModuleList(layer for block in self.blocks for layer in block)
        before = 3
        for layer in (layer for block in self.blocks for layer in block):
            if layer.in_channels != before:
                raise TrainError(f"the layers of {os.fspath(path)} do not follow from each other", _CURE, 2)
            before = layer.out_channels
        self.requires_grad_(False)

    def forward(self, pictures: Tensor, targets: Tensor) -> Tensor:
        """The term, a scalar, of (N, 1 or 3, H, W) pictures in [0, 1]. Raises TrainError below 16 px."""
        if min(pictures.shape[2:]) < _LEAST_PX:
            raise TrainError(f"the perceptual term takes at least {_LEAST_PX} px", "leave it out, or enlarge them", 2)
        one, other = self._normed(pictures), self._normed(targets.detach())
        terms = []
        for number, (block, weight) in enumerate(zip(self.blocks, _WEIGHTS, strict=True)):
            if number:
                one, other = (nn.functional.max_pool2d(each, 2) for each in (one, other))
            for place, layer in enumerate(block):
                one, other = layer(one).relu(), layer(other).relu()
                if not place:
                    terms.append(weight * (one.float() - other.float()).abs().mean())
        return torch.stack(terms).sum()

    def _normed(self, pictures: Tensor) -> Tensor:
        mean, deviation = (pictures.new_tensor(each).view(1, 3, 1, 1) for each in (_MEAN, _DEVIATION))
        return (pictures.expand(-1, 3, -1, -1) - mean) / deviation


def _convolution(weights: dict[str, Tensor], number: int, path: str | os.PathLike[str]) -> nn.Conv2d:
    weight, bias = (weights.get(f"features.{number}.{part}") for part in ("weight", "bias"))
    if (
        weight is None
        or bias is None
        or weight.ndim != 4
        or weight.shape[2:] != (3, 3)
        or bias.shape != weight.shape[:1]
    ):
        raise TrainError(f"{os.fspath(path)} has no convolution features.{number}", _CURE, 2)
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    layer.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return layer
