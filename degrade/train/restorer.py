"""A network as what people want of it: a picture in, the restored picture out, whatever its size."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from degrade.engine.pair import luma
from degrade.engine.photo import with_channels
from degrade.streaming.lab import rgb_to_lab
from degrade.streaming.torch import to_rgb
from degrade.train.checkpoint import load_checkpoint
from degrade.train.errors import CheckpointError, TrainError
from degrade.train.self_ensemble import WAYS, SelfEnsemble, through_orientations
from degrade.train.settings import MODES
from degrade.train.tiles import Tiling, through_tiles

Picture = npt.NDArray[np.float32]
Read = Callable[[slice, slice], Picture]

TILE_PX, OVERLAP_PX = 512, 128
_GRID_PX = 64
"""Where tiles of a network begin that does not tell its own grid: it may halve sizes six times."""
_HALVINGS = 8
_LEAST_MOVE = 0.001
"""Of lightness, on a scale of 2."""
_TOGETHER = {"cpu": 1, "cuda": 8}
_TOGETHER_PIXELS = 1 << 18


class Restorer:
    """A network that restores pictures.

    Parameters
    ----------
    network : nn.Module
        (N, C, H, W) to (N, C, H, W), or to a tuple that begins with that, in the scale of its mode
        (`degrade.streaming.torch.Collate`). It is moved to the device, and put in evaluation mode.
    mode : "gray", "rgb" or "lab"
    name : str
        What reports call it.
    device : str or torch.device, optional
        By default a GPU where there is one.
    tile_px, overlap_px : int
        How large pictures are cut (`degrade.train.tiles`). Seams cannot be seen where the network reaches no further
        than a quarter of the overlap; of the trained reference, which looks further, they are below 1e-5 with these
        numbers. A network that normalises by the whole picture (instance norm) differs anyway.
    self_ensemble : "off", "mean" or "agreed"
        Whether each picture is restored in its eight orientations, in eight times the time, and what is made of these:
        their mean, or the changes that at least six of them agree upon (`degrade.train.self_ensemble`). The latter does
        far less harm to what is sound, and repairs a little less.
    info : dict
        What a checkpoint tells.

    Raises
    ------
    TrainError
        The network is a part of a method that restores nothing by itself, the overlap is not smaller than the tiles, or
        there is no such device or self-ensemble.
    """

    def __init__(
        self,
        network: nn.Module,
        mode: str,
        name: str = "network",
        *,
        device: str | torch.device = "auto",
        tile_px: int = TILE_PX,
        overlap_px: int = OVERLAP_PX,
        self_ensemble: SelfEnsemble = "off",
        info: dict[str, Any] | None = None,
    ) -> None:
        if self_ensemble not in WAYS:
            raise TrainError(f"there is no self-ensemble {self_ensemble!r}", f"choose of {', '.join(WAYS)}", 2)
        if not getattr(network, "restores", True):
            raise TrainError(f"{name} restores nothing by itself", "take a network that does, such as unet", 2)
        self.device = device_of(device)
        placed: Any = network.to(self.device)  # torch's own types know of no memory format here
        self.network: nn.Module = placed.to(memory_format=torch.channels_last).eval()
        self.mode, self.name, self.self_ensemble, self.info = mode, name, self_ensemble, info or {}
        self.channels = 1 if mode == "gray" else 3
        self._side = getattr(network, "side_px", None)
        self._multiple = getattr(network, "multiple", 1)
        self._least = getattr(network, "least_px", 1)
        self._takes = getattr(network, "in_channels", 1 if mode != "rgb" else 3)
        self.tiling = self._tiling(tile_px, overlap_px)

    @classmethod
    def load(cls, path: str | os.PathLike[str], device: str | torch.device = "auto", **more: Any) -> Restorer:
        """Of a checkpoint, or of a training's folder. Raises CheckpointError or TrainError."""
        network, info = load_checkpoint(path)
        if info.get("mode") not in MODES:
            raise CheckpointError(f"the checkpoint {path} tells no mode of {', '.join(MODES)}", "take another one")
        return cls(network, info["mode"], info["model"], device=device, info=info, **more)

    def _tiling(self, tile_px: int, overlap_px: int) -> Tiling:
        known = hasattr(self.network, "multiple")
        step = math.lcm(self._multiple, getattr(self.network, "grid", 1)) if known else _GRID_PX
        if self._side is not None:  # dense layers: tiles of the one size that it takes
            step, tile_px, overlap_px = 1, self._side, self._side // 2
        if not 0 <= overlap_px < tile_px:
            what = f"tiles of {tile_px} px cannot overlap by {overlap_px} px"
            raise TrainError(what, "choose larger tiles or a smaller overlap", 2)
        if self._side is None:
            tile_px = -(-max(tile_px, self._least, overlap_px + step) // step) * step
        return Tiling(tile_px, overlap_px, step, _TOGETHER.get(self.device.type, 1))

    def __call__(self, picture: Picture) -> Picture:
        """The restored picture.

        Parameters
        ----------
        picture : (H, W, 1 or 3) float32
            In [0, 1].

        Returns
        -------
        (H, W, C) float32
            In [0, 1]; C is 1 in gray, else 3.
        """
        height, width = picture.shape[:2]
        whole = np.empty((height, width, self.channels), np.float32)
        for top, rows in self.bands(height, width, lambda down, across: picture[down, across]):
            whole[top : top + len(rows)] = rows
        return whole

    def several(self, pictures: Sequence[Picture]) -> list[Picture]:
        """Each restored; neighbours of one size go through together where they are small."""
        restored: list[Picture] = []
        for (height, width, _), group in groupby(pictures, lambda picture: picture.shape):
            same = list(group)
            together = _TOGETHER_PIXELS // (height * width)
            if max(height, width) > self.tiling.size_px or together < 2:
                restored += map(self, same)
                continue
            for start in range(0, len(same), together):
                restored += self.many(same[start : start + together])
        return restored

    def bands(self, height: int, width: int, read: Read) -> Iterator[tuple[int, Picture]]:
        """(top, rows) of the restored picture, from the top, so that only a row of tiles is held: `read` gives the part
        of the picture within two slices, (h, w, 1 or 3) float32 in [0, 1]. Raises TrainError."""
        return through_tiles(self.many, self.tiling, height, width, read)

    def many(self, pictures: list[Picture]) -> list[Picture]:
        """Pictures of one size, at most one tile large, restored together."""
        if self.self_ensemble == "off":
            return self._upright(pictures)
        given = [as_mode(picture, self.mode) for picture in pictures]
        return through_orientations(self._upright, pictures, given, self.self_ensemble)

    def _upright(self, pictures: list[Picture]) -> list[Picture]:
        height, width = pictures[0].shape[:2]
        given = torch.from_numpy(np.stack([self._given(each) for each in pictures]))
        with torch.inference_mode(), _memory_is_told():
            ready = self._padded(given).to(self.device, memory_format=torch.channels_last)
            out = self.network(ready)
            out = (out[0] if isinstance(out, tuple) else out).float().cpu()[:, :, :height, :width]
        if out.shape[2:] != (height, width) or not bool(torch.isfinite(out.sum())):
            what = "numbers that are none" if out.shape[2:] == (height, width) else f"pictures of {tuple(out.shape)}"
            raise TrainError(f"{self.name} gave {what} for {height} × {width} px", "train it again with smaller steps")
        if self.mode == "lab":
            out = to_rgb(given, within_srgb(given, out.clamp(-1, 1)))
        return list(np.ascontiguousarray(out.clamp(0, 1).permute(0, 2, 3, 1).numpy()))

    def _given(self, picture: Picture) -> Picture:
        """(C, H, W) in the scale that the network takes."""
        if self.mode == "lab":
            colour = with_channels(picture, 3)
            lightness, _, _ = rgb_to_lab(*(np.ascontiguousarray(colour[:, :, c]) for c in range(3)))
            scaled: Picture = (lightness[None] / 50 - 1).astype(np.float32)
            return scaled
        if self._takes == 1:
            picture = picture if picture.shape[2] == 1 else luma(picture)[:, :, None]
        else:
            picture = with_channels(picture, 3)
        return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)

    def _padded(self, given: Tensor) -> Tensor:
        """`given` (N, C, H, W), mirrored at its right and lower end until the network takes its size."""
        for axis in (2, 3):
            side = given.shape[axis]
            wanted = self._side or -(-max(side, self._least) // self._multiple) * self._multiple
            if wanted > side:
                places = np.pad(np.arange(side), (0, wanted - side), "symmetric")
                given = given.index_select(axis, torch.from_numpy(places))
        return given


@contextmanager
def _memory_is_told() -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError:
        raise TrainError("the GPU's memory is full", "choose smaller tiles (--tile 256), or --device cpu") from None


def within_srgb(lightness: Tensor, ab: Tensor) -> Tensor:
    """a and b, (N, 2, H, W) in the scale of lab, drawn towards gray where sRGB has no such colour of that `lightness`,
    (N, 1, H, W): as far as is needed for the lightness to stay, to within 0.05 of 100."""
    low, high = torch.zeros_like(lightness), torch.ones_like(lightness)
    whole = _moved(lightness, ab)
    if not bool(whole.any()):
        return ab
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        outside = _moved(lightness, ab * middle)
        low, high = torch.where(outside, low, middle), torch.where(outside, middle, high)
    return torch.where(whole, ab * low, ab)


def _moved(lightness: Tensor, ab: Tensor) -> Tensor:
    """Where the lightness changes because a colour has to be cut off to fit into sRGB."""
    rgb = to_rgb(lightness, ab)
    back = rgb_to_lab(rgb[:, 0], rgb[:, 1], rgb[:, 2])[0]
    moved: Tensor = (back[:, None] / 50 - 1 - lightness).abs() > _LEAST_MOVE
    return moved


def device_of(name: str | torch.device) -> torch.device:
    """The device of this name; "auto" is a GPU where there is one. Raises TrainError."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if str(name).startswith("cuda") and not torch.cuda.is_available():
        raise TrainError("there is no GPU that torch can use", "leave --device out, or write --device cpu", 2)
    return torch.device(name)


def as_mode(picture: Picture, mode: str) -> Picture:
    """(H, W, C) float32 as pictures of `mode` are seen: one channel in gray, three in rgb and lab."""
    if mode == "gray":
        return picture if picture.shape[2] == 1 else luma(picture)[:, :, None]
    return with_channels(picture, 3)
