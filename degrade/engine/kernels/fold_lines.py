"""Where a print is folded: the straight line of each fold, and where two of them cross.

Lengths are in mm on the print, from its top left corner; they come from the key alone, so that a fold lies in the same
place at every resolution.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, normal_at, sincos, uniform_at

u32, f32, i32 = np.uint32, np.float32, np.int32

MIXED, FULL, CORNER, BEND = 0, 1, 2, 3
"""Codes of the kinds of folds."""
BEYOND_MM = 1.5
"""How far a fold that crosses the print runs on beyond its edges."""


@kernel
def through_print(x, y, dx, dy, height, width):
    """The chord along which the line through (x, y) with direction (dx, dy) crosses the print, a little beyond it."""
    low, high = f32(-1e9), f32(1e9)
    for axis in range(2):
        position, direction, size = (x, dx, width) if axis == 0 else (y, dy, height)
        if abs(direction) > f32(1e-6):
            first = (f32(-BEYOND_MM) - position) / direction
            second = (size + f32(BEYOND_MM) - position) / direction
            low, high = max(low, min(first, second)), min(high, max(first, second))
    return x + low * dx, y + low * dy, x + high * dx, y + high * dy


@kernel
def full_chord(fold, height, width, k0, k1):
    """Across the whole print: in halves, thirds or quarters, the second fold of a print mostly square to the first."""
    first_lies = uniform_at(k0, k1, np.int64(0), u32(1)) < height * height / (height * height + width * width)
    lies = first_lies if fold % 2 == 0 or uniform_at(k0, k1, fold, u32(2)) < f32(0.1) else not first_lies
    u, side = uniform_at(k0, k1, fold, u32(3)), uniform_at(k0, k1, fold, u32(4))
    share = f32(0.5) if u < f32(0.5) else (f32(1 / 3.0) if u < f32(0.75) else f32(0.25))
    share = share if side < f32(0.5) else f32(1) - share
    share += f32(0.025) * normal_at(k0, k1, fold, u32(2))
    turns = f32(0.0035) * normal_at(k0, k1, fold, u32(3))
    if uniform_at(k0, k1, fold, u32(5)) < f32(0.12):
        turns = uniform_at(k0, k1, fold, u32(6)) - f32(0.5)
    sine, cosine = sincos(turns if lies else turns + f32(0.25))
    x, y = (width * f32(0.5), height * share) if lies else (width * share, height * f32(0.5))
    return through_print(x, y, cosine, sine, height, width)


@kernel
def corner_chord(fold, height, width, k0, k1):
    """A dog-ear: a line that cuts off one corner, with legs of about 14 mm."""
    corner = i32(uniform_at(k0, k1, fold, u32(3)) * f32(4))
    along_x = min(f32(14) * exp2(f32(0.8) * normal_at(k0, k1, fold, u32(2))), f32(0.45) * width)
    along_y = min(along_x * exp2(f32(0.5) * normal_at(k0, k1, fold, u32(3))), f32(0.45) * height)
    x0, x1 = (along_x, f32(0)) if corner % 2 == 0 else (width - along_x, width)
    y0, y1 = (f32(0), along_y) if corner < 2 else (height, height - along_y)
    length = max(np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)), f32(1e-3))
    return through_print(x0, y0, (x1 - x0) / length, (y1 - y0) / length, height, width)


@kernel
def bend_chord(fold, height, width, k0, k1):
    """A crease that begins and ends within the print."""
    diagonal = np.sqrt(height * height + width * width)
    half = diagonal * (f32(0.06) + f32(0.17) * uniform_at(k0, k1, fold, u32(3)))
    sine, cosine = sincos(uniform_at(k0, k1, fold, u32(4)) * f32(0.5))
    x, y = width * uniform_at(k0, k1, fold, u32(5)), height * uniform_at(k0, k1, fold, u32(6))
    return x - half * cosine, y - half * sine, x + half * cosine, y + half * sine


@kernel
def fold_kind(fold, kind, k0, k1):
    """The kind of one fold; of mixed ones half cross the print, a fifth are dog-ears, the rest bends."""
    if kind != MIXED:
        return kind
    u = uniform_at(k0, k1, fold, u32(0))
    return FULL if u < f32(0.5) else (CORNER if u < f32(0.7) else BEND)


@kernel
def fold_lines(lines, kinds, kind, height, width, k0, k1):
    """Fill `lines` (count, 4) with the chords x0, y0, x1, y1 in mm from the print's corner, and `kinds` (count,)."""
    h, w, k0, k1 = f32(height), f32(width), u32(k0), u32(k1)
    for fold in range(lines.shape[0]):
        kinds[fold] = fold_kind(fold, kind, k0, k1)
        if kinds[fold] == FULL:
            x0, y0, x1, y1 = full_chord(fold, h, w, k0, k1)
        elif kinds[fold] == CORNER:
            x0, y0, x1, y1 = corner_chord(fold, h, w, k0, k1)
        else:
            x0, y0, x1, y1 = bend_chord(fold, h, w, k0, k1)
        lines[fold, 0], lines[fold, 1], lines[fold, 2], lines[fold, 3] = x0, y0, x1, y1


@kernel
def crossing(lines, one, other):
    """Where fold `one` meets fold `other`, as a share of its length, or -1."""
    ax, ay = lines[one, 2] - lines[one, 0], lines[one, 3] - lines[one, 1]
    bx, by = lines[other, 2] - lines[other, 0], lines[other, 3] - lines[other, 1]
    cx, cy = lines[other, 0] - lines[one, 0], lines[other, 1] - lines[one, 1]
    turn = ax * by - ay * bx
    if abs(turn) < f32(1e-3):
        return f32(-1)
    t, s = (cx * by - cy * bx) / turn, (cx * ay - cy * ax) / turn
    return t if f32(0) < t < f32(1) and f32(0) < s < f32(1) else f32(-1)
