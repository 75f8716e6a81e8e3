"""A picture restored by a trained network, for the page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from degrade.codecs import decode
from degrade.demo.errors import DemoError
from degrade.demo.photographs import Given
from degrade.errors import CuredError, MissingExtra
from degrade.pages import Picture, as_rgb, fitted
from degrade.preview.example import eight_bits

_NEEDED = ("torch", "safetensors")
_LARGEST_SIDE_PX = 1600


@dataclass(frozen=True)
class Restored:
    """What the page shows of a restoration.

    Attributes
    ----------
    before, after : (H, W, 3) uint8
        Of one size.
    name : str
        What the restored file is called.
    data : bytes
        The restored file, of the kind, size and depth of the one that was given.
    said : str
        What could not be kept, in words.
    """

    before: Picture
    after: Picture
    name: str
    data: bytes
    said: str


def missing() -> MissingExtra | None:
    """What has to be installed before anything can be restored; None for nothing."""
    if all(find_spec(name) is not None for name in _NEEDED):
        return None
    return MissingExtra("restoring needs PyTorch", 'pip install "degrade[train]"')


def restored(photograph: Given, checkpoint: str | Path | None) -> Restored:
    """`photograph` restored by the network of a `checkpoint`, a safetensors file or a training's folder: nothing is
    unpickled.

    Raises
    ------
    DegradeError
        There is no checkpoint, it is damaged or none of ours, or the picture cannot be restored.
    """
    lacking = missing()
    if lacking is not None:
        raise lacking
    if checkpoint is None:
        raise DemoError("restoring needs a trained network", "choose a checkpoint, such as run/best.safetensors")
    from degrade.train import restore

    with TemporaryDirectory(prefix="degrade-demo-") as folder:
        given = Path(folder) / "photograph"
        given.write_bytes(photograph.data)
        try:
            outcome = restore(given, Path(folder) / "out", checkpoint, page=False).outcomes[0]
        except CuredError as error:  # a page tells no place of this machine
            raise DemoError(error.what.replace(str(checkpoint), Path(checkpoint).name), error.cure) from None
        if outcome.target is None:
            raise DemoError(f"{photograph.name} could not be restored", outcome.error)
        data, suffix = outcome.target.read_bytes(), outcome.target.suffix
    before, after = (_on_page(each) for each in (photograph.decoded(False).pixels, decode(data).pixels))
    return Restored(before, after, f"{Path(photograph.name).stem}.restored{suffix}", data, outcome.note)


def _on_page(picture: np.ndarray) -> Picture:
    return np.ascontiguousarray(as_rgb(fitted(eight_bits(picture), _LARGEST_SIDE_PX)))
