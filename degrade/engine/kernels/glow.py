"""Halation: light that went through the emulsion, came back from the film's base and exposed it again around.

The glow is soft: it is worked out on a small picture of block means and laid over the large one bilinearly.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, to_encoded, to_linear

f32, i32 = np.float32, np.int32


@kernel
def shrink_light(pixels, channels, block, boost, out):
    """Means of linear light over `block`² px of (H, W·C) encoded pixels into `out` (h, w·C), which has a block's room
    all around; white counts `boost` times, as whatever the film clipped was brighter, mid tones once."""
    height, size = pixels.shape
    width, small_width = size // channels, out.shape[1] // channels
    out[:] = f32(0)
    line = np.empty(size, np.float32)
    extra = f32(boost - 1)
    for j in range(out.shape[0]):
        top = min(max((j - 1) * block, 0), max(height - block, 0))
        bottom = min(top + block, height)
        row = out[j]
        line[:] = f32(0)
        for y in range(top, bottom):
            source = pixels[y]
            for x in range(size):
                light = to_linear(source[x])
                square = light * light
                line[x] += light * (f32(1) + extra * square * square)
        for i in range(small_width):
            left = min(max((i - 1) * block, 0), max(width - block, 0))
            right = min(left + block, width)
            share = f32(1) / f32((right - left) * (bottom - top))
            for c in range(channels):
                total = f32(0)
                for x in range(left, right):
                    total += line[x * channels + c]
                row[i * channels + c] = total * share


@kernel
def exponential_taps(length):
    """Weights (N, N) float32 of exp(-r / length), r in samples, for a sum of 1; N is odd."""
    reach = min(i32(np.ceil(f32(3.5) * f32(length))), 24)
    side = 2 * reach + 1
    taps, total = np.empty((side, side), np.float32), 0.0
    for j in range(side):
        for i in range(side):
            away = np.sqrt(f32((j - reach) * (j - reach) + (i - reach) * (i - reach)))
            taps[j, i] = exp2(away * f32(-1.442695) / f32(length))
            total += taps[j, i]
    for j in range(side):
        for i in range(side):
            taps[j, i] /= f32(total)
    return taps


@kernel
def scatter(light, out, channels, taps):
    """Filter the small picture `light` (h, w·C) by `taps` into `out`; beyond the edges its edge goes on."""
    height, size = light.shape
    width, reach = size // channels, taps.shape[0] // 2
    wide = np.empty((height + 2 * reach, (width + 2 * reach) * channels), np.float32)
    for y in range(wide.shape[0]):
        source = light[min(max(y - reach, 0), height - 1)]
        for i in range(width + 2 * reach):
            x = min(max(i - reach, 0), width - 1)
            for c in range(channels):
                wide[y, i * channels + c] = source[x * channels + c]
    for y in range(height):
        row = out[y]
        row[:] = f32(0)
        for j in range(taps.shape[0]):
            source = wide[y + j]
            for i in range(taps.shape[1]):
                weight, shifted = taps[j, i], source[i * channels : i * channels + size]
                for x in range(size):
                    row[x] += weight * shifted[x]


@kernel
def stretch_row(row, small, channels, block, amounts):
    """Fill the wide `row` with `amounts` times a row of the small picture, linearly between the blocks' centres."""
    for x in range(row.size // channels):
        place = f32(x + 0.5) / f32(block) + f32(0.5)
        i = min(i32(place), i32(small.size // channels - 2))
        f = place - f32(i)
        for c in range(channels):
            a = small[i * channels + c]
            row[x * channels + c] = amounts[c] * (a + f * (small[(i + 1) * channels + c] - a))


@kernel
def add_glow(pixels, channels, glow, block, amounts):
    """Add `amounts` (C,) of the small picture `glow` to the light of (H, W·C) encoded pixels, in place, on a shoulder
    that leaves white white: E becomes (E + g) / (1 + g)."""
    height, size = pixels.shape
    rows = np.empty((2, size), np.float32)
    stretched = -1
    for y in range(height):
        place = f32(y + 0.5) / f32(block) + f32(0.5)
        j = min(i32(place), i32(glow.shape[0] - 2))
        f = place - f32(j)
        while stretched < j + 1:
            stretched += 1
            stretch_row(rows[stretched & 1], glow[stretched], channels, block, amounts)
        upper, lower, row = rows[j & 1], rows[(j + 1) & 1], pixels[y]
        for x in range(size):
            added = upper[x] + f * (lower[x] - upper[x])
            light = (to_linear(row[x]) + added) / (f32(1) + added)
            row[x] = min(max(to_encoded(light), f32(0)), f32(1))
