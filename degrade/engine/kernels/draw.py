"""Strokes and specks: what thin damage is drawn with, anti-aliased by the exact overlap of a line with a pixel.

Coordinates are pixels, a pixel's centre at half. What is drawn is added to coverage (H, W rounded up to 8) uint8, up to
255: so thin things cover as much of the picture at any resolution. Each kernel gives the box that it may have touched,
empty as (0, 0, 0, 0).
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

u8, u32, f32, i32 = np.uint8, np.uint32, np.float32, np.int32

LATTICE = 64
"""Cells on a side of a lattice of random values; the noise on it repeats after as many features."""


@kernel
def lattice(k0, k1):
    """Random float32 values in [-1, 1] as a flat array of `LATTICE`²: `value_noise` for kernels that ask for so much
    noise in so small a place that hashing anew each time would cost more than the damage."""
    values = np.empty(LATTICE * LATTICE, np.float32)
    start, stride = row_key(u32(k0), u32(k1), u32(0))
    fill_bits(values.view(np.uint32), start, stride)
    bits = values.view(np.uint32)
    for i in range(values.size):
        values[i] = f32(bits[i] >> u32(8)) * f32(2.0 / 16777215) - f32(1)
    return values


@kernel
def lattice_noise(values, x, y):
    """Smoothed value noise over `lattice` values, in [-1, 1]; one feature a unit."""
    xf, yf = np.floor(x), np.floor(y)
    fx, fy = f32(x - xf), f32(y - yf)
    sx = fx * fx * (f32(3) - f32(2) * fx)
    sy = fy * fy * (f32(3) - f32(2) * fy)
    xi, yi = i32(xf), i32(yf)
    x0, y0 = u32(xi & i32(63)), u32((yi & i32(63)) << i32(6))
    x1, y1 = u32((xi + i32(1)) & i32(63)), u32(((yi + i32(1)) & i32(63)) << i32(6))
    v00, v01 = values[u32(y0 | x0)], values[u32(y1 | x0)]
    p = v00 + sx * (values[u32(y0 | x1)] - v00)
    q = v01 + sx * (values[u32(y1 | x1)] - v01)
    return p + sy * (q - p)


@kernel
def lattice_row(out, values, us, vs, cells, across, down):
    """`lattice_noise` at each (us, vs), into the row `out`; the uint32 `cells`, `across` and `down` are room as long.

    Two loops, of which only the second looks values up: the first one's vectors halve the time.
    """
    for i in range(out.size):
        xf, yf = np.floor(us[i]), np.floor(vs[i])
        fx, fy = us[i] - xf, vs[i] - yf
        across[i] = fx * fx * (f32(3) - f32(2) * fx)
        down[i] = fy * fy * (f32(3) - f32(2) * fy)
        cells[i] = u32((i32(yf) & i32(63)) << i32(6)) | u32(i32(xf) & i32(63))
    for i in range(out.size):
        x0, y0 = u32(cells[i] & u32(63)), u32(cells[i] & u32(63 << 6))
        x1, y1 = u32(u32(x0 + u32(1)) & u32(63)), u32(u32(y0 + u32(64)) & u32(63 << 6))
        v00, v01 = values[u32(y0 | x0)], values[u32(y1 | x0)]
        p = v00 + across[i] * (values[u32(y0 | x1)] - v00)
        q = v01 + across[i] * (values[u32(y1 | x1)] - v01)
        out[i] = p + down[i] * (q - p)


@kernel
def joined(box, other):
    """The smallest box around two; (0, 0, 0, 0) is empty."""
    if other[0] >= other[1]:
        return box
    if box[0] >= box[1]:
        return other
    return min(box[0], other[0]), max(box[1], other[1]), min(box[2], other[2]), max(box[3], other[3])


@kernel
def framed(top, bottom, left, right, height, width):
    """The pixels of a picture that a rectangle of float32 coordinates may touch, as a box."""
    y0, y1 = i32(max(np.floor(top), f32(0))), i32(min(np.ceil(bottom), f32(height)))
    x0, x1 = i32(max(np.floor(left), f32(0))), i32(min(np.ceil(right), f32(width)))
    if y0 >= y1 or x0 >= x1:
        return i32(0), i32(0), i32(0), i32(0)
    return y0, y1, x0, x1


@kernel
def strip(distance, plus, minus):
    """Share of a unit pixel, its centre `distance` from a line, that lies within `plus` of it on the positive side or
    within `minus` on the negative one: exact for a line along the pixel's edge, and for lines thinner than it."""
    inside = min(plus, distance + f32(0.5)) - max(-minus, distance - f32(0.5))
    return min(max(inside, f32(0)), f32(1))


@kernel
def slanted_edge(distance, slant, per_slant):
    """Share of a unit pixel that lies inside of an edge, less a half: its centre lies `distance` inside, along its row.

    Exact for an edge that moves by `slant`, in [0, 1], from one side of the pixel to the other; `per_slant` is 1/slant.
    """
    away = min(abs(distance), f32(0.5) + f32(0.5) * slant)
    past = max(away - f32(0.5) + f32(0.5) * slant, f32(0))
    share = away - f32(0.5) * past * past * per_slant
    return share if distance > f32(0) else -share


@kernel
def added(covered, more):
    """The sum of two coverages, at most 255."""
    return u8(min(i32(covered) + i32(more + f32(0.5)), i32(255)))


@kernel
def stroke(coverage, height, width, x0, y0, x1, y1, half0, half1, alpha0, alpha1):
    """A straight stroke from (x0, y0) to (x1, y1) with square ends, in float32; half width and opacity, in [0, 1], run
    evenly from the first end's to the second's. Strokes end to end join to a line without seams."""
    return soft_stroke(coverage, height, width, x0, y0, x1, y1, half0, half1, alpha0, alpha1, f32(0))


@kernel
def soft_stroke(coverage, height, width, x0, y0, x1, y1, half0, half1, alpha0, alpha1, blur):
    """A `stroke` blurred across by `blur` px, a standard deviation of at most about 1."""
    reach = max(half0, half1) + f32(0.7072) + f32(2.5) * blur
    box = framed(min(y0, y1) - reach, max(y0, y1) + reach, min(x0, x1) - reach, max(x0, x1) + reach, height, width)
    dx, dy = x1 - x0, y1 - y0
    length = np.sqrt(dx * dx + dy * dy)
    if length < f32(1e-6):
        return box
    dx, dy, inverse = dx / length, dy / length, f32(1) / length
    # Thickness is measured along the rows or the columns, whichever cross the stroke more squarely: so each of them
    # holds exactly its share of a slanted line.
    per_pixel = f32(1) / max(abs(dx), abs(dy))
    # Slant and blur widen the edges of the pixel, a box, by another box of their variance; one that is wider than the
    # pixel stands, together with it, for two alike.
    flat = min(abs(dx), abs(dy))
    slant = np.sqrt(flat * flat + f32(12) * blur * blur) * per_pixel
    scale = per_pixel
    if slant > f32(1):
        scale, slant = scale / np.sqrt(f32(0.5) + f32(0.5) * slant * slant), f32(1)
    per_slant = f32(1) / max(slant, f32(1e-3))
    alpha, fade, widening = alpha0 * f32(255), (alpha1 - alpha0) * f32(255), half1 - half0
    slanted = box[3] - box[2] > 12 and abs(dy) > f32(0.05)
    for y in range(box[0], box[1]):
        start, end, py = box[2], box[3], f32(y) + f32(0.5) - y0
        if slanted:
            middle, margin = x0 - f32(0.5) + py * dx / dy, reach / abs(dy) + f32(1)
            start, end = max(start, i32(middle - margin)), min(end, i32(middle + margin) + 1)
            if start >= end:
                continue
        row, first = coverage[y, start:end], f32(start) + f32(0.5) - x0
        for x in range(row.size):
            px = f32(x) + first
            along = px * dx + py * dy
            t = min(max(along * inverse, f32(0)), f32(1))
            half, away = (half0 + t * widening) * scale, (px * dy - py * dx) * scale
            wide = slanted_edge(away + half, slant, per_slant) - slanted_edge(away - half, slant, per_slant)
            covered = wide * strip(along * per_pixel, length * per_pixel, f32(0))
            row[x] = added(row[x], covered * (alpha + t * fade))
    return box


@kernel
def speck(coverage, height, width, x, y, radius, alpha, ragged, per_px, values):
    """A speck of matter around (x, y), in float32: a disc whose radius the noise of `lattice` values, one feature every
    1/`per_px` pixels, changes by the share `ragged`; one of less than a pixel is a square of the same area."""
    if radius < f32(0.6):
        return dot(coverage, height, width, x, y, radius * f32(0.886227), alpha)
    reach = radius * (f32(1) + ragged) + f32(0.5)
    # The soft rim of a small disc adds to its area.
    full = alpha * f32(255) * radius * radius / (radius * radius + f32(1 / 12.0))
    box = framed(y - reach, y + reach, x - reach, x + reach, height, width)
    for j in range(box[0], box[1]):
        row = coverage[j, box[2] : box[3]]
        py, first = f32(j) + f32(0.5), f32(box[2]) + f32(0.5)
        for i in range(row.size):
            px = f32(i) + first
            edge = radius * (f32(1) + ragged * lattice_noise(values, px * per_px, py * per_px))
            away = np.sqrt((px - x) * (px - x) + (py - y) * (py - y))
            row[i] = added(row[i], min(max(edge + f32(0.5) - away, f32(0)), f32(1)) * full)
    return box


@kernel
def dot(coverage, height, width, x, y, half, alpha):
    """A square of 2·`half` a side around (x, y): every pixel gets its exact share."""
    box = framed(y - half, y + half, x - half, x + half, height, width)
    for j in range(box[0], box[1]):
        row = coverage[j, box[2] : box[3]]
        across = strip(f32(j) + f32(0.5) - y, half, half) * alpha * f32(255)
        first = f32(box[2]) + f32(0.5) - x
        for i in range(row.size):
            row[i] = added(row[i], strip(f32(i) + first, half, half) * across)
    return box
