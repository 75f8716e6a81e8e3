"""Sheets of samples: the input, the output and the target of a few validation pairs, row below row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from degrade.codecs import encode_png
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.streaming.torch import to_rgb
from degrade.train.batches import Batch

Array = npt.NDArray[np.uint8]
FOLDER = "samples"
_GAP = 4
_LEAST_SIDE = 128
"""Pixels up to which a picture's longer side is magnified."""
_GROUND = 255
_FIRST = 10


def due(epoch: int, every: int, last: int) -> bool:
    """Whether the end of `epoch` (from 1) has a sheet: each of the first ten, then each `every`-th, and the last."""
    return every > 0 and (epoch <= _FIRST or epoch % every == 0 or epoch == last)


def write_samples(folder: Path, epoch: int, batch: Batch, predicted: Tensor, mode: str) -> None:
    """Write samples/epoch-0001.png: (input, output, target) below each other, a column a pair.

    Parameters
    ----------
    folder : Path
        Of the training.
    epoch : int
    batch : Batch
    predicted : (N, C, H, W) Tensor
        In the scale of `batch.clean`.
    mode : str

    Raises
    ------
    WriteError
    """
    rows = [_shown(batch.degraded, None, mode)]
    rows += [_shown(batch.degraded, colours, mode) for colours in (predicted, batch.clean)]
    path = folder / FOLDER / f"epoch-{epoch:04d}.png"
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        write_durably(path, encode_png(sheet(rows), filtered=True))


def sheet(rows: list[Array]) -> Array:
    """Rows of pictures, each (N, H, W, 3), as one picture with narrow gaps; tiny ones are magnified."""
    times = max(1, _LEAST_SIDE // max(rows[0].shape[1:3]))
    rows = [pictures.repeat(times, axis=1).repeat(times, axis=2) for pictures in rows]
    count, height, width, _ = rows[0].shape
    tall, wide = len(rows) * (height + _GAP) - _GAP, count * (width + _GAP) - _GAP
    whole = np.full((tall, wide, 3), _GROUND, np.uint8)
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            top, left = row * (height + _GAP), column * (width + _GAP)
            whole[top : top + height, left : left + width] = picture
    return whole


def _shown(given: Tensor, colours: Tensor | None, mode: str) -> Array:
    """(N, H, W, 3): the input alone, or the picture that `colours` are or stand for."""
    given = given.detach().float().cpu()
    if mode == "lab":
        ab = torch.zeros_like(given).repeat(1, 2, 1, 1) if colours is None else colours.detach().float().cpu()
        pictures = to_rgb(given.contiguous(), ab.clamp(-1, 1).contiguous())
    else:
        pictures = given if colours is None else colours.detach().float().cpu()
    pictures = pictures.expand(-1, 3, -1, -1) if pictures.shape[1] == 1 else pictures
    rounded: Any = (pictures.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return np.ascontiguousarray(rounded)
