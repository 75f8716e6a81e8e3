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

PAIRS = 4
"""Pairs of taps that one pass over a row adds up; a Gaussian to 3 σ with σ ≤ 4/3 takes one pass each way."""
BAND = 8
"""Rows that one call pads or sums: to hand arrays over to a call costs as much as a short sum."""
STRIP = 512
"""Columns, as single values, that are summed down together."""
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
def weighted_sums(out, first, step, size, source, places, w):
    """Rows of `size` values, `step` apart from `first` on in the flat `out`: row r = w[0] · (row at places[r, 0]) +
    Σ w[k] · (row at places[r, 2k - 1] + row at places[r, 2k]), at most 1.

    The uint64 `places` say where the rows begin in the flat `source`. The first pass takes 1 to PAIRS pairs, each
    further one PAIRS. No row is sliced: counting the references to an array costs as much as such a short sum.
    """
    reach, begin, length = places.shape[1] // 2, u64(first), u64(size)
    pairs = (reach - 1) % PAIRS + 1
    w0, w1, w2, w3, w4 = w[0], w[1], w[2], w[3], w[4]
    for r in range(u64(places.shape[0])):
        o, m, a, b = begin + r * u64(step), places[r, 0], places[r, 1], places[r, 2]
        if pairs == 1:
            for x in range(length):
                out[o + x] = min(w0 * source[m + x] + w1 * (source[a + x] + source[b + x]), f32(1))
            continue
        c, d = places[r, 3], places[r, 4]
        if pairs == 2:
            for x in range(length):
                total = w0 * source[m + x] + w1 * (source[a + x] + source[b + x]) + w2 * (source[c + x] + source[d + x])
                out[o + x] = min(total, f32(1))
            continue
        e, f = places[r, 5], places[r, 6]
        if pairs == 3:
            for x in range(length):
                total = w0 * source[m + x] + w1 * (source[a + x] + source[b + x]) + w2 * (source[c + x] + source[d + x])
                out[o + x] = min(total + w3 * (source[e + x] + source[f + x]), f32(1))
            continue
        g, h = places[r, 7], places[r, 8]
        for x in range(length):
            total = w0 * source[m + x] + w1 * (source[a + x] + source[b + x]) + w2 * (source[c + x] + source[d + x])
            total = total + w3 * (source[e + x] + source[f + x]) + w4 * (source[g + x] + source[h + x])
            out[o + x] = min(total, f32(1))
    for k in range(1 + pairs, 1 + reach, PAIRS):
        add_pairs(out, first, step, size, source, places, w, k)


@kernel
def add_pairs(out, first, step, size, source, places, w, k):
    """A further pass of `weighted_sums`, of the pairs k … k + PAIRS - 1."""
    w1, w2, w3, w4 = w[k], w[k + 1], w[k + 2], w[k + 3]
    i = 2 * k - 1
    for r in range(u64(places.shape[0])):
        o = u64(first) + r * u64(step)
        a, b, c, d = places[r, i], places[r, i + 1], places[r, i + 2], places[r, i + 3]
        e, f, g, h = places[r, i + 4], places[r, i + 5], places[r, i + 6], places[r, i + 7]
        for x in range(u64(size)):
            total = out[o + x] + w1 * (source[a + x] + source[b + x]) + w2 * (source[c + x] + source[d + x])
            total = total + w3 * (source[e + x] + source[f + x]) + w4 * (source[g + x] + source[h + x])
            out[o + x] = min(total, f32(1))


@kernel
def padded(out, start, step, source, first, rows, width, pad, channels):
    """Copy `rows` rows of `width` pixels, from `first` on in the flat `source`, into the flat `out`, `step` apart from
    `start` on, with `pad` mirrored pixels before and after each."""
    size, margin = u64(width * channels), u64(pad * channels)
    for r in range(u64(rows)):
        begin, o = u64(first) + r * size, u64(start) + r * u64(step) + margin
        for x in range(size):
            out[o + x] = source[begin + x]
        for i in range(pad):
            left, right = reflected(i - pad, width) * channels, reflected(width + i, width) * channels
            for c in range(channels):
                out[o - margin + u64(i * channels + c)] = source[begin + u64(left + c)]
                out[o + size + u64(i * channels + c)] = source[begin + u64(right + c)]


@kernel
def power_of_two(n):
    """The least power of two that is not below `n`."""
    power = 1
    while power < n:
        power *= 2
    return power


@kernel
def slot(i, slots):
    """Where a ring of `slots` rows, a power of two, keeps row `i`; unsigned, or numba checks for negative indices."""
    return u64(i64(i) & i64(slots - 1))


@kernel
def mirror_row(ring, i, height):
    """Put row `i`, beyond the edge of a picture of `height` rows, into the ring, which holds the one it mirrors."""
    slots = ring.shape[0]
    source, row = ring[slot(reflected(i, height), slots)], ring[slot(i, slots)]
    for x in range(row.size):
        row[x] = source[x]


@kernel
def places_across(stride, reach, channels):
    """For `weighted_sums` along BAND rows, `stride` apart, with `reach` mirrored pixels on either side: where their
    neighbours' rows begin."""
    places = np.empty((BAND, 2 * reach + 1), u64)
    for r in range(BAND):
        middle = r * stride + reach * channels
        places[r, 0] = middle
        for k in range(1, reach + 1):
            places[r, 2 * k - 1], places[r, 2 * k] = middle - k * channels, middle + k * channels
    return places


@kernel
def set_places_down(places, top, slots, width):
    """For `weighted_sums` down a flat ring of rows of `width`: where rows from `top` on and their neighbours lie."""
    for r in range(places.shape[0]):
        places[r, 0] = slot(top + r, slots) * u64(width)
        for k in range(1, (places.shape[1] + 1) // 2):
            places[r, 2 * k - 1] = slot(top + r - k, slots) * u64(width)
            places[r, 2 * k] = slot(top + r + k, slots) * u64(width)


@kernel
def gaussian(pixels, channels, sigma):
    """Blur (H, W·C) float32 pixels in [0, 1] by a Gaussian of `sigma` px, in place.

    Bands of rows are summed down in strips of columns, so that the fastest cache holds what is read again.
    """
    height, width = pixels.shape
    flat = pixels.reshape(height * width)
    w = gaussian_taps(sigma)
    reach = np.count_nonzero(w) - 1
    ring = np.empty((power_of_two(2 * reach + 2 * BAND), width), f32)
    slots = ring.shape[0]
    rows = ring.reshape(slots * width)
    stride = (width + 2 * reach * channels + 15) // 16 * 16  # whole cache lines
    lines = np.empty(BAND * stride, f32)
    across, down = places_across(stride, reach, channels), np.empty((BAND, 2 * reach + 1), u64)
    ready = 0
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        while ready < min(bottom + reach, height):
            size = min(BAND, height - ready)
            padded(lines, 0, stride, flat, ready * width, size, width // channels, reach, channels)
            weighted_sums(rows, slot(ready, slots) * u64(width), width, width, lines, across[:size], w)
            ready += size
        while ready < bottom + reach:
            mirror_row(ring, ready, height)
            ready += 1
        if top == 0:
            for k in range(1, reach + 1):
                mirror_row(ring, -k, height)
        band = down[: bottom - top]
        set_places_down(band, top, slots, width)
        for left in range(0, width, STRIP):
            size = min(STRIP, width - left)
            weighted_sums(flat, top * width + left, width, size, rows[left:], band, w)


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
def four_taps(out, first, size, fresh, source, places, w, k):
    """Set `size` values of the flat `out` from `first` on, or add to them unless `fresh`, the rows k … k + 3 that begin
    at `places` in the flat `source`, weighted; at most 1."""
    w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
    o, a, b, c, d = u64(first), places[k], places[k + 1], places[k + 2], places[k + 3]
    if fresh:
        for x in range(u64(size)):
            total = w0 * source[a + x] + w1 * source[b + x] + w2 * source[c + x] + w3 * source[d + x]
            out[o + x] = min(total, f32(1))
    else:
        for x in range(u64(size)):
            total = out[o + x] + w0 * source[a + x] + w1 * source[b + x] + w2 * source[c + x] + w3 * source[d + x]
            out[o + x] = min(total, f32(1))


@kernel
def motion(pixels, channels, length, turns):
    """Smear (H, W·C) float32 pixels in [0, 1] evenly along a segment of `length` px at the angle `turns`, in place."""
    height, width = pixels.shape
    flat = pixels.reshape(height * width)
    dy, dx, w = line_taps(length, turns)
    reach_y, reach_x = np.abs(dy).max(), np.abs(dx).max()
    slots = power_of_two(min(2 * reach_y + 1, height))
    stride = width + 2 * reach_x * channels
    ring = np.empty(slots * stride, f32)
    places = np.empty(w.size, u64)
    ready = 0
    for y in range(height):
        while ready <= min(y + reach_y, height - 1):
            start = (ready & (slots - 1)) * stride
            padded(ring, start, stride, flat, ready * width, 1, width // channels, reach_x, channels)
            ready += 1
        for k in range(w.size):
            row = reflected(y + dy[k], height) & (slots - 1)
            places[k] = row * stride + (reach_x + dx[k]) * channels
        for k in range(0, w.size, TOGETHER):
            four_taps(flat, y * width, width, k == 0, ring, places, w, k)
