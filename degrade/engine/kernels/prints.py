"""Fingerprints: ridges as the level lines of a distance, with dislocations where ridges end or fork.

The phase of the ridges is that of a smooth flow times one spiral for each such place, as any fringe pattern with
singular points can be written (K. G. Larkin, P. A. Fletcher, doi:10.1364/OE.15.008667). Lengths are in mm in the
finger's own frame: a across it, b along it towards the palm, (0, 0) in the middle of what touched.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import added, framed, lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import sincos, uniform_at

u32, f32, i32 = np.uint32, np.float32, np.int32

LOOP, WHORL, ARCH = 0, 1, 2
HALF_WIDE, HALF_LONG = 7.0, 9.5
"""Half axes of what touches: 14 mm by 19 mm."""
ENDINGS = 12
"""Places where a ridge ends or forks."""


@kernel
def smallest(p, q, round_off):
    """The smaller of two, rounded off where they are within `round_off`."""
    h = max(round_off - abs(p - q), f32(0)) / round_off
    return min(p, q) - h * h * round_off * f32(0.25)


@kernel
def flow(a, b, kind):
    """How far a point lies across the ridges, in mm: level lines are ridges. Loops and whorls meet the lines along the
    finger's joint in deltas."""
    if kind == ARCH:
        c, e = a * f32(0.28), (b + f32(1)) * f32(0.2)
        return b + f32(3.6) / ((f32(1) + c * c) * (f32(1) + e * e))
    base = f32(9) - b + f32(0.03) * a * a
    if kind == WHORL:
        x, y = a * f32(1.12), (b + f32(1.5)) * f32(0.92)
        return smallest(np.sqrt(x * x + y * y), base, f32(1.5))
    x, y = a - f32(0.6), b + f32(1.8)
    along = max(f32(-0.7) * x + f32(0.714) * y, f32(0))
    x, y = x + f32(0.7) * along, y - f32(0.714) * along
    return smallest(np.sqrt(x * x + y * y), base, f32(1.5))


@kernel
def set_endings(endings, spiral, k0, k1, own):
    """Fill `endings` (ENDINGS, 3) with places and signs, half of each sign; the first at the core if `spiral`."""
    for n in range(ENDINGS):
        sine, cosine = sincos(uniform_at(k0, k1, own, u32(3 * n)))
        r = np.sqrt(uniform_at(k0, k1, own, u32(3 * n + 1)))
        endings[n, 0], endings[n, 1] = f32(HALF_WIDE) * r * cosine, f32(HALF_LONG) * r * sine
        endings[n, 2] = f32(1) if n % 2 == 0 else f32(-1)
    if spiral:
        endings[0, 0], endings[0, 1] = f32(0), f32(-1.5)


@kernel
def ridge(a, b, kind, per_mm, endings):
    """The height of the ridges at a point, in [-1, 1]; `per_mm` ridges a mm."""
    sine, cosine = sincos(flow(a, b, kind) * per_mm)
    for n in range(ENDINGS):
        x, y = (a - endings[n, 0]) * f32(0.25), (b - endings[n, 1]) * f32(0.25) * endings[n, 2]
        cosine, sine = cosine * x - sine * y, cosine * y + sine * x
    return cosine / max(np.sqrt(cosine * cosine + sine * sine), f32(1e-20))


@kernel
def pressed(a, b, press_a, press_b, values):
    """How firmly the finger touched, in [0, 1]: most at (press_a, press_b), unevenly; a ragged ellipse bounds it."""
    u, v = a * f32(1 / HALF_WIDE), b * f32(1 / HALF_LONG)
    inside = f32(1) - u * u - v * v
    if inside <= f32(-0.45):
        return f32(0)
    contact = lattice_noise(values, a * f32(0.45) + f32(9), b * f32(0.45))
    contact += f32(0.5) * lattice_noise(values, a * f32(1.7), b * f32(1.7) + f32(31))
    inside = min(f32(3.5) * (inside + f32(0.3) * contact), f32(1))
    if inside <= f32(0):
        return f32(0)
    away_a, away_b = (a - press_a) * f32(0.13), (b - press_b) * f32(0.1)
    firm = inside / (f32(1) + away_a * away_a + away_b * away_b)
    return firm * min(max(f32(0.8) + f32(0.55) * contact, f32(0.1)), f32(1))


@kernel
def draw_fingerprint(coverage, height, width, x, y, turns, kind, period, alpha, px_per_mm, subsamples, values, k0, k1):
    """One fingerprint around (x, y) px, turned by `turns`: `alpha` at most, on the ridges; the box it may touch."""
    mm, fine = f32(1) / f32(px_per_mm), i32(subsamples)
    sine, cosine = sincos(turns)
    endings = np.empty((ENDINGS, 3), f32)
    set_endings(endings, kind == WHORL, u32(k0), u32(k1), u32(0))
    reach = f32(HALF_LONG * 1.2) * f32(px_per_mm)
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    per_mm, step = f32(1) / f32(period), mm / f32(fine)
    # Ridges finer than two samples can't be seen, only their mean.
    contrast = min(max(f32(period) / step * f32(0.7) - f32(1.4), f32(0)), f32(1.3))
    press_a, press_b = uniform_at(k0, k1, 1, 0) * f32(3) - f32(1.5), uniform_at(k0, k1, 1, 1) * f32(4) - f32(2)
    share = f32(alpha) * f32(255) / f32(fine * fine)
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            px, py = (f32(i) + f32(0.5) - f32(x)) * mm, (f32(j) + f32(0.5) - f32(y)) * mm
            a, b = px * cosine + py * sine, py * cosine - px * sine
            press = pressed(a, b, press_a, press_b, values)
            if press <= f32(0):
                continue
            bent = f32(0.55) * lattice_noise(values, a * f32(0.16), b * f32(0.16) + f32(17))
            total = f32(0)
            for sub in range(fine * fine):
                ox = (f32(sub % fine) + f32(0.5)) * step - f32(0.5) * mm
                oy = (f32(sub // fine) + f32(0.5)) * step - f32(0.5) * mm
                sub_a, sub_b = a + ox * cosine + oy * sine + bent, b + oy * cosine - ox * sine + bent
                rise = ridge(sub_a, sub_b, kind, per_mm, endings)
                total += min(max(f32(0.5) + contrast * f32(0.75) * rise, f32(0.06)), f32(1))
            row[i] = added(row[i], press * total * share)
    return box
