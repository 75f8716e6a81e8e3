"""What scanners and cameras do: sampling through a point spread function, and sharpening.

Sampling at another pitch and going back to the first is one linear map a line of pixels, of which each output pixel
sees only its neighbourhood: its own few weights at every position. Pixels are (H, W·C) rows of interleaved channels,
mirrored beyond the edge about the centres of the edge pixels; all is float32 in a fixed order.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.blur import mirror_row, padded, power_of_two, slot
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2
from degrade.engine.kernels.warp import keys_cubic

f32, f64, i64, u64 = np.float32, np.float64, np.int64, np.uint64


@kernel
def sampling_weights(size, samples, sigma):
    """How a line of `size` pixels that is sampled at `samples` places and then resized back comes from itself.

    Each sample sees a Gaussian of `sigma`, in units of their distance, around its place; the way back is by Keys'
    cubic (doi:10.1109/TASSP.1981.1163711). Returns (size, T) float32, T a multiple of four: weights of the pixels from
    position - reach on, where reach is the first of the two returned values.
    """
    pitch = size / samples
    spread = i64(np.ceil(3 * sigma * pitch))
    reach = i64(np.ceil((1.5 + 2.5 * sigma) * pitch))  # what lies beyond weighs less than a hundredth
    weights = np.zeros((size, (2 * reach + 4) // 4 * 4), f32)
    row, totals = np.empty(weights.shape[1], f64), np.zeros(samples + 4, f64)
    spots = np.empty((samples + 4, 2 * spread + 3), f64)
    for j in range(-2, samples + 2):
        centre = (j + 0.5) * pitch - 0.5
        first = i64(np.floor(centre)) - spread
        for k in range(spots.shape[1]):
            away = (first + k - centre) / (sigma * pitch)
            spots[j + 2, k] = exp2(f32(-0.7213475204444817 * away * away))
            totals[j + 2] += spots[j + 2, k]
    for i in range(size):
        row[:] = 0
        place = (i + 0.5) / pitch - 0.5
        below = i64(np.floor(place))
        for j in range(below - 1, below + 3):
            start = i64(np.floor((j + 0.5) * pitch - 0.5)) - spread - i + reach
            share = keys_cubic(abs(place - j)) / totals[j + 2]
            for k in range(max(0, -start), min(spots.shape[1], row.size - start)):
                row[start + k] += share * spots[j + 2, k]
        total = row.sum()
        for k in range(row.size):
            weights[i, k] = f32(row[k] / total)
    return reach, weights


@kernel
def spread_across(weights, channels):
    """The (size, T) weights of a line as (T, size·channels): one row a tap, its values as the channels' are."""
    out = np.empty((weights.shape[1], weights.shape[0] * channels), f32)
    for k in range(out.shape[0]):
        for x in range(weights.shape[0]):
            for c in range(channels):
                out[k, x * channels + c] = weights[x, k]
    return out


@kernel
def weigh_across(total, line, start, step, w, k):
    """Add to the row `total` its neighbours k … k + 3 in the padded `line`, `step` values apart, each value of each
    neighbour with a weight of its own; set it to them where `k` is 0."""
    first, second, third, fourth = w[k], w[k + 1], w[k + 2], w[k + 3]
    a, b = u64(start + k * step), u64(start + (k + 1) * step)
    c, d = u64(start + (k + 2) * step), u64(start + (k + 3) * step)
    if k == 0:
        for i in range(total.size):
            x = u64(i)
            pair = first[x] * line[a + x] + second[x] * line[b + x]
            total[x] = pair + (third[x] * line[c + x] + fourth[x] * line[d + x])
    else:
        for i in range(total.size):
            x = u64(i)
            pair = total[x] + (first[x] * line[a + x] + second[x] * line[b + x])
            total[x] = pair + (third[x] * line[c + x] + fourth[x] * line[d + x])


@kernel
def weigh_down(out, rows, places, w, k):
    """Add to the row `out` the rows k … k + 3 that begin at `places` in the flat `rows`, weighted; set it to them where
    `k` is 0."""
    w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
    a, b, c, d = places[k], places[k + 1], places[k + 2], places[k + 3]
    if k == 0:
        for i in range(out.size):
            x = u64(i)
            out[x] = w0 * rows[a + x] + w1 * rows[b + x] + w2 * rows[c + x] + w3 * rows[d + x]
    else:
        for i in range(out.size):
            x = u64(i)
            out[x] += w0 * rows[a + x] + w1 * rows[b + x] + w2 * rows[c + x] + w3 * rows[d + x]


@kernel
def resampled(pixels, channels, reach_x, across, reach_y, down):
    """Send (H, W·C) pixels in [0, 1] through the weights `across` (`spread_across`) and `down` (`sampling_weights`), in
    place; not clipped."""
    height, width = pixels.shape
    flat = pixels.reshape(height * width)
    slots = power_of_two(down.shape[1] + 1)
    ring = np.empty((slots, width), f32)
    rows = ring.reshape(slots * width)
    line = np.empty(width + 2 * (reach_x + 4) * channels, f32)
    places = np.empty(down.shape[1], u64)
    ready = 0
    for y in range(height):
        while ready <= y + down.shape[1] - 1 - reach_y:
            if ready < height:
                padded(line, 0, 0, flat, ready * width, 1, width // channels, reach_x + 4, channels)
                total = ring[slot(ready, slots)]
                for k in range(0, across.shape[0], 4):
                    weigh_across(total, line, 4 * channels, channels, across, k)
            else:
                mirror_row(ring, ready, height)
            ready += 1
        if y == 0:
            for k in range(1, reach_y + 1):
                mirror_row(ring, -k, height)
        for k in range(places.size):
            places[k] = slot(y - reach_y + k, slots) * u64(width)
        out = pixels[y]
        for k in range(0, places.size, 4):
            weigh_down(out, rows, places, down[y], k)


@kernel
def sharpened(values, blurred, amount):
    """Unsharp masking: values + amount·(values - blurred), flat float32, in place; clipped to [0, 1]."""
    a = f32(amount)
    for i in range(values.size):
        v = values[i]
        values[i] = min(max(v + a * (v - blurred[i]), f32(0)), f32(1))


@kernel
def held(values):
    """Flat float32 clipped to [0, 1], in place."""
    for i in range(values.size):
        values[i] = min(max(values[i], f32(0)), f32(1))
