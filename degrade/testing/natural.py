"""Fields that look like something: tones, edges and grain of many sizes, as photographs have them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.shared import fractal
from degrade.engine.key import Key

f32 = np.float32


def natural_field(height: int, width: int, seed: int) -> npt.NDArray[np.float32]:
    """A made scene, (height, width) float32 in [0, 1]: lit ground, a few things with hard edges, texture on them.

    It is integer value noise on the picture's own short side, so that the same seed at another size is the same scene,
    and on every machine the same.
    """
    field = np.empty((height, width), f32)
    k0, k1 = Key(seed, "natural").pair()
    _fill(field, 1 / min(height, width), k0, k1)
    return field


@kernel
def _fill(field, scale, k0, k1):
    for row in range(field.shape[0]):
        for column in range(field.shape[1]):
            x, y = f32((column + 0.5) * scale), f32((row + 0.5) * scale)
            ground = fractal(x * f32(1.3), y * f32(1.3), 3, 0.5, k0, k1)
            things = fractal(x * f32(2.7), y * f32(2.7), 2, 0.4, k1, k0)
            detail = fractal(x * f32(14), y * f32(14), 3, 0.6, k0 + np.uint32(77), k1)
            value = f32(0.45) + f32(0.45) * ground + f32(0.1) * detail
            if things > f32(0.22):
                value = f32(0.85) - f32(0.6) * value
            elif things < f32(-0.3):
                value = f32(0.35) * value
            field[row, column] = min(max(value, f32(0)), f32(1))
