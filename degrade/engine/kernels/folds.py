"""How a fold runs and how the emulsion has broken along it: the samples of its path, and the shading of its crease.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.fold_lines import BEND, BEYOND_MM, crossing
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fractal_noise_1d, mix32, normal_at, power, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, tangents_along

u32, f32, i32 = np.uint32, np.float32, np.int32

SEGMENT_MM = 3.2
"""Length of one segment of a fold's path, at most."""
OFFSET, PLUS, MINUS, TWIN_OFFSET, TWIN, FLAKE_PLUS, FLAKE_MINUS = range(7)
"""Rows of a fold's samples: centre line, half widths of the break, of its parallel twin, and of the flakes."""
THINNEST_MM = 0.003
"""Half width below which a hairline is closed."""
PROFILE, STARS = 4096, 8192
"""Rows of the key's numbers, from which a fold's profile and its crossings draw; its line draws from row 0 on."""
HURST = f32(2.3**-0.67)
"""Fall of amplitude from one octave of the noise to the next one, 2.3 times finer, in a self-affine line of Hurst
exponent 0.67, as lines of fracture in paper have."""


@kernel
def salted(k0, fold, purpose):
    """A key word of its own for one purpose of one fold."""
    return mix32(k0 + u32(u32(fold) * u32(64) + purpose) * u32(0x9E3779B1))


@kernel
def wandering(offset, length, free, fold, k0, k1):
    """Fill the row `offset` with a fold's deviations from a straight line, in mm.

    A slight bow, a self-affine wander of a thousandth or so of the length, and the unsteadiness of tearing over a few
    millimetres.
    """
    n = offset.size
    offset[:] = f32(0)
    fractal_noise_1d(offset, f32(n) * f32(0.4), i32(4), HURST, salted(k0, fold, u32(1)), k1)
    large = f32(0.0012) * length * exp2(f32(0.6) * normal_at(k0, k1, PROFILE + fold, u32(0)))
    zigzag = np.zeros(n, np.float32)
    fractal_noise_1d(zigzag, f32(30), i32(4), f32(0.6), salted(k0, fold, u32(2)), k1)
    fine = f32(0.22) * exp2(f32(0.6) * normal_at(k0, k1, PROFILE + fold, u32(1)))
    bow = length * (f32(0.03) if free else f32(0.004)) * normal_at(k0, k1, PROFILE + fold, u32(2))
    for j in range(n):
        t = f32(j) / f32(n - 1)
        offset[j] = large * offset[j] + fine * zigzag[j] + bow * t * (f32(1) - t)


@kernel
def straighten(offset):
    """Leave in `offset` what the straight lines between every `PER_SEGMENT`-th sample do not follow."""
    for first in range(0, offset.size - 1, PER_SEGMENT):
        low, high = offset[first], offset[first + PER_SEGMENT]
        for j in range(PER_SEGMENT):
            offset[first + j] -= low + (high - low) * f32(j) / f32(PER_SEGMENT)
    offset[offset.size - 1] = f32(0)


@kernel
def openness(opened, length, severity, free, fold, k0, k1):
    """Fill the row `opened` with how far the emulsion has broken along a fold, 0 or less: not at all, 1: over its whole
    width. It comes and goes over millimetres and over the fold's length, is worse at the print's edges, and dies away
    towards free ends."""
    n = opened.size
    opened[:] = f32(0)
    fractal_noise_1d(opened, f32(9), i32(4), f32(0.6), salted(k0, fold, u32(3)), k1)
    slow = np.zeros(n, np.float32)
    fractal_noise_1d(slow, f32(70), i32(2), f32(0.6), salted(k0, fold, u32(4)), k1)
    for j in range(n):
        t = f32(j) / f32(n - 1)
        near = min(t, f32(1) - t)
        value = severity + f32(0.42) * opened[j] + f32(0.4) * slow[j]
        if free:
            e = min(near * f32(3), f32(1))
            value -= f32(1.3) * (f32(1) - e * e * (f32(3) - f32(2) * e))
        else:
            d = (near * length - f32(BEYOND_MM)) / f32(5)
            value += f32(0.45) / (f32(1) + d * d)
        opened[j] = min(value, f32(1.5))


@kernel
def gaping(opened):
    """How wide a break gapes, as a share of the fold's width: about `opened` where that is positive, and below that a
    hairline that thins out instead of stopping short."""
    return max(f32(0.5) * (opened + np.sqrt(opened * opened + f32(0.02))) - f32(0.012), f32(0))


@kernel
def broken(samples, opened, width, fold, k0, k1):
    """Fill a fold's samples (7, ≥ M) with the half widths of its break and, for stretches, of a parallel twin to which
    a part of the width passes over."""
    n = opened.size
    first, second, gate = np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    fractal_noise_1d(first, f32(3) + f32(5) * width, i32(3), f32(0.6), salted(k0, fold, u32(5)), k1)
    fractal_noise_1d(second, f32(3) + f32(5) * width, i32(3), f32(0.6), salted(k0, fold, u32(6)), k1)
    fractal_noise_1d(gate, f32(34), i32(3), f32(0.6), salted(k0, fold, u32(7)), k1)
    side = f32(1) if uniform_at(k0, k1, PROFILE + fold, u32(12)) < f32(0.5) else f32(-1)
    apart = side * (f32(0.35) + width * (f32(0.5) + f32(0.6) * uniform_at(k0, k1, PROFILE + fold, u32(13))))
    for j in range(n):
        here = gaping(opened[j]) * width * f32(0.5)
        twin = min(max(gate[j] * f32(2) - f32(0.7), f32(0)), f32(1))
        main = here * (f32(1) - f32(0.6) * twin)
        samples[PLUS, j] = max(main * (f32(1) + f32(0.45) * first[j]) - f32(THINNEST_MM), f32(0))
        samples[MINUS, j] = max(main * (f32(1) + f32(0.45) * second[j]) - f32(THINNEST_MM), f32(0))
        uneven = f32(1) + f32(0.5) * (first[j] - second[j])
        samples[TWIN, j] = max(here * twin * f32(0.55) * uneven - f32(THINNEST_MM), f32(0))
        samples[TWIN_OFFSET, j] = samples[OFFSET, j] + apart * (f32(1) + f32(0.35) * first[j])


@kernel
def add_flake(row, break_row, centre, before, after, height, cusp):
    """Add a shard of lost emulsion to a side of a break: it rises to `height` mm at sample `centre` and falls in hollow
    curves over `before` and `after` samples."""
    for j in range(max(centre - before, 0), min(centre + after + 1, row.size)):
        away = f32(centre - j) / f32(before) if j < centre else f32(j - centre) / f32(after)
        rise = height * power(max(f32(1) - away, f32(0)), cusp)
        if rise > f32(0.02):
            row[j] = max(row[j], break_row[j] + rise)


@kernel
def flake_off(samples, opened, length, per_100_mm, fold, k0, k1):
    """Flakes along a fold, `per_100_mm` of them where it is open: cusps between the break and a torn edge beside it."""
    n = opened.size
    per_mm = f32(n - 1) / length
    number = np.int64(f32(per_100_mm) * length * f32(0.01) + uniform_at(k0, k1, PROFILE + fold, u32(14)))
    key = salted(k0, fold, u32(8))
    for i in range(number):
        centre = i32(uniform_at(key, k1, i, u32(0)) * f32(n - 1))
        if opened[centre] < f32(0.35):
            continue
        base = f32(2.2) * exp2(f32(0.7) * normal_at(key, k1, i, u32(1)))
        height = base * (f32(0.14) + f32(0.3) * uniform_at(key, k1, i, u32(1))) * min(opened[centre], f32(1))
        apex = f32(0.15) + f32(0.7) * uniform_at(key, k1, i, u32(2))
        before, after = max(i32(base * apex * per_mm), 1), max(i32(base * (f32(1) - apex) * per_mm), 1)
        cusp = f32(1) + f32(1.2) * uniform_at(key, k1, i, u32(3))
        if uniform_at(key, k1, i, u32(8)) < f32(0.5):
            add_flake(samples[FLAKE_PLUS, :n], samples[PLUS, :n], centre, before, after, height, cusp)
        else:
            add_flake(samples[FLAKE_MINUS, :n], samples[MINUS, :n], centre, before, after, height, cusp)


@kernel
def flake_at_crossings(samples, opened, lines, fold, length, severity, width, k0, k1):
    """Where folds cross, the emulsion comes off in a star between them."""
    n = opened.size
    worn = min(max(severity + f32(0.5), f32(0)), f32(1.3))
    for other in range(lines.shape[0]):
        t = crossing(lines, fold, other) if other != fold else f32(-1)
        if t < f32(0) or worn <= f32(0):
            continue
        centre = i32(t * f32(n - 1) + f32(0.5))
        for side in range(2):
            j = other * 8 + side * 4
            height = width * worn * (f32(0.5) + f32(1.4) * uniform_at(k0, k1, STARS + fold, j))
            per_mm = f32(n - 1) / length
            before = max(i32(width * (f32(2) + f32(5) * uniform_at(k0, k1, STARS + fold, j + 1)) * per_mm), 2)
            after = max(i32(width * (f32(2) + f32(5) * uniform_at(k0, k1, STARS + fold, j + 2)) * per_mm), 2)
            add_flake(samples[FLAKE_PLUS + side, :n], samples[PLUS + side, :n], centre, before, after, height, f32(1.6))


@kernel
def relief_along(shade, lines, fold, relief, free, light, k0, k1):
    """Fill the row `shade` (N,) with a fold's shading at its nodes: it depends on how squarely light from `light` (in
    turns) meets it, on whether it was folded up or down, and lessens and grows along it."""
    n = shade.size
    dx, dy = lines[fold, 2] - lines[fold, 0], lines[fold, 3] - lines[fold, 1]
    length = max(np.sqrt(dx * dx + dy * dy), f32(1e-6))
    sine, cosine = sincos(light)
    facing = (-dy * cosine + dx * sine) / length
    facing = max(facing, f32(0.45)) if facing >= f32(0) else min(facing, f32(-0.45))
    up = f32(1) if uniform_at(k0, k1, PROFILE + fold, u32(15)) < f32(0.5) else f32(-1)
    shade[:] = f32(0)
    fractal_noise_1d(shade, f32(6), i32(3), f32(0.6), salted(k0, fold, u32(9)), k1)
    for i in range(n):
        near = min(f32(i), f32(n - 1 - i)) / f32(n - 1) * f32(3.3)
        fades = min(near, f32(1)) if free else f32(1)
        shade[i] = up * facing * relief * fades * max(f32(1) + f32(0.45) * shade[i], f32(0.1))


@kernel
def fold_geometry(
    lines, kinds, top, left, severity, width, flakes, relief, light, nodes, tangents, shades, samples, used, k0, k1
):
    """Fill in all folds: nodes and tangents (count, N, 2), shades (count, N), samples (count, 7, M), and how many nodes
    of each are used (count,). (`left`, `top`) is the print's corner in the picture, in mm."""
    k0, k1 = u32(k0), u32(k1)
    for fold in range(lines.shape[0]):
        free = kinds[fold] == BEND
        dx, dy = lines[fold, 2] - lines[fold, 0], lines[fold, 3] - lines[fold, 1]
        length = max(np.sqrt(dx * dx + dy * dy), f32(0.1))
        segments = min(max(i32(np.ceil(length / f32(SEGMENT_MM))), 2), nodes.shape[1] - 1)
        count = segments * PER_SEGMENT + 1
        used[fold] = segments + 1
        own = samples[fold]
        own[FLAKE_PLUS:] = f32(0)
        harm = f32(severity) - (f32(0.5) if free else f32(0))
        offset, opened = own[OFFSET, :count], np.empty(count, np.float32)
        wandering(offset, length, free, fold, k0, k1)
        openness(opened, length, harm, free, fold, k0, k1)
        for i in range(segments + 1):
            t, d = f32(i) / f32(segments), offset[i * PER_SEGMENT] / length
            nodes[fold, i, 0] = lines[fold, 0] + f32(left) + t * dx - d * dy
            nodes[fold, i, 1] = lines[fold, 1] + f32(top) + t * dy + d * dx
        straighten(offset)
        broken(own, opened, f32(width), fold, k0, k1)
        flake_off(own, opened, length, flakes, fold, k0, k1)
        flake_at_crossings(own, opened, lines, fold, length, f32(severity), f32(width), k0, k1)
        tangents_along(nodes[fold, : segments + 1], tangents[fold, : segments + 1])
        relief_along(shades[fold, : segments + 1], lines, fold, f32(relief), free, f32(light), k0, k1)
