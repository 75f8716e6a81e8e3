"""Scratches on a film: lines that its transport leaves along it, and arcs that handling leaves anywhere.

Lengths are in thousandths of the frame's diagonal. A scratch lies on the film's base or in its emulsion; each is drawn
by a call of its own, since they print with opposite polarities.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, soft_stroke
from degrade.engine.kernels.film_fibres import draw_fibre, keep_area
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.negative import log_normal_at
from degrade.engine.kernels.noise import exp2, fractal_noise_1d, mix32, normal_at, sincos, uniform_at

u32, f32, i32 = np.uint32, np.float32, np.int32

BASE, EMULSION = 0, 1
"""The sides of a film."""
CORE, RIMS = 0, 1
"""Parts of a line: its core, and the rims of a scratch in the base, which throw the light that the core lost."""
LINE_NODES = 96
"""Straight pieces of a line."""
LEAN = 0.0025
"""Standard deviation of a line's direction, in turns; none leans more than 5°."""
RIM_STRENGTH = 0.4
"""Of a rim, relative to the core."""
STRAND, MOST_STRANDS = 0.75, 5
"""Width of one of the hairlines that an arc is made of, and how many they are at most."""
ARC_LENGTH_SIGMA, ARC_WIDTH_SIGMA, CORRELATION = 0.804, 0.63, 0.4
"""Deviations of the logarithms of an arc's length and width, which go together to some degree: the equivalent diameter
then has a deviation of 0.60, as measured."""


@kernel
def side_of(number, base_share, k0, k1):
    """The side that the scratch `number` lies on."""
    return BASE if uniform_at(k0, k1, number, 0) < f32(base_share) else EMULSION


@kernel
def draw_line(
    coverage, height, width, start_x, start_y, dx, dy, thick, alpha, part, px_per_unit, blur, whole_way, own,
    k0, k1,
):  # fmt: skip
    """A line from (start_x, start_y) on by (dx, dy), units: it wanders a little, comes and goes, and runs the whole way
    or begins or ends somewhere."""
    scale = f32(px_per_unit)
    waver, skips = np.zeros(LINE_NODES + 1, np.float32), np.zeros(LINE_NODES + 1, np.float32)
    key = mix32(u32(k0) ^ u32(u32(own) * u32(0x9E3779B1)))
    fractal_noise_1d(waver, f32(31), i32(2), f32(0.3), key, k1)
    fractal_noise_1d(skips, f32(11), i32(4), f32(0.75), key ^ u32(0x55), k1)
    begins, ends = f32(-0.1), f32(1.1)
    if not whole_way:
        begins = f32(0.9) * uniform_at(k0, k1, own, 12)
        ends = begins + (f32(1.1) - begins) * uniform_at(k0, k1, own, 13)
    broken = f32(0.15) + f32(0.7) * uniform_at(k0, k1, own, 14)
    length = np.sqrt(dx * dx + dy * dy)
    across_x, across_y = -dy / length, dx / length
    offset = f32(0) if part == CORE else f32(0.62) * thick
    half = f32(0.36) * thick if part == CORE else f32(0.2) * thick
    strength = alpha if part == CORE else alpha * f32(RIM_STRENGTH)
    whole = i32(0), i32(0), i32(0), i32(0)
    for way in range(1 if part == CORE else 2):
        beside = offset if way == 0 else -offset
        ax = ay = a_half = a_alpha = f32(0)
        for node in range(LINE_NODES + 1):
            t = f32(node) / f32(LINE_NODES)
            aside = f32(0.6) * waver[node] + beside
            bx = (start_x + t * dx + aside * across_x) * scale
            by = (start_y + t * dy + aside * across_y) * scale
            press = max(f32(1) + broken * (skips[node] - f32(0.3)), f32(0))
            fade = min(max((t - begins) * f32(20), f32(0)), f32(1)) * min(max((ends - t) * f32(20), f32(0)), f32(1))
            b_alpha = min(strength * press * fade, f32(1))
            b_half = half * (f32(0.6) + f32(0.4) * min(press, f32(1))) * scale
            if node > 0 and a_alpha + b_alpha > f32(0):
                box = soft_stroke(coverage, height, width, ax, ay, bx, by, a_half, b_half, a_alpha, b_alpha, f32(blur))
                whole = joined(whole, box)
            ax, ay, a_half, a_alpha = bx, by, b_half, b_alpha
    return whole


@kernel
def draw_lines(
    coverage, height, width, px_per_unit, top, left, tall, wide, upright, count, thick, thick_sigma, base_share, wanted,
    part, opacity, spread, blur, k0, k1,
):  # fmt: skip
    """The lines among `count` that lie on the side `wanted`, along the frame of `tall` by `wide` units whose corner
    lies at (`left`, `top`): `upright` or level. Two in five lie close to the one before."""
    whole = i32(0), i32(0), i32(0), i32(0)
    place = f32(0.5)
    for i in range(count):
        near = uniform_at(k0, k1, i, 2) < f32(0.4) and i > 0
        place = place + f32(0.02) * normal_at(k0, k1, i, 1) if near else uniform_at(k0, k1, i, 1)
        if side_of(i, base_share, k0, k1) != wanted:
            continue
        lean = min(max(f32(LEAN) * normal_at(k0, k1, i, 2), f32(-5.0 / 360)), f32(5.0 / 360))
        sine, cosine = sincos(lean)
        own = log_normal_at(thick, thick_sigma, k0, k1, i, 4)
        alpha = min(log_normal_at(opacity, spread, k0, k1, i, 5), f32(1))
        whole_way = uniform_at(k0, k1, i, 3) < f32(0.6)
        if upright:
            x, y, dx, dy = place * f32(wide) + f32(left), f32(top), sine / cosine * f32(tall), f32(tall)
        else:
            x, y, dx, dy = f32(left), place * f32(tall) + f32(top), f32(wide), sine / cosine * f32(wide)
        box = draw_line(
            coverage,
            height,
            width,
            x,
            y,
            dx,
            dy,
            own,
            alpha,
            part,
            px_per_unit,
            blur,
            whole_way,
            u32(0x20000 + i),
            k0,
            k1,
        )
        whole = joined(whole, box)
    return whole


@kernel
def draw_arcs(
    coverage, height, width, px_per_unit, top, left, tall, wide, count, length, thick, base_share, wanted, opacity,
    spread, blur, k0, k1,
):  # fmt: skip
    """The arcs among `count` that lie on the side `wanted`: length and width are log-normal with the medians `length`
    and `thick`. Gives the box that may have been touched."""
    scale = f32(px_per_unit)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(count):
        if side_of(i, base_share, k0, k1) != wanted:
            continue
        x = (uniform_at(k0, k1, i, 1) * f32(wide) + f32(left)) * scale
        y = (uniform_at(k0, k1, i, 2) * f32(tall) + f32(top)) * scale
        longer, stouter = normal_at(k0, k1, i, 2), normal_at(k0, k1, i, 3)
        stouter = f32(CORRELATION) * longer + f32((1 - CORRELATION**2) ** 0.5) * stouter
        long = f32(length) * exp2(f32(1.442695 * ARC_LENGTH_SIGMA) * longer) * scale
        half = f32(0.5) * f32(thick) * exp2(f32(1.442695 * ARC_WIDTH_SIGMA) * stouter) * scale
        if not (-long < x < f32(width) + long and -long < y < f32(height) + long):
            continue
        half, long = keep_area(half, long)
        alpha = log_normal_at(opacity, spread, k0, k1, i, 4)
        heading, bend = uniform_at(k0, k1, i, 20), f32(0.05) * normal_at(k0, k1, i, 6)
        own = u32(0x40000) + u32(i)
        sine, cosine = sincos(heading + f32(0.5) * bend)
        strands = min(1 + i32(f32(2) * half / (scale * f32(STRAND))), MOST_STRANDS)
        for strand in range(strands):
            beside = half * (f32(2 * strand + 1) / f32(strands) - f32(1))
            box, _, _, _ = draw_fibre(
                coverage, height, width, x - sine * beside, y + cosine * beside, heading, bend, f32(0.02), f32(0),
                f32(0.5), f32(0.015), long, half / f32(strands), alpha, f32(blur), f32(0.55), strand, 24, own, k0, k1,
            )  # fmt: skip
            whole = joined(whole, box)
    return whole
