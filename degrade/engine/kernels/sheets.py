"""Surfaces of paper: its fibres, its embossed grain, the screen of a printing press.

All are periodic or lattice fields in print coordinates, worked out a row at a time: what runs over the pixels is a few
multiplications of rows, never a sine or a hash.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import mix32, row_key, sincos

f32, i32, i64, u32, u64 = np.float32, np.int32, np.int64, np.uint32, np.uint64
OFFSET = 0.055
"""Of the power segment of sRGB: v + 0.055 goes with light^(1/2.4)."""
NONE = -(2**62)
"""No row of any lattice."""


@kernel
def lattice_line(line, j, first, k0, k1):
    """Row `j` of a lattice of random values in [-1, 1], from column `first` on."""
    start, stride = row_key(k0, k1, u32(j))
    counter = u32(start + u32(u32(first) * stride))
    for i in range(line.size):
        line[i] = f32(mix32(counter) >> u32(16)) * f32(2.0 / 65535) - f32(1)
        counter = u32(counter + stride)


@kernel
def lattice_across(line, j, place_x, per_x, room, k0, k1):
    """Row `j` of a lattice, smooth across: cells are 1/per_x px wide, the first pixel of `line` lies at `place_x`.
    `room` is for the lattice's own values, at least line.size·per_x + 3."""
    i0 = np.floor(place_x)
    lattice_line(room, i32(j), i32(i0), k0, k1)
    start, step = f32(place_x - i0), f32(per_x)
    for x in range(line.size):
        place = start + f32(x) * step
        i = u64(i32(place))
        t = place - f32(i32(place))
        t = t * t * (f32(3) - f32(2) * t)
        line[x] = room[i] + t * (room[i + u64(1)] - room[i])


@kernel
def room_for_octaves(octaves, width):
    """Room for `add_octave`, for rows of `width` px: the lattice's values; each octave's two lines across (N, 2,
    width), and which rows of the lattice they are (N, 2), none yet."""
    widest = 0.0
    for n in range(octaves.shape[0]):
        widest = max(widest, octaves[n, 1])
    held = np.full((octaves.shape[0], 2), NONE, i64)
    return np.empty(i64(width * widest) + 4, f32), np.empty((octaves.shape[0], 2, width), f32), held


@kernel
def add_octave(row, place_y, place_x, per_x, weight, k0, k1, room, lines, held):
    """Add value noise times `weight` to a row: lattice cells 1/per_x px wide, the row's first pixel at the lattice
    place (place_y, place_x). The last three are an octave's own of `room_for_octaves`: rows of pixels that lie between
    the same rows of the lattice share them."""
    j = i64(np.floor(place_y))
    for below in range(2):
        if held[(j + below) & 1] != j + below:
            held[(j + below) & 1] = j + below
            size = i64(row.size * per_x) + 4
            lattice_across(lines[(j + below) & 1], j + below, place_x, per_x, room[:size], k0, k1)
    f = f32(place_y - j)
    f = f * f * (f32(3) - f32(2) * f)
    near, far = f32(weight) * (f32(1) - f), f32(weight) * f
    upper, lower = lines[j & 1], lines[(j + 1) & 1]
    for x in range(row.size):
        row[x] += near * upper[x] + far * lower[x]


@kernel
def lay_fibres(pixels, channels, octaves, top, left, base, k0, k1):
    """Multiply linear light by the paper's reflectance times 1 + noise, in place; pixels (H, W·C).

    `base` (C,): the reflectance to the power of 1/2.4.

    `octaves` (N, 3) float64: cells a pixel down and across, amplitude. (top, left) is the print's corner in px.
    """
    width = pixels.shape[1] // channels
    room, lines, held = room_for_octaves(octaves, width)
    noise, gains = np.empty(width, f32), repeated(base, width)
    wide = np.empty(width * channels, f32)
    for y in range(pixels.shape[0]):
        noise[:] = f32(0)
        for n in range(octaves.shape[0]):
            down, across = octaves[n, 0], octaves[n, 1]
            add_octave(
                noise, (y + 0.5 - top) * down, (0.5 - left) * across, across, octaves[n, 2],
                u32(k0) + u32(n), k1, room, lines[n], held[n],
            )  # fmt: skip
        gained(pixels[y], channels, noise, gains, wide)


@kernel
def repeated(colour, times):
    """A (C,) colour `times` over, as a row of interleaved channels."""
    row = np.empty(times * colour.size, f32)
    for x in range(times):
        for c in range(colour.size):
            row[x * colour.size + c] = f32(colour[c])
    return row


@kernel
def gained(row, channels, noise, gains, wide):
    """Multiply the light of a row by (gain of the channel)^2.4 · (1 + noise), to first order; clipped. `gains` is
    `repeated` over the row, `wide` room for as much."""
    share = f32(1 / 2.4)
    if channels == 1:
        for x in range(noise.size):
            wide[x] = f32(1) + share * noise[x]
    else:
        for i in range(noise.size):
            x, j = u64(i), u64(3) * u64(i)
            g = f32(1) + share * noise[x]
            wide[j], wide[j + u64(1)], wide[j + u64(2)] = g, g, g
    for x in range(row.size):
        v, h = row[x], wide[x] * gains[x]
        row[x] = min(max(max((v + f32(OFFSET)) * h - f32(OFFSET), v * h * h), f32(0)), f32(1))


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
    room, lines, held = room_for_octaves(octaves, width + 1)
    relief, bumps = np.empty(width, f32), np.empty(width + 1, f32)
    gains, wide = np.ones(pixels.shape[1], f32), np.empty(pixels.shape[1], f32)
    for y in range(pixels.shape[0]):
        relief[:] = f32(0)
        add_waves(relief, waves, cosines, sines, y + 0.5 - top)
        for n in range(octaves.shape[0]):
            down, across = octaves[n, 0], octaves[n, 1]
            bumps[:] = f32(0)
            add_octave(
                bumps, (y + 0.5 - top) * down, (0.5 - left) * across, across, octaves[n, 2],
                u32(k0) + u32(n), k1, room, lines[n], held[n],
            )  # fmt: skip
            before = f32(octaves[n, 3])
            for x in range(width):
                relief[x] += bumps[x + 1] - before * bumps[x]
        gained(pixels[y], channels, relief, gains, wide)
