"""Film grain: correlated noise in density."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

u16, u64, f32, i32 = np.uint16, np.uint64, np.float32, np.int32


@kernel
def filter_bytes(line, total, noise, taps, step):
    """The row `line` (float32): the longer row of bytes `noise`, as odd numbers from -255 to 255, filtered by `taps`
    (four by four), `step` interleaved channels apart.

    `total` is room for a row of uint16, in which LLVM adds twice as many at once as in float32.
    """
    width, weights = line.size, f32(0)
    for t in range(0, taps.size, 4):
        a, b, c, d = u16(taps[t]), u16(taps[t + 1]), u16(taps[t + 2]), u16(taps[t + 3])
        weights += taps[t] + taps[t + 1] + taps[t + 2] + taps[t + 3]
        na = noise[t * step : t * step + width]
        nb = noise[(t + 1) * step : (t + 1) * step + width]
        nc = noise[(t + 2) * step : (t + 2) * step + width]
        nd = noise[(t + 3) * step : (t + 3) * step + width]
        if t == 0:
            for x in range(width):
                total[x] = u16(u16(u16(a * na[x]) + u16(b * nb[x])) + u16(u16(c * nc[x]) + u16(d * nd[x])))
        else:
            for x in range(width):
                four = u16(u16(u16(a * na[x]) + u16(b * nb[x])) + u16(u16(c * nc[x]) + u16(d * nd[x])))
                total[x] = u16(total[x] + four)
    centre = f32(255) * weights
    for x in range(width):
        line[x] = f32(total[x]) * f32(2) - centre


@kernel
def correlated_row(out, ring, taps, row, step, k0, k1, bits, total):
    """Row `row` of correlated noise into `out`: uniform bytes filtered by `taps` both ways, all float32.

    Rows are asked for in order from 0; `ring` keeps the last horizontally filtered ones. `step` is the number of
    interleaved channels. Taps are whole numbers, a multiple of four of them, that sum to 257 at most: sums of bytes
    along a row fit 16 bits, those both ways stay below 2**24, and every one of them is exact.
    """
    n, width = taps.size, out.size
    for source in range(0 if row == 0 else row + n - 1, row + n):
        start, stride = row_key(k0, k1, source)
        fill_bits(bits, start, stride)
        filter_bytes(ring[source % n], total, bits.view(np.uint8), taps, step)
    for t in range(0, n, 4):
        a, b, c, d = taps[t], taps[t + 1], taps[t + 2], taps[t + 3]
        la, lb, lc, ld = ring[(row + t) % n], ring[(row + t + 1) % n], ring[(row + t + 2) % n], ring[(row + t + 3) % n]
        if t == 0:
            for x in range(width):
                out[x] = a * la[x] + b * lb[x] + c * lc[x] + d * ld[x]
        else:
            for x in range(width):
                out[x] += a * la[x] + b * lb[x] + c * lc[x] + d * ld[x]


@kernel
def add_grain(row, noise, a, b, c):
    """Density noise onto a row of encoded values: the exponential of density, to second order."""
    for x in range(row.size):
        v = row[x]
        n = (a + v * (b + v * c)) * noise[x]
        row[x] = min(max(v * (f32(1) + n + f32(0.5) * n * n), f32(0)), f32(1))


@kernel
def grain_mono(pixels, channels, curve, taps, scale, k0, k1):
    """Grain in place, the same in all channels. pixels (H, W·C); relative amplitude at v: curve · (1, v, v²)."""
    height = pixels.shape[0]
    width = pixels.shape[1] // channels
    ring = np.empty((taps.size, width), np.float32)
    noise = np.empty(width, np.float32)
    spread = np.empty(pixels.shape[1], np.float32)
    total = np.empty(width, np.uint16)
    bits = np.empty((width + taps.size + 2) // 4, np.uint32)
    a, b, c = f32(curve[0] * scale), f32(curve[1] * scale), f32(curve[2] * scale)
    for y in range(height):
        correlated_row(noise, ring, taps, y, 1, k0, k1, bits, total)
        if channels == 1:
            add_grain(pixels[y], noise, a, b, c)
        else:
            for x in range(width):
                n = noise[x]
                spread[3 * x] = n
                spread[3 * x + 1] = n
                spread[3 * x + 2] = n
            add_grain(pixels[y], spread, a, b, c)


@kernel
def grain_dyes(pixels, curve, taps, scale, shared, blue, k0, k1):
    """Grain in place, one noise a dye. pixels (H, 3·W); `shared` of every noise is the sum of all three (this sets the
    correlation between channels), the blue one is `blue` times stronger."""
    height, width = pixels.shape
    ring = np.empty((taps.size, width), np.float32)
    noise = np.empty(width, np.float32)
    total = np.empty(width, np.uint16)
    bits = np.empty((width + 3 * taps.size) // 4, np.uint32)
    a, b, c = f32(curve[0] * scale), f32(curve[1] * scale), f32(curve[2] * scale)
    common, more = f32(shared), f32(blue)
    for y in range(height):
        correlated_row(noise, ring, taps, y, 3, k0, k1, bits, total)
        for x in range(width // 3):
            red, green, rest = noise[3 * x], noise[3 * x + 1], noise[3 * x + 2]
            s = common * (red + green + rest)
            noise[3 * x] = red + s
            noise[3 * x + 1] = green + s
            noise[3 * x + 2] = (rest + s) * more
        add_grain(pixels[y], noise, a, b, c)


@kernel
def coarse_noise(height, width, taps, k0, k1):
    """(height, width) float32 of correlated noise, filtered by `taps` both ways, not normalised."""
    ring = np.empty((taps.size, width), np.float32)
    total, bits = np.empty(width, np.uint16), np.empty((width + taps.size + 2) // 4, np.uint32)
    out = np.empty((height, width), np.float32)
    for y in range(height):
        correlated_row(out[y], ring, taps, y, 1, k0, k1, bits, total)
    return out


@kernel
def add_stretched(row, coarse, y, spacing, weight):
    """Add row `y` of noise to `row`: `coarse` noise whose samples lie `spacing` px apart, linearly between them, times
    `weight`."""
    inverse = f32(1) / f32(spacing)
    place = f32(y) * inverse
    j = i32(place)
    f = place - f32(j)
    upper, lower = coarse[j], coarse[j + 1]
    near, far = f32(weight) * (f32(1) - f), f32(weight) * f
    line = np.empty(upper.size, np.float32)
    for x in range(line.size):
        line[x] = near * upper[x] + far * lower[x]
    for x in range(row.size):
        place = f32(x) * inverse
        i = u64(place)
        f = place - f32(i32(i))
        row[x] += line[i] + f * (line[i + u64(1)] - line[i])


@kernel
def grain_clumps(pixels, channels, curve, near, near_spacing, near_weight, far, far_spacing, far_weight):
    """Clumps of grain in place, the same in all channels: two fields of `coarse_noise`, samples `spacing` px apart,
    times their weights. pixels (H, W·C); relative amplitude at v: curve · (1, v, v²)."""
    height, width = pixels.shape[0], pixels.shape[1] // channels
    noise, spread = np.empty(width, np.float32), np.empty(pixels.shape[1], np.float32)
    a, b, c = f32(curve[0]), f32(curve[1]), f32(curve[2])
    for y in range(height):
        noise[:] = f32(0)
        add_stretched(noise, near, y, near_spacing, near_weight)
        add_stretched(noise, far, y, far_spacing, far_weight)
        if channels == 1:
            add_grain(pixels[y], noise, a, b, c)
        else:
            for x in range(width):
                n = noise[x]
                spread[3 * x] = n
                spread[3 * x + 1] = n
                spread[3 * x + 2] = n
            add_grain(pixels[y], spread, a, b, c)
