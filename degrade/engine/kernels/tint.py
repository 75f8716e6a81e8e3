"""Stains over large parts of a print: the verb `stain` of `layers`, at a tenth of its price.

Above the toe of sRGB v + 0.055 goes with light^(1/2.4), below it v goes nearly with light: the larger of both spares
the detour over linear light and errs by less than half an 8-bit code.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u8, f32, i32 = np.uint8, np.float32, np.int32

DARKENING = 3.321928094887362 / 2.4 * 0.6931471805599453 / 4
"""Exponent, to the base e, of the fourth root of what a density of 1 multiplies v + 0.055 by."""


@kernel
def darken(values, exponents):
    """Multiply light of the encoded row `values` by exp(-9.6·exponents), `exponents` in [0, 0.8]; 0 leaves them."""
    for x in range(values.size):
        e, v = exponents[x], values[x]
        g = f32(1) - e * (f32(1) - e * (f32(0.5) - e * (f32(1 / 6.0) - e * f32(1 / 24.0))))
        g = g * g
        g = g * g
        darker = max((v + f32(0.055)) * g - f32(0.055), v * g * g)
        values[x] = darker if e > f32(0) else v


@kernel
def mark_row(mask, classes, covered, code):
    """Keep soft coverage by maximum and the class of what covers most, for a row; `covered` is zeroed."""
    for x in range(covered.size):
        c, m = covered[x], mask[x]
        more = c >= m and c > u8(0)
        classes[x] = code if more else classes[x]
        mask[x] = c if more else m
        covered[x] = u8(0)


@kernel
def tint(pixels, channels, mask, classes, code, coverage, y0, y1, x0, x1, density):
    """Add `density` (per channel, at least 0, at most 2) in proportion to the coverage; pixels (H, W·C).

    The classes may have a single row, as in `layers.mark`; the coverage is zeroed.
    """
    width = mask.shape[1]
    words = coverage.view(np.uint64)
    exponents = np.empty(width * channels, f32)
    first, last = x0 // 8, (x1 + 7) // 8
    factors = np.empty(channels, f32)
    for c in range(channels):
        factors[c] = min(density[c], f32(2)) * f32(DARKENING / 255)
    for y in range(y0, y1):
        line = words[y]
        block = first
        while block < last:
            if line[block] == 0:
                block += 1
                continue
            end = block + 1
            while end < last and line[end] != 0:
                end += 1
            a, b = block * 8, min(end * 8, width)
            covered = coverage[y, a:b]
            if channels == 1:
                for x in range(b - a):
                    exponents[x] = f32(covered[x]) * factors[0]
            else:
                r, g, h = factors[0], factors[1], factors[2]
                for x in range(b - a):
                    e = f32(covered[x])
                    exponents[3 * x] = e * r
                    exponents[3 * x + 1] = e * g
                    exponents[3 * x + 2] = e * h
            darken(pixels[y, a * channels : b * channels], exponents[: (b - a) * channels])
            mark_row(mask[y, a:b], classes[min(y, classes.shape[0] - 1), a:b], covered, u8(code))
            block = end
