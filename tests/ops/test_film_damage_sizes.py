"""Sizes of what lies on film, against outlines drawn by hand on ten scans of 35 mm film (arXiv:2302.10004).

Equivalent diameters in thousandths of the frame's diagonal of things drawn one at a time, sharp and opaque, at the
scale of a frame of 2048 px: the deviation of the logarithm within 10 % of what was fitted to the outlines, the median
within 5 %; of hairs, which the scanner widens, within 5 % of a twentieth less. How they are seen on generated frames
is measured by `benchmarks/damage_statistics.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.kernels import film_fibres, film_scratches, film_specks
from degrade.engine.units import FORMATS
from degrade.ops.dust_on_negative import DIRT_SIGMA, DUST_SIGMA, DustOnNegative
from degrade.ops.hair import LENGTH_SIGMA, WIDTH_SIGMA, Hair
from degrade.ops.negative_scratches import NegativeScratches

PER_UM = 1 / FORMATS["film_35mm"]
OPAQUE = (1e6, 0.0, 0.0)
Draw = Callable[[npt.NDArray[np.uint8], float, int], object]


def micrometres(op: type, name: str) -> float:
    return float(op.specs[name].default.value) * PER_UM


def frame(canvas: npt.NDArray[np.uint8], scale: float) -> tuple[object, ...]:
    """A frame of one unit in the middle of the canvas: all things lie where nothing cuts them off."""
    height, width = canvas.shape
    return canvas, height, width, scale, height / scale / 2, width / scale / 2, 1.0, 1.0


def dust(canvas: npt.NDArray[np.uint8], scale: float, key: int) -> None:
    size = micrometres(DustOnNegative, "dust_um")
    film_specks.draw_specks(*frame(canvas, scale), 1, False, size, DUST_SIGMA, *OPAQUE, key, 77)


def dirt(canvas: npt.NDArray[np.uint8], scale: float, key: int) -> None:
    size = micrometres(DustOnNegative, "dirt_um")
    film_specks.draw_specks(*frame(canvas, scale), 1, True, size, DIRT_SIGMA, *OPAQUE, key, 77)


def hair(name: str, wider: float) -> Draw:
    length, width = micrometres(Hair, f"{name}_um"), micrometres(Hair, "width_um") * wider

    def draw(canvas: npt.NDArray[np.uint8], scale: float, key: int) -> None:
        film_fibres.draw_fibres(
            *frame(canvas, scale), 1, length, LENGTH_SIGMA[name], width, WIDTH_SIGMA[name], *OPAQUE, key, 77
        )

    return draw


def scratch(canvas: npt.NDArray[np.uint8], scale: float, key: int) -> None:
    length, width = micrometres(NegativeScratches, "arc_um"), micrometres(NegativeScratches, "width_um")
    film_scratches.draw_arcs(*frame(canvas, scale), 1, length, width, 1.0, film_scratches.BASE, *OPAQUE, key, 77)


@pytest.mark.parametrize(
    ("draw", "median", "sigma", "side", "scale", "number"),
    [
        (dust, 1.42, 0.19, 32, 2.048, 1000),
        (dirt, 2.06, 0.30, 48, 2.048, 1000),
        (hair("short", 1.0), 0.95 * 2.90, 0.36, 256, 2.048, 1000),
        (hair("long", 10 / 9), 0.95 * 5.46, 0.28, 512, 2.048, 700),
        (scratch, 7.88, 0.60, 640, 1.024, 1000),
    ],
    ids=["dust", "dirt", "short hair", "long hair", "scratch"],
)
def test_equivalent_diameters(draw: Draw, median: float, sigma: float, side: int, scale: float, number: int) -> None:
    diameters, whole = [], 0
    canvas = np.zeros((side, side), np.uint8)
    for key in range(number):
        canvas[:] = 0
        draw(canvas, scale, key)
        rows, columns = np.flatnonzero(canvas.any(axis=1)), np.flatnonzero(canvas.any(axis=0))
        object_ = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        whole += cv2.connectedComponents((object_ > 0).astype(np.uint8))[0] == 2
        diameters.append(2 * math.sqrt(object_.sum() / 255 / math.pi) / scale)
    assert whole > 0.97 * number
    assert np.median(diameters) == pytest.approx(median, rel=0.05)
    assert np.log(diameters).std() == pytest.approx(sigma, rel=0.1)
