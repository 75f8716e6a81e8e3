"""A lens zoomed while the shutter was open."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import rounded
from degrade.engine.fields import Real, field
from degrade.engine.kernels import adjust, displace
from degrade.engine.key import Key
from degrade.engine.photo import Photo

NODES = 16
"""px between the nodes of a displacement, which is linear."""
STEP = 2.0
"""px that neighbouring copies may lie apart at the corners."""


class ZoomBlur(Degradation):
    """A lens zoomed, or an enlarger moved, while the shutter was open: streaks that run from the middle outwards.

    The mean of copies enlarged by 1 to `zoom`, so many that they lie at most about 2 px apart at the corners; their
    enlargements are a geometric series, whose sum takes few passes. Filters encoded values. Zoom 1 is the identity.

    Reference: D. Hendrycks and T. Dietterich, arXiv:1903.12261 (largest zooms 1.11, 1.15, 1.2, 1.24 and 1.3).
    """

    stage = Stage.LENS

    zoom: Real = field((1.02, 1.1), "enlargement of the last copy", low=1, high=2, unit="ratio")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """(1 + Z)(1 + Z²)(1 + Z⁴)… is the sum of all powers of the enlargement Z."""
        if drawn["zoom"] == 1:
            return
        away = (drawn["zoom"] - 1) * math.hypot(photo.height, photo.width) / 2
        passes = 1
        while 2**passes * STEP < away and passes < 8:
            passes += 1
        zoom = rounded(drawn["zoom"] ** (1 / (2**passes - 1)))
        rows = photo.pixels.reshape(photo.height, -1)
        enlarged = photo.spare().reshape(rows.shape)
        for _ in range(passes):
            dy, dx = _towards_middle(photo.height, photo.width, zoom)
            displace.displaced(rows, enlarged, *displace.NO_PICTURES, photo.channels, dy, dx, NODES)
            adjust.averaged(rows.reshape(-1), enlarged.reshape(-1))
            zoom *= zoom


def _towards_middle(height: int, width: int, zoom: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(dy, dx) nodes of an enlargement, as `kernels.displace` takes them."""
    rows, columns = displace.node_count(height, NODES), displace.node_count(width, NODES)
    y = (np.arange(rows)[:, None] * NODES - (height - 1) / 2) * (1 / zoom - 1)
    x = (np.arange(columns)[None, :] * NODES - (width - 1) / 2) * (1 / zoom - 1)
    return np.repeat(y, columns, axis=1).astype(np.float32), np.repeat(x, rows, axis=0).astype(np.float32)
