"""Pixels that change places with their neighbours."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

u32, i64 = np.uint32, np.int64


@kernel
def swap_neighbours(pixels, distance, times, k0, k1):
    """Swap each pixel of (H, W, C), from the last to the first, with one up to `distance` px off each way; `times`
    over. Pixels nearer than that to an edge are only swapped with."""
    height, width, channels = pixels.shape
    bits = np.empty(width, u32)
    choices = u32(2 * distance + 1)
    for time in range(times):
        for y in range(height - distance - 1, distance - 1, -1):
            start, stride = row_key(k0, k1, u32(time * height + y))
            fill_bits(bits, start, stride)
            for x in range(width - distance - 1, distance - 1, -1):
                down = y - distance + i64(u32(u32(bits[x] & u32(0xFFFF)) * choices) >> u32(16))
                across = x - distance + i64(u32(u32(bits[x] >> u32(16)) * choices) >> u32(16))
                for c in range(channels):
                    kept = pixels[y, x, c]
                    pixels[y, x, c] = pixels[down, across, c]
                    pixels[down, across, c] = kept
