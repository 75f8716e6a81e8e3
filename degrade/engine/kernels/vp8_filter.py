"""The loop filter of VP8 (RFC 6386, 15): what smooths the edges of blocks, as a decoder does after all of a frame.

A macroblock and the four lines before it stand in a flat int32 array, one line of 16 after another in the direction
across the edges, so that one edge is filtered on all its pixels at once. A line of colour is 8 of each plane.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import give_bytes, take_bytes, turn_bytes, turn_bytes_back
from degrade.engine.kernels.vp8 import PAD
from degrade.engine.kernels.vp8_blocks import LANES, clip_byte

u8, u64, i32, i64 = np.uint8, np.uint64, np.int32, np.int64


@kernel
def clip_signed(v):
    """An int32 in [-128, 127]."""
    return min(max(i32(v), i32(-128)), i32(127))


@kernel
def scaled(v, weight):
    """(v · weight + 63) / 128."""
    return i32(i32(i32(v * i32(weight)) + i32(63)) >> i32(7))


@kernel
def filter_edge(lines, at, limit, interior, rough, outer):
    """Smooth the edge before line `at`: at most `limit` of step across it and `interior` between neighbours; where
    neighbours differ by more than `rough` only the next ones change. `outer` edges, of macroblocks, change three pixels
    on either side."""
    bound, inside, high = i32(2 * limit + 1), i32(interior), i32(rough)
    first = u64((at - 4) * LANES)
    for x in range(first, first + u64(LANES)):
        a, b, c, d = lines[x], lines[x + u64(16)], lines[x + u64(32)], lines[x + u64(48)]
        e, f, g, h = lines[x + u64(64)], lines[x + u64(80)], lines[x + u64(96)], lines[x + u64(112)]
        near = max(abs(i32(c - d)), abs(i32(f - e)))
        far = max(max(abs(i32(a - b)), abs(i32(b - c))), max(abs(i32(g - f)), abs(i32(h - g))))
        step = i32(i32(abs(i32(d - e)) << i32(2)) + abs(i32(c - f)))
        smooth = (step <= bound) & (max(near, far) <= inside)
        steep = near > high
        cross, across = clip_signed(i32(c - f)), i32(i32(3) * i32(e - d))
        both = clip_signed(i32(cross + across))
        v = both if steep or outer else clip_signed(across)
        up, down = clip_signed(i32(v + i32(4))) >> i32(3), clip_signed(i32(v + i32(3))) >> i32(3)
        third = i32(i32(up + i32(1)) >> i32(1))
        second, last = (scaled(v, 18), scaled(v, 9)) if outer else (third, i32(0))
        next_up, next_down = (scaled(v, 27), scaled(v, 27)) if outer and not steep else (up, down)
        second = i32(0) if steep else second
        last = i32(0) if steep else last
        next_up, next_down = (next_up if smooth else i32(0)), (next_down if smooth else i32(0))
        second, last = (second if smooth else i32(0)), (last if smooth else i32(0))
        lines[x + u64(16)] = clip_byte(i32(b + last))
        lines[x + u64(32)] = clip_byte(i32(c + second))
        lines[x + u64(48)] = clip_byte(i32(d + next_down))
        lines[x + u64(64)] = clip_byte(i32(e - next_up))
        lines[x + u64(80)] = clip_byte(i32(f - second))
        lines[x + u64(96)] = clip_byte(i32(g - last))


@kernel
def filter_lines(lines, n, level, border, inner):
    """Smooth the edges of a macroblock of n lines: the first, unless it is the picture's, and those `inner`."""
    rough = (level >= 40) + (level >= 15)
    if border:
        filter_edge(lines, 4, 3 * level + 4, level, rough, True)
    if inner:
        for at in range(8, n + 4, 4):
            filter_edge(lines, at, 3 * level, level, rough, False)


@kernel
def filter_across(flat, first, second, stride, n, level, border, inner, lines):
    """Smooth the upright edges of a macroblock of n x n pixels; `first` and `second` are the places of the first and of
    the second half of its lanes. What is taken in beyond its lines is given back as it was."""
    turn_bytes(flat, first - 4, second - 4, stride, lines, 0)
    if n > 8:
        turn_bytes(flat, first, second, stride, lines, 4 * LANES)
    filter_lines(lines, n, level, border, inner)
    turn_bytes_back(lines, 0, flat, first - 4, second - 4, stride)
    if n > 8:
        turn_bytes_back(lines, 4 * LANES, flat, first, second, stride)


@kernel
def filter_down(flat, first, second, stride, n, level, border, inner, lines):
    """Smooth the level edges of a macroblock, likewise."""
    top = 0 if border else 4
    for y in range(top, n + 4):
        row = (y - 4) * stride
        take_bytes(flat, first + row, second + row, lines, y * LANES)
    filter_lines(lines, n, level, border, inner)
    for y in range(top, n + 4):
        row = (y - 4) * stride
        give_bytes(lines, y * LANES, flat, first + row, second + row)


@kernel
def filter_planes(planes, height, width, n, level, inner):
    """Smooth planes (16 / n, N) of macroblocks of n x n pixels, of a picture of (height, width), in place."""
    stride, lines = width + PAD, np.zeros((16 + 4) * LANES, i32)
    flat = planes.reshape(planes.size)
    for r in range(height // n):
        for c in range(width // n):
            at, within = (n * r + 1) * stride + n * c + 1, inner[r, c]
            below, right = (8 * stride, 8) if n == 16 else (planes.shape[1], planes.shape[1])
            if c > 0 or within:
                filter_across(flat, at, at + below, stride, n, level, c > 0, within, lines)
            if r > 0 or within:
                filter_down(flat, at, at + right, stride, n, level, r > 0, within, lines)
