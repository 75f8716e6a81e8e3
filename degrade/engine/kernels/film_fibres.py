"""Fibres on a film: lint and hair.

A fibre is a clothoid, whose curvature grows evenly along it, on which an Ornstein-Uhlenbeck process lets the curvature
wander; it tapers towards its ends. Of all fibres 30 % loop, as far as they are long enough for their width, and 10 %
fork. The area of each is its length times its width, whatever its shape.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined, soft_stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.negative import clustered_place, gathering, log_normal_at
from degrade.engine.kernels.noise import normal_at, sincos, uniform_at

u32, f32, i32 = np.uint32, np.float32, np.int32

LOOPS, FORKS = 0.3, 0.1
"""Shares of the fibres that loop and fork."""
MOST_NODES = 56
LEAST_NODES = 10
LENGTHS_PER_WIDTH = 1.5
"""No fibre is shorter than so many times its width."""
LOOP_SHARE = 0.5
"""Share of a fibre's length in which it loops."""
PERSISTENCE = 0.25
"""Share of a fibre's length over which its curvature keeps its way."""


@kernel
def thickness(t, own, k0, k1):
    """Thickness of a fibre at `t` of its length relative to its middle: tapered, and a little uneven."""
    rise = min(t, f32(1) - t) * f32(1 / 0.22)
    taper = f32(1) if rise >= f32(1) else f32(0.3) + f32(0.7) * rise * (f32(2) - rise)
    wave = sincos(t * f32(1.7) + uniform_at(k0, k1, own, 40))[0] + sincos(t * f32(3.9))[0]
    return taper * (f32(1) + f32(0.1) * wave)


@kernel
def draw_fibre(
    coverage, height, width, x, y, heading, bend, growth, loop, loop_at, wander, length, half, alpha, blur, uneven,
    strand, nodes, own, k0, k1,
):  # fmt: skip
    """A fibre from (x, y) on; lengths, half width and `blur` in px, angles in turns: it starts at `heading`, turns by
    `bend` in all, by `growth` more at its end than at its start, and by `loop` in the `LOOP_SHARE` of it around
    `loop_at`; its heading `wander`s; its opacity `alpha` varies by the share `uneven`, otherwise for each `strand`, and
    is 1 at most. Gives the box that it may have touched, and the place and the heading at its middle."""
    whole = i32(0), i32(0), i32(0), i32(0)
    step, drift = length / f32(nodes), f32(0)
    keep = f32(1) - f32(1 / PERSISTENCE) / f32(nodes)
    noise = f32(1.6) * wander / f32(nodes) * np.sqrt(f32(1) - keep * keep)
    mx, my, middle = x, y, heading
    mean = f32(0)
    for node in range(nodes + 1):
        mean += thickness(f32(node) / f32(nodes), own, k0, k1)
    half = half * f32(nodes + 1) / mean
    a_half = half * thickness(f32(0), own, k0, k1)
    a_alpha = min(alpha, f32(1))
    for node in range(nodes):
        t = (f32(node) + f32(0.5)) / f32(nodes)
        drift = keep * drift + noise * normal_at(k0, k1, own, u32(20 + node))
        beside = abs(t - loop_at) * f32(2 / LOOP_SHARE)
        curl = loop * f32(1.875 / LOOP_SHARE) * (f32(1) - beside * beside) ** 2 if beside < f32(1) else f32(0)
        heading += (bend + growth * (t - f32(0.5)) + curl) / f32(nodes) + drift
        s, c = sincos(heading)
        bx, by = x + c * step, y + s * step
        b_half = half * thickness(f32(node + 1) / f32(nodes), own, k0, k1)
        press = f32(1) + uneven * normal_at(k0, k1, own, u32(90 + node + 64 * strand))
        b_alpha = min(alpha * max(press, f32(0.12)), f32(1))
        box = soft_stroke(coverage, height, width, x, y, bx, by, a_half, b_half, a_alpha, b_alpha, blur)
        whole = joined(whole, box)
        x, y, a_half, a_alpha = bx, by, b_half, b_alpha
        if node == nodes // 2:
            mx, my, middle = x, y, heading
    return whole, mx, my, middle


@kernel
def draw_fibres(
    coverage, height, width, px_per_unit, top, left, tall, wide, count, length, length_sigma, thick, thick_sigma,
    opacity, spread, blur, k0, k1,
):  # fmt: skip
    """`count` fibres over a frame of `tall` by `wide` units whose corner lies at (`left`, `top`) units in the picture.

    Lengths and widths are log-normal (median in units, deviation of the logarithm), opacities with median `opacity` and
    `spread`, at most 1; `blur` px. Gives the box that may have been touched.
    """
    scale, soft, waves = f32(px_per_unit), f32(blur), gathering(k1, k0)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(count):
        x, y = clustered_place(waves, wide, tall, i, k0, k1)
        x, y = (x + f32(left)) * scale, (y + f32(top)) * scale
        long = log_normal_at(length, length_sigma, k0, k1, i, 12) * scale
        half = f32(0.5) * log_normal_at(thick, thick_sigma, k0, k1, i, 13) * scale
        if not (-long < x < f32(width) + long and -long < y < f32(height) + long):
            continue
        half, long = keep_area(half, long)
        alpha = min(log_normal_at(opacity, spread, k0, k1, i, 14), f32(1))
        heading, bend = uniform_at(k0, k1, i, 64), f32(0.12) * normal_at(k0, k1, i, 17)
        growth, way = f32(0.2) * normal_at(k0, k1, i, 18), f32(1) if bend > f32(0) else f32(-1)
        loop, loop_at = f32(0), f32(0.35) + f32(0.3) * uniform_at(k0, k1, i, 66)
        if uniform_at(k0, k1, i, 65) < f32(LOOPS):
            # No loop is so tight that the fibre would fill it.
            tightest = long * f32(LOOP_SHARE / 25.0) / half
            loop = way * min(f32(0.6) + f32(0.6) * uniform_at(k0, k1, i, 67), tightest)
        fork = f32(0)
        if uniform_at(k0, k1, i, 68) < f32(FORKS):
            fork = f32(0.25) + f32(0.25) * uniform_at(k0, k1, i, 69)
        nodes = min(max(i32(long / scale * f32(1.3)), LEAST_NODES), MOST_NODES)
        half /= f32(1) + fork * f32(0.8)
        own = u32(0x100000) + u32(2 * i)
        box, mx, my, middle = draw_fibre(
            coverage, height, width, x, y, heading, bend, growth, loop, loop_at, f32(0.18), long, half, alpha, soft,
            f32(0.1), 0, nodes, own, k0, k1,
        )  # fmt: skip
        whole = joined(whole, box)
        if fork > f32(0):
            box, _, _, _ = draw_fibre(
                coverage, height, width, mx, my, middle + way * f32(0.1), f32(-0.5) * bend, f32(0), f32(0), f32(0),
                f32(0.1), long * fork, half * f32(0.8), alpha, soft, f32(0.1), 0, max(nodes // 2, LEAST_NODES),
                u32(own + u32(1)), k0, k1,
            )  # fmt: skip
            whole = joined(whole, box)
    return whole


@kernel
def keep_area(half, long):
    """(half width, length) of a fibre of the same area that is not stouter than `LENGTHS_PER_WIDTH` allows."""
    least = f32(2 * LENGTHS_PER_WIDTH) * half
    if long >= least:
        return half, long
    area = half * long
    long = np.sqrt(area * f32(2 * LENGTHS_PER_WIDTH))
    return area / long, long
