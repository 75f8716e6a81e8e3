"""Gaussian noise that the channels of a colour picture share: gray noise."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.dropout import spread
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

f32 = np.float32


@kernel
def shared_gaussian(pixels, quantiles, sigma, multiplied, k0, k1):
    """Add the same normal noise to all channels of (H, W, 3) pixels in place; `multiplied`: times the value itself.

    `quantiles` are the normal distribution's at (i + 0.5)/65536. It is the noise of a gray picture with the same key.
    """
    height, width, _ = pixels.shape
    bits = np.empty((width + 1) // 2, np.uint32)
    halves = bits.view(np.uint16)
    single, triple = np.empty(width, np.float32), np.empty(width * 3, np.float32)
    s = f32(sigma)
    for y in range(height):
        start, stride = row_key(k0, k1, y)
        fill_bits(bits, start, stride)
        for x in range(width):
            single[x] = s * quantiles[halves[x]]
        spread(single, triple)
        row = pixels[y].reshape(width * 3)
        if multiplied:
            for i in range(row.size):
                row[i] = min(max(row[i] * (f32(1) + triple[i]), f32(0)), f32(1))
        else:
            for i in range(row.size):
                row[i] = min(max(row[i] + triple[i], f32(0)), f32(1))
