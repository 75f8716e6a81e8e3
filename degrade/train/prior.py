"""Deep Image Prior: restores a picture by fitting a network to it, and to nothing else
(D. Ulyanov et al. 2018, arXiv:1711.10925)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.train.distributed import chosen_device
from degrade.train.errors import TrainError
from degrade.train.metrics import psnr
from degrade.train.models import create_model
from degrade.train.models.deep_image_prior import DeepImagePrior

Array = npt.NDArray[Any]
WINDOW = 100
"""Iterations whose pictures the blind rule compares."""


@dataclass(frozen=True)
class Fitted:
    """What came out of a fit.

    Attributes
    ----------
    picture : (H, W, C) float32
        In [0, 1], what the network gave in `iteration`.
    iteration : int
        From 1.
    iterations : int
        How many were made.
    ended : str
        "iterations", "peak" (PSNR against the target fell) or "variance" (the pictures had been calmest).
    losses : list of float
        Of each iteration.
    psnr : list of float
        Of each iteration in dB, where there is a target.
    """

    picture: Array
    iteration: int
    iterations: int
    ended: str
    losses: list[float]
    psnr: list[float] = field(default_factory=list)


def fit_prior(
    picture: Array,
    mask: Array | None = None,
    target: Array | None = None,
    *,
    iterations: int = 3001,
    learning_rate: float = 0.01,
    layout: str = "inpainting",
    widths: Sequence[int] | None = None,
    early: bool = True,
    patience: int = 1000,
    jitter: float = 0.0,
    seed: int = 0,
    device: str = "auto",
    told: Callable[[int, float], None] | None = None,
) -> Fitted:
    """Fit a network to what is known of a picture, from fixed noise; it fills what is not known, and lags behind noise.

    Adam minimises MSE(out · known, picture · known) with known = 1 - mask.

    Parameters
    ----------
    picture : (H, W) or (H, W, 1 or 3) array
        uint8, or floats in [0, 1].
    mask : (H, W) or (H, W, 1) array, optional
        Damage as pairs have it: 255, or 1.0, where nothing of the picture is left. Everything is known without one.
    target : array, optional
        The clean picture, of the shape of `picture`: the result is then the iteration of the highest PSNR.
    iterations : int
        At most.
    learning_rate : float
    layout, widths
        Of the network (`create_model("deep_image_prior")`). Fewer widths take smaller pictures.
    early : bool
        Whether to stop before: with a target once its PSNR has not risen for `patience` iterations. Without one by the
        moving variance of the last 100 pictures, which is least about where the fit turns from the picture to its noise
        (H. Wang et al. 2021, arXiv:2112.06074): the result is the picture at the end of the calmest such window, and
        the fit ends once there was none calmer for `patience` iterations. The last 100 pictures are held for that.
    patience : int
    jitter : float
        Deviation of normal noise that is added to the input anew in each iteration.
    seed : int
        Of the network's weights and its noise.
    device : "auto", "cpu" or "cuda"
    told : callable, optional
        Is told of each iteration (from 1) and its loss.

    Returns
    -------
    Fitted

    Raises
    ------
    TrainError
        Pictures of other shapes, numbers out of their range, or a loss that is no number any more.
    ModelError
        The picture is smaller than the network takes.
    """
    _check(iterations, patience, learning_rate, jitter)
    place = chosen_device(device)
    given = _as_tensor(picture, "the picture").to(place)
    wanted = None if target is None else _as_tensor(target, "the target").to(place)
    if wanted is not None and wanted.shape != given.shape:
        raise _differ("the target", wanted, given)
    known = torch.ones_like(given[:, :1]) if mask is None else 1 - _as_tensor(mask, "the mask").to(place)
    if known.shape != given[:, :1].shape:
        raise _differ("the mask", known, given)
    mode = "gray" if given.shape[1] == 1 else "rgb"
    network = create_model("deep_image_prior", seed=seed, device=place, layout=layout, mode=mode, widths=widths)
    assert isinstance(network, DeepImagePrior)
    noise = network.noise(given.shape[2], given.shape[3], seed).to(place)
    generator = torch.Generator(place).manual_seed(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
    judge: _Peak | _Calmest | _Last
    judge = (
        _Last()
        if not early and wanted is None
        else _Calmest(patience)
        if wanted is None
        else _Peak(wanted, patience, early)
    )
    losses: list[float] = []
    for number in range(1, iterations + 1):
        fed = noise if not jitter else noise + jitter * torch.randn(noise.shape, generator=generator, device=place)
        optimiser.zero_grad(set_to_none=True)
        out = network(fed)
        loss = (out * known - given * known).square().mean()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.item()))
        if not math.isfinite(losses[-1]):
            raise TrainError(
                f"the fit has diverged: its loss is {losses[-1]} in iteration {number}", "lower the learning rate"
            )
        if told is not None:
            told(number, losses[-1])
        if judge.enough(number, out.detach()):
            break
    best = judge.picture[0].permute(1, 2, 0).cpu().numpy()
    ended = judge.word if len(losses) < iterations else "iterations"
    return Fitted(np.ascontiguousarray(best), judge.iteration, len(losses), ended, losses, judge.psnr)


class _Last:
    """Keeps the last picture, and never has enough."""

    word = "iterations"

    def __init__(self) -> None:
        self.psnr: list[float] = []

    def enough(self, number: int, picture: Tensor) -> bool:
        """Take the picture of iteration `number`; whether to stop."""
        self.iteration, self.picture = number, picture
        return False


class _Peak:
    """Keeps the picture nearest to the target."""

    word = "peak"

    def __init__(self, target: Tensor, patience: int, early: bool) -> None:
        self.target, self.patience, self.early = target, patience, early
        self.iteration, self.picture = 0, target
        self.psnr: list[float] = []

    def enough(self, number: int, picture: Tensor) -> bool:
        """Take the picture of iteration `number`; whether to stop."""
        here = float(psnr(float((picture - self.target).square().mean().item())))
        if not self.psnr or here > self.psnr[self.iteration - 1]:
            self.iteration, self.picture = number, picture
        self.psnr.append(here)
        return self.early and number - self.iteration >= self.patience


class _Calmest:
    """Keeps the picture at the end of the window in which pictures varied least. Before the first window is full it
    keeps the last one."""

    word = "variance"

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.least = math.inf
        self.psnr: list[float] = []
        self._window: deque[Tensor] = deque()
        self._sum: Tensor | float = 0.0
        self._squares = 0.0
        self.iteration = 0

    def enough(self, number: int, picture: Tensor) -> bool:
        """Take the picture of iteration `number`; whether to stop."""
        self._window.append(picture)
        self._add(picture, 1)
        if len(self._window) > WINDOW:
            self._add(self._window.popleft(), -1)
        full = len(self._window) == WINDOW
        variance = self._variance() if full else math.inf
        if not full or variance < self.least:
            self.least, self.iteration, self.picture = variance, number, picture
        return number - self.iteration >= self.patience

    def _add(self, picture: Tensor, sign: int) -> None:
        self._sum = self._sum + sign * picture.double()
        self._squares += sign * float(picture.double().square().sum().item())

    def _variance(self) -> float:
        assert isinstance(self._sum, Tensor)
        return self._squares / WINDOW - float((self._sum / WINDOW).square().sum().item())


def _as_tensor(array: Array, what: str) -> Tensor:
    """(1, C, H, W) float32 in [0, 1]."""
    array = np.asarray(array)
    shape = array.shape
    array = array[:, :, None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[2] not in (1, 3) or not array.size:
        raise TrainError(f"{what} has the shape {shape}", "give (H, W), (H, W, 1) or (H, W, 3)", 2)
    if array.dtype == np.uint8:
        array = array / np.float32(255)
    elif array.dtype.kind != "f" or not bool(((array >= 0) & (array <= 1)).all()):
        raise TrainError(f"{what} is {array.dtype} without a range", "give uint8, or floats in [0, 1]", 2)
    return torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1), np.float32))[None]


def _differ(what: str, one: Tensor, other: Tensor) -> TrainError:
    channels, height, width = one.shape[1:]
    ours = f"{what} has {height} × {width} px and {channels} channels"
    channels, height, width = other.shape[1:]
    return TrainError(f"{ours}, the picture {height} × {width} px and {channels}", "give both of one size", 2)


def _check(iterations: int, patience: int, learning_rate: float, jitter: float) -> None:
    for name, value, least in (("iterations", iterations, 1), ("patience", patience, 1), ("jitter", jitter, 0)):
        if not least <= value < math.inf:
            raise TrainError(f"{name} is {value!r}", f"give a number from {least}", 2)
    if not 0 < learning_rate < math.inf:
        raise TrainError(f"learning_rate is {learning_rate!r}", "give a number above 0", 2)
