"""What all models are: a torch module that knows what it takes, what it gives, and what it was made of."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from degrade.train.errors import ModelError
from degrade.train.models.options import CHANNELS

_REC_601 = (0.299, 0.587, 0.114)


class Model(nn.Module):
    """A network with the facts that a trainer asks for.

    Attributes
    ----------
    name : str
        What `create_model` calls it.
    source : str
        Where its layout comes from.
    initialisation : str
        How its weights begin (`degrade.train.models.initial`).
    restores : bool
        Whether `model(degraded)` is the restored picture. The parts of adversarial methods are none such.
    options : dict
        Each option that it was made with, ready for JSON: ``create_model(model.name, **model.options)`` makes it again.
    in_channels, out_channels : int
        C of what it takes and gives, (N, C, H, W).
    multiple : int
        By what H and W must divide; 1 where it pads inside.
    least_px : int
        The least H and W.
    side_px : int or None
        The only H and W that it takes, if its dense layers fix them.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    initialisation: ClassVar[str]
    restores: ClassVar[bool] = False

    in_channels: int
    out_channels: int
    multiple: int = 1
    least_px: int = 1
    side_px: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.options: dict[str, Any] = {}

    def check(self, given: Tensor) -> None:
        """Raise ModelError unless `given` is (N, in_channels, H, W), with an H and W that the model takes."""
        shape = tuple(given.shape)
        if given.ndim != 4 or shape[1] != self.in_channels or min(shape) < 1:
            expected = f"(N, {self.in_channels}, H, W)"
            raise ModelError(f"{self.name} takes {expected}, not {shape}", self._cure_for_channels(shape))
        if not given.dtype.is_floating_point:
            raise ModelError(f"{self.name} takes floats in [0, 1], not {given.dtype}", "divide by 255")
        height, width = shape[2:]
        if self.side_px is not None and (height, width) != (self.side_px, self.side_px):
            made_for = f"{self.side_px} × {self.side_px}"
            cure = f"resize to that, or make the model with side_px={height}"
            raise ModelError(f"{self.name} was made for {made_for} px, not {height} × {width}", cure)
        if height % self.multiple or width % self.multiple:
            cure = "pad or resize, or take the model unet, which pads inside"
            raise ModelError(f"{self.name}: {height} × {width} px does not divide by {self.multiple}", cure)
        if min(height, width) < self.least_px:
            cure = f"give it at least {self.least_px} × {self.least_px} px"
            raise ModelError(f"{self.name}: {height} × {width} px is too small", cure)

    def check_statistics(self, values: int) -> None:
        """Raise ModelError if batch normalisation is to learn from `values` values a channel, and that is one."""
        if self.training and values < 2:
            cure = "train with batches of two or more, the last one too"
            raise ModelError(f"{self.name} learns the statistics of batches, and one picture has none", cure)

    def _cure_for_channels(self, shape: tuple[int, ...]) -> str:
        if len(shape) == 3:
            return "add the batch's dimension: pictures[None]"
        if len(shape) == 4 and shape[3] == self.in_channels:
            return "put channels first: pictures.permute(0, 3, 1, 2)"
        return f"give it {self.in_channels} channel{'s' if self.in_channels > 1 else ''}"


class PictureModel(Model):
    """A network from a degraded to a restored picture, both float, in the range of their colour.

    Attributes
    ----------
    mode : "gray", "rgb" or "lab"
        The colour of a batch, as `degrade.streaming.torch.Collate` names and scales it. Gray and RGB lie in [0, 1].
        In "lab" the model takes L* / 50 - 1 and gives a* / 110 and b* / 110.
    takes : "gray", "rgb" or "lightness"
        What its input is. A model that takes gray also takes RGB, of which it weighs the Rec. 601 luma.

    Notes
    -----
    What a model without a sigmoid or tanh gives may leave the range: clamp it before it is stored, not before the loss.
    """

    restores = True

    def __init__(self, mode: str, takes: str | None = None) -> None:
        super().__init__()
        self.mode = mode
        self.takes = takes or ("lightness" if mode == "lab" else mode)
        self.in_channels = CHANNELS.get(self.takes, 1)
        self.out_channels = CHANNELS.get(mode, 2)

    def received(self, pictures: Tensor) -> Tensor:
        """`pictures` as the layers take them, after the check: luma where the model takes gray and is given RGB."""
        if self.takes == "gray" and pictures.ndim == 4 and pictures.shape[1] == 3:
            weights = pictures.new_tensor(_REC_601).view(1, 3, 1, 1)
            pictures = (pictures * weights).sum(dim=1, keepdim=True)
        self.check(pictures)
        return pictures

    def complete(self, given: Tensor, restored: Tensor) -> Tensor:
        """The whole picture: in lab (N, 3, H, W), the given lightness to the bit and the restored a and b after it.

        Parameters
        ----------
        given, restored : Tensor
            The model's input and its output.

        Returns
        -------
        Tensor
            In other modes `restored` itself. `degrade.streaming.torch.to_rgb` makes RGB of lab.
        """
        return torch.cat([given, restored], dim=1) if self.mode == "lab" else restored

    def _cure_for_channels(self, shape: tuple[int, ...]) -> str:
        if len(shape) == 4 and shape[1] in (1, 3):
            return f"make batches with Collate(colour={self.mode!r}), or the model with another mode"
        return super()._cure_for_channels(shape)
