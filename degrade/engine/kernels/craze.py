"""A fine dense network of cracks, grown one after the other on a grid that tells where there is one already.

Lengths are in mm on the print; everything comes from the key alone, so that it is the same at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.cracks import turns_of
from degrade.engine.kernels.draw import joined, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import mix32, sincos
from degrade.engine.kernels.shared import damp_at

u8, u32, f32, i32, i64 = np.uint8, np.uint32, np.float32, np.int32, np.int64

CELLS = 6
"""Cells of the grid on the distance of two cracks."""
PIECE = 6
"""Cells on one straight piece of a crack."""
LONGEST = 18
"""Pieces of a crack, at most."""
CRAZED = 0.02
"""Crazing weaker than this is none."""
COARSE = 24
"""Places on either side of the print at which crazing is worked out; it is linear between them."""
LEAVING = 3
"""Cells in which a crack does not yet meet the one that it leaves."""


@kernel
def chance(state):
    """(float32 in (0, 1), the next state): a stream of numbers of one key."""
    state = u32(state + u32(0x9E3779B9))
    return f32(mix32(state) >> u32(8)) * f32(1.0 / 16777216) + f32(1.0 / 33554432), state


@kernel
def crazing(field, wide, tall, share, k0, k1):
    """Fill `field` (rows, columns) with how much the emulsion is crazed, in [0, 1], over a print of wide x tall short
    sides, the ends included: all over for a `share` of 1, else where it was damp."""
    rows, columns = field.shape
    for j in range(rows):
        for i in range(columns):
            x, y = f32(i) / f32(columns - 1) * wide, f32(j) / f32(rows - 1) * tall
            damp = damp_at(x, y, u32(k0), u32(k1))
            field[j, i] = min(max((damp + f32(1.6) * share - f32(1.3)) * f32(3), f32(0)), f32(1))


@kernel
def crazed_at(field, x, y):
    """The crazing at (x, y), shares of the print's width and height in [0, 1]."""
    rows, columns = field.shape
    u, v = min(max(x, f32(0)), f32(1)) * f32(columns - 1), min(max(y, f32(0)), f32(1)) * f32(rows - 1)
    i, j = min(i32(u), i32(columns - 2)), min(i32(v), i32(rows - 2))
    fx, fy = u - f32(i), v - f32(j)
    a = field[j, i] + fx * (field[j, i + 1] - field[j, i])
    b = field[j + 1, i] + fx * (field[j + 1, i + 1] - field[j + 1, i])
    return a + fy * (b - a)


@kernel
def free_before(taken, x, y, cosine, sine):
    """Whether a crack that leaves cell (x, y) in the given direction has room: two thirds of a mesh ahead and a third
    to either side."""
    for ahead in range(3, CELLS - 1):
        px, py = x + f32(ahead) * cosine, y + f32(ahead) * sine
        for side in range(-2, 3, 2):
            i, j = i32(px - f32(side) * sine), i32(py + f32(side) * cosine)
            if i < 0 or j < 0 or i >= taken.shape[1] or j >= taken.shape[0] or taken[j, i] != 0:
                return False
    return True


@kernel
def grow_one(taken, field, pieces, count, x, y, turns, state):
    """Let a crack grow from cell (x, y) in the direction `turns` until it meets another, leaves the print or comes
    where nothing is crazed; adds its pieces to `pieces` (most, 5): both ends in cells and the crazing there. Gives how
    many pieces there are and the next state."""
    height, width = f32(taken.shape[0]), f32(taken.shape[1])
    last_x, last_y, before_x, before_y, gone = i32(-1), i32(-1), i32(-1), i32(-1), 0
    for _ in range(LONGEST):
        u, state = chance(state)
        turns += (u - f32(0.5)) * f32(0.09)
        u, state = chance(state)
        sine, cosine = sincos(turns + (u - f32(0.5)) * f32(0.12))
        ax, ay, met = x, y, False
        for _ in range(PIECE):
            x, y, gone = x + cosine, y + sine, gone + 1
            i, j = i32(np.floor(x)), i32(np.floor(y))
            if i < 0 or j < 0 or i >= taken.shape[1] or j >= taken.shape[0]:
                met = True
                break
            # The crack's own last cells are marked only when it has left them.
            if taken[j, i] != 0 and gone > LEAVING and (i != last_x or j != last_y):
                met = True
                break
            if i != last_x or j != last_y:
                if before_x >= 0:
                    taken[before_y, before_x] = u8(1)
                before_x, before_y, last_x, last_y = last_x, last_y, i, j
        level = crazed_at(field, x / width, y / height)
        if count < pieces.shape[0]:
            pieces[count, 0], pieces[count, 1], pieces[count, 2], pieces[count, 3] = ax, ay, x, y
            pieces[count, 4] = level
            count += 1
        if met or level < f32(CRAZED):
            break
    if before_x >= 0:
        taken[before_y, before_x] = u8(1)
    if last_x >= 0:
        taken[last_y, last_x] = u8(1)
    return count, state


@kernel
def grow_craze(taken, field, pieces, first, daughters, k0, k1):
    """Grow `first` cracks from anywhere and then `daughters` from those there are, square to them, where there is room.
    `taken` (rows, columns) uint8, all zero, is the grid. Gives how many of the `pieces` there are."""
    count = i64(0)
    height, width = f32(taken.shape[0]), f32(taken.shape[1])
    for number in range(first):
        state = mix32(u32(k0) + u32(number))
        u, state = chance(state)
        v, state = chance(state)
        w, state = chance(state)
        x, y = u * width, v * height
        if crazed_at(field, u, v) >= f32(CRAZED) and taken[i32(y), i32(x)] == 0:
            count, state = grow_one(taken, field, pieces, count, x, y, w, state)
            count, state = grow_one(taken, field, pieces, count, x, y, w + f32(0.5), state)
    for number in range(daughters):
        if count == 0 or count >= pieces.shape[0]:
            break
        state = mix32(u32(k1) + u32(number) * u32(0x85EBCA6B))
        u, state = chance(state)
        v, state = chance(state)
        w, state = chance(state)
        mother = min(i64(u * f32(count)), count - 1)
        ax, ay, bx, by = pieces[mother, 0], pieces[mother, 1], pieces[mother, 2], pieces[mother, 3]
        x, y = ax + v * (bx - ax), ay + v * (by - ay)
        length = np.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay))
        if length < f32(1e-3):
            continue
        ux, uy = (bx - ax) / length, (by - ay) / length
        side = f32(1) if w < f32(0.5) else f32(-1)
        w, state = chance(state)
        sine, cosine = sincos(f32(0.22) + (w - f32(0.5)) * f32(0.14))
        hx, hy = ux * cosine - side * uy * sine, uy * cosine + side * ux * sine
        if free_before(taken, x, y, hx, hy):
            count, state = grow_one(taken, field, pieces, count, x, y, turns_of(hx, hy), state)
    return count


@kernel
def draw_craze(coverage, height, width, pieces, count, cell, top, left, half, px_per_mm, k0):
    """Draw the pieces, `half` mm the typical half width, `cell` mm a cell of the grid; the print's corner lies (`left`,
    `top`) mm from the picture's. A crack is broken open more here, less there. Gives the box that was touched."""
    scale = f32(px_per_mm)
    per_cell = f32(cell) * scale
    x0, y0 = f32(left) * scale, f32(top) * scale
    whole = i32(0), i32(0), i32(0), i32(0)
    for i in range(count):
        ax, ay = x0 + pieces[i, 0] * per_cell, y0 + pieces[i, 1] * per_cell
        bx, by = x0 + pieces[i, 2] * per_cell, y0 + pieces[i, 3] * per_cell
        if max(ax, bx) < f32(-2) or max(ay, by) < f32(-2) or min(ax, bx) > width + 2 or min(ay, by) > height + 2:
            continue
        bits = mix32(u32(k0) ^ u32(i * 2654435))
        open_ = f32(bits & u32(0xFF)) * f32(1 / 255.0)
        thick = f32(half) * scale * (f32(0.5) + f32(bits >> u32(24)) * f32(1 / 255.0))
        alpha = pieces[i, 4] * (f32(0.25) + f32(0.75) * open_)
        whole = joined(whole, stroke(coverage, height, width, ax, ay, bx, by, thick, thick, alpha, alpha))
    return whole
