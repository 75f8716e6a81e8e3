"""Pairs as torch's tensors: batches, a loader that resumes, a recipe as a module.

Collate        pairs to a batch, for torch's own loader
loader         a data loader over Pairs, a Stream or stored pairs, which resumes where torchdata is installed
as_transform   a recipe as a module on tensors, for torchvision's and kornia's pipelines
to_rgb         the pictures of a model that works in L*a*b*
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from degrade.engine.pair import Pair, luma
from degrade.engine.photo import with_channels
from degrade.engine.step import Step
from degrade.errors import MissingExtra
from degrade.recipes import Recipe
from degrade.shards.arrays import USUAL, as_arrays
from degrade.shards.members import CLEAN, MASKS
from degrade.shards.stored_pair import StoredPair
from degrade.streaming.errors import StreamError
from degrade.streaming.lab import LARGEST_AB, lab_to_rgb, rgb_to_lab
from degrade.streaming.streams import Stream
from degrade.streaming.transform import as_transform as array_transform

try:
    import torch
except ModuleNotFoundError:
    raise MissingExtra("degrade.streaming.torch needs torch", 'pip install "degrade[stream]"') from None

Array = npt.NDArray[Any]
Batch = dict[str, Any]
COLOURS = ("rgb", "gray", "lab")
_KEY = "key"
_HALF_L = 50.0
_STATEFUL = "torchdata.stateful_dataloader"


class Collate:
    """A list of pairs as a batch; for the `collate_fn` of a data loader. May be pickled.

    Parameters
    ----------
    members : sequence of str
        Some of clean, degraded, mask, loss, classes, layers and ``clean.NAME``.
    colour : "rgb", "gray" or "lab", optional
        What the pictures become. By default they keep the channels that the recipe leaves.

        ======  ================================  ===========================================
        colour  degraded (N, C, H, W)             clean (N, C, H, W)
        ======  ================================  ===========================================
        rgb     3 channels, gray three times      3 channels
        gray    1 channel, Rec. 601               1 channel
        lab     1 channel, L* / 50 - 1            2 channels, a* / 110 and b* / 110
        ======  ================================  ===========================================

        All of lab lies in [-1, 1]. L* is that of the picture's exact luminance, not of a table's.
    size : int or [height, width], optional
        As of `degrade.as_arrays`.
    dtype : "float32" or "uint8"
        float32 lies in [0, 1]; classes are uint8 codes in any case.
    channels_last : bool
        Whether pictures lie in memory as (N, H, W, C), which convolutions on tensor cores are faster with; their shape
        is (N, C, H, W) all the same.

    Raises
    ------
    StreamError
        No such colour, or one that needs float32.
    """

    def __init__(
        self,
        members: Sequence[str] = USUAL,
        *,
        colour: Literal["rgb", "gray", "lab"] | None = None,
        size: int | Sequence[int] | None = None,
        dtype: Literal["float32", "uint8"] = "float32",
        channels_last: bool = False,
    ) -> None:
        if colour is not None and colour not in COLOURS:
            raise StreamError(f"there is no colour {colour!r}", f"choose {', '.join(COLOURS)} or None")
        if dtype not in ("float32", "uint8") or (colour == "lab" and dtype != "float32"):
            raise StreamError(f"no tensors of {dtype} in {colour or 'any colour'}", "choose float32")
        self.members = tuple(name for name in ((members,) if isinstance(members, str) else members) if name != _KEY)
        self.colour, self.size, self.dtype, self.channels_last = colour, size, dtype, channels_last

    def __call__(self, pairs: Sequence[Pair | StoredPair | Mapping[str, Any]]) -> Batch:
        """The batch.

        Parameters
        ----------
        pairs : sequence of Pair, StoredPair or dict
            A dict has members as arrays, (H, W), (H, W, C) or (C, H, W), as `open_pairs(..., read=…)` and
            `as_transform` give them.

        Returns
        -------
        dict
            Each member as a tensor (N, C, H, W), and the `key` of each pair in a list.

        Raises
        ------
        StreamError
            Pairs that differ in size or channels.
        ReadError, ShardError, CodecError
            A pair has no such member, or it cannot be read.
        """
        read = [self._read(pair) for pair in pairs]
        batch = {name: self._tensor(name, [arrays[name] for arrays in read]) for name in self.members}
        return batch | {_KEY: [_key_of(pair) for pair in pairs]}

    def _read(self, pair: Pair | StoredPair | Mapping[str, Any]) -> dict[str, Array]:
        if not isinstance(pair, Mapping):
            return as_arrays(pair, self.members, self.size, self.dtype)
        if missing := [name for name in self.members if name not in pair]:
            raise StreamError(f"a pair has no {missing[0]!r}, it has {', '.join(pair)}", "choose other members")
        if self.size is not None:
            raise StreamError("pairs that are arrays already are not resized", "give their reader the size")
        return {name: _in_dtype(_in_rows(np.asarray(pair[name])), name, self.dtype) for name in self.members}

    def _tensor(self, name: str, arrays: list[Array]) -> torch.Tensor:
        if name not in MASKS and name != "layers" and self.colour is not None:
            arrays = [self._coloured(name, pixels) for pixels in arrays]
        shapes = {array.shape for array in arrays}
        if len(shapes) > 1:
            told = " and ".join("×".join(map(str, shape)) for shape in sorted(shapes)[:2])
            cure = "give `size=` or the recipe a frame, and `colour=` where gray and colour are mixed"
            raise StreamError(f"{name} is {told} in one batch", cure)
        tensor = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
        return tensor.contiguous(memory_format=torch.channels_last if self.channels_last else torch.contiguous_format)

    def _coloured(self, name: str, pixels: Array) -> Array:
        """(H, W, C) in the colour that is asked for."""
        if self.colour == "gray":
            return pixels if pixels.shape[2] == 1 else luma(pixels)[:, :, None]
        whole = with_channels(pixels, 3)
        if self.colour == "rgb":
            return whole
        lightness, a, b = rgb_to_lab(*(np.ascontiguousarray(whole[:, :, channel]) for channel in range(3)))
        planes = [a / LARGEST_AB, b / LARGEST_AB] if name.startswith(CLEAN) else [lightness / _HALF_L - 1]
        return np.stack(planes, axis=2)


def _key_of(pair: Any) -> str:
    return str(pair.get(_KEY, pair.get("__key__", ""))) if isinstance(pair, Mapping) else pair.key


def _in_rows(array: Array) -> Array:
    """(H, W, C) of (H, W), (H, W, C) or (C, H, W)."""
    if array.ndim == 2:
        return array[:, :, None]
    return array.transpose(1, 2, 0) if array.shape[2] > 3 and array.shape[0] <= 3 else array


def _in_dtype(array: Array, name: str, dtype: str) -> Array:
    if name == "classes" or array.dtype == dtype:
        return array
    if dtype == "uint8":
        raise StreamError(f"{name} is {array.dtype.name}", "give its reader the dtype uint8, or choose float32")
    return np.divide(array, np.float32(np.iinfo(array.dtype).max), dtype=np.float32)


def to_rgb(lightness: torch.Tensor, ab: torch.Tensor) -> torch.Tensor:
    """The pictures (N, 3, H, W), float32 in [0, 1], of a batch in the colour lab: (N, 1, H, W) and (N, 2, H, W)."""
    planes = lab_to_rgb((lightness[:, 0] + 1) * _HALF_L, ab[:, 0] * LARGEST_AB, ab[:, 1] * LARGEST_AB)
    return torch.stack(planes, dim=1)


# ---------------------------------------------------------------------- loaders


def loader(
    pairs: Any,
    batch_size: int = 8,
    *,
    shuffle: bool = False,
    seed: int = 0,
    num_workers: int = 0,
    resume: bool | None = None,
    pin_memory: bool | None = None,
    collate: Collate | None = None,
    **options: Any,
) -> torch.utils.data.DataLoader[Any]:
    """A data loader of batches.

    Parameters
    ----------
    pairs : Pairs, Stream or StoredPairs
        Any map-style dataset of what `Collate` takes, or a stream.
    batch_size : int
        Give `degrade.stream` the same, and its batches are the same for any number of workers.
    shuffle, seed
        Of a map-style dataset: another order each epoch, the first of which hangs on the seed. A stream shuffles
        itself.
    num_workers : int
        Processes; they need no function that seeds them, for no generator of theirs is read.
    resume : bool, optional
        Whether it is torchdata's StatefulDataLoader, with `state_dict()` and `load_state_dict(…)`; by default where
        torchdata is installed.
    pin_memory : bool, optional
        Whether batches are copied to page-locked memory; by default where CUDA is available.
    collate : Collate, optional
        By default `Collate()`.
    options
        More of torch's DataLoader, such as drop_last or prefetch_factor.

    Raises
    ------
    MissingExtra
        To resume was asked for, and torchdata is not installed.
    StreamError
        A stream was asked to be shuffled here.
    """
    if isinstance(pairs, Stream) and shuffle:
        raise StreamError("a stream is not shuffled by its loader", "write degrade.stream(…, shuffle=True)")
    arguments: dict[str, Any] = {
        "batch_size": batch_size, "num_workers": num_workers, "collate_fn": collate or Collate(),
        "pin_memory": torch.cuda.is_available() if pin_memory is None else pin_memory,
        "persistent_workers": num_workers > 0,
    } | options  # fmt: skip
    if shuffle:
        arguments["sampler"] = torch.utils.data.RandomSampler(pairs, generator=torch.Generator().manual_seed(seed))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'set_vital' is deprecated")  # torchdata's, of torch
        return _loader_class(resume)(pairs, **arguments)


def _loader_class(resume: bool | None) -> type[torch.utils.data.DataLoader[Any]]:
    """StatefulDataLoader or DataLoader."""
    there = find_spec("torchdata") is not None
    if resume and not there:
        raise MissingExtra("a loader that resumes needs torchdata", 'pip install "degrade[stream]"')
    if resume is False or not there:
        return torch.utils.data.DataLoader
    stateful: type[torch.utils.data.DataLoader[Any]] = import_module(_STATEFUL).StatefulDataLoader
    return stateful


# ---------------------------------------------------------------------- tensors through a recipe


def as_transform(recipe: Recipe | Step | str | os.PathLike[str] | Mapping[str, Any], **options: Any) -> TensorTransform:
    """`degrade.as_transform` for tensors: the same arguments and errors."""
    return TensorTransform(recipe, **options)


class TensorTransform(torch.nn.Module):
    """A recipe or an op as a module without parameters, for torchvision's `v2.Compose`, `torch.nn.Sequential` and
    kornia's containers. It works on the CPU, picture by picture, and lets no gradient through.

    Attributes
    ----------
    transform : Transform
        Of arrays; its `epoch` may be set.
    """

    def __init__(self, recipe: Any, **options: Any) -> None:
        super().__init__()
        self.transform = array_transform(recipe, **options)

    def forward(self, image: torch.Tensor, key: str | None = None) -> Any:
        """Degrade a picture (C, H, W), or each of a batch (N, C, H, W): uint8, or float32 in [0, 1]; C is 1 or 3.

        Returns
        -------
        tensor or dict
            Of the dtype and on the device of `image`, and of its shape unless the recipe has a frame. In a dict masks
            are (1, H, W) uint8, or (N, 1, H, W), keys and records are lists for a batch.
        """
        if image.ndim == 4:
            made = [self(one, None if key is None else f"{key}/{number}") for number, one in enumerate(image)]
            if not isinstance(made[0], dict):
                return torch.stack(made)
            return {name: _stacked([one[name] for one in made]) for name in made[0]}
        pixels = np.ascontiguousarray(image.detach().cpu().numpy().transpose(1, 2, 0))
        done = self.transform(pixels, key=key)
        if isinstance(done, dict):
            return {name: _tensor(member, image.device) for name, member in done.items()}
        return _tensor(done, image.device)


def _stacked(members: list[Any]) -> Any:
    return torch.stack(members) if isinstance(members[0], torch.Tensor) else members


def _tensor(member: Any, device: torch.device) -> Any:
    if not isinstance(member, np.ndarray):
        return member
    whole = member[:, :, None] if member.ndim == 2 else member
    return torch.from_numpy(np.ascontiguousarray(whole.transpose(2, 0, 1))).to(device)
