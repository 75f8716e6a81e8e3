"""A copy resized and resized back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Choice
from degrade.engine.fields import Flag, Option, Real, field
from degrade.engine.kernels import resize, warp
from degrade.engine.key import Key
from degrade.engine.photo import Photo

KINDS: dict[str, int] = {
    "nearest": warp.NEAREST,
    "bilinear": warp.BILINEAR,
    "area": warp.AREA,
    "bicubic": warp.BICUBIC,
    "lanczos": resize.LANCZOS,
}


class Resample(Degradation):
    """Resize to some other size and back to the one it had, width and height by themselves if wanted.

    `there` and `back` name the kernels: `area` takes means where it shrinks and repeats pixels where it enlarges,
    `bicubic` is Keys' with a = -0.5, `lanczos` has three lobes. With `antialias` kernels are widened where a picture
    shrinks, as image editors do; without, they pick points and alias, as the resizing of tensors does. Ratios above 1
    enlarge first. Works on encoded values. Ratio 1 is the identity.

    References: R. G. Keys, doi:10.1109/TASSP.1981.1163711; C. E. Duchon, Lanczos filtering in one and two dimensions,
    J. Appl. Meteorol. 18 (1979); ranges of X. Wang et al., Real-ESRGAN, arXiv:2107.10833 (0.15 to 1.5), and of the
    code of Z. Wan et al., arXiv:2004.09484 (width and height 0.5 to 1 by themselves, with `antialias`).
    """

    stage = Stage.CAPTURE

    ratio: Real = field((0.3, 0.8), "size between relative to the picture's", low=0.02, high=4, unit="ratio")
    independent: Flag = field(False, "whether the height has a ratio of its own")
    height_ratio: Real = field((0.3, 0.8), "with independent, the height's ratio", low=0.02, high=4, unit="ratio")
    there: Option = field(
        Choice(("area", "bilinear", "bicubic")), "the kernel of the first resizing", options=tuple(KINDS)
    )
    back: Option = field(
        Choice(("area", "bilinear", "bicubic")), "the kernel of the second resizing", options=tuple(KINDS)
    )
    antialias: Flag = field(False, "whether kernels are widened where the picture shrinks")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """There, and back again."""
        height, width, channels = photo.height, photo.width, photo.channels
        h = max(round(height * (drawn["height_ratio"] if drawn["independent"] else drawn["ratio"])), 1)
        w = max(round(width * drawn["ratio"]), 1)
        if (h, w) == (height, width):
            return
        array, widen = photo.workspace.array, drawn["antialias"]
        between = array("resample_between", (h, w * channels), np.float32)
        rows = photo.pixels.reshape(height, -1)
        _resized(photo, rows, between, KINDS[drawn["there"]], widen)
        _resized(photo, between, rows, KINDS[drawn["back"]], widen)


def _resized(
    photo: Photo, source: npt.NDArray[np.float32], out: npt.NDArray[np.float32], kind: int, widen: bool
) -> None:
    """Fill `out` (h, w·C) with `source` (H, W·C), along the columns first where that leaves less to do."""
    channels = photo.channels
    down = resize.resizing_taps(kind, source.shape[0], out.shape[0], widen)
    across = resize.resizing_taps(kind, source.shape[1] // channels, out.shape[1] // channels, widen)
    if out.shape[0] <= source.shape[0]:
        half = photo.workspace.array("resample_half", (out.shape[0], source.shape[1]), np.float32)
        warp.resample_rows(source, half, *down)
        resize.resize_columns(half, out, channels, *across)
        np.clip(out, 0, 1, out=out)
    else:
        half = photo.workspace.array("resample_half", (source.shape[0], out.shape[1]), np.float32)
        resize.resize_columns(source, half, channels, *across)
        warp.resample_rows(half, out, *down)
