"""Breaks along a path: distance to a polyline plus noise becomes coverage, the soil at its rims, and its relief.

One geometry serves folds, cracks and tears. A path is

    nodes    (N, 2) float32, corners in mm from the picture's top left corner, (x, y);
    tangents (N, 2) float32, unit directions at the nodes (`tangents_along`);
    samples  (N - 1)·`PER_SEGMENT` + 1 float32 a quantity, evenly along the path between the nodes, in mm.

A pixel belongs to the segment between whose nodes' normals it lies, so that position along the path and distance
from it run on through the corners without gap or overlap. Positive distances lie to the right of the path in the
direction of travel, as the picture is seen. Coverage keeps the largest value that is drawn, relief adds up; both are
(H, W rounded up to 8). Each kernel gives the box that it may have touched, empty as (0, 0, 0, 0).
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import framed, joined, lattice_noise, slanted_edge
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
    """Fill `tangents` with the unit direction at each node: its segment's at the ends, between the two elsewhere."""
    last = nodes.shape[0] - 1
    for i in range(last + 1):
        before, after = max(i - 1, 0), min(i + 1, last)
        dx, dy = nodes[after, 0] - nodes[before, 0], nodes[after, 1] - nodes[before, 1]
        length = max(np.sqrt(dx * dx + dy * dy), f32(1e-9))
        tangents[i, 0], tangents[i, 1] = dx / length, dy / length


@kernel
def narrowed(low, high, at_zero, inverse):
    """The part of the columns [low, high] where at_zero + x / inverse ≥ 0, with a column to spare on either side; all
    of it where the inverse of the slope is 0."""
    if inverse > f32(0):
        return max(low, -at_zero * inverse - f32(1)), high
    if inverse < f32(0):
        return low, min(high, -at_zero * inverse + f32(1))
    return low, high


@kernel
def inverse_of(slope):
    """1 / slope, or 0 for a slope near 0."""
    return f32(1) / slope if abs(slope) > f32(1e-5) else f32(0)


@kernel
def segment_of(nodes, tangents, i, mm):
    """Segment i of a path in a picture whose pixels measure `mm`, as `row_of` takes it; its direction and its length.

    That is ((first node, its tangent, second node, its tangent, direction: x, y of each; mm), the slopes along a row of
    how far past the first normal, how far before the second and how far from the segment a pixel lies, their inverses).
    """
    x0, y0, x1, y1 = nodes[i, 0], nodes[i, 1], nodes[i + 1, 0], nodes[i + 1, 1]
    tx0, ty0, tx1, ty1 = tangents[i, 0], tangents[i, 1], tangents[i + 1, 0], tangents[i + 1, 1]
    ux, uy = x1 - x0, y1 - y0
    length = max(np.sqrt(ux * ux + uy * uy), f32(1e-9))
    ux, uy = ux / length, uy / length
    past, before, away = tx0 * mm, -tx1 * mm, -uy * mm
    ends = x0, y0, tx0, ty0, x1, y1, tx1, ty1, ux, uy, mm
    inverses = inverse_of(past), inverse_of(before), inverse_of(away)
    return (ends, (past, before, away), inverses), ux, uy, length


@kernel
def row_of(segment, box, y, low, high):
    """A segment of a path as it crosses row `y`.

    Gives the columns, first and past the last, of the box's that may lie between the segment's normals and at a
    distance in [low, high] mm from it; then three quantities in mm with their slopes, linear in the column: how far
    past the first normal, how far before the second, the distance from the segment.
    """
    ends, slopes, inverses = segment
    x0, y0, tx0, ty0, x1, y1, tx1, ty1, ux, uy, mm = ends
    px, py = f32(0.5) * mm, (f32(y) + f32(0.5)) * mm
    past = (px - x0) * tx0 + (py - y0) * ty0
    before = -((px - x1) * tx1 + (py - y1) * ty1)
    away = ux * (py - y0) - uy * (px - x0)
    left, right = f32(box[2]), f32(box[3]) - f32(1)
    left, right = narrowed(left, right, past, inverses[0])
    left, right = narrowed(left, right, before, inverses[1])
    left, right = narrowed(left, right, away - low, inverses[2])
    left, right = narrowed(left, right, high - away, -inverses[2])
    first, end = max(i32(np.floor(left)), box[2]), min(i32(np.ceil(right)) + 1, box[3])
    return first, end, past, slopes[0], before, slopes[1], away, slopes[2]


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
    """(largest half width, lowest and highest distance of an edge) in mm where a break is open on the segment whose
    samples begin at `first`; a width of 0 where it is closed all along."""
    widest, low, high = f32(0), f32(1e9), f32(-1e9)
    for j in range(first, first + PER_SEGMENT):
        ahead, behind = max(plus[j], plus[j + 1]), max(minus[j], minus[j + 1])
        if max(ahead, behind) > f32(0):
            widest = max(widest, max(ahead, behind))
            low = min(low, min(offset[j], offset[j + 1]) - behind)
            high = max(high, max(offset[j], offset[j + 1]) + ahead)
    return widest, low, high


@kernel
def edge_noise(values, x, y, along, away):
    """Roughness of torn emulsion at (x, y) mm on the print, `along` the path and `away` from it: chips, fibre ends
    across the edge, grains; in [-ROUGHEST, ROUGHEST]."""
    noise = (
        f32(0.7) * lattice_noise(values, along * f32(3.3) + f32(31), away * f32(1.1))
        + f32(0.8) * lattice_noise(values, x * f32(2.2), y * f32(2.2))
        + f32(0.6) * lattice_noise(values, x * f32(5.1) + f32(57), y * f32(5.1))
    )
    return min(max(noise, f32(-ROUGHEST)), f32(ROUGHEST))


@kernel
def draw_break(
    coverage, height, width, nodes, tangents, offset, plus, minus, px_per_mm, roughness, subsamples, corner, values
):  # fmt: skip
    """Where the emulsion is broken along a path: `plus` and `minus` mm to either side of its centre line.

    The centre line lies `offset` mm from the nodes'; `edge_noise` moves each edge by `roughness` times its half width,
    or times `CHIP_MM` where that is less.
    `subsamples` a side of a pixel are drawn and averaged; `corner` is the print's in the picture, (x, y) in mm, from
    which the noise counts; `values` are those of `lattice`.
    """
    scale, rough, roughest = f32(px_per_mm), f32(roughness), f32(roughness * ROUGHEST)
    mm, fine = f32(1) / scale, i32(subsamples)
    mm_per_sub = mm / f32(fine)
    first_sub = f32(0.5) * (mm_per_sub - mm)
    share = f32(255) / f32(fine * fine)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        first = i * PER_SEGMENT
        widest, low, high = reach_of(offset, plus, minus, first)
        if widest <= f32(0):
            continue
        beside = roughest * min(widest, f32(CHIP_MM)) + f32(0.75) * mm
        low, high = low - beside, high + beside
        box = segment_box(nodes, i, max(high, -low), scale, height, width)
        whole = joined(whole, box)
        segment, ux, uy, length = segment_of(nodes, tangents, i, mm)
        # Thickness as in `stroke`: along the rows or the columns, whichever cross the path more squarely.
        steep = max(abs(ux), abs(uy))
        per_sub, slant = scale * f32(fine) / steep, min(abs(ux), abs(uy)) / steep
        per_slant, half_sub = f32(1) / max(slant, f32(1e-3)), f32(0.5) * (f32(1) + slant) / per_sub
        samples_per_mm, mm_per_sample = f32(PER_SEGMENT) / length, length * f32(1 / PER_SEGMENT)
        for y in range(box[0], box[1]):
            xa, xb, a0, da, b0, db, d0, dd = row_of(segment, box, y, low, high)
            row = coverage[y]
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
                    oy = first_sub + f32(sy) * mm_per_sub
                    py = (f32(y) + f32(0.5)) * mm + oy - corner[1]
                    for sx in range(fine):
                        ox = first_sub + f32(sx) * mm_per_sub
                        px = (fx + f32(0.5)) * mm + ox - corner[0]
                        t = f + (ox * ux + oy * uy) * samples_per_mm
                        away = d + ux * oy - uy * ox - (centre + t * centre_slope)
                        ahead, behind = max(p + t * p_slope, f32(0)), max(m + t * m_slope, f32(0))
                        facing = ahead if away > f32(0) else behind
                        if abs(away) > facing + roughest * min(facing, f32(CHIP_MM)) + f32(0.7072) * mm_per_sub:
                            continue
                        # Where no noise could bring an edge near, none is needed.
                        inside = min(
                            ahead - roughest * min(ahead, f32(CHIP_MM)) - away,
                            behind - roughest * min(behind, f32(CHIP_MM)) + away,
                        )
                        if inside > half_sub:
                            total += f32(1)
                            continue
                        noise = rough * edge_noise(values, px, py, (f32(j) + t) * mm_per_sample, away)
                        ahead += noise * min(ahead, f32(CHIP_MM))
                        behind += noise * min(behind, f32(CHIP_MM))
                        ahead, behind = max(ahead, f32(0)), max(behind, f32(0))
                        total += slanted_edge((away + behind) * per_sub, slant, per_slant)
                        total -= slanted_edge((away - ahead) * per_sub, slant, per_slant)
                row[x] = max(row[x], u8(i32(total * share + f32(0.5))))
    return whole


@kernel
def draw_rim(
    coverage, height, width, nodes, tangents, offset, plus, minus, px_per_mm, spread, amount, corner, values
):  # fmt: skip
    """What gathers at the rims of a break and seeps into it, patch by patch: `amount` in [0, 1] at the edges, fading
    over `spread` mm outwards. The arrays are those of `draw_break`."""
    scale, fade = f32(px_per_mm), f32(1) / f32(spread)
    mm, strength = f32(1) / scale, f32(amount) * f32(255)
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(nodes.shape[0] - 1):
        first = i * PER_SEGMENT
        widest, low, high = reach_of(offset, plus, minus, first)
        if widest <= f32(0):
            continue
        low, high = low - f32(spread), high + f32(spread)
        box = segment_box(nodes, i, max(high, -low), scale, height, width)
        whole = joined(whole, box)
        segment, _, _, _ = segment_of(nodes, tangents, i, mm)
        for y in range(box[0], box[1]):
            xa, xb, a0, da, b0, db, d0, dd = row_of(segment, box, y, low, high)
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
                px, py = (fx + f32(0.5)) * mm - corner[0], (f32(y) + f32(0.5)) * mm - corner[1]
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

    The surface's tilt is that of a Gaussian ridge of `sigma` mm; `shade` (N,) float32 is the relative shading at its
    peak at each node, its sign the side that is lit (positive: the right of the path).
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
        segment, _, _, _ = segment_of(nodes, tangents, i, mm)
        for y in range(box[0], box[1]):
            xa, xb, a0, da, b0, db, d0, dd = row_of(segment, box, y, -reach, reach)
            if xa >= xb:
                continue
            row = relief[y, xa:xb]
            for x in range(row.size):
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
