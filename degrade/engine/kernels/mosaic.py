"""The mosaic of an autochrome: starch grains of three colours, area-averaged or resolved, over the silver beneath.

A pixel holds many grains or part of one. Of three fields of correlated noise, one a colour, the softmax says what share
of the pixel each colour covers: nearly alike shares where many grains average out, patches of one colour where grains
are resolved.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.grain import correlated_row
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, to_encoded, to_linear
from degrade.engine.kernels.tone import clipped

f32 = np.float32


@kernel
def part(row, noise, c, light, own, sharpness):
    """Take colour `c` of an interleaved row as linear light, and 2^(sharpness · noise) of it."""
    for x in range(light.size):
        light[x] = to_linear(row[x * 3 + c])
    for x in range(light.size):
        own[x] = noise[x * 3 + c]
    for x in range(own.size):
        own[x] = exp2(sharpness * own[x])


@kernel
def share_of(total, own, a, b, c, i0, i1, i2, most, least):
    """Fill `own`, a grain colour's weight, with the light that comes through grains of that colour: their share, of a
    `total` of weights, three times over, times the silver beneath, (i0, i1, i2) · the picture's light, which is blended
    with its mean: `most` of the one, `least` of the other."""
    for x in range(own.size):
        beneath = most * (i0 * a[x] + i1 * b[x] + i2 * c[x]) + least * (a[x] + b[x] + c[x])
        own[x] = f32(3) * own[x] / total[x] * min(max(beneath, f32(0)), f32(1))


@kernel
def mixed(row, c, light, o, g, v, m0, m1, m2, strength):
    """Put colour `c` of an interleaved row together again: what the three grain colours let through of it."""
    for x in range(light.size):
        seen = m0 * o[x] + m1 * g[x] + m2 * v[x]
        light[x] = clipped(to_encoded(min(light[x] + strength * (seen - light[x]), f32(1))))
    for x in range(light.size):
        row[x * 3 + c] = light[x]


@kernel
def autochrome(pixels, filters, inverse, taps, sharpness, saturation, strength, k0, k1):
    """Look at (H, 3·W) pixels through a mosaic, in place. `filters` (3, 3): what grains of colour j let through of
    colour i, rows summing to 1; `inverse` of that; `taps` and `sharpness` (bits a unit) of the fields of noise."""
    height, size = pixels.shape
    width = size // 3
    ring, noise = np.empty((taps.size, size), np.float32), np.empty(size, np.float32)
    total16, bits = np.empty(size, np.uint16), np.empty((size + 3 * taps.size) // 4, np.uint32)
    red, green, blue = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    o, g, v = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    total = np.empty(width, np.float32)
    most, least, s, sharp = f32(saturation), f32((1 - saturation) / 3), f32(strength), f32(sharpness)
    for y in range(height):
        correlated_row(noise, ring, taps, y, 3, k0, k1, bits, total16)
        row = pixels[y]
        part(row, noise, 0, red, o, sharp)
        part(row, noise, 1, green, g, sharp)
        part(row, noise, 2, blue, v, sharp)
        for x in range(width):
            total[x] = o[x] + g[x] + v[x]
        share_of(total, o, red, green, blue, inverse[0, 0], inverse[0, 1], inverse[0, 2], most, least)
        share_of(total, g, red, green, blue, inverse[1, 0], inverse[1, 1], inverse[1, 2], most, least)
        share_of(total, v, red, green, blue, inverse[2, 0], inverse[2, 1], inverse[2, 2], most, least)
        mixed(row, 0, red, o, g, v, filters[0, 0], filters[0, 1], filters[0, 2], s)
        mixed(row, 1, green, o, g, v, filters[1, 0], filters[1, 1], filters[1, 2], s)
        mixed(row, 2, blue, o, g, v, filters[2, 0], filters[2, 1], filters[2, 2], s)
