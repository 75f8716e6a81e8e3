"""Light leaks: stray light on the film, from its edges, its corners or a pinhole, in the exposure.

The leak's depth, how far its light has come in lengths of its fall, is worked out on a coarse grid and interpolated; it
falls off exponentially. Lengths are in short sides of the print.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, sincos, to_encoded, to_linear, uniform_at, value_noise
from degrade.engine.kernels.shared import fractal

u8, f32, i32 = np.uint8, np.float32, np.int32

EDGE, CORNER, STREAK = 0, 1, 2
"""Kinds: along an edge where the camera's back did not close; at a corner; a fan of light from a pinhole."""
CELL = 8
"""Pixels between the nodes of the grid."""


@kernel
def edge_depth(x, y, wide, tall, side, length, k0, k1):
    """Depth of the leak through one edge, 0 top, 1 right, 2 bottom, 3 left: it reaches in by turns along the edge, and
    leaks only along a part of it."""
    inwards = y if side == 0 else f32(wide) - x if side == 1 else f32(tall) - y if side == 2 else x
    along, extent = (x, f32(wide)) if side == 0 or side == 2 else (y, f32(tall))
    middle, half = extent * uniform_at(k0, k1, 1, 0), extent * (f32(0.15) + f32(0.6) * uniform_at(k0, k1, 1, 1))
    beyond = (abs(along - middle) - half) / half
    swell = exp2(f32(1.1) * fractal(along * f32(3), inwards * f32(0.7), 2, 0.5, k0, k1))
    depth = max(inwards, f32(0)) / (f32(length) * swell)
    return depth + (f32(3) * beyond * beyond if beyond > f32(0) else f32(0))


@kernel
def corner_depth(x, y, wide, tall, corner, length, k0, k1):
    """Depth of the leak at a corner, 0 top left, then clockwise: a rounded wedge, longer along one of the edges."""
    dx = x if corner == 0 or corner == 3 else f32(wide) - x
    dy = y if corner < 2 else f32(tall) - y
    longer = exp2(f32(2) * uniform_at(k0, k1, 2, 0) - f32(1))
    dx, dy = max(dx, f32(0)) / longer, max(dy, f32(0)) * longer
    away = np.sqrt(dx * dx + dy * dy)
    wavy = f32(1) + f32(0.35) * value_noise(x * f32(2.5), y * f32(2.5), k0, k1)
    return away / (f32(length) * f32(1.4) * wavy)


@kernel
def streak_depth(x, y, wide, tall, side, length, k0, k1):
    """Depth of the leak through a pinhole at an edge: a soft fan across the picture, brightest at its root."""
    place = f32(0.1) + f32(0.8) * uniform_at(k0, k1, 3, 0)
    px = place * f32(wide) if side == 0 or side == 2 else f32(wide) if side == 1 else f32(0)
    py = place * f32(tall) if side == 1 or side == 3 else f32(tall) if side == 2 else f32(0)
    # Into the picture, up to 40° off the edge's normal.
    turns = f32(0.25) * f32(side + 1) + f32(0.22) * (uniform_at(k0, k1, 3, 1) - f32(0.5))
    sine, cosine = sincos(turns)
    dx, dy = x - px, y - py
    along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
    spread = f32(0.25) * f32(length) + max(along, f32(0)) * (f32(0.06) + f32(0.2) * uniform_at(k0, k1, 3, 2))
    side_on = across / spread
    behind = max(-along, f32(0)) / (f32(0.3) * f32(length))
    wavy = f32(1) + f32(0.2) * value_noise(across / spread * f32(1.5), along, k0, k1)
    return (max(along, f32(0)) / (f32(5) * f32(length)) + side_on * side_on + behind) * wavy


@kernel
def leak_depth(grid, kind, way, length, top, left, per_px, wide, tall, k0, k1):
    """Fill the `grid` with a leak's depth, a node every CELL pixels, `per_px` short sides a pixel."""
    for j in range(grid.shape[0]):
        y = f32(j * CELL - top) * f32(per_px)
        row = grid[j]
        for i in range(row.size):
            x = f32(i * CELL - left) * f32(per_px)
            if kind == EDGE:
                row[i] = edge_depth(x, y, wide, tall, way, length, k0, k1)
            elif kind == CORNER:
                row[i] = corner_depth(x, y, wide, tall, way, length, k0, k1)
            else:
                row[i] = streak_depth(x, y, wide, tall, way, length, k0, k1)


@kernel
def depth_along(depth, upper, lower, f, first, last):
    """Interpolate the row `depth` in the cells from `first` to before `last` between two rows of the grid."""
    for i in range(first, last):
        a, b = upper[i] + f * (lower[i] - upper[i]), upper[i + 1] + f * (lower[i + 1] - upper[i + 1])
        cell = depth[i * CELL : (i + 1) * CELL]
        for x in range(cell.size):
            cell[x] = a + f32(x) * f32(1 / CELL) * (b - a)


@kernel
def fall_off(light, depth, fall):
    """Fill the row `light` with 2^(-fall · depth)."""
    for x in range(light.size):
        light[x] = exp2(-fall * depth[x])


@kernel
def arriving(soft, share, amount, least):
    """Fill the row `soft` with how much of a `share` of an `amount` is drawn: what is hardly more than `least` fades to
    nothing."""
    scale = amount / least
    for x in range(soft.size):
        soft[x] = min(max(share[x] * scale - f32(1), f32(0)), f32(1))


@kernel
def lit_row(line, light):
    """Add linear light to the encoded values that it reaches."""
    for x in range(line.size):
        v = line[x]
        lit = min(max(to_encoded(min(to_linear(v) + light[x], f32(1))), f32(0)), f32(1))
        line[x] = lit if light[x] > f32(0) else v


@kernel
def reached(upper, lower, out):
    """The first and past the last cell of a row between two rows of the grid that a leak of the depth `out` reaches."""
    first, last = upper.size, 0
    for i in range(upper.size - 1):
        if min(min(upper[i], upper[i + 1]), min(lower[i], lower[i + 1])) <= out:
            first, last = min(first, i), i + 1
    return first, last


@kernel
def leak(pixels, mask, classes, code, grid, amounts, falls, visible):
    """Add the light of a leak, `amounts` · 2^(-falls · depth), where its first colour is at least `visible`; and keep
    the mask: the share of that colour that arrives. Amounts and falls are (C,) float32, the slowest fall first."""
    height, width, channels = pixels.shape
    least = f32(visible)
    out = log2(amounts[0] / least) / falls[0]
    depth, soft = np.empty(grid.shape[1] * CELL, np.float32), np.empty(width, np.float32)
    share, covers = np.empty(width, np.float32), np.empty(width, np.uint8)
    light = np.empty(width * channels, np.float32)
    for y in range(height):
        j = y // CELL
        first, last = reached(grid[j], grid[j + 1], out)
        if first >= last:
            continue
        depth_along(depth, grid[j], grid[j + 1], f32(y - j * CELL) * f32(1 / CELL), first, last)
        x0, x1 = first * CELL, min(last * CELL, width)
        size = x1 - x0
        deep, some, arrived = depth[x0:x1], soft[:size], share[:size]
        for c in range(channels):
            fall_off(arrived, deep, falls[c])
            if c == 0:
                arriving(some, arrived, amounts[0], least)
                coverage_of(covers[:size], arrived, some)
            if channels == 1:
                weaken(light[:size], arrived, some, amounts[c])
            else:
                weaken(arrived, arrived, some, amounts[c])
                for x in range(size):
                    light[x * 3 + c] = arrived[x]
        line = pixels[y].reshape(width * channels)
        lit_row(line[x0 * channels : x1 * channels], light[: size * channels])
        row, kinds = mask[y], classes[min(y, classes.shape[0] - 1)]
        keep_row(row[x0:x1], kinds[x0:x1], covers[:size], u8(code))


@kernel
def weaken(light, share, soft, amount):
    """Fill the row `light` with share · soft · amount."""
    for x in range(light.size):
        light[x] = share[x] * (soft[x] * amount)


@kernel
def coverage_of(covers, share, soft):
    """Fill the uint8 row `covers` with the share of the light that arrives, at least 1 where any does."""
    for x in range(covers.size):
        e = i32(min(soft[x] * share[x], f32(1)) * f32(254)) + i32(1)
        covers[x] = u8(e if soft[x] > f32(0) else i32(0))


@kernel
def keep_row(covered, kinds, covers, code):
    """Keep the masks of a row: the soft coverage by maximum, the class of what covers most."""
    for x in range(covers.size):
        more = covers[x] > u8(0) and covers[x] >= covered[x]
        kinds[x] = code if more else kinds[x]
        covered[x] = covers[x] if more else covered[x]
