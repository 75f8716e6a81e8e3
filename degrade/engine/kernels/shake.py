"""Camera shake: the path of an unsteady hand as the weights of pixels, and the filter with them."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.lens import pad_row
from degrade.engine.kernels.noise import fractal_noise_1d, sincos
from degrade.engine.kernels.warp import reflected

f32, f64, i64, u32 = np.float32, np.float64, np.int64, np.uint32

TOGETHER = 4
"""Taps that one pass over a row adds up."""
MOMENTS = 96
"""Moments of the exposure at which the path is worked out."""
TREMOR_PERIODS = 3.0
"""Swings of a hand, at 8 to 12 Hz, within a third of a second."""


@kernel
def shake_path(path, turns, unsteady, k0, k1):
    """Fill `path` (MOMENTS, 2) float32, (x, y), with the way of a point of the picture while the shutter is open: a
    drift in the direction `turns` on which the tremor of a hand lies, `unsteady` times as large. Its farthest extent is
    1, its middle (0, 0)."""
    sway = np.zeros(MOMENTS, np.float32)
    bob = np.zeros(MOMENTS, np.float32)
    haste = np.zeros(MOMENTS, np.float32)
    feature = f32(MOMENTS / TREMOR_PERIODS)
    fractal_noise_1d(sway, feature, 3, f32(0.4), u32(k0), u32(k1))
    fractal_noise_1d(bob, feature, 3, f32(0.4), u32(k0) ^ u32(0x55), u32(k1))
    fractal_noise_1d(haste, f32(MOMENTS / 2), 2, f32(0.5), u32(k0) ^ u32(0xAA), u32(k1))
    sine, cosine = sincos(turns)
    gone = f32(0)
    for i in range(MOMENTS):
        gone += f32(1) + f32(0.8) * haste[i]
        path[i, 0], path[i, 1] = gone * f32(1 / MOMENTS), f32(0)
    tremor = f32(unsteady) * f32(0.5)
    for i in range(MOMENTS):
        along, aside = path[i, 0] + tremor * sway[i], tremor * bob[i]
        path[i, 0], path[i, 1] = along * cosine - aside * sine, -along * sine - aside * cosine
    low_x, high_x, low_y, high_y = path[0, 0], path[0, 0], path[0, 1], path[0, 1]
    for i in range(MOMENTS):
        low_x, high_x = min(low_x, path[i, 0]), max(high_x, path[i, 0])
        low_y, high_y = min(low_y, path[i, 1]), max(high_y, path[i, 1])
    extent = max(np.sqrt((high_x - low_x) ** 2 + (high_y - low_y) ** 2), f32(1e-6))
    for i in range(MOMENTS):
        path[i, 0] = (path[i, 0] - f32(0.5) * (low_x + high_x)) / extent
        path[i, 1] = (path[i, 1] - f32(0.5) * (low_y + high_y)) / extent


@kernel
def path_taps(path, extent):
    """A path of `extent` px as bilinear weights of pixels; a moment every quarter of a pixel at least.

    Returns (dy (N,) int64, dx (N,) int64, weights (N,) float32), N a multiple of TOGETHER (zero weights fill up).
    """
    reach = i64(extent / 2) + 2
    side = 2 * reach + 1
    grid = np.zeros((side, side), f64)
    last = path.shape[0] - 1
    fine = max(i64(np.ceil(12 * extent / last)), 1)
    share = 1.0 / (last * fine)
    for i in range(last):
        for j in range(fine):
            t = (j + 0.5) / fine
            x = reach + extent * (f64(path[i, 0]) * (1 - t) + f64(path[i + 1, 0]) * t)
            y = reach + extent * (f64(path[i, 1]) * (1 - t) + f64(path[i + 1, 1]) * t)
            ix, iy = min(max(i64(x), 0), side - 2), min(max(i64(y), 0), side - 2)
            fx, fy = x - ix, y - iy
            grid[iy, ix] += (1 - fx) * (1 - fy) * share
            grid[iy, ix + 1] += fx * (1 - fy) * share
            grid[iy + 1, ix] += (1 - fx) * fy * share
            grid[iy + 1, ix + 1] += fx * fy * share
    # What weighs next to nothing is left out, and the rest makes up for it.
    least, total, count = 0.004 * grid.max(), 0.0, 0
    for iy in range(side):
        for ix in range(side):
            if grid[iy, ix] > least:
                total += grid[iy, ix]
                count += 1
    count = (count + TOGETHER - 1) // TOGETHER * TOGETHER
    dy, dx, weights = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, f32)
    n = 0
    for iy in range(side):
        for ix in range(side):
            if grid[iy, ix] > least:
                dy[n], dx[n], weights[n] = iy - reach, ix - reach, f32(grid[iy, ix] / total)
                n += 1
    return dy, dx, weights


@kernel
def add_four(out, fresh, r0, r1, r2, r3, w0, w1, w2, w3):
    """Set the row `out`, or add to it unless `fresh`, four weighted rows; at most 1."""
    if fresh:
        for x in range(out.size):
            out[x] = min(w0 * r0[x] + w1 * r1[x] + w2 * r2[x] + w3 * r3[x], f32(1))
    else:
        for x in range(out.size):
            out[x] = min(out[x] + (w0 * r0[x] + w1 * r1[x] + w2 * r2[x] + w3 * r3[x]), f32(1))


@kernel
def smear(pixels, channels, dy, dx, w):
    """Filter (H, W·C) float32 pixels in [0, 1] by the weights `w` of the pixels (dy, dx) away, in place."""
    height, size = pixels.shape
    reach_y, reach_x = np.abs(dy).max(), np.abs(dx).max()
    slots = min(2 * reach_y + 1, height)
    ring = np.empty((slots, size + 2 * reach_x * channels), f32)
    starts = (reach_x + dx) * channels
    ready = 0
    for y in range(height):
        while ready <= min(y + reach_y, height - 1):
            pad_row(ring[ready % slots], pixels[ready], reach_x, channels)
            ready += 1
        out = pixels[y]
        for k in range(0, w.size, TOGETHER):
            r0, a = ring[reflected(y + dy[k], height) % slots], starts[k]
            r1, b = ring[reflected(y + dy[k + 1], height) % slots], starts[k + 1]
            r2, c = ring[reflected(y + dy[k + 2], height) % slots], starts[k + 2]
            r3, d = ring[reflected(y + dy[k + 3], height) % slots], starts[k + 3]
            add_four(
                out, k == 0, r0[a : a + size], r1[b : b + size], r2[c : c + size], r3[d : d + size], w[k], w[k + 1],
                w[k + 2], w[k + 3],
            )  # fmt: skip
