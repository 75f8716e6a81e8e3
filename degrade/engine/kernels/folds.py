"""Where a print is folded: the line of each fold, how wide the emulsion has broken along it, and the fibres beside it.

All lengths are in mm; the geometry comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, speck, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fractal_noise_1d, log2, mix32, normal_at, power, sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief, draw_rim, tangents_along

u32, f32, i32 = np.uint32, np.float32, np.int32

MIXED, FULL, CORNER, BEND = 0, 1, 2, 3
"""Codes of the kinds of folds."""
SEGMENT_MM = 3.2
"""Length of one segment of a fold's path, at most."""
OFFSET, PLUS, MINUS, TWIN_OFFSET, TWIN, FLAKE_PLUS, FLAKE_MINUS = range(7)
"""Rows of a fold's samples: centre line, half widths of the break, of its parallel twin, and of the flakes."""
BREAK_ROUGHNESS, FLAKE_ROUGHNESS = 0.75, 0.3
"""How far noise moves the edges of a break and of a flake, as a share of their half width."""
THINNEST_MM = 0.003
"""Half width below which a hairline is closed."""
SOIL_SPREAD_MM = 0.55
"""How far dirt spreads from the rims."""
BEYOND_MM = 1.5
"""How far a fold that crosses the print runs on beyond its edges."""
HURST = 2.3**-0.67
"""Fall of amplitude from one octave of the noise to the next one, 2.3 times finer, in a self-affine line of Hurst
exponent 0.67, as lines of fracture in paper have."""


@kernel
def salted(k0, fold, purpose):
    """A key word of its own for one purpose of one fold."""
    return mix32(u32(k0) + u32(fold * 64 + purpose) * u32(0x9E3779B1))


@kernel
def through_print(x, y, dx, dy, height, width):
    """The chord along which the line through (x, y) with direction (dx, dy) crosses the print, a little beyond it."""
    low, high = f32(-1e9), f32(1e9)
    for axis in range(2):
        position, direction, size = (x, dx, width) if axis == 0 else (y, dy, height)
        if abs(direction) > f32(1e-6):
            first = (f32(-BEYOND_MM) - position) / direction
            second = (size + f32(BEYOND_MM) - position) / direction
            low, high = max(low, min(first, second)), min(high, max(first, second))
    return x + low * dx, y + low * dy, x + high * dx, y + high * dy


@kernel
def full_chord(fold, height, width, k0, k1):
    """Across the whole print: in halves, thirds or quarters, the second fold of a print mostly square to the first."""
    first_lies = uniform_at(k0, k1, 0, 1) < height * height / (height * height + width * width)
    lies = first_lies if fold % 2 == 0 or uniform_at(k0, k1, fold, 2) < f32(0.1) else not first_lies
    u, side = uniform_at(k0, k1, fold, 3), uniform_at(k0, k1, fold, 4)
    share = f32(0.5) if u < f32(0.5) else (f32(1 / 3.0) if u < f32(0.75) else f32(0.25))
    share = share if side < f32(0.5) else f32(1) - share
    share += f32(0.025) * normal_at(k0, k1, fold, 2)
    turns = f32(0.0035) * normal_at(k0, k1, fold, 3)
    if uniform_at(k0, k1, fold, 5) < f32(0.12):
        turns = uniform_at(k0, k1, fold, 6) - f32(0.5)
    sine, cosine = sincos(turns if lies else turns + f32(0.25))
    x, y = (width * f32(0.5), height * share) if lies else (width * share, height * f32(0.5))
    return through_print(x, y, cosine, sine, height, width)


@kernel
def corner_chord(fold, height, width, k0, k1):
    """A dog-ear: a line that cuts off one corner, with legs of about 14 mm."""
    corner = i32(uniform_at(k0, k1, fold, 3) * f32(4))
    along_x = min(f32(14) * exp2(f32(0.8) * normal_at(k0, k1, fold, 2)), f32(0.45) * width)
    along_y = min(along_x * exp2(f32(0.5) * normal_at(k0, k1, fold, 3)), f32(0.45) * height)
    x0, x1 = (along_x, f32(0)) if corner % 2 == 0 else (width - along_x, width)
    y0, y1 = (f32(0), along_y) if corner < 2 else (height, height - along_y)
    length = max(np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)), f32(1e-3))
    return through_print(x0, y0, (x1 - x0) / length, (y1 - y0) / length, height, width)


@kernel
def bend_chord(fold, height, width, k0, k1):
    """A crease that begins and ends within the print."""
    diagonal = np.sqrt(height * height + width * width)
    half = diagonal * (f32(0.06) + f32(0.17) * uniform_at(k0, k1, fold, 3))
    sine, cosine = sincos(uniform_at(k0, k1, fold, 4) * f32(0.5))
    x, y = width * uniform_at(k0, k1, fold, 5), height * uniform_at(k0, k1, fold, 6)
    return x - half * cosine, y - half * sine, x + half * cosine, y + half * sine


@kernel
def fold_kind(fold, kind, k0, k1):
    """The kind of one fold; of mixed ones half cross the print, a fifth are dog-ears, the rest bends."""
    if kind != MIXED:
        return kind
    u = uniform_at(k0, k1, fold, 0)
    return FULL if u < f32(0.5) else (CORNER if u < f32(0.7) else BEND)


@kernel
def fold_lines(lines, kinds, kind, height, width, k0, k1):
    """Fill `lines` (count, 4) with the chords x0, y0, x1, y1 in mm from the print's corner, and `kinds` (count,)."""
    h, w = f32(height), f32(width)
    for fold in range(lines.shape[0]):
        kinds[fold] = fold_kind(fold, kind, k0, k1)
        if kinds[fold] == FULL:
            x0, y0, x1, y1 = full_chord(fold, h, w, k0, k1)
        elif kinds[fold] == CORNER:
            x0, y0, x1, y1 = corner_chord(fold, h, w, k0, k1)
        else:
            x0, y0, x1, y1 = bend_chord(fold, h, w, k0, k1)
        lines[fold, 0], lines[fold, 1], lines[fold, 2], lines[fold, 3] = x0, y0, x1, y1


@kernel
def wandering(offset, length, free, fold, k0, k1):
    """Fill the row `offset` with a fold's deviations from a straight line, in mm: a slight bow, a self-affine wander that
    stays below a thousandth or so of the length, and the unsteadiness of tearing over a few millimetres."""
    n = offset.size
    offset[:] = f32(0)
    fractal_noise_1d(offset, f32(n) * f32(0.4), 4, HURST, salted(k0, fold, 1), k1)
    large = f32(0.0012) * length * exp2(f32(0.6) * normal_at(k0, k1, fold, 4))
    zigzag = np.zeros(n, np.float32)
    fractal_noise_1d(zigzag, f32(30), 4, f32(0.6), salted(k0, fold, 2), k1)
    fine = f32(0.22) * exp2(f32(0.6) * normal_at(k0, k1, fold, 5))
    bow = length * (f32(0.03) if free else f32(0.004)) * normal_at(k0, k1, fold, 6)
    for j in range(n):
        t = f32(j) / f32(n - 1)
        offset[j] = large * offset[j] + fine * zigzag[j] + bow * t * (f32(1) - t)


@kernel
def openness(opened, length, severity, free, fold, k0, k1):
    """Fill the row `opened` with how far the emulsion has broken along a fold, 0 or less: not at all, 1: over its whole
    width. It comes and goes over millimetres and over the fold's length, is worse at the print's edges, and dies away
    towards free ends."""
    n = opened.size
    opened[:] = f32(0)
    fractal_noise_1d(opened, f32(9), 4, f32(0.6), salted(k0, fold, 3), k1)
    slow = np.zeros(n, np.float32)
    fractal_noise_1d(slow, f32(70), 2, f32(0.6), salted(k0, fold, 4), k1)
    step = length / f32(n - 1)
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
        opened[j] = min(value, f32(1.5)) if step > f32(0) else f32(0)


@kernel
def gaping(opened):
    """How wide a break gapes, as a share of the fold's width: about `opened` where that is positive, and below that a
    hairline that thins out instead of stopping short."""
    return max(f32(0.5) * (opened + np.sqrt(opened * opened + f32(0.02))) - f32(0.012), f32(0))


@kernel
def broken(samples, opened, width, fold, k0, k1):
    """Fill a fold's samples (7, M) with the half widths of its break and, for stretches, of a parallel twin to which a
    part of the width passes over."""
    n = opened.size
    first, second, gate = np.zeros(n, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    fractal_noise_1d(first, f32(3) + f32(5) * width, 3, f32(0.6), salted(k0, fold, 5), k1)
    fractal_noise_1d(second, f32(3) + f32(5) * width, 3, f32(0.6), salted(k0, fold, 6), k1)
    fractal_noise_1d(gate, f32(34), 3, f32(0.6), salted(k0, fold, 7), k1)
    side = f32(1) if uniform_at(k0, k1, fold, 9) < f32(0.5) else f32(-1)
    apart = side * (f32(0.35) + width * (f32(0.5) + f32(0.6) * uniform_at(k0, k1, fold, 10)))
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
    """Flakes along a fold, `per_100_mm` of them where it is open; the chance beneath one decides whether there is one."""
    n = opened.size
    per_mm = f32(n - 1) / length
    number = i32(f32(per_100_mm) * length * f32(0.01) + uniform_at(k0, k1, fold, 11))
    key = salted(k0, fold, 8)
    for i in range(number):
        centre = i32(uniform_at(key, k1, i, 0) * f32(n - 1))
        if opened[centre] < f32(0.35):
            continue
        base = f32(2.2) * exp2(f32(0.7) * normal_at(key, k1, i, 1))
        height = base * (f32(0.14) + f32(0.3) * uniform_at(key, k1, i, 1)) * min(opened[centre], f32(1))
        apex = f32(0.15) + f32(0.7) * uniform_at(key, k1, i, 2)
        before, after = max(i32(base * apex * per_mm), 1), max(i32(base * (f32(1) - apex) * per_mm), 1)
        cusp = f32(1) + f32(1.2) * uniform_at(key, k1, i, 3)
        if uniform_at(key, k1, i, 8) < f32(0.5):
            add_flake(samples[FLAKE_PLUS], samples[PLUS], centre, before, after, height, cusp)
        else:
            add_flake(samples[FLAKE_MINUS], samples[MINUS], centre, before, after, height, cusp)


@kernel
def crossing(lines, one, other):
    """Where fold `one` meets fold `other`, as a share of its length, or -1."""
    ax, ay = lines[one, 2] - lines[one, 0], lines[one, 3] - lines[one, 1]
    bx, by = lines[other, 2] - lines[other, 0], lines[other, 3] - lines[other, 1]
    cx, cy = lines[other, 0] - lines[one, 0], lines[other, 1] - lines[one, 1]
    turn = ax * by - ay * bx
    if abs(turn) < f32(1e-3):
        return f32(-1)
    t, s = (cx * by - cy * bx) / turn, (cx * ay - cy * ax) / turn
    return t if f32(0) < t < f32(1) and f32(0) < s < f32(1) else f32(-1)


@kernel
def flake_at_crossings(samples, lines, fold, length, severity, width, k0, k1):
    """Where folds cross, the emulsion comes off in a star between them."""
    n = samples.shape[1]
    worn = min(max(severity + f32(0.5), f32(0)), f32(1.3))
    for other in range(lines.shape[0]):
        t = crossing(lines, fold, other) if other != fold else f32(-1)
        if t < f32(0) or worn <= f32(0):
            continue
        centre = i32(t * f32(n - 1) + f32(0.5))
        for side in range(2):
            j = 16 + other * 8 + side * 4
            height = width * worn * (f32(0.5) + f32(1.4) * uniform_at(k0, k1, fold, j))
            per_mm = f32(n - 1) / length
            before = max(i32(width * (f32(2) + f32(5) * uniform_at(k0, k1, fold, j + 1)) * per_mm), 2)
            after = max(i32(width * (f32(2) + f32(5) * uniform_at(k0, k1, fold, j + 2)) * per_mm), 2)
            add_flake(
                samples[FLAKE_PLUS + side], samples[PLUS + side], centre, before, after, height, f32(1.6)
            )


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
    up = f32(1) if uniform_at(k0, k1, fold, 12) < f32(0.5) else f32(-1)
    shade[:] = f32(0)
    fractal_noise_1d(shade, f32(6), 3, f32(0.6), salted(k0, fold, 9), k1)
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
    for fold in range(lines.shape[0]):
        free = kinds[fold] == BEND
        dx, dy = lines[fold, 2] - lines[fold, 0], lines[fold, 3] - lines[fold, 1]
        length = max(np.sqrt(dx * dx + dy * dy), f32(0.1))
        segments = min(max(i32(np.ceil(length / f32(SEGMENT_MM))), 2), nodes.shape[1] - 1)
        count = segments * PER_SEGMENT + 1
        used[fold] = segments + 1
        own = samples[fold, :, :count]
        own[:] = f32(0)
        harm = f32(severity) - (f32(0.5) if free else f32(0))
        offset, opened = own[OFFSET], np.empty(count, np.float32)
        wandering(offset, length, free, fold, k0, k1)
        openness(opened, length, harm, free, fold, k0, k1)
        for i in range(segments + 1):
            t, d = f32(i) / f32(segments), offset[i * PER_SEGMENT] / length
            nodes[fold, i, 0] = lines[fold, 0] + f32(left) + t * dx - d * dy
            nodes[fold, i, 1] = lines[fold, 1] + f32(top) + t * dy + d * dx
        straighten(offset)
        broken(own, opened, f32(width), fold, k0, k1)
        flake_off(own, opened, length, flakes, fold, k0, k1)
        flake_at_crossings(own, lines, fold, length, f32(severity), f32(width), k0, k1)
        tangents_along(nodes[fold, : segments + 1], tangents[fold, : segments + 1])
        relief_along(shades[fold, : segments + 1], lines, fold, f32(relief), free, f32(light), k0, k1)


@kernel
def straighten(offset):
    """Leave in `offset` what the straight lines between every `PER_SEGMENT`-th sample do not follow."""
    for first in range(0, offset.size - 1, PER_SEGMENT):
        low, high = offset[first], offset[first + PER_SEGMENT]
        for j in range(PER_SEGMENT):
            offset[first + j] -= low + (high - low) * f32(j) / f32(PER_SEGMENT)
    offset[offset.size - 1] = f32(0)


@kernel
def beside(nodes, tangents, samples, q, side):
    """The point at the rim of a break, `q` samples along the path, on the positive (1) or negative (-1) side: x, y, the
    unit direction away from the path, and the half width there, in mm."""
    j = min(i32(q), samples.shape[1] - 2)
    i = min(j // PER_SEGMENT, nodes.shape[0] - 2)
    s = (q - f32(i * PER_SEGMENT)) / f32(PER_SEGMENT)
    dx, dy = nodes[i + 1, 0] - nodes[i, 0], nodes[i + 1, 1] - nodes[i, 1]
    nx, ny = -tangents[i, 1], tangents[i, 0]
    half = samples[PLUS, j] if side > f32(0) else samples[MINUS, j]
    d = samples[OFFSET, j] + side * half
    return nodes[i, 0] + s * dx + nx * d, nodes[i, 1] + s * dy + ny * d, nx * side, ny * side, half


@kernel
def draw_fringe(coverage, height, width, nodes, tangents, samples, px_per_mm, fold, values, k0, k1):
    """Fibres of the paper that stand out over the rims of a break, and flecks where the emulsion beside it is rubbed."""
    whole = i32(0), i32(0), i32(0), i32(0)
    n, scale = samples.shape[1], f32(px_per_mm)
    key = salted(k0, fold, 10)
    per_px = f32(6) / scale
    for i in range(n - 1):
        q = uniform_at(key, k1, i, 0) * f32(n - 1)
        side = f32(1) if uniform_at(key, k1, i, 1) < f32(0.5) else f32(-1)
        x, y, nx, ny, half = beside(nodes, tangents, samples, q, side)
        if half < f32(0.03) + f32(0.1) * uniform_at(key, k1, i, 2):
            continue
        u, alpha = uniform_at(key, k1, i, 3), f32(0.2) + f32(0.5) * uniform_at(key, k1, i, 4)
        sine, cosine = sincos((uniform_at(key, k1, i, 5) - f32(0.5)) * f32(0.42))
        ax, ay = nx * cosine - ny * sine, nx * sine + ny * cosine
        if i % 3 != 0:
            long = f32(0.05) + f32(0.4) * u * u * u
            thick = scale * (f32(0.02) + f32(0.02) * u)
            box = stroke(
                coverage, height, width, (x - ax * f32(0.05)) * scale, (y - ay * f32(0.05)) * scale,
                (x + ax * long) * scale, (y + ay * long) * scale, thick, thick * f32(0.6), alpha, alpha * f32(0.4),
            )  # fmt: skip
        else:
            far = f32(-0.35) * log2(u)
            radius = scale * f32(0.04) * exp2(f32(0.7) * normal_at(key, k1, i, 2))
            box = speck(
                coverage, height, width, (x + nx * far) * scale, (y + ny * far) * scale, radius, alpha,
                f32(0.7), per_px, values,
            )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_folds(coverage, height, width, nodes, tangents, samples, used, px_per_mm, subsamples, values, k0, k1):
    """The broken emulsion of all folds, with the fibres and flecks beside it."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        path, direction, own = nodes[fold, :n], tangents[fold, :n], samples[fold, :, :m]
        box = draw_break(
            coverage, height, width, path, direction, own[OFFSET], own[PLUS], own[MINUS],
            px_per_mm, BREAK_ROUGHNESS, subsamples, values,
        )  # fmt: skip
        whole = joined(whole, box)
        box = draw_break(
            coverage, height, width, path, direction, own[TWIN_OFFSET], own[TWIN], own[TWIN],
            px_per_mm, BREAK_ROUGHNESS, subsamples, values,
        )  # fmt: skip
        whole = joined(whole, box)
        box = draw_fringe(coverage, height, width, path, direction, own, px_per_mm, fold, values, k0, k1)
        whole = joined(whole, box)
    return whole


@kernel
def draw_flakes(coverage, height, width, nodes, tangents, samples, used, px_per_mm, subsamples, values):
    """The emulsion that flaked off beside all folds."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        own = samples[fold, :, :m]
        box = draw_break(
            coverage, height, width, nodes[fold, :n], tangents[fold, :n], own[OFFSET], own[FLAKE_PLUS], own[FLAKE_MINUS],
            px_per_mm, FLAKE_ROUGHNESS, subsamples, values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_soil(coverage, height, width, nodes, tangents, samples, used, px_per_mm, amount, values):
    """The dirt in and beside all folds, with `amount` in [0, 1] at most."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n, m = used[fold], (used[fold] - 1) * PER_SEGMENT + 1
        own = samples[fold, :, :m]
        box = draw_rim(
            coverage, height, width, nodes[fold, :n], tangents[fold, :n], own[OFFSET], own[PLUS], own[MINUS],
            px_per_mm, SOIL_SPREAD_MM, amount, values,
        )  # fmt: skip
        whole = joined(whole, box)
    return whole


@kernel
def draw_creases(relief, height, width, nodes, tangents, shades, used, px_per_mm, sigma):
    """The relief of all folds."""
    whole = i32(0), i32(0), i32(0), i32(0)
    for fold in range(used.size):
        n = used[fold]
        box = draw_relief(
            relief, height, width, nodes[fold, :n], tangents[fold, :n], shades[fold, :n], px_per_mm, sigma
        )
        whole = joined(whole, box)
    return whole
