"""A copy of too low a resolution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Option, Real, field
from degrade.engine.kernels import warp
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS: dict[str, int] = {
    "area": warp.AREA,
    "nearest": warp.NEAREST,
    "bilinear": warp.BILINEAR,
    "bicubic": warp.BICUBIC,
}


class Downscale(Degradation):
    """Shrink and enlarge again to the size it had: detail is lost, and what enlarged it leaves its marks.

    Shrinking by `area` takes means, as a scanner's sensor does; `nearest`, `bilinear` and `bicubic` pick points and
    alias, as careless software does. Enlarging by `nearest` leaves blocks. Works on encoded values; factor 1 is the
    identity.

    Reference: R. G. Keys, Cubic convolution interpolation for digital image processing, doi:10.1109/TASSP.1981.1163711.
    """

    stage = Stage.CAPTURE

    factor: Real = field((1.5, 3.0), "how many times smaller each side becomes", low=1, high=64, unit="ratio")
    down: Option = field("area", "how it shrinks", options=tuple(KINDS))
    up: Option = field("bilinear", "how it is enlarged", options=("nearest", "bilinear", "bicubic"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Rows and columns by themselves, on as few pixels as possible."""
        height, width, channels = photo.height, photo.width, photo.channels
        h = max(round(height / drawn["factor"]), 1)
        w = max(round(width / drawn["factor"]), 1)
        if (h, w) == (height, width):
            return
        down, up = KINDS[drawn["down"]], KINDS[drawn["up"]]
        pixels, array = photo.pixels, photo.workspace.array
        low = array("downscale_low", (h, width, channels), np.float32)
        small = array("downscale_small", (h, w, channels), np.float32)
        _resample_rows(pixels, low, down)
        _resample_columns(low, small, down)
        _resample_columns(small, low, up)
        _resample_rows(low, pixels, up)


def _resample_rows(source: npt.NDArray[np.float32], out: npt.NDArray[np.float32], kind: int) -> None:
    taps = warp.resampling_taps(kind, source.shape[0], out.shape[0])
    warp.resample_rows(source.reshape(source.shape[0], -1), out.reshape(out.shape[0], -1), *taps)


def _resample_columns(source: npt.NDArray[np.float32], out: npt.NDArray[np.float32], kind: int) -> None:
    taps = warp.resampling_taps(kind, source.shape[1], out.shape[1])
    warp.resample_columns(source, out, *taps)
