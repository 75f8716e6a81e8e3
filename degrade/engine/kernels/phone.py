"""What a telephone's photograph of a print takes up: the fall of light, reflections of lamps, the sensor's noise.

Smooth fields are (rows, columns) of nodes as in `displace`. Pictures are (H, W·C) float32 rows of interleaved channels.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.gaussian import SCALE
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.layers import clipped
from degrade.engine.kernels.noise import exp2, fill_bits, row_key, to_encoded, to_linear
from degrade.engine.kernels.shared import fractal_row
from degrade.engine.kernels.veils import stretched_row

u32, u64, f32, i32, i64 = np.uint32, np.uint64, np.float32, np.int32, np.int64

# ------------------------------------------------------------------------------------------------ lamps


@kernel
def falling_light(rows, columns, every, centre_y, centre_x, per_px, falloff, slope_y, slope_x):
    """Nodes of the light that reaches the sensor: (1 + falloff·r²)⁻² times an even slope. r and places are in units of
    1/per_px px from the centre."""
    out = np.empty((rows, columns), f32)
    for i in range(rows):
        dy = f32((i * every - centre_y) * per_px)
        for j in range(columns):
            dx = f32((j * every - centre_x) * per_px)
            q = f32(1) + f32(falloff) * (dx * dx + dy * dy)
            out[i, j] = max(f32(1) + f32(slope_y) * dy + f32(slope_x) * dx, f32(0.05)) / (q * q)
    return out


@kernel
def add_lobe(glare, every, top, left, per_px, amount, centre_y, centre_x, radius_y, radius_x, turn, cockling, k0, k1):
    """Add to the nodes a soft reflection of a lamp: a Gaussian lobe around (centre_y, centre_x) with the radii along
    two axes of the tilt `turn` (sine over cosine), bent by the slopes of cockled paper. All lengths in short sides."""
    norm, columns = f32(1 / (1 + turn * turn)), glare.shape[1]
    xs, places, down, across = (
        np.empty(columns, f32),
        np.empty(columns, f32),
        np.empty(columns, f32),
        np.empty(columns, f32),
    )
    for j in range(columns):
        xs[j] = f32((j * every - left) * per_px)
    for i in range(glare.shape[0]):
        y, row = f32((i * every - top) * per_px), glare[i]
        for slopes, seed, salt in ((down, k0, k1), (across, k1, k0)):
            for j in range(columns):
                places[j] = xs[j] * f32(3.5)
            fractal_row(slopes, places, y * f32(3.5), 2, 0.5, seed, salt)
        for j in range(columns):
            dy = y - f32(centre_y) + f32(cockling) * down[j]
            dx = xs[j] - f32(centre_x) + f32(cockling) * across[j]
            a, b = (dx + f32(turn) * dy) / f32(radius_x), (dy - f32(turn) * dx) / f32(radius_y)
            row[j] += f32(amount) * exp2((a * a + b * b) * norm * f32(-0.7213475))


@kernel
def stretched_light(bright, more, channels, gain, glare, balance, cells, shares):
    """A row of the nodes `gain`, times the colour `balance` (C,), and one of `glare`, at each value of a picture's row,
    into `bright` and `more` (W·C,); `cells` and `shares` are those of `stretched_row`."""
    stretched_row(bright, channels, gain, cells, shares)
    stretched_row(more, channels, glare, cells, shares)
    for c in range(channels):
        for x in range(cells.size):
            bright[u64(x * channels + c)] *= balance[c]


@kernel
def light_row(row, f, f0, f1, a0, a1):
    """Multiply the linear light of a row by what lies the share `f` of the way from `f0` to `f1`, and add what lies so
    between `a0` and `a1`."""
    for x in range(row.size):
        times, added = f0[x] + f * (f1[x] - f0[x]), a0[x] + f * (a1[x] - a0[x])
        row[x] = clipped(to_encoded(min(to_linear(row[x]) * times + added, f32(1))))


# ------------------------------------------------------------------------------------------------ sensor


@kernel
def noise_row(out, bits, y, k0, k1):
    """Row `y` of white noise: sums of four random bytes, less their mean; `bits` is a uint32 row as long."""
    start, stride = row_key(k0, k1, u32(y))
    fill_bits(bits, start, stride)
    low = u32(0x00FF00FF)
    for x in range(out.size):
        pairs = u32(u32(bits[x] & low) + u32(u32(bits[x] >> u32(8)) & low))
        out[x] = f32(i32(u32(u32(pairs & u32(0xFFFF)) + u32(pairs >> u32(16))))) - f32(510)


@kernel
def sparse_row(out, bits, sums, row, shift, k0, k1):
    """Noise of a sensor row that has a value at every second pixel, from pixel `shift` on, filled in linearly."""
    noise_row(sums, bits, row, k0, k1)
    half = u64(shift)
    for i in range(u64(out.size // 2)):
        a, b = sums[i], sums[i + u64(1)]
        if shift == 0:
            out[u64(2) * i], out[u64(2) * i + u64(1)] = a, f32(0.5) * (a + b)
        else:
            out[u64(2) * i], out[u64(2) * i + u64(1)] = f32(0.5) * (a + b), b
    if out.size % 2 == 1:
        last = u64(out.size // 2)
        out[out.size - 1] = sums[last] if half == u64(0) else f32(0.5) * (sums[last] + sums[last + u64(1)])


@kernel
def sparse_noise(out, lines, held, bits, sums, y, shift, k0, k1):
    """Row `y` of the noise of the red (`shift` 0) or the blue (1) pixels of a Bayer pattern, filled in bilinearly.
    `lines` (2, W) are the last rows of such pixels that were made, `held` their numbers."""
    first = (y + shift) // 2
    last = first + (y + shift) % 2
    for row in range(first, last + 1):
        if held[row & 1] != row:
            sparse_row(lines[row & 1], bits, sums, row, shift, k0, k1)
            held[row & 1] = row
    upper, lower = lines[first & 1], lines[last & 1]
    for x in range(out.size):
        out[x] = f32(0.5) * (upper[x] + lower[x])


@kernel
def quincunx_noise(out, above, here, below, odd):
    """Noise of a row of a Bayer pattern's green pixels: own values at every second pixel, from 0 or if `odd` 1 on, the
    mean of four neighbours between. The three rows have one value more on either side."""
    own = u64(1) if odd else u64(0)
    for x in range(out.size):
        i = u64(x)
        mean = here[i] + here[i + u64(2)] + above[i + u64(1)] + below[i + u64(1)]
        out[i] = here[i + u64(1)] if i & u64(1) == own else f32(0.25) * mean


@kernel
def add_sensor_noise(row, noise, strength):
    """Add noise to a row of encoded values, 1.3 times `strength` in the blacks and half of it in the whites."""
    s = f32(strength * SCALE)
    for x in range(row.size):
        v = row[x]
        row[x] = clipped(v + s * noise[x] * (f32(1.3) - f32(0.8) * v))


@kernel
def photograph(pixels, channels, is_lit, gain, glare, every, balance, noise, k0, k1):
    """Photograph (H, W·C) pixels, in place: where they are `is_lit`, linear light is multiplied by the nodes `gain` and
    the colour `balance` (C,), and the nodes `glare` are added; then comes the noise of a demosaiced Bayer sensor, of
    the standard deviation `noise`.

    Red and blue have a value of their own at every fourth pixel, green at every second, the others are interpolated: so
    the noise is correlated over two pixels, and coloured in blotches; gray pictures get that of the green pixels.
    """
    height, size = pixels.shape
    width = size // channels
    cells, shares = np.empty(width, i32), np.empty(width, f32)
    for x in range(width):
        cells[x], shares[x] = i32(x // every), f32(x % every) / f32(every)
    # Rows of nodes, stretched to the width of the picture: the one above and the one below.
    bright, more, ready = np.empty((2, size), f32), np.empty((2, size), f32), -1
    long, short = np.empty(width + 2, u32), np.empty(width // 2 + 2, u32)
    greens, sums = np.empty((3, width + 2), f32), np.empty(width // 2 + 2, f32)
    reds, blues, held = np.empty((2, width), f32), np.empty((2, width), f32), np.full((2, 2), -1, i64)
    red, green, blue, wide = np.empty(width, f32), np.empty(width, f32), np.empty(width, f32), np.empty(size, f32)
    if noise > 0:
        for y in range(2):
            noise_row(greens[(y + 2) % 3], long, y, k0, k1)
    for y in range(height):
        row = pixels[y]
        if is_lit:
            j, f = y // every, f32(y % every) / f32(every)
            while ready < j + 1:
                ready += 1
                at = ready & 1
                stretched_light(bright[at], more[at], channels, gain[ready], glare[ready], balance, cells, shares)
            light_row(row, f, bright[j & 1], bright[(j + 1) & 1], more[j & 1], more[(j + 1) & 1])
        if noise <= 0:
            continue
        noise_row(greens[(y + 1) % 3], long, y + 2, k0, k1)
        quincunx_noise(green, greens[(y + 2) % 3], greens[y % 3], greens[(y + 1) % 3], y % 2 == 1)
        if channels == 1:
            add_sensor_noise(row, green, noise)
            continue
        sparse_noise(red, reds, held[0], short, sums, y, 0, k1, k0)
        sparse_noise(blue, blues, held[1], short, sums, y, 1, k0 ^ k1, k0)
        for i in range(width):
            x, j = u64(i), u64(3) * u64(i)
            wide[j], wide[j + u64(1)], wide[j + u64(2)] = red[x], green[x], blue[x]
        add_sensor_noise(row, wide, noise)
