"""Strips of adhesive tape: how far a place lies within one, and what each part of it does there.

A strip lies around (x, y) px; s runs along it, t across it, in mm from its middle.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import added, framed, lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, sincos

u8, f32, i32 = np.uint8, np.float32, np.int32

FILM, AMBER, RESIDUE, SKINNED = 0, 1, 2, 3
"""What is drawn: the strip itself; adhesive that yellowed below it; adhesive that stayed without it; where emulsion
came off with it."""
ZIGZAG_MM = 1.1
"""Period of the teeth of a dispenser."""
TOOTH_MM = 0.55


@kernel
def within(s, t, half_long, half_wide, torn, values):
    """Depth of a point within a strip, in mm, negative outside: straight along the sides, at the ends zigzag or
    `torn`."""
    end = f32(0)
    if torn:
        end = f32(1.1) * lattice_noise(values, t * f32(0.35) + f32(3), f32(8))
        end += f32(0.5) * lattice_noise(values, t * f32(1.3), f32(21)) + f32(0.25) * lattice_noise(
            values, t * f32(3.9), f32(5)
        )
    else:
        u = t * f32(1 / ZIGZAG_MM)
        end = f32(TOOTH_MM) * (f32(4) * abs(u - np.floor(u) - f32(0.5)) - f32(1))
    slack = f32(0.12) * lattice_noise(values, s * f32(0.07), f32(2)) if torn else f32(0)
    return min(half_long + end - abs(s), half_wide + slack - abs(t))


@kernel
def adhered(s, t, sides, part, values):
    """How much adhesive shows at a point `sides` mm from the nearer long side, in [0, 1]: more along both sides, where
    it crept out and took up dirt, less where bubbles kept it off; as blotches for RESIDUE, as skins for SKINNED."""
    slow = lattice_noise(values, s * f32(0.09) + f32(7), t * f32(0.13))
    slow += f32(0.5) * lattice_noise(values, s * f32(0.27), t * f32(0.35) + f32(19))
    if part == SKINNED:
        torn_off = slow + f32(0.45) * lattice_noise(values, s * f32(0.6), t * f32(1.1))
        torn_off += f32(0.3) * lattice_noise(values, s * f32(1.4), t * f32(2.9) + f32(40))
        return min(max(f32(6) * (torn_off - f32(0.12)), f32(0)), f32(1))
    streaks = lattice_noise(values, s * f32(0.11), t * f32(1.9) + f32(13))
    edge = exp2(sides * f32(-1.442695 / 1.1))
    if part == RESIDUE:
        left = slow + f32(0.4) * streaks + f32(0.35) * lattice_noise(values, s * f32(0.9), t * f32(0.9))
        left = min(max(f32(0.45) + f32(0.95) * left, f32(0)), f32(1))
        return min(left * f32(0.8) + f32(0.6) * edge * min(max(f32(0.6) + slow, f32(0)), f32(1)), f32(1))
    bubbles = lattice_noise(values, s * f32(0.33), t * f32(0.55) + f32(50))
    bubbles += f32(0.5) * lattice_noise(values, s * f32(1.1), t * f32(1.3) + f32(33))
    kept_off = min(max((bubbles - f32(0.52)) * f32(7), f32(0)), f32(1))
    amber = f32(0.5) + f32(0.16) * slow + f32(0.07) * streaks + f32(0.5) * edge
    return min(max(amber * (f32(1) - f32(0.55) * kept_off), f32(0.05)), f32(1))


@kernel
def draw_strip(
    coverage, height, width, x, y, turns, half_long, half_wide, px_per_mm, part, alpha, torn, subsamples, values
):
    """A strip's FILM, AMBER, RESIDUE or SKINNED part, with `alpha` at most; the box that it may touch."""
    mm, fine = f32(1) / f32(px_per_mm), i32(subsamples)
    sine, cosine = sincos(turns)
    long, wide = f32(half_long), f32(half_wide)
    reach = long + f32(2.2)
    tall = (abs(sine) * reach + abs(cosine) * (wide + f32(0.3))) * f32(px_per_mm) + f32(1)
    broad = (abs(cosine) * reach + abs(sine) * (wide + f32(0.3))) * f32(px_per_mm) + f32(1)
    box = framed(y - tall, y + tall, x - broad, x + broad, height, width)
    step, full = mm / f32(fine), f32(alpha) * f32(255)
    for j in range(box[0], box[1]):
        row = coverage[j]
        for i in range(box[2], box[3]):
            px, py = (f32(i) + f32(0.5) - f32(x)) * mm, (f32(j) + f32(0.5) - f32(y)) * mm
            s, t = px * cosine + py * sine, py * cosine - px * sine
            if abs(s) > reach or abs(t) > wide + f32(0.5):
                continue
            inside = f32(0)
            if long - abs(s) > f32(2.2) and wide - abs(t) > f32(0.3) + mm:
                inside = f32(1)
            else:
                for sub in range(fine * fine):
                    ox = (f32(sub % fine) + f32(0.5)) * step - f32(0.5) * mm
                    oy = (f32(sub // fine) + f32(0.5)) * step - f32(0.5) * mm
                    depth = within(s + ox * cosine + oy * sine, t + oy * cosine - ox * sine, long, wide, torn, values)
                    inside += min(max(depth / step + f32(0.5), f32(0)), f32(1))
                inside /= f32(fine * fine)
            if inside <= f32(0):
                continue
            if part != FILM:
                inside *= adhered(s, t, max(wide - abs(t), f32(0)), part, values)
            row[i] = added(row[i], inside * full)
    return box


@kernel
def draw_bevel(relief, height, width, x, y, turns, half_long, half_wide, px_per_mm, amount, torn, values):
    """The edge of a strip in light from the upper left: bright on two sides, dark on the others."""
    mm = f32(1) / f32(px_per_mm)
    sine, cosine = sincos(turns)
    long, wide = f32(half_long), f32(half_wide)
    reach, bevel = long + f32(2.5), max(f32(0.3), f32(0.8) * mm)
    tall = (abs(sine) * reach + abs(cosine) * (wide + f32(1))) * f32(px_per_mm) + f32(1)
    broad = (abs(cosine) * reach + abs(sine) * (wide + f32(1))) * f32(px_per_mm) + f32(1)
    box = framed(y - tall, y + tall, x - broad, x + broad, height, width)
    # What an edge across the light's direction shows: the light comes along (-0.6, -0.8).
    along, across = f32(-0.6) * cosine - f32(0.8) * sine, f32(0.6) * sine - f32(0.8) * cosine
    for j in range(box[0], box[1]):
        row = relief[j]
        for i in range(box[2], box[3]):
            px, py = (f32(i) + f32(0.5) - f32(x)) * mm, (f32(j) + f32(0.5) - f32(y)) * mm
            s, t = px * cosine + py * sine, py * cosine - px * sine
            if abs(s) > reach or abs(t) > wide + f32(1):
                continue
            if long - abs(s) > f32(3) and wide - abs(t) > f32(1):
                continue
            depth = within(s, t, long, wide, torn, values)
            strong = f32(1) - abs(depth) / bevel
            if strong <= f32(0):
                continue
            near_side = wide - abs(t) < long - abs(s)
            facing = (across if t > f32(0) else -across) if near_side else (along if s > f32(0) else -along)
            row[i] += f32(amount) * strong * facing
    return box
