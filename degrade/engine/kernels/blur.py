"""Blurs as finite impulse responses: a separable Gaussian, and a line for motion.

Pixels are taken as (H, W·C) rows of interleaved channels and filtered in place: a ring of rows keeps what is still
needed of those already overwritten. Beyond the edge the picture is mirrored about the centres of the edge pixels. All
sums are float32 in a fixed order; nothing is summed by running totals, whose rounding errors wander.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, sincos
from degrade.engine.kernels.warp import reflected

f32, f64, i64, u64 = np.float32, np.float64, np.int64, np.uint64

PAIRS = 3
"""Pairs of taps that one pass over a row adds up; a Gaussian to 3 σ with σ ≤ 1 takes one pass each way."""
TOGETHER = 4
"""Taps that one pass over a row adds up along a line."""


@kernel
def gaussian_taps(sigma):
    """The weights of a Gaussian sampled at 0, 1, 2 … R = ceil(3 σ), for a sum of 1 over both sides, and zeros up to a
    whole number of passes: (1 + 3·n,) float32. `sigma` in px, above 0."""
    radius = max(i64(np.ceil(3 * sigma)), 1)
    weights = np.zeros(1 + (radius + PAIRS - 1) // PAIRS * PAIRS, f64)
    total = 0.0
    for i in range(radius + 1):
        weights[i] = exp2(f32(-i * i / (2 * sigma * sigma) * 1.4426950408889634))
        total += weights[i] * (1 if i == 0 else 2)
    return (weights / total).astype(f32)


@kernel
def three_pairs(out, centre, a, b, c, d, e, g, w0, w1, w2, w3):
    """out = w0·centre + w1·(a + b) + w2·(c + d) + w3·(e + g), rows of one length; at most 1."""
    for x in range(out.size):
        total = w0 * centre[x] + w1 * (a[x] + b[x]) + w2 * (c[x] + d[x]) + w3 * (e[x] + g[x])
        out[x] = min(total, f32(1))


@kernel
def three_pairs_more(out, a, b, c, d, e, g, w1, w2, w3):
    """`three_pairs` added to what is in `out`."""
    for x in range(out.size):
        total = out[x] + w1 * (a[x] + b[x]) + w2 * (c[x] + d[x]) + w3 * (e[x] + g[x])
        out[x] = min(total, f32(1))


@kernel
def padded(out, row, pad, channels):
    """Copy `row` (W·C) into the middle of `out`, with `pad` mirrored pixels before and after."""
    width = row.size // channels
    middle = out[pad * channels :]
    for x in range(row.size):
        middle[x] = row[x]
    for i in range(pad):
        left, right = reflected(i - pad, width) * channels, reflected(width + i, width) * channels
        for c in range(channels):
            out[i * channels + c] = row[left + c]
            middle[row.size + i * channels + c] = row[right + c]


@kernel
def filtered_row(out, line, w, step):
    """The horizontal pass: `line` holds the row with w.size - 1 mirrored pixels on either side."""
    middle = (w.size - 1) * step
    for k in range(1, w.size, PAIRS):
        near = k * step
        a, b, c = line[middle - near :], line[middle - near - step :], line[middle - near - 2 * step :]
        d, e, f = line[middle + near :], line[middle + near + step :], line[middle + near + 2 * step :]
        if k == 1:
            three_pairs(out, line[middle:], a, d, b, e, c, f, w[0], w[k], w[k + 1], w[k + 2])
        else:
            three_pairs_more(out, a, d, b, e, c, f, w[k], w[k + 1], w[k + 2])


@kernel
def slot(i, height, slots):
    """Where the ring of `slots` rows keeps row `i`, mirrored; unsigned, or numba checks for negative indices."""
    return u64(reflected(i, height) % slots)


@kernel
def gaussian(pixels, channels, sigma):
    """Blur (H, W·C) float32 pixels in [0, 1] by a Gaussian of `sigma` px, in place."""
    height, width = pixels.shape
    w = gaussian_taps(sigma)
    reach = w.size - 1
    slots = min(2 * reach + 1, height)
    ring = np.empty((slots, width), f32)
    line = np.empty(width + 2 * reach * channels, f32)
    ready = 0
    for y in range(height):
        while ready <= min(y + reach, height - 1):
            padded(line, pixels[ready], reach, channels)
            filtered_row(ring[ready % slots], line, w, channels)
            ready += 1
        row = pixels[y]
        for k in range(1, w.size, PAIRS):
            a, b = ring[slot(y - k, height, slots)], ring[slot(y + k, height, slots)]
            c, d = ring[slot(y - k - 1, height, slots)], ring[slot(y + k + 1, height, slots)]
            e, f = ring[slot(y - k - 2, height, slots)], ring[slot(y + k + 2, height, slots)]
            if k == 1:
                three_pairs(row, ring[slot(y, height, slots)], a, b, c, d, e, f, w[0], w[k], w[k + 1], w[k + 2])
            else:
                three_pairs_more(row, a, b, c, d, e, f, w[k], w[k + 1], w[k + 2])


@kernel
def line_taps(length, turns):
    """A segment of `length` px, at the angle `turns` (counterclockwise from the right), as bilinear weights of pixels.

    Returns (dy (N,) int64, dx (N,) int64, weights (N,) float32), N a multiple of TOGETHER (zero weights fill up).
    """
    sine, cosine = sincos(turns)
    reach = i64(length / 2) + 1
    size = 2 * reach + 1
    grid = np.zeros((size, size), f64)
    samples = max(i64(np.ceil(8 * length)), 1)
    for i in range(samples):
        along = ((i + 0.5) / samples - 0.5) * length
        x, y = reach + along * f64(cosine), reach - along * f64(sine)
        ix, iy = min(i64(x), size - 2), min(i64(y), size - 2)
        fx, fy = x - ix, y - iy
        grid[iy, ix] += (1 - fx) * (1 - fy) / samples
        grid[iy, ix + 1] += fx * (1 - fy) / samples
        grid[iy + 1, ix] += (1 - fx) * fy / samples
        grid[iy + 1, ix + 1] += fx * fy / samples
    count = (np.count_nonzero(grid) + TOGETHER - 1) // TOGETHER * TOGETHER
    dy, dx, weights = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, f32)
    n = 0
    for iy in range(size):
        for ix in range(size):
            if grid[iy, ix] != 0:
                dy[n], dx[n], weights[n] = iy - reach, ix - reach, f32(grid[iy, ix])
                n += 1
    return dy, dx, weights


@kernel
def four_taps(out, fresh, a, b, c, d, w0, w1, w2, w3):
    """Set `out`, or add to it unless `fresh`, four weighted rows; at most 1."""
    if fresh:
        for x in range(out.size):
            out[x] = min(w0 * a[x] + w1 * b[x] + w2 * c[x] + w3 * d[x], f32(1))
    else:
        for x in range(out.size):
            out[x] = min(out[x] + w0 * a[x] + w1 * b[x] + w2 * c[x] + w3 * d[x], f32(1))


@kernel
def motion(pixels, channels, length, turns):
    """Smear (H, W·C) float32 pixels in [0, 1] evenly along a segment of `length` px at the angle `turns`, in place."""
    height, width = pixels.shape
    dy, dx, w = line_taps(length, turns)
    reach_y, reach_x = np.abs(dy).max(), np.abs(dx).max()
    slots = min(2 * reach_y + 1, height)
    ring = np.empty((slots, width + 2 * reach_x * channels), f32)
    ready = 0
    for y in range(height):
        while ready <= min(y + reach_y, height - 1):
            padded(ring[ready % slots], pixels[ready], reach_x, channels)
            ready += 1
        row = pixels[y]
        for k in range(0, w.size, TOGETHER):
            a = ring[slot(y + dy[k], height, slots)][(reach_x + dx[k]) * channels :]
            b = ring[slot(y + dy[k + 1], height, slots)][(reach_x + dx[k + 1]) * channels :]
            c = ring[slot(y + dy[k + 2], height, slots)][(reach_x + dx[k + 2]) * channels :]
            d = ring[slot(y + dy[k + 3], height, slots)][(reach_x + dx[k + 3]) * channels :]
            four_taps(row, k == 0, a, b, c, d, w[k], w[k + 1], w[k + 2], w[k + 3])
