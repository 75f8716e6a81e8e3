"""A sheet of pictures: what went in, what each network made of it, and what it should have been."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import degrade
from degrade.codecs import encode_jpeg
from degrade.train.pictures import sheet
from degrade.train.restorer import Restorer, as_mode

Bytes = npt.NDArray[np.uint8]
COLUMNS = 7
_QUALITY = 90


def grid(pairs: Path, checkpoints: Sequence[Path], device: str) -> bytes:
    """A JPEG file with a column a test pair, of as many photographs as there are, and the rows input, one a checkpoint,
    target."""
    opened = degrade.open_pairs(pairs, "test")
    places = [round(number) for number in np.linspace(0, len(opened) - 1, min(COLUMNS, len(opened)))]
    read = [degrade.as_arrays(opened[place], ("clean", "degraded"), dtype="float32") for place in places]
    given = [as_mode(each["degraded"], "rgb") for each in read]
    restorers = (Restorer.load(checkpoint, device) for checkpoint in checkpoints)
    made = [[restorer(picture) for picture in given] for restorer in restorers]
    rows = [given, *made, [as_mode(each["clean"], "rgb") for each in read]]
    return encode_jpeg(sheet([_eight_bits(row) for row in rows]), _QUALITY)


def _eight_bits(pictures: Sequence[npt.NDArray[np.float32]]) -> Bytes:
    stacked: Any = np.stack([as_mode(picture, "rgb") for picture in pictures])
    rounded: Bytes = np.rint(np.clip(stacked, 0, 1) * 255).astype(np.uint8)
    return rounded
