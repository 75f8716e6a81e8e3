from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import label

import degrade
from degrade.engine.kernels import craze

SIDE = 512
GRAY = np.full((SIDE, SIDE, 1), 0.3, np.float32)
PX_PER_MM = np.hypot(SIDE, SIDE) / 180


def mask(key: str, **fields: Any) -> npt.NDArray[np.float64]:
    return degrade.Craquelure(**fields).pair(GRAY, key=key).mask / 255


def grown(first: int = 60, daughters: int = 6000) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """The grid and the pieces of a network that is crazed all over."""
    taken, everywhere = np.zeros((300, 300), np.uint8), np.ones((8, 8), np.float32)
    pieces = np.empty((20_000, 5), np.float32)
    count = craze.grow_craze(taken, everywhere, pieces, first, daughters, 12, 34)
    return taken, pieces[:count]


def test_the_spacing_is_in_millimetres() -> None:
    """The line density of a network is about two over its mesh."""
    density = {
        spacing: np.mean([mask(str(i), spacing_mm=spacing, share=1, width_mm=0.5).mean() for i in range(2)])
        for spacing in (3.0, 6.0)
    }
    assert density[3.0] / density[6.0] > 1.5


def test_cracks_close_into_small_fields() -> None:
    taken, _ = grown()
    labelled, _ = label(taken == 0)
    sizes = np.bincount(labelled.ravel())[1:] / craze.CELLS**2
    assert np.median(sizes[sizes > 0.1]) < 6
    assert len(sizes) > 200


def test_later_cracks_leave_square_to_the_earlier_ones() -> None:
    """All directions are alike: none of the network is drawn along one."""
    _, pieces = grown()
    turns = np.arctan2(pieces[:, 3] - pieces[:, 1], pieces[:, 2] - pieces[:, 0])
    assert abs(np.exp(2j * turns).mean()) < 0.12


def test_share_says_how_much_is_crazed() -> None:
    def crazed(share: float) -> float:
        blocks = [mask(str(i), share=share).reshape(16, 32, 16, 32).max(axis=(1, 3)) > 0 for i in range(6)]
        return float(np.mean(blocks))

    assert crazed(0.3) < crazed(0.6) < crazed(1.0)
    assert crazed(1.0) > 0.97


def test_it_is_subtle_and_only_as_deep_as_said() -> None:
    shallow, deep = (
        degrade.Craquelure(depth=depth, share=1).pair(GRAY, key="a").degraded.max() for depth in (0.15, 0.8)
    )
    assert 0.3 < shallow < deep


def test_nothing_is_the_identity() -> None:
    for nothing in ({"depth": 0.0}, {"share": 0.0}):
        p = degrade.Craquelure(**nothing).pair(GRAY, key="a")
        assert np.array_equal(p.degraded, GRAY)
        assert not p.mask.any()
