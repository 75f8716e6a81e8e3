"""Rub marks: patches of many faint scratches in one direction, short scuffs, and the haze of what was polished off.

Lengths are in mm; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, mix32, normal_at, sincos, uniform_at

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64

SCRATCH, SCUFF = 0.72, 0.92
"""Cumulative shares of the marks that are hairlines and short scuffs; the rest are broad hazy strokes."""
TURN = 0.012
"""Deviation of a mark from its patch's direction, in turns."""


@kernel
def draw_mark(coverage, height, width, x, y, turns, length, half, alpha, bend, px_per_mm):
    """A mark around (x, y) mm that fades in and out, a little bent in the middle."""
    sine, cosine = sincos(turns)
    dx, dy = f32(0.5) * length * cosine, f32(0.5) * length * sine
    mx, my = (x - bend * sine) * px_per_mm, (y + bend * cosine) * px_per_mm
    ax, ay, bx, by = (x - dx) * px_per_mm, (y - dy) * px_per_mm, (x + dx) * px_per_mm, (y + dy) * px_per_mm
    thick = half * px_per_mm
    box = stroke(coverage, height, width, ax, ay, mx, my, thick * f32(0.7), thick, f32(0), alpha)
    return joined(box, stroke(coverage, height, width, mx, my, bx, by, thick, thick * f32(0.7), alpha, f32(0)))


@kernel
def draw_patch(coverage, height, width, x, y, number, size, marks, half, strength, px_per_mm, k0, k1):
    """One patch of about `size` mm around (x, y) mm: `marks` in all, hairlines of typically `half` mm half width, as
    opaque as `strength`; longer along its direction than across. Gives the box that may have been touched."""
    key = mix32(u32(k0) ^ u32(number * 409 + 3))
    turns = uniform_at(key, k1, i64(0), i64(0))
    sine, cosine = sincos(turns)
    long, across = f32(0.5) * size, f32(0.22) * size * (f32(0.5) + uniform_at(key, k1, i64(0), i64(1)))
    bow = f32(0.12) * normal_at(key, k1, i64(0), i64(1))
    whole = i32(0), i32(0), i32(0), i32(0)
    for mark in range(1, marks + 1):
        s, t = normal_at(key, k1, mark, i64(0)), normal_at(key, k1, mark, i64(1))
        # Marks are dealt in strands: a grain of grit leaves several side by side.
        t += f32(0.5) * normal_at(key, k1, 5000 + mark // 7, i64(0))
        px = x + long * s * cosine - across * (t + bow * s * s) * sine
        py = y + long * s * sine + across * (t + bow * s * s) * cosine
        fades = exp2(f32(-0.28) * (s * s + t * t))
        own = turns + f32(TURN) * normal_at(key, k1, mark, i64(2)) + f32(0.05) * bow * s
        kind, u = uniform_at(key, k1, mark, i64(16)), uniform_at(key, k1, mark, i64(17))
        length = f32(0.28) * size * exp2(f32(0.8) * normal_at(key, k1, mark, i64(5)))
        wide, alpha = half * (f32(0.6) + f32(0.9) * u), f32(0.45) + f32(0.55) * uniform_at(key, k1, mark, i64(18))
        if kind > f32(SCUFF):
            wide, alpha = half * (f32(6) + f32(10) * u), f32(0.2) * alpha
        elif kind > f32(SCRATCH):
            length, wide = half * (f32(9) + f32(24) * u), half * (f32(1.2) + f32(1.6) * u)
        bend = f32(0.02) * length * normal_at(key, k1, mark, i64(6))
        reach = length + wide
        h, w = f32(height) / px_per_mm, f32(width) / px_per_mm
        if -reach < px < w + reach and -reach < py < h + reach:
            box = draw_mark(
                coverage, height, width, px, py, own, length, wide, min(alpha * fades * strength, f32(1)), bend,
                px_per_mm,
            )  # fmt: skip
            whole = joined(whole, box)
    return whole
