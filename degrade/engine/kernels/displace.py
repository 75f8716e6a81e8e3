"""Smooth displacements: a picture bent a little, given by how far every so many pixels are moved.

Fields are float32 (rows, columns) of nodes that lie `every` px apart, the first one on the first pixel, with linear
interpolation between. A picture is moved in two passes (E. Catmull, A. R. Smith, 3-D transformations of images in
scanline order, SIGGRAPH 1980): each column up and down by `dy`, then each row sideways by `dx`. So `dx` stands at the
output's places, and `dy` at the output's row and the source's column. Where a displacement changes slowly, long
stretches share its whole pixels, and mixing two rows is a plain loop. Beyond its edge the picture is mirrored about the
centres of the edge pixels.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import normal_at
from degrade.engine.kernels.vectors import SIDE, lowest_bit, mix_vector, steps_at
from degrade.engine.kernels.warp import covered, reflected, strongest

u8, u16, u64, f32, f64, i32, i64 = np.uint8, np.uint16, np.uint64, np.float32, np.float64, np.int32, np.int64

SPLINE_POWER = 0.4793651
"""Mean square of a cubic B-spline of white noise, 151/315."""
SPLINE_WIDTH = 0.57735027
"""Standard deviation of a cubic B-spline, in distances of its knots."""
NO_PICTURES = np.empty((0, 0), f32), np.empty((0, 0), f32)
"""For `displaced`, where there is no second picture."""


@kernel
def node_count(size, every):
    """How many nodes `every` px apart a line of `size` pixels lies between."""
    return (size - 1) // every + 2


@kernel
def along(out, nodes, y, every):
    """The field in the pixels of row `y`, into the float32 row `out`."""
    upper, lower = nodes[y // every], nodes[y // every + 1]
    t, share, whole = f32(y % every) / f32(every), f32(1) / f32(every), out.size // every
    left = upper[0] + t * (lower[0] - upper[0])
    for block in range(whole):
        right = upper[u64(block + 1)] + t * (lower[u64(block + 1)] - upper[u64(block + 1)])
        slope, start = (right - left) * share, u64(block * every)
        for i in range(every):
            out[start + u64(i)] = left + f32(i32(i)) * slope
        left = right
    if whole * every < out.size:
        right = upper[whole + 1] + t * (lower[whole + 1] - upper[whole + 1])
        slope, start = (right - left) * share, u64(whole * every)
        for i in range(out.size - whole * every):
            out[start + u64(i)] = left + f32(i32(i)) * slope


@kernel
def split(whole, wide, moved, channels):
    """Displacements `moved` as whole pixels (int32) and the rest, in [0, 1), for each channel, `wide`."""
    if channels == 1:
        for x in range(moved.size):
            floor = np.floor(moved[x])
            whole[x], wide[x] = i32(floor), moved[x] - floor
    else:
        for i in range(moved.size):
            x, j = u64(i), u64(3) * u64(i)
            floor = np.floor(moved[x])
            rest = moved[x] - floor
            whole[x], wide[j], wide[j + u64(1)], wide[j + u64(2)] = i32(floor), rest, rest, rest


@kernel
def mix_runs(out, at, source, ends, firsts, seconds, share, channels):
    """A row of the flat `out` from `at` on: runs of pixels up to `ends`, each mixed of the values of the flat `source`
    at its places in `firsts` and `seconds` by the shares of the second ones, which are the row's `share`.

    Some values behind a run are set as well, where there is room: whole vectors are faster, and what comes next along
    the row is written later. The runs are gone through here, since a call a run would take as long as its work.
    """
    begin, number = i64(0), 0
    while begin < share.size:
        first, second, end = firsts[number], seconds[number], i64(ends[number]) * channels
        goal = at + begin
        room = min(min(out.size - goal, share.size - begin), source.size - max(first, second))
        wanted = min((end - begin + SIDE - 1) // SIDE * SIDE, room)
        x = 0
        while x <= wanted - SIDE:
            mix_vector(out, goal + x, source, first + x, second + x, share, begin + x)
            x += SIDE
        while x < wanted:
            v = source[u64(first + x)]
            out[u64(goal + x)] = v + share[u64(begin + x)] * (source[u64(second + x)] - v)
            x += 1
        begin, number = end, number + 1


@kernel
def run_ends(ends, whole):
    """Past the last of each run of equal values in the int32 `whole`, into `ends`; returns how many there are."""
    count, start = 0, 1
    while start + SIDE <= whole.size:
        bits = steps_at(whole, start)
        while bits != 0:
            ends[count] = i32(start + lowest_bit(bits))
            bits, count = u16(bits & u16(bits - u16(1))), count + 1
        start += SIDE
    for x in range(start, whole.size):
        if whole[x] != whole[x - 1]:
            ends[count], count = i32(x), count + 1
    ends[count] = i32(whole.size)
    return count + 1


@kernel
def farthest(nodes):
    """The largest displacement of all either way, rounded up."""
    most = f32(0)
    for i in range(nodes.shape[0]):
        for j in range(nodes.shape[1]):
            most = max(most, abs(nodes[i, j]))
    return i64(np.ceil(most))


@kernel
def mirror_margins(line, pad, before, behind, width, channels):
    """Fill `before` and `behind` pixels next to the `width` that begin `pad` pixels into a flat line, with mirrored
    ones."""
    for i in range(before):
        goal, place = (pad - 1 - i) * channels, (pad + reflected(-1 - i, width)) * channels
        for c in range(channels):
            line[goal + c] = line[place + c]
    for i in range(behind):
        goal, place = (pad + width + i) * channels, (pad + reflected(width + i, width)) * channels
        for c in range(channels):
            line[goal + c] = line[place + c]


@kernel
def displaced(source, out, source2, out2, channels, dy, dx, every):
    """Fill `out` (H, W·C) with `source`, both float32, displaced by `dy` and `dx` px: see the head of this file; and
    `out2` with `source2`, another picture as large, unless these have no rows: where everything goes is then worked out
    but once."""
    height, stride = source.shape
    width, pad = stride // channels, farthest(dx) + 2
    flat, goal, line = source.reshape(source.size), out.reshape(out.size), np.empty((width + 2 * pad) * channels, f32)
    flat2, goal2, line2 = source2.reshape(source2.size), out2.reshape(out2.size), np.empty_like(line)
    moved, whole, wide = np.empty(width, f32), np.empty(width, i32), np.empty(stride, f32)
    ends, firsts, seconds = np.empty(width + 1, i32), np.empty(width, i64), np.empty(width, i64)
    for y in range(height):
        along(moved, dy, y, every)
        split(whole, wide, moved, channels)
        x = 0
        for number in range(run_ends(ends, whole)):
            row = y + i64(whole[x])
            firsts[number] = reflected(row, height) * stride + x * channels
            seconds[number] = reflected(row + 1, height) * stride + x * channels
            x = i64(ends[number])
        mix_runs(line, pad * channels, flat, ends, firsts, seconds, wide, channels)
        if flat2.size > 0:
            mix_runs(line2, pad * channels, flat2, ends, firsts, seconds, wide, channels)
        along(moved, dx, y, every)
        split(whole, wide, moved, channels)
        x, least, most = 0, i64(0), i64(width)  # the columns that are looked at
        for number in range(run_ends(ends, whole)):
            column, end = x + i64(whole[x]), i64(ends[number])
            firsts[number], seconds[number] = (pad + column) * channels, (pad + column + 1) * channels
            least, most, x = min(least, column), max(most, column + end - x + 1), end
        mirror_margins(line, pad, -least, most - width, width, channels)
        mix_runs(goal, y * stride, line, ends, firsts, seconds, wide, channels)
        if flat2.size > 0:
            mirror_margins(line2, pad, -least, most - width, width, channels)
            mix_runs(goal2, y * stride, line2, ends, firsts, seconds, wide, channels)


@kernel
def displaced_mask(source, out, dy, dx, every, codes):
    """`displaced` for uint8 masks (H, W): soft coverage, or with `codes` the classes.

    Whatever an output pixel takes the least share of marks it, as in `warp.affine_mask`.
    """
    height, width = source.shape
    reach = farthest(dy) + 1
    before = np.zeros(height + 1, i64)  # rows with a mask above each
    for y in range(height):
        before[y + 1] = before[y] + (1 if source[y].any() else 0)
    across, down = np.empty(width, f32), np.empty(width, f32)
    share, value = np.zeros(4, f32), np.zeros(4, u8)
    for y in range(height):
        row = out[y]
        row[:] = 0
        if before[min(y + reach + 1, height)] == before[max(y - reach, 0)] and 0 <= y - reach <= height - 2 * reach - 2:
            continue
        along(across, dx, y, every)
        along(down, dy, y, every)
        for x in range(width):
            floor = np.floor(across[x])
            wx = across[x] - floor
            for k in range(2):
                column = reflected(x + i64(floor) + k, width)
                top = np.floor(down[column])
                wy = down[column] - top
                value[k] = source[reflected(y + i64(top), height), column]
                value[2 + k] = source[reflected(y + i64(top) + 1, height), column]
                sideways = wx if k == 1 else f32(1) - wx
                share[k], share[2 + k] = sideways * (f32(1) - wy), sideways * wy
            if (value[0] | value[1] | value[2] | value[3]) != 0:
                row[x] = strongest(value, share) if codes else covered(value, share)


@kernel
def spline_field(rows, columns, spacing, offset_y, offset_x, k0, k1):
    """A smooth random field (rows, columns) float32 of mean 0 and variance 1: white noise on knots under cubic
    B-splines. `spacing` is the distance of its nodes and `offset` the place of the first one, in knots."""
    out = np.zeros((rows, columns), f32)
    first_y, first_x = i64(np.floor(offset_y)) - 1, i64(np.floor(offset_x)) - 1
    tall, wide = i64(rows * spacing) + 6, i64(columns * spacing) + 6
    knots = np.empty((tall, wide), f32)
    for i in range(tall):
        for j in range(wide):
            knots[i, j] = normal_at(k0, k1, first_y + i, first_x + j)
    taps = np.empty(4, f32)
    half = np.zeros((tall, columns), f32)
    for x in range(columns):
        start = spline(taps, offset_x + x * spacing) - first_x
        for i in range(tall):
            for k in range(4):
                half[i, x] += taps[k] * knots[i, start + k]
    for y in range(rows):
        start = spline(taps, offset_y + y * spacing) - first_y
        for k in range(4):
            for x in range(columns):
                out[y, x] += taps[k] * half[start + k, x]
    for y in range(rows):
        for x in range(columns):
            out[y, x] *= f32(1 / SPLINE_POWER)
    return out


@kernel
def spline(taps, place):
    """The weights of the four knots around `place`, into `taps`; returns the number of the first."""
    floor = np.floor(place)
    t = f32(place - floor)
    u = f32(1) - t
    taps[0] = u * u * u * f32(1 / 6.0)
    taps[1] = (f32(4) + t * t * (f32(3) * t - f32(6))) * f32(1 / 6.0)
    taps[2] = (f32(4) + u * u * (f32(3) * u - f32(6))) * f32(1 / 6.0)
    taps[3] = t * t * t * f32(1 / 6.0)
    return i64(floor) - 1
