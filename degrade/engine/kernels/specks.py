"""Dust that lies on a print or on the scanner's glass: specks and fibres, each of one of a few grays.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import added, framed, joined, speck, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, sincos, uniform_at
from degrade.engine.kernels.shared import fractal

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

PIECES = 14
"""Straight pieces of a fibre."""
FINE = 4
"""Samples a side of a pixel that a grain is drawn with."""
FLOCK_MM = 0.25
"""Radius from which a speck is a ragged flock, not a grain."""
ALL = -1
"""Every shade at once."""


@kernel
def dusty_place(number, width, height, k0, k1):
    """(x, y) of speck or fibre `number` on a print of width x height mm: dust lies in drifts, so that one place in two
    is drawn anew where little lies."""
    x = y = f32(0)
    short = min(width, height)
    for trial in range(3):
        x = uniform_at(k0, k1, number, i64(3 * trial)) * width
        y = uniform_at(k0, k1, number, i64(3 * trial + 1)) * height
        thick = f32(0.5) + f32(0.9) * fractal(x / short * f32(3), y / short * f32(3), 2, 0.5, k1, k0)
        if uniform_at(k0, k1, number, i64(3 * trial + 2)) < thick:
            break
    return x, y


@kernel
def draw_grain(coverage, height, width, x, y, radius, long, turns, alpha):
    """A grain of dust around (x, y) px: an ellipse of the area of a disc of `radius` px, `long` times as long as wide,
    averaged over `FINE` samples a side of a pixel."""
    sine, cosine = sincos(turns)
    stretch = np.sqrt(long)
    a, b = f32(1) / (radius * stretch), stretch / radius
    reach = radius * stretch + f32(0.5)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    part = f32(1 / FINE)
    # The samples' soft rim adds to the area of a small grain.
    share = alpha * f32(255) * part * part * radius * radius / (radius * radius + f32(1 / 12.0) * part * part)
    for j in range(box[0], box[1]):
        row = coverage[j, box[2] : box[3]]
        for i in range(row.size):
            inside = f32(0)
            for sy in range(FINE):
                py = f32(j) + (f32(sy) + f32(0.5)) * part - y
                for sx in range(FINE):
                    px = f32(i + box[2]) + (f32(sx) + f32(0.5)) * part - x
                    u, v = (px * cosine + py * sine) * a, (py * cosine - px * sine) * b
                    # The distance to the rim, in samples: how far the square is from 1, by the slope it has there.
                    slope = np.sqrt(u * u * a * a + v * v * b * b) * (f32(2) * part) + f32(1e-6)
                    inside += min(max((f32(1) - u * u - v * v) / slope + f32(0.5), f32(0)), f32(1))
            row[i] = added(row[i], inside * share)
    return box


@kernel
def draw_fibre(coverage, height, width, x, y, turns, length, half, alpha, px_per_mm, key, k1):
    """A fibre from (x, y) px in the direction `turns`: it curls, the more the farther it runs, and tapers at its tips;
    `length` and `half` width are in mm."""
    step = length * px_per_mm / f32(PIECES)
    bend = f32(0.03) * normal_at(key, k1, i64(0), i64(0))
    whole = i32(0), i32(0), i32(0), i32(0)
    for piece in range(PIECES):
        bend = f32(0.8) * bend + f32(0.022) * normal_at(key, k1, piece, i64(1))
        turns += bend
        sine, cosine = sincos(turns)
        nx, ny = x + step * cosine, y + step * sine
        tip = f32(0.6) if piece == 0 or piece == PIECES - 1 else f32(1)
        thick = half * px_per_mm * tip
        box = stroke(coverage, height, width, x, y, nx, ny, thick, thick, alpha, alpha)
        whole = joined(whole, box)
        x, y = nx, ny
    return whole


@kernel
def draw_dust(
    coverage, height, width, px_per_mm, top, left, print_height, print_width, count, fibres, radius, long, dx, dy,
    strength, shades, wanted, values, k0, k1,
):  # fmt: skip
    """Draw the `count` specks, of typically `radius` mm, and the fibres, of typically `long` mm, whose shade, one of
    `shades`, is `wanted`, (dx, dy) px off their place and `strength` times as opaque; gives the box touched."""
    k0, k1, scale = u32(k0), u32(k1), f32(px_per_mm)
    whole = i32(0), i32(0), i32(0), i32(0)
    for number in range(count + fibres):
        if wanted != ALL and i64(uniform_at(k0, k1, number, i64(20)) * f32(shades)) != wanted:
            continue
        x, y = dusty_place(number, f32(print_width), f32(print_height), k0, k1)
        px, py = (x + f32(left)) * scale + f32(dx), (y + f32(top)) * scale + f32(dy)
        alpha = (f32(0.3) + f32(0.7) * uniform_at(k0, k1, number, i64(21))) * f32(strength)
        if number < count:
            r = min(f32(radius) * exp2(f32(0.8) * normal_at(k0, k1, number, i64(6))), f32(8) * f32(radius)) * scale
            if px > -f32(2) * r and py > -f32(2) * r and px < width + f32(2) * r and py < height + f32(2) * r:
                if r < f32(FLOCK_MM) * scale:
                    u, turns = uniform_at(k0, k1, number, i64(22)), uniform_at(k0, k1, number, i64(23))
                    box = draw_grain(coverage, height, width, px, py, r, f32(1) + f32(1.2) * u * u, turns, alpha)
                else:
                    box = speck(coverage, height, width, px, py, r, alpha, f32(0.45), f32(0.9) / r, values)
                whole = joined(whole, box)
            continue
        length = f32(long) * exp2(f32(0.8) * normal_at(k0, k1, number, i64(6)))
        half = f32(0.022) + f32(0.03) * uniform_at(k0, k1, number, i64(22))
        reach = length * scale + f32(2)
        if px > -reach and py > -reach and px < width + reach and py < height + reach:
            turns, key = uniform_at(k0, k1, number, i64(23)), mix32(k0 + u32(number * 77))
            box = draw_fibre(coverage, height, width, px, py, turns, length, half, alpha, scale, key, k1)
            whole = joined(whole, box)
    return whole
