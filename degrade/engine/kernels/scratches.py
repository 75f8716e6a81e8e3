"""Scratches scraped into an emulsion: bundles of near-parallel arcs that fade, skip and sometimes turn.

All lengths are in mm; the geometry comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fractal_noise_1d, mix32, normal_at, sincos, uniform_at

u32, f32, i32 = np.uint32, np.float32, np.int32

LIGHT, DARK, MIXED = 0, 1, 2
"""Codes of the polarities."""
STEP_MM = 0.9
"""Length of one straight piece of an arc, unless the arc is so long that it would have more than `MOST_PIECES`."""
MOST_PIECES = 64
MOST_TOGETHER = 64
"""Largest number of scratches in a bundle."""
MOST_TURN = 0.11
"""Largest share of a circle that an arc describes."""
GOUGE_SHARE = 0.08
"""Share of the scratches that are gouges: wider, deeper, with uneven edges."""


@kernel
def polarity_of(drag, polarity, k0, k1):
    """LIGHT or DARK, for the scratches of one drag; of mixed ones a third are dark."""
    if polarity != MIXED:
        return polarity
    return DARK if uniform_at(k0, k1, drag, u32(0)) < f32(1 / 3.0) else LIGHT


@kernel
def touches(x, y, reach, height, width):
    """Whether anything within `reach` of (x, y) lies on a picture of height × width, all in one unit."""
    return -reach < x < width + reach and -reach < y < height + reach


@kernel
def draw_straight(coverage, height, width, x, y, turns, length, half, px_per_mm):
    """A straight line of even width and full opacity around (x, y), in mm."""
    sine, cosine = sincos(turns)
    dx, dy = f32(0.5) * length * cosine * px_per_mm, f32(0.5) * length * sine * px_per_mm
    cx, cy, thick = x * px_per_mm, y * px_per_mm, half * px_per_mm
    return stroke(coverage, height, width, cx - dx, cy - dy, cx + dx, cy + dy, thick, thick, f32(1), f32(1))


@kernel
def draw_arc(
    coverage, height, width, x, y, turns, bend, length, half, alpha, gouge, px_per_mm, waver, skips, own, k0, k1
):
    """One scratch around (x, y) mm: an arc of curvature `bend` (turns a mm) that grows, skips over the relief of the
    emulsion, wavers a little and fades; one in fifteen turns sharply. `waver` and `skips` are scratch rows."""
    pieces = min(max(i32(length / f32(STEP_MM)), 5), MOST_PIECES)
    waver, skips = waver[: pieces + 1], skips[: pieces + 1]
    waver[:], skips[:] = f32(0), f32(0)
    key = mix32(u32(k0) ^ u32(u32(own) * u32(0x9E3779B1)))
    fractal_noise_1d(waver, f32(6), i32(3), f32(0.5), key, k1)
    fractal_noise_1d(skips, f32(2.1), i32(2), f32(0.7), u32(key ^ u32(0x55)), k1)
    skew = (uniform_at(key, k1, own, u32(0)) - f32(0.5)) * f32(1.5)
    hook = uniform_at(key, k1, own, u32(1))
    turn_at, turned = f32(2), f32(0)
    if hook < f32(0.07):
        turn_at, turned = f32(0.45) + f32(5) * hook, (uniform_at(key, k1, own, u32(2)) - f32(0.5)) * f32(0.7)
    uneven = f32(0.5) if gouge else f32(0.15)
    step = length / f32(pieces)
    sine, cosine = sincos(turns)
    px = x - f32(0.5) * length * cosine
    py = y - f32(0.5) * length * sine
    sine, cosine = sincos(turns - f32(0.5) * bend * length)
    turn_sine, turn_cosine = sincos(bend * step)
    ax, ay, a_half, a_alpha = px, py, f32(0), f32(0)
    whole = i32(0), i32(0), i32(0), i32(0)
    # On a small picture several pieces fall within a pixel: one stroke then serves them.
    stride = max(i32(f32(0.9) / (step * px_per_mm)), 1)
    for p in range(pieces + 1):
        t = f32(p) / f32(pieces)
        if p > 0:
            px, py = px + step * cosine, py + step * sine
            cosine, sine = cosine * turn_cosine - sine * turn_sine, sine * turn_cosine + cosine * turn_sine
        if t > turn_at:
            sine, cosine = sincos(turns + bend * (t - f32(0.5)) * length + turned)
            turn_at = f32(2)
        if p % stride != 0 and p != pieces:
            continue
        s = t + skew * t * (f32(1) - t) * f32(0.66)
        swell = f32(4) * s * (f32(1) - s)
        rise = swell * (f32(2) - swell)
        side = f32(0.05) * waver[p]
        bx, by = (px - side * sine) * px_per_mm, (py + side * cosine) * px_per_mm
        b_half = half * (f32(0.55) + f32(0.45) * rise) * max(f32(1) + uneven * skips[p], f32(0.2)) * px_per_mm
        b_alpha = min(max(alpha * rise * (f32(1) + f32(0.75) * skips[p]), f32(0)), f32(1))
        if p > 0 and a_alpha + b_alpha > f32(0):
            box = stroke(coverage, height, width, ax, ay, bx, by, a_half, b_half, a_alpha, b_alpha)
            whole = joined(whole, box)
        ax, ay, a_half, a_alpha = bx, by, b_half, b_alpha
    return whole


@kernel
def draw_scratches(
    coverage, height, width, px_per_mm, top, left, print_height, print_width,
    count, length, half_width, bundle, curvature, straight, polarity, wanted, k0, k1,
):  # fmt: skip
    """The scratches of `count` drags over the print that have the polarity `wanted`.

    Parameters, in mm: the print's corner (`left`, `top`) in the picture, its `print_height` and `print_width`, the
    typical `length` and `half_width` of a scratch; `bundle` scratches a drag on average; `curvature` in 1/mm.
    `straight`: a line of even width and full opacity a drag instead. Gives the box that may have been touched.
    """
    scale, k0, k1 = f32(px_per_mm), u32(k0), u32(k1)
    h, w, longest = f32(height) / scale, f32(width) / scale, f32(print_height + print_width)
    waver, skips = np.empty(MOST_PIECES + 1, np.float32), np.empty(MOST_PIECES + 1, np.float32)
    whole = i32(0), i32(0), i32(0), i32(0)
    for drag in range(count):
        if polarity_of(drag, polarity, k0, k1) != wanted:
            continue
        cx = f32(left) + f32(print_width) * uniform_at(k0, k1, drag, u32(1))
        cy = f32(top) + f32(print_height) * uniform_at(k0, k1, drag, u32(2))
        turns = uniform_at(k0, k1, drag, u32(3))
        typical = min(f32(length) * exp2(f32(0.6) * normal_at(k0, k1, drag, u32(2))), longest)
        if straight:
            if touches(cx, cy, typical, h, w):
                box = draw_straight(coverage, height, width, cx, cy, turns, typical, f32(half_width), scale)
                whole = joined(whole, box)
            continue
        bend = f32(curvature) * f32(1 / 6.2831853) * (f32(0.4) + f32(1.2) * uniform_at(k0, k1, drag, u32(4)))
        bend = bend if uniform_at(k0, k1, drag, u32(5)) < f32(0.5) else -bend
        spread = f32(0.6) + f32(2.4) * uniform_at(k0, k1, drag, u32(6))
        strength = f32(0.45) + f32(0.55) * uniform_at(k0, k1, drag, u32(7))
        members = 1 + i32(uniform_at(k0, k1, drag, u32(13)) * f32(2 * bundle - 1))
        across_sine, across_cosine = sincos(turns + f32(0.25))
        along_sine, along_cosine = sincos(turns)
        for member in range(min(members, MOST_TOGETHER)):
            own = 4096 + drag * MOST_TOGETHER + member
            reach = min(typical * exp2(f32(0.9) * normal_at(k0, k1, own, u32(0))), longest)
            across = spread * normal_at(k0, k1, own, u32(1))
            along = f32(0.4) * typical * normal_at(k0, k1, own, u32(2))
            x, y = cx + across * across_cosine + along * along_cosine, cy + across * across_sine + along * along_sine
            if not touches(x, y, reach, h, w):
                continue
            gouge = uniform_at(k0, k1, own, u32(12)) < f32(GOUGE_SHARE)
            half = f32(half_width) * exp2(f32(0.4) * normal_at(k0, k1, own, u32(4)))
            alpha = strength * (f32(0.3) + f32(0.7) * uniform_at(k0, k1, own, u32(20)))
            if gouge:
                half, alpha, reach = min(half * f32(2.8), reach * f32(0.02)), max(alpha, f32(0.8)), reach * f32(0.7)
            most = f32(MOST_TURN) / reach
            heading, bent = turns + f32(0.005) * normal_at(k0, k1, own, u32(6)), min(max(bend, -most), most)
            box = draw_arc(
                coverage,
                height,
                width,
                x,
                y,
                heading,
                bent,
                reach,
                half,
                alpha,
                gouge,
                scale,
                waver,
                skips,
                own,
                k0,
                k1,
            )
            whole = joined(whole, box)
    return whole
