"""The halftone screen of a printing press: dots of ink on crossed lines, one screen an ink.

Where a dot's edge passes, a pixel gets its exact share of ink, the edge taken as straight (the distance to it is that
of the spot function from its threshold, over the function's slope). Screens finer than two pixels are what an aperture
of a pixel leaves of them: their mean and a faint fundamental wave, whose aliases are the moiré.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import sincos, to_encoded, to_linear

f32 = np.float32
LARGEST = 0.97
"""Area of the largest dot on a plate."""
FINEST = 2.0
"""Pixels a period below which no dot is drawn."""


@kernel
def spot_threshold(a):
    """The t for which cos u + cos v > t on the share `a` of the plane: 2 - 2πa + (4π - 8)·a² for a ≤ 1/2, off by 0.02
    of the area at most, and its mirror image above."""
    b = a if a < f32(0.5) else f32(1) - a
    t = f32(2) - b * (f32(6.2831853) - b * f32(4.5663706))
    return t if a < f32(0.5) else -t


@kernel
def dot_area(light):
    """Area of the dot that the plate has for a tone of that linear light: smaller than 1 - light, as a press adds to
    it, and never all of the area, so that shadows keep their detail."""
    s = np.sqrt(light)
    return f32(LARGEST) * (f32(1) - s * np.sqrt(s))


@kernel
def gained_dot(a, gain):
    """Area of a printed dot that was to cover `a`; `gain` is what one of half the area gains."""
    return min(a + f32(4) * gain * a * (f32(1) - a), f32(1))


@kernel
def screen_row(dots, amounts, waves, x_tables, y, slope, kept, gain):
    """Ink of one screen on a row, in [0, 1], from its `amounts`.

    `waves` (2, 4) are its two wave vectors as in `sheets.wave_tables`, `x_tables` (4, W): cosine and sine along the row
    of either. `slope` is the waves' phase a pixel in radians, 0 where no dots are to be drawn; `kept` is what the
    aperture leaves of the fundamental.
    """
    turns_u, turns_v = waves[0, 1] * y + waves[0, 3], waves[1, 1] * y + waves[1, 3]
    su, cu = sincos(f32(turns_u - np.floor(turns_u)))
    sv, cv = sincos(f32(turns_v - np.floor(turns_v)))
    c0, s0, c1, s1 = x_tables[0], x_tables[1], x_tables[2], x_tables[3]
    g = f32(gain)
    if slope > 0:
        steepness = f32(slope)
        for x in range(dots.size):
            a = gained_dot(amounts[x], g)
            t = (c0[x] * cu - s0[x] * su) + (c1[x] * cv - s1[x] * sv)
            du, dv = s0[x] * cu + c0[x] * su, s1[x] * cv + c1[x] * sv
            per_px = steepness * np.sqrt(du * du + dv * dv + f32(0.05))
            edge = f32(0.5) + (t - spot_threshold(a)) / per_px
            dots[x] = min(max(edge, f32(0)), f32(1))
            if a <= f32(0.004):
                dots[x] = f32(0)
            if a >= f32(0.996):
                dots[x] = f32(1)
    else:
        k = f32(kept)
        for x in range(dots.size):
            a = gained_dot(amounts[x], g)
            t = (c0[x] * cu - s0[x] * su) + (c1[x] * cv - s1[x] * sv)
            dots[x] = min(max(a + k * t * a * (f32(1) - a), f32(0)), f32(1))


@kernel
def halftone_gray(pixels, waves, tables, top, slope, kept, gain, ink):
    """Screen (H, W) encoded pixels in black ink of the linear reflectance `ink`, in place."""
    width = pixels.shape[1]
    amounts, dots = np.empty(width, f32), np.empty(width, f32)
    dark = f32(ink)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        for x in range(width):
            amounts[x] = dot_area(to_linear(row[x]))
        screen_row(dots, amounts, waves, tables, y + 0.5 - top, slope, kept, gain)
        for x in range(width):
            row[x] = min(max(to_encoded(f32(1) - dots[x] * (f32(1) - dark)), f32(0)), f32(1))


@kernel
def separated(row, amounts, balance, black_share):
    """Amounts of cyan, magenta, yellow and black ink, (4, W), for a row of RGB: black takes `black_share` of the deep
    grays, what is left of the gray asks for the shares `balance` (3,) of the three others."""
    share, b0, b1, b2 = f32(black_share), balance[0], balance[1], balance[2]
    c, m, yellow, k = amounts[0], amounts[1], amounts[2], amounts[3]
    for x in range(c.size):
        r, g, b = (
            dot_area(to_linear(row[3 * x])),
            dot_area(to_linear(row[3 * x + 1])),
            dot_area(to_linear(row[3 * x + 2])),
        )
        gray = min(min(r, g), b)
        black = share * gray * gray
        left = f32(1) / (f32(1) - black)
        rest = (gray - black) * left
        c[x] = min(max((r - gray) * left + b0 * rest, f32(0)), f32(1))
        m[x] = min(max((g - gray) * left + b1 * rest, f32(0)), f32(1))
        yellow[x] = min(max((b - gray) * left + b2 * rest, f32(0)), f32(1))
        k[x] = max(black, f32(0))


@kernel
def halftone_inks(pixels, inks, balance, waves, tables, top, slope, kept, gain, black_share):
    """Screen (H, 3·W) encoded RGB in four inks, in place.

    `inks` (4, 3): what each lets through of R, G, B; `balance` (3,) and `black_share` as in `separated`; `waves`
    (4, 2, 4) and `tables` (4, 4, W) of each screen as in `screen_row`.
    """
    width = pixels.shape[1] // 3
    amounts, dots = np.empty((4, width), f32), np.empty(width, f32)
    light = np.empty(3 * width, f32)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        separated(row, amounts, balance, black_share)
        light[:] = f32(1)
        for n in range(4):
            screen_row(dots, amounts[n], waves[n], tables[n], y + 0.5 - top, slope, kept, gain)
            r, g, b = f32(1) - inks[n, 0], f32(1) - inks[n, 1], f32(1) - inks[n, 2]
            for x in range(width):
                d = dots[x]
                light[3 * x] *= f32(1) - d * r
                light[3 * x + 1] *= f32(1) - d * g
                light[3 * x + 2] *= f32(1) - d * b
        for i in range(light.size):
            row[i] = min(max(to_encoded(light[i]), f32(0)), f32(1))
