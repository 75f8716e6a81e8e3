"""Calling a transform on tensors with an array; the only module of the kit that knows torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.errors import MissingExtra

try:
    import torch
except ModuleNotFoundError:
    raise MissingExtra("a transform on tensors needs torch", 'pip install "degrade[train]"') from None

Array = npt.NDArray[Any]


def called(module: Callable[[Any], Any], image: Array, seed: int, batched: bool) -> Array:
    """What `module` gives for (H, W) or (H, W, C) `image`, as (C, H, W) or, `batched`, (1, C, H, W); torch's generator
    is seeded before and put back after. The array shares its memory with the tensor where torch can do so, so that a
    transform that changes its input is found out."""
    channels_last = image if image.ndim == 3 else image[:, :, None]
    steps_back = any(stride < 0 for stride in channels_last.strides) or not channels_last.flags.writeable
    tensor = torch.from_numpy(channels_last.copy() if steps_back else channels_last).permute(2, 0, 1)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        out = module(tensor[None] if batched else tensor)
    out = out[0] if batched else out
    array: Array = np.ascontiguousarray(out.detach().permute(1, 2, 0).numpy())
    array = array.copy() if np.shares_memory(array, image) and out.data_ptr() != tensor.data_ptr() else array
    return array if image.ndim == 3 else array[:, :, 0]
