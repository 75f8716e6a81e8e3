"""Specks on a film: dust, which is nearly round, and dirt, lumps of it.

A speck is a union of up to `MOST_PARTS` ellipses with uneven edges, of a given area: its equivalent diameter, that of
the disc of the same area, is what was measured on real films. A part is a row of (centre: x, y; direction: cosine,
sine; half axes: a, b), with a radius of about 1 for the whole.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import added, dot, framed, joined, lattice, lattice_noise
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.negative import clustered_place, gathering, log_normal_at
from degrade.engine.kernels.noise import log2, sincos, uniform_at

f32, i32 = np.float32, np.int32

MOST_PARTS = 5
RAGGED = 0.3
"""Share by which noise moves the edge of a part."""
UNEVEN = 1.7
"""Features of that noise a radius."""
ELONGATION = 0.15
"""Mean of the exponential by which a part is longer than wide."""
PROBES = 10
"""Samples a side by which the area of a lump is found."""
SMALLEST = 0.4
"""Radius in pixels below which no shape shows."""


@kernel
def shape_speck(parts, lumpy, i, k0, k1):
    """Fill `parts` for speck i; gives how many it has: 1, or as many as `MOST_PARTS` where it is `lumpy`."""
    count = 1 + i32(uniform_at(k0, k1, i, 60) * f32(MOST_PARTS)) if lumpy else 1
    x = y = f32(0)
    size = f32(1)
    for part in range(count):
        own = 64 + 8 * part
        if part > 0:
            s, c = sincos(uniform_at(k0, k1, i, own))
            apart = size * (f32(0.7) + f32(0.6) * uniform_at(k0, k1, i, own + 1))
            x, y = x + c * apart, y + s * apart
            size = f32(0.55) + f32(0.45) * uniform_at(k0, k1, i, own + 2)
        longer = f32(1) - f32(ELONGATION * 0.6931472) * log2(uniform_at(k0, k1, i, own + 3))
        stretch = np.sqrt(longer)
        s, c = sincos(uniform_at(k0, k1, i, own + 4))
        parts[part, 0], parts[part, 1], parts[part, 2], parts[part, 3] = x, y, c, s
        parts[part, 4], parts[part, 5] = size * stretch, size / stretch
    return count


@kernel
def depth_within(parts, count, x, y):
    """(how deep within a speck (x, y) lies, in its radii, negative outside; the part that says so), edges even."""
    deepest, where = f32(-9), 0
    for part in range(count):
        dx, dy = x - parts[part, 0], y - parts[part, 1]
        c, s = parts[part, 2], parts[part, 3]
        a, b = parts[part, 4], parts[part, 5]
        u, v = (dx * c + dy * s) * b, (dy * c - dx * s) * a
        depth = b - np.sqrt(u * u + v * v) / a
        if depth > deepest:
            deepest, where = depth, part
    return deepest, where


@kernel
def extent(parts, count):
    """(left, right, top, bottom) of a speck, with room for its uneven edges."""
    left = top = f32(9)
    right = bottom = f32(-9)
    for part in range(count):
        reach = parts[part, 4] * f32(1 + RAGGED)
        left, right = min(left, parts[part, 0] - reach), max(right, parts[part, 0] + reach)
        top, bottom = min(top, parts[part, 1] - reach), max(bottom, parts[part, 1] + reach)
    return left, right, top, bottom


@kernel
def area_of(parts, count):
    """Area of a speck: exact for one part, by `PROBES`² samples with soft edges for several."""
    if count == 1:
        return parts[0, 4] * parts[0, 5] * f32(3.1415927)
    left, right, top, bottom = extent(parts, count)
    dx, dy = (right - left) / f32(PROBES), (bottom - top) / f32(PROBES)
    per_sample = f32(2) / (dx + dy)
    total = f32(0)
    for j in range(PROBES):
        y = top + (f32(j) + f32(0.5)) * dy
        for i in range(PROBES):
            depth, _ = depth_within(parts, count, left + (f32(i) + f32(0.5)) * dx, y)
            total += min(max(depth * per_sample + f32(0.5), f32(0)), f32(1))
    return total * dx * dy


@kernel
def kept_share(radius, rim):
    """Opacity of a disc whose edge is a ramp of the width `rim`, for the area of one with a sharp edge and opacity
    1."""
    square = radius * radius
    if radius >= f32(0.5) * rim:
        return square / (square + rim * rim * f32(1 / 12.0))
    edge = radius + f32(0.5) * rim
    return square * f32(3) * rim / (edge * edge * edge)


@kernel
def draw_dot(coverage, height, width, x, y, radius, alpha, blur):
    """A speck too small to show its shape: a square of its area and, blurred by `blur` px, of its spread."""
    side2 = f32(3.1415927) * radius * radius
    wide2 = side2 + f32(12) * blur * blur
    return dot(coverage, height, width, x, y, f32(0.5) * np.sqrt(wide2), alpha * side2 / wide2)


@kernel
def draw_speck(coverage, height, width, parts, count, x, y, radius, alpha, blur, shift, values):
    """One speck around (x, y) px, a unit of its parts being `radius` px, its edge blurred by `blur` px; several samples
    a pixel where it is small, so that it covers as much at any resolution."""
    left, right, top, bottom = extent(parts, count)
    fine = 2 if radius > f32(2) else 4
    step = f32(1) / f32(fine)
    rim = np.sqrt(step * step + f32(12) * blur * blur)
    spare = f32(0.5) + f32(0.5) * rim
    box = framed(
        y + top * radius - spare, y + bottom * radius + spare, x + left * radius - spare, x + right * radius + spare,
        height, width,
    )  # fmt: skip
    per_px = f32(1) / radius
    alpha *= kept_share(radius, rim)
    full, sharp = alpha * f32(255) * step * step, radius / rim
    # Too small to show an uneven edge.
    ragged = f32(RAGGED) if radius > f32(1.5) else f32(0)
    clear = (f32(0.71) + f32(0.5) * rim) * per_px
    for j in range(box[0], box[1]):
        row = coverage[j, box[2] : box[3]]
        for i in range(row.size):
            u, v = (f32(i + box[2]) + f32(0.5) - x) * per_px, (f32(j) + f32(0.5) - y) * per_px
            depth, part = depth_within(parts, count, u, v)
            if depth < -clear - ragged * parts[part, 4]:
                continue
            if depth > clear + ragged * parts[part, 4]:
                row[i] = added(row[i], alpha * f32(255))
                continue
            total = f32(0)
            for sy in range(fine):
                sv = v + (f32(sy) * step + f32(0.5) * step - f32(0.5)) * per_px
                for sx in range(fine):
                    su = u + (f32(sx) * step + f32(0.5) * step - f32(0.5)) * per_px
                    depth, part = depth_within(parts, count, su, sv)
                    if ragged > f32(0):
                        noise = lattice_noise(values, su * f32(UNEVEN) + shift, sv * f32(UNEVEN) + shift)
                        depth += ragged * parts[part, 5] * noise
                    total += min(max(depth * sharp + f32(0.5), f32(0)), f32(1))
            row[i] = added(row[i], total * full)
    return box


@kernel
def draw_specks(
    coverage, height, width, px_per_unit, top, left, tall, wide, count, lumpy, diameter, sigma, opacity, spread, blur,
    k0, k1,
):  # fmt: skip
    """`count` specks over a frame of `tall` by `wide` units whose corner lies at (`left`, `top`) units in the picture.

    Equivalent diameters are log-normal with median `diameter` (units) and `sigma`, opacities with median `opacity` and
    `spread`, at most 1; edges are blurred by `blur` px. Gives the box that may have been touched.
    """
    scale, soft, values, waves = f32(px_per_unit), f32(blur), lattice(k0, k1), gathering(k1, k0)
    parts = np.empty((MOST_PARTS, 6), np.float32)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(count):
        x, y = clustered_place(waves, wide, tall, i, k0, k1)
        x, y = (x + f32(left)) * scale, (y + f32(top)) * scale
        size = log_normal_at(diameter, sigma, k0, k1, i, 12)
        reach = f32(4) * (size * scale + soft)
        if not (-reach < x < f32(width) + reach and -reach < y < f32(height) + reach):
            continue
        alpha = min(log_normal_at(opacity, spread, k0, k1, i, 13), f32(1))
        shift = f32(61) * uniform_at(k0, k1, i, 56)
        radius = f32(0.5) * size * scale
        if radius < f32(SMALLEST):
            whole = joined(whole, draw_dot(coverage, height, width, x, y, radius, alpha, soft))
            continue
        used = shape_speck(parts, lumpy, i, k0, k1)
        radius *= np.sqrt(f32(3.1415927) / area_of(parts, used))
        box = draw_speck(coverage, height, width, parts, used, x, y, radius, alpha, soft, shift, values)
        whole = joined(whole, box)
    return whole
