"""Textures over a picture: a sheet sampled at the picture's scale, blended, and kept in the masks.

A sheet is one level of a texture's pyramid, uint8 (h, w). A pixel of the picture covers a box of it, `step` sheet
pixels wide: up to 2, the mean over the box is taken (no speck is lost); below 0.8 the sheet is interpolated. Positions
are whole numbers of 1/65536 sheet pixel and weights whole numbers of 1/256: there is no rounding to differ by. Where
step and offsets are whole pixels the sheet is copied, which is three times as fast.

What is sampled is coverage t in [0, 1]; s is the strength and a = s·t. A blend is one formula for an encoded value v:

    v' = clip(v + clip(a (colour - fade·v) + lift - even·v, least, most), 0, 1)

              colour  fade  lift  even  least  most
    add            1     0     0     0     -1     1    v + a
    screen         1     1     0     0     -1     1    v + a (1 - v)
    lighten        1     0     0     s      0     1    v + s max(t - v, 0)
    darken        -1     0     s     s     -1     0    v - s max(v - (1 - t), 0)
    multiply       0     1     0     0     -1     1    v (1 - a)
    alpha          C     1     0     0     -1     1    v + a (C - v)
    mix            1     0     0     s     -1     1    v + s (t - v), covered everywhere

so that v' = v, bit for bit, where the coverage is 0 (mix covers everything), and in all of them the share a of the
tonal range is lost.

Whole rows are worked through, clear stretches too: skipping these costs more than blending them. Rows are reached by
unsigned indices, since a slice a row for each of ten arrays would cost as much as the work itself.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u8, u16, u32, u64, i64, f32 = np.uint8, np.uint16, np.uint32, np.uint64, np.int64, np.float32

ONE = 65536
"""Positions a sheet pixel."""


@kernel
def cells_along(cells, rests, first, step, span, offset, extent, count, mirrored, wraps):
    """Where each pixel of a line of the picture samples the sheet: uint32 `cells`, the first of three neighbouring
    sheet pixels, and int64 `rests`, how far into that its box begins.

    Pixel j covers [(first + j)·step + offset, … + step) of a line of `count` sheet pixels, `extent` long, counted from
    its far end if `mirrored`; its box is `span` wide around the same middle. Beyond its ends the sheet begins again if
    it `wraps`, else it is reflected.
    """
    whole, wide, wider = i64(extent), i64(step), i64(span)
    period = whole if wraps else 2 * whole
    start = i64(first) * wide + i64(offset) + (wide - wider) // 2
    ahead = wide
    if mirrored:
        start, ahead = whole - start - wider, -wide
    start, ahead = start % period, ahead % period
    for j in range(cells.size):
        place = start if start < whole else max(2 * whole - start - wider, 0)
        cell = min(place // i64(ONE), i64(count) - 1)
        cells[j], rests[j] = cell, place - cell * i64(ONE)
        start += ahead
        if start >= period:
            start -= period


@kernel
def box_weights(weights, rests, span):
    """uint16 `weights` (3, n) of the sheet pixels under boxes `span` wide that begin `rests` into the first of them;
    each three sum to 256."""
    one, wide = i64(ONE), i64(span)
    for j in range(rests.size):
        rest = rests[j]
        head = (min(max(one - rest, 0), wide) * 256 + wide // 2) // wide
        tail = (max(wide - 2 * one + rest, 0) * 256 + wide // 2) // wide
        weights[0, j], weights[1, j], weights[2, j] = head, 256 - head - tail, tail


@kernel
def beyond(cell, count, wraps):
    """The index of the sheet pixel `cell`, which may lie behind the end of its line."""
    if cell < count:
        return cell
    return cell % count if wraps else count - 1


@kernel
def mixed(first, second, third, a, b, c):
    """(first·a + second·b + third·c) / 256 to the nearest, for uint8 values and uint16 weights that sum to 256."""
    v = u16(u16(u16(first) * a) + u16(u16(second) * b))
    return u16(u16(v + u16(u16(u16(third) * c) + u16(128))) >> u16(8))


@kernel
def mixed_rows(line, sheet, rows, low, high, wraps, a, b, c):
    """The mean of three rows of the sheet into the uint32 `line`: from the cell `low` to two behind `high`."""
    upper, middle, lower = u64(rows[0]), u64(rows[1]), u64(rows[2])
    wide = sheet.shape[1]
    for x in range(low, min(high + 3, wide)):
        i = u64(x)
        line[i] = u32(mixed(sheet[upper, i], sheet[middle, i], sheet[lower, i], a, b, c))
    for x in range(wide, high + 3):
        i = u64(beyond(x, wide, wraps))
        line[u64(x)] = u32(mixed(sheet[upper, i], sheet[middle, i], sheet[lower, i], a, b, c))


@kernel
def pack(packed, line, low, high):
    """Put each value of the line and its two followers into one word, so that they are found at one place."""
    for x in range(low, high + 1):
        i = u64(x)
        packed[i] = line[i] | (line[i + u64(1)] << u32(8)) | (line[i + u64(2)] << u32(16))


@kernel
def mixed_cells(coverage, neighbours, packed, cells, weights, flip):
    """uint8 coverage of a row: the three neighbours in a word of `packed`, weighed; xor `flip`."""
    zero, one, two = u64(0), u64(1), u64(2)
    for x in range(coverage.size):
        neighbours[u64(x)] = packed[cells[u64(x)]]
    for x in range(coverage.size):
        i = u64(x)
        three = neighbours[i]
        head, middle, tail = u8(three), u8(u16(three) >> u16(8)), u8(three >> u32(16))
        coverage[i] = u8(mixed(head, middle, tail, weights[zero, i], weights[one, i], weights[two, i])) ^ flip


@kernel
def runs(cells, begins):
    """Cut a line of the picture where the sheet jumps or turns; `begins` gets the first pixels of these runs.

    Gives (how many runs there are, the first and the last cell of all).
    """
    n, low, high = 1, i64(cells[0]), i64(cells[0])
    begins[0] = 0
    way = i64(0)
    for x in range(1, cells.size):
        low, high = min(low, i64(cells[x])), max(high, i64(cells[x]))
        ahead = i64(cells[x]) - i64(cells[x - 1])
        if way == 0 and abs(ahead) == 1:
            way = ahead
        elif way == 0 or ahead != way:
            begins[n] = x
            n += 1
            way = 0
    begins[n] = cells.size
    return n, low, high


@kernel
def copied_cells(coverage, sheet, row, cells, begins, count, flip):
    """uint8 coverage of a row where each pixel is one of the sheet's, in their order or against it; xor `flip`."""
    y = u64(row)
    for run in range(count):
        start, n = u64(begins[run]), begins[run + 1] - begins[run]
        cell = u64(cells[start])
        if n > 1 and u64(cells[start + u64(1)]) < cell:
            for x in range(n):
                coverage[start + u64(x)] = sheet[y, cell - u64(x)] ^ flip
        else:
            for x in range(n):
                coverage[start + u64(x)] = sheet[y, cell + u64(x)] ^ flip


@kernel
def blend_row(values, coverage, row, strength, colour, fade, lift, even, least, most):
    """One row in place; values (H, W·C), see the head of this file."""
    y, one, two, three = u64(row), u64(1), u64(2), u64(3)
    s = f32(strength) * f32(1 / 255.0)
    k, up, w, low, high = f32(fade), f32(lift), f32(even), f32(least), f32(most)
    if colour.size == 1:
        c0 = colour[0]
        for x in range(coverage.size):
            i = u64(x)
            values[y, i] = blended(values[y, i], s * f32(coverage[i]), c0, k, up, w, low, high)
    else:
        c0, c1, c2 = colour[0], colour[1], colour[2]
        for x in range(coverage.size):
            a, j = s * f32(coverage[u64(x)]), three * u64(x)
            values[y, j] = blended(values[y, j], a, c0, k, up, w, low, high)
            values[y, j + one] = blended(values[y, j + one], a, c1, k, up, w, low, high)
            values[y, j + two] = blended(values[y, j + two], a, c2, k, up, w, low, high)


@kernel
def laid_row(values, coverage, row, share, colour, fade):
    """`blend_row` of a gray picture without lift and even, by itself: with other cases beside it, it takes twice the
    time. `share` is the strength over 255."""
    y = u64(row)
    for x in range(coverage.size):
        i = u64(x)
        values[y, i] = laid(values[y, i], share * f32(coverage[i]), colour, fade)


@kernel
def laid_cells(values, sheet, row, cells, begins, count, flip, y, share, colour, fade):
    """`copied_cells` and `laid_row` at once, where no masks want the coverage."""
    up, down = u64(y), u64(row)
    for run in range(count):
        start, n = u64(begins[run]), begins[run + 1] - begins[run]
        cell = u64(cells[start])
        if n > 1 and u64(cells[start + u64(1)]) < cell:
            for x in range(n):
                i = start + u64(x)
                values[up, i] = laid(values[up, i], share * f32(u8(sheet[down, cell - u64(x)] ^ flip)), colour, fade)
        else:
            for x in range(n):
                i = start + u64(x)
                values[up, i] = laid(values[up, i], share * f32(u8(sheet[down, cell + u64(x)] ^ flip)), colour, fade)


@kernel
def laid(v, a, colour, fade):
    """`blended` without lift and even, for values in [0, 1]: most blends, and two thirds of the work."""
    return min(v + a * (colour - fade * v), f32(1))


@kernel
def blended(v, a, colour, fade, lift, even, least, most):
    """One encoded value; see the head of this file."""
    change = a * (colour - fade * v) + (lift - even * v)
    return min(max(v + min(max(change, least), most), f32(0)), f32(1))


@kernel
def mark_row(mask, loss, classes, coverage, row, strength, code):
    """Keep the masks of a row: soft coverage and loss by maximum, the class of what covers most (the later one)."""
    y, s, c = u64(row), f32(strength), u8(code)
    if classes.shape[0] == mask.shape[0]:
        for x in range(coverage.size):
            i = u64(x)
            classes[y, i] = c if coverage[i] >= max(mask[y, i], u8(1)) else classes[y, i]
    for x in range(coverage.size):
        i = u64(x)
        mask[y, i] = max(coverage[i], mask[y, i])
    if loss.shape[0] == mask.shape[0]:
        for x in range(coverage.size):
            i = u64(x)
            loss[y, i] = max(loss[y, i], u8(f32(coverage[i]) * s + f32(0.5)))


@kernel
def blend(
    pixels, mask, loss, classes, code, sheet, top, left, step, y_offset, y_extent, x_offset, x_extent,
    y_mirrored, x_mirrored, wraps, inverted, everywhere, strength, colour, fade, lift, even, least, most,
):  # fmt: skip
    """Lay `sheet` over (H, W, C) pixels in place; `inverted`: its coverage is 255 minus its values.

    `top` and `left` are the picture's first row and column, counted from the corner of the print, which the offsets
    mean. With `code` 0 no masks are kept; they may then be empty; `everywhere`: they are to be full. `colour` is (C)
    float32.
    """
    height, width, channels = pixels.shape
    values = pixels.reshape(height, width * channels)
    tall, wide = sheet.shape
    span = step if step * 5 > ONE * 4 else ONE
    copied = step == ONE and y_offset % ONE == 0 and x_offset % ONE == 0
    rows, columns = np.empty(height, np.uint32), np.empty(width, np.uint32)
    row_rests, rests = np.empty(height, np.int64), np.empty(width, np.int64)
    cells_along(rows, row_rests, top, step, span, y_offset, y_extent, tall, y_mirrored, wraps)
    cells_along(columns, rests, left, step, span, x_offset, x_extent, wide, x_mirrored, wraps)
    row_weights, weights = np.empty((3, height), np.uint16), np.empty((3, width), np.uint16)
    if not copied:
        box_weights(row_weights, row_rests, span)
        box_weights(weights, rests, span)
    begins = np.empty(width + 1, np.int64)
    count, low, high = runs(columns, begins)
    line, packed, neighbours = np.empty(wide + 2, np.uint32), np.empty(wide, np.uint32), np.empty(width, np.uint32)
    coverage, full = np.empty(width, np.uint8), np.full(width, 255, np.uint8)
    flip = u8(255) if inverted else u8(0)
    plain = colour.size == 1 and f32(lift) == f32(0) and f32(even) == f32(0)
    share, colour_0, fading = f32(strength) * f32(1 / 255.0), colour[0], f32(fade)
    for y in range(height):
        row = i64(rows[y])
        if plain and copied and code == 0:
            laid_cells(values, sheet, row, columns, begins, count, flip, y, share, colour_0, fading)
            continue
        if copied:
            copied_cells(coverage, sheet, row, columns, begins, count, flip)
        else:
            three = row, beyond(row + 1, tall, wraps), beyond(row + 2, tall, wraps)
            a, b, c = row_weights[0, y], row_weights[1, y], row_weights[2, y]
            mixed_rows(line, sheet, three, low, high, wraps, a, b, c)
            pack(packed, line, low, high)
            mixed_cells(coverage, neighbours, packed, columns, weights, flip)
        if plain:
            laid_row(values, coverage, y, share, colour_0, fading)
        else:
            blend_row(values, coverage, y, strength, colour, fade, lift, even, least, most)
        if code != 0:
            mark_row(mask, loss, classes, full if everywhere else coverage, y, strength, code)
