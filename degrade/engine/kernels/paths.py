"""Breaks along a path: distance to a polyline plus noise becomes coverage, the soil at its rims, and its relief.

One geometry serves folds, cracks and tears. A path is

    nodes    (N, 2) float32, corners in mm from the picture's top left corner, (x, y);
    tangents (N, 2) float32, unit directions at the nodes (`tangents_along`);
    samples  (N - 1)·`PER_SEGMENT` + 1 values a quantity, evenly along the path between the nodes, in mm.

A pixel belongs to the segment between whose nodes' normals it lies, so that position along the path and distance from it
run on through the corners without gap or overlap. Positive distances lie to the right of the path in the direction of
travel, as the picture is seen. Thin things are drawn into (H, W rounded up to 8) buffers and the largest value is kept;
each kernel gives the box that it may have touched, empty as (0, 0, 0, 0).
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import framed, joined, lattice_noise, strip
from degrade.engine.kernels.kernel import kernel

u8, f32, i32 = np.uint8, np.float32, np.int32

PER_SEGMENT = 16
"""Samples on one segment of a path."""
ROUGHEST = 1.4
"""Largest value of `edge_noise`."""
CHIP_MM = 0.25
"""Half width above which an edge grows no rougher."""


@kernel
def tangents_along(nodes, tangents):
    """Fill `tangents` with the unit direction at each node: that of its segment at the ends, between the two elsewhere."""
    last = nodes.shape[0] - 1
    for i in range(last + 1):
        before, after = max(i - 1, 0), min(i + 1, last)
        dx, dy = nodes[after, 0] - nodes[before, 0], nodes[after, 1] - nodes[before, 1]
        length = max(np.sqrt(dx * dx + dy * dy), f32(1e-9))
        tangents[i, 0], tangents[i, 1] = dx / length, dy / length


@kernel
def narrowed(low, high, at_zero, slope):
    """The part of the columns [low, high] where at_zero + slope·x ≥ 0, with a column to spare on either side."""
    if slope > f32(1e-5):
        return max(low, -at_zero / slope - f32(1)), high
    if slope < f32(-1e-5):
        return low, min(high, -at_zero / slope + f32(1))
    return low, high


@kernel
def columns(left, right, a, da, b, db, d, dd, reach):
    """(first, past the last) column, within [left, right), that may lie between a segment's normals (a ≥ 0, b > 0) and
    within `reach` of it (|d| ≤ reach); each of the three runs linearly with the column."""
    low, high = f32(left), f32(right) - f32(1)
    low, high = narrowed(low, high, a, da)
    low, high = narrowed(low, high, b, db)
    low, high = narrowed(low, high, reach + d, dd)
    low, high = narrowed(low, high, reach - d, -dd)
    return max(i32(np.floor(low)), i32(left)), min(i32(np.ceil(high)) + 1, i32(right))


@kernel
def segment(nodes, tangents, i, x, y):
    """Of the point (x, y) in mm: how far past the normal at node i, how far before that at node i + 1, the distance from
    segment i; and the segment's direction and length."""
    ux, uy = nodes[i + 1, 0] - nodes[i, 0], nodes[i + 1, 1] - nodes[i, 1]
    length = max(np.sqrt(ux * ux + uy * uy), f32(1e-9))
    ux, uy = ux / length, uy / length
    ex, ey = x - nodes[i, 0], y - nodes[i, 1]
    past = ex * tangents[i, 0] + ey * tangents[i, 1]
    gx, gy = x - nodes[i + 1, 0], y - nodes[i + 1, 1]
    before = -(gx * tangents[i + 1, 0] + gy * tangents[i + 1, 1])
    return past, before, ux * ey - uy * ex, ux, uy, length


@kernel
def segment_box(nodes, i, reach, px_per_mm, height, width):
    """The box of the pixels within `reach` mm of segment i."""
    x0, y0, x1, y1 = nodes[i, 0], nodes[i, 1], nodes[i + 1, 0], nodes[i + 1, 1]
    r = reach * f32(1.2)
    return framed(
        (min(y0, y1) - r) * px_per_mm, (max(y0, y1) + r) * px_per_mm,
        (min(x0, x1) - r) * px_per_mm, (max(x0, x1) + r) * px_per_mm, height, width,
    )  # fmt: skip


@kernel
def reach_of(offset, plus, minus, first):
    """(largest half width, farthest edge) in mm on the segment whose samples begin at `first`."""
    widest, farthest = f32(0), f32(0)
    for j in range(first, first + PER_SEGMENT + 1):
        half = max(plus[j], minus[j])
        widest = max(widest, half)
        farthest = max(farthest, half + abs(offset[j]))
    return widest, farthest


@kernel
def edge_noise(values, x, y, along, away):
    """Roughness of torn emulsion at (x, y) mm, `along` the path and `away` from it: chips, fibre ends across the edge,
    grains; in [-ROUGHEST, ROUGHEST]."""
    noise = (
        f32(0.7) * lattice_noise(values, along * f32(3.3) + f32(31), away * f32(1.1))
        + f32(0.8) * lattice_noise(values, x * f32(2.2), y * f32(2.2))
        + f32(0.6) * lattice_noise(values, x * f32(5.1) + f32(57), y * f32(5.1))
    )
    return min(max(noise, f32(-ROUGHEST)), f32(ROUGHEST))


@kernel
def draw_break(
    coverage, height, width, nodes, tangents, offset, plus, minus, px_per_mm, roughness, subsamples, values
):
    """Where the emulsion is broken along a path: `plus` and `minus` mm to either side of its centre line, which lies `offset` mm
    from the nodes' line, each edge moved by `edge_noise` · `roughness` times the half width.

    `subsamples` a side of a pixel are drawn and averaged; `values` are those of `lattice`.
    """
    scale, rough, roughest = f32(px_per_mm), f32(roughness), f32(roughness * ROUGHEST)
    mm, fine = f32(1) / scale, i32(subsamples)
    per_sub, mm_per_sub = scale * f32(fine), mm / f32(fine)
    share = f32(255) / f32(fine * fine)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        first = i * PER_SEGMENT
        widest, farthest = reach_of(offset, plus, minus, first)
        if widest <= f32(0):
            continue
        reach = farthest + roughest * min(widest, f32(CHIP_MM)) + f32(0.75) * mm
        box = segment_box(nodes, i, reach, scale, height, width)
        whole = joined(whole, box)
        for y in range(box[0], box[1]):
            a0, b0, d0, ux, uy, length = segment(nodes, tangents, i, f32(0.5) * mm, (f32(y) + f32(0.5)) * mm)
            da, db, dd = tangents[i, 0] * mm, -tangents[i + 1, 0] * mm, -uy * mm
            xa, xb = columns(box[2], box[3], a0, da, b0, db, d0, dd, reach)
            if xa >= xb:
                continue
            row = coverage[y]
            samples_per_mm, mm_per_sample = f32(PER_SEGMENT) / length, length * f32(1 / PER_SEGMENT)
            for x in range(xa, xb):
                fx = f32(x)
                a, b, d = a0 + fx * da, b0 + fx * db, d0 + fx * dd
                if a < f32(0) or b <= f32(0):
                    continue
                q = a / (a + b) * f32(PER_SEGMENT)
                j = min(i32(q), i32(PER_SEGMENT - 1))
                f, j = q - f32(j), j + first
                centre, centre_slope = offset[j], offset[j + 1] - offset[j]
                p, p_slope = plus[j], plus[j + 1] - plus[j]
                m, m_slope = minus[j], minus[j + 1] - minus[j]
                half = max(max(p, plus[j + 1]), max(m, minus[j + 1]))
                edge = half + roughest * min(half, f32(CHIP_MM)) + f32(0.75) * mm
                if half <= f32(0) or abs(d - centre - f * centre_slope) > edge:
                    continue
                total = f32(0)
                for sy in range(fine):
                    oy = ((f32(sy) + f32(0.5)) / f32(fine) - f32(0.5)) * mm
                    py = (f32(y) + f32(0.5)) * mm + oy
                    for sx in range(fine):
                        ox = ((f32(sx) + f32(0.5)) / f32(fine) - f32(0.5)) * mm
                        px = (fx + f32(0.5)) * mm + ox
                        t = f + (ox * ux + oy * uy) * samples_per_mm
                        away = d + ux * oy - uy * ox - (centre + t * centre_slope)
                        ahead, behind = max(p + t * p_slope, f32(0)), max(m + t * m_slope, f32(0))
                        facing = ahead if away > f32(0) else behind
                        if abs(away) > facing + roughest * min(facing, f32(CHIP_MM)) + f32(0.5) * mm_per_sub:
                            continue
                        noise = rough * edge_noise(values, px, py, (f32(j) + t) * mm_per_sample, away)
                        ahead += noise * min(ahead, f32(CHIP_MM))
                        behind += noise * min(behind, f32(CHIP_MM))
                        total += strip(away * per_sub, max(ahead, f32(0)) * per_sub, max(behind, f32(0)) * per_sub)
                row[x] = max(row[x], u8(i32(total * share + f32(0.5))))
    return whole


@kernel
def draw_rim(coverage, height, width, nodes, tangents, offset, plus, minus, px_per_mm, spread, amount, values):
    """What gathers at the rims of a break and seeps into it, patch by patch: `amount` in [0, 1] at the edges, fading over
    `spread` mm outwards. The arrays are those of `draw_break`."""
    scale, fade = f32(px_per_mm), f32(1) / f32(spread)
    mm, strength = f32(1) / scale, f32(amount) * f32(255)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        first = i * PER_SEGMENT
        widest, farthest = reach_of(offset, plus, minus, first)
        if widest <= f32(0):
            continue
        reach = farthest + f32(spread) + mm
        box = segment_box(nodes, i, reach, scale, height, width)
        whole = joined(whole, box)
        for y in range(box[0], box[1]):
            a0, b0, d0, _, uy, _ = segment(nodes, tangents, i, f32(0.5) * mm, (f32(y) + f32(0.5)) * mm)
            da, db, dd = tangents[i, 0] * mm, -tangents[i + 1, 0] * mm, -uy * mm
            xa, xb = columns(box[2], box[3], a0, da, b0, db, d0, dd, reach)
            if xa >= xb:
                continue
            row = coverage[y]
            for x in range(xa, xb):
                fx = f32(x)
                a, b, d = a0 + fx * da, b0 + fx * db, d0 + fx * dd
                if a < f32(0) or b <= f32(0):
                    continue
                q = a / (a + b) * f32(PER_SEGMENT)
                j = min(i32(q), i32(PER_SEGMENT - 1))
                f, j = q - f32(j), j + first
                away = d - offset[j] - f * (offset[j + 1] - offset[j])
                if away > f32(0):
                    half = plus[j] + f * (plus[j + 1] - plus[j])
                else:
                    half = minus[j] + f * (minus[j + 1] - minus[j])
                outside = (abs(away) - half) * fade
                if half <= f32(0) or outside >= f32(1):
                    continue
                falloff = (f32(1) - outside) * (f32(1) - outside) if outside > f32(0) else f32(1)
                # A break that is only just open holds less dirt than a wide one.
                soiled = falloff * min(half * fade * f32(3), f32(1)) * strength
                if soiled < f32(1):
                    continue
                px, py = (fx + f32(0.5)) * mm, (f32(y) + f32(0.5)) * mm
                patch = (
                    f32(0.25)
                    + f32(0.8) * lattice_noise(values, px * f32(0.45) + f32(11), py * f32(0.45))
                    + f32(0.5) * lattice_noise(values, px * f32(1.4), py * f32(1.4) + f32(23))
                )
                soiled *= min(max(patch, f32(0)), f32(1))
                row[x] = max(row[x], u8(i32(soiled + f32(0.5))))
    return whole


@kernel
def draw_relief(relief, height, width, nodes, tangents, shade, px_per_mm, sigma):
    """Add the shading of a crease that light from one side gives: brighter on one flank, darker on the other.

    The surface's tilt is that of a Gaussian ridge of `sigma` mm; `shade` (N,) float32 is the relative shading at its peak
    at each node, its sign the side that is lit (positive: the right of the path).
    """
    scale, per_sigma = f32(px_per_mm), f32(1) / f32(sigma)
    mm, reach = f32(1) / scale, f32(3.3) * f32(sigma)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        s0, s1 = shade[i], shade[i + 1]
        if s0 == f32(0) and s1 == f32(0):
            continue
        box = segment_box(nodes, i, reach, scale, height, width)
        whole = joined(whole, box)
        for y in range(box[0], box[1]):
            a0, b0, d0, _, uy, _ = segment(nodes, tangents, i, f32(0.5) * mm, (f32(y) + f32(0.5)) * mm)
            da, db, dd = tangents[i, 0] * mm, -tangents[i + 1, 0] * mm, -uy * mm
            xa, xb = columns(box[2], box[3], a0, da, b0, db, d0, dd, reach)
            if xa >= xb:
                continue
            row = relief[y, xa:xb]
            for x in range(xb - xa):
                fx = f32(x + xa)
                a, b = a0 + fx * da, b0 + fx * db
                g = (d0 + fx * dd) * per_sigma
                h = g * g * f32(0.5)
                bell = f32(1.7975832) / (f32(1) + h * (f32(1) + h * (f32(0.5) + h * f32(1 / 6.0))))
                tilt = (s0 + (s1 - s0) * (a / max(a + b, f32(1e-6)))) * g * bell
                # The bell's rational form has long feet: end them where the eye sees nothing any more.
                tilt = tilt * max(f32(1) - h * f32(1 / 5.45), f32(0))
                row[x] += tilt if a >= f32(0) and b > f32(0) else f32(0)
    return whole
