"""Surfaces of paper: its fibres, its embossed grain, the screen of a printing press.

All are periodic or lattice fields in print coordinates, worked out a row at a time: what runs over the pixels is a few
multiplications of rows, never a sine or a hash.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import mix32, row_key, sincos

f32, i32, u32, u64 = np.float32, np.int32, np.uint32, np.uint64
OFFSET = 0.055
"""Of the power segment of sRGB: v + 0.055 goes with light^(1/2.4)."""


@kernel
def lattice_line(line, j, first, k0, k1):
    """Row `j` of a lattice of random values in [-1, 1], from column `first` on."""
    start, stride = row_key(k0, k1, u32(j))
    counter = u32(start + u32(u32(first) * stride))
    for i in range(line.size):
        line[i] = f32(mix32(counter) >> u32(16)) * f32(2.0 / 65535) - f32(1)
        counter = u32(counter + stride)


@kernel
def add_octave(row, place_y, place_x, per_x, weight, k0, k1, upper, lower):
    """Add value noise times `weight` to a row: lattice cells 1/per_x px wide, the row's first pixel at the lattice
    place (place_y, place_x). `upper` and `lower` are room for lattice lines, at least row.size·per_x + 3."""
    j, i0 = np.floor(place_y), np.floor(place_x)
    lattice_line(upper, i32(j), i32(i0), k0, k1)
    lattice_line(lower, i32(j) + 1, i32(i0), k0, k1)
    f = f32(place_y - j)
    f = f * f * (f32(3) - f32(2) * f)
    near, far = f32(weight) * (f32(1) - f), f32(weight) * f
    for i in range(upper.size):
        upper[i] = near * upper[i] + far * lower[i]
    start, step = f32(place_x - i0), f32(per_x)
    for x in range(row.size):
        place = start + f32(x) * step
        i = u64(i32(place))
        t = place - f32(i32(place))
        t = t * t * (f32(3) - f32(2) * t)
        row[x] += upper[i] + t * (upper[i + u64(1)] - upper[i])


@kernel
def lay_fibres(pixels, channels, octaves, top, left, base, k0, k1):
    """Multiply linear light by the paper's reflectance times 1 + noise, in place; pixels (H, W·C).

    `base` (C,): the reflectance to the power of 1/2.4.

    `octaves` (N, 3) float64: cells a pixel down and across, amplitude. (top, left) is the print's corner in px.
    """
    width = pixels.shape[1] // channels
    noise, widest = np.empty(width, f32), 0.0
    for n in range(octaves.shape[0]):
        widest = max(widest, octaves[n, 1])
    upper, lower = np.empty(int(width * widest) + 4, f32), np.empty(int(width * widest) + 4, f32)
    gains = np.empty(channels, f32)
    for c in range(channels):
        gains[c] = f32(base[c])
    for y in range(pixels.shape[0]):
        noise[:] = f32(0)
        for n in range(octaves.shape[0]):
            down, across = octaves[n, 0], octaves[n, 1]
            size = int(width * across) + 4
            add_octave(
                noise, (y + 0.5 - top) * down, (0.5 - left) * across, across, octaves[n, 2],
                u32(k0) + u32(n), k1, upper[:size], lower[:size],
            )  # fmt: skip
        gained(pixels[y], channels, noise, gains)


@kernel
def gained(row, channels, noise, gains):
    """Multiply the light of a row by (gain of the channel)^2.4 · (1 + noise), to first order; clipped."""
    share = f32(1 / 2.4)
    for x in range(noise.size):
        g = f32(1) + share * noise[x]
        for c in range(channels):
            v = row[x * channels + c]
            h = g * gains[c]
            row[x * channels + c] = min(max(max((v + f32(OFFSET)) * h - f32(OFFSET), v * h * h), f32(0)), f32(1))


@kernel
def wave_tables(waves, width, left):
    """Cosines and sines along a row of each wave: two (N, width) float32. `waves` (N, 4) float64: cycles a pixel across
    and down, amplitude, phase in turns."""
    cosines, sines = np.empty((waves.shape[0], width), f32), np.empty((waves.shape[0], width), f32)
    for n in range(waves.shape[0]):
        for x in range(width):
            turns = waves[n, 0] * (x + 0.5 - left)
            sines[n, x], cosines[n, x] = sincos(f32(turns - np.floor(turns)))
    return cosines, sines


@kernel
def add_waves(row, waves, cosines, sines, y):
    """Add to a row the sum of amplitude · cos(2π(across·x + down·y + phase)) at the print's row `y`, in px."""
    for n in range(waves.shape[0]):
        turns = waves[n, 1] * y + waves[n, 3]
        s, c = sincos(f32(turns - np.floor(turns)))
        a, b = f32(waves[n, 2]) * c, f32(waves[n, 2]) * s
        along, aside = cosines[n], sines[n]
        for x in range(row.size):
            row[x] += a * along[x] - b * aside[x]


@kernel
def lay_relief(pixels, channels, waves, octaves, top, left, k0, k1):
    """Multiply by the light on a relief: 1 + waves + noise.

    pixels (H, W·C) in place; waves as in `wave_tables`; `octaves` (N, 4) float64 as in `lay_fibres`, the last column 1
    where the noise is a height, lit from the left, 0 where it is the shading itself; (top, left) the print's corner.
    """
    width = pixels.shape[1] // channels
    cosines, sines = wave_tables(waves, width, left)
    relief, bumps, widest = np.empty(width, f32), np.empty(width + 1, f32), 0.0
    for n in range(octaves.shape[0]):
        widest = max(widest, octaves[n, 1])
    size = int((width + 1) * widest) + 4
    upper, lower = np.empty(size, f32), np.empty(size, f32)
    gains = np.ones(channels, f32)
    for y in range(pixels.shape[0]):
        relief[:] = f32(0)
        add_waves(relief, waves, cosines, sines, y + 0.5 - top)
        for n in range(octaves.shape[0]):
            down, across = octaves[n, 0], octaves[n, 1]
            size = int((width + 1) * across) + 4
            bumps[:] = f32(0)
            add_octave(
                bumps, (y + 0.5 - top) * down, (0.5 - left) * across, across, octaves[n, 2],
                u32(k0) + u32(n), k1, upper[:size], lower[:size],
            )  # fmt: skip
            before = f32(octaves[n, 3])
            for x in range(width):
                relief[x] += bumps[x + 1] - before * bumps[x]
        gained(pixels[y], channels, relief, gains)
