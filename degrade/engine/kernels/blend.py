"""Textures over a picture: a sheet sampled at the picture's scale, blended, and kept in the masks.

A sheet is one level of a texture's pyramid, uint8 (h, w). A pixel of the picture covers a box of it, `step` sheet
pixels wide: from 1 to 2 the mean over the box is taken (no speck is lost), below 1 the sheet is interpolated. Positions
are whole numbers of 1/65536 sheet pixel and weights whole numbers of 1/256: there is no rounding to differ by. Where
step and offsets are whole pixels the sheet is copied, four times as fast.

What is sampled is coverage; a = strength · coverage. Every blend is one formula for an encoded value v in [0, 1],

    v' = min(max(v + a (colour - fade·v) - even·v, floor·a), 1 - ceiling·a)

    add       colour 1, fade 0          lighten   colour 0, fade 0, floor 1
    screen    colour 1, fade 1          darken    colour 0, fade 0, ceiling 1
    multiply  colour 0, fade 1          alpha     colour C, fade 1
    mix       colour 1, fade 0, even = strength: the sheet's own tones, at that opacity

so that v' = v, bit for bit, where the coverage is 0 (mix covers everything), and in all of them the share a of the
tonal range is lost.

Loops run over unsigned indices and no slices are taken inside: a slice costs numba more than the few pixels of a speck.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u8, u16, u32, u64, i64, f32 = np.uint8, np.uint16, np.uint32, np.uint64, np.int64, np.float32

ONE = 65536
"""Positions a sheet pixel."""
BLOCK = 64
"""Cells that `occupancy` looks at together."""
_CHUNK = 64


@kernel
def box_taps(cells, weights, first, step, offset, extent, count, mirrored, wraps):
    """Where each pixel of a line of the picture samples the sheet: uint32 `cells`, the first of three neighbouring
    sheet pixels, and uint16 `weights` (3, n) of these, which sum to 256.

    Pixel j covers [(first + j)·step + offset, … + step) of a line of `count` sheet pixels, `extent` long, counted from
    its far end if `mirrored`. Beyond its ends the sheet begins again if it `wraps`, else it is reflected.
    """
    one, whole, wide = i64(ONE), i64(extent), i64(step)
    span = max(wide, one)
    period = whole if wraps else 2 * whole
    for j in range(cells.size):
        start = (i64(first) + j) * wide + i64(offset) + (wide - span) // 2
        if mirrored:
            start = whole - start - span
        start %= period
        if start >= whole:
            start = max(2 * whole - start - span, 0)
        cell = min(start // one, i64(count) - 1)
        rest = start - cell * one
        head = (min(max(one - rest, 0), span) * 256 + span // 2) // span
        tail = (max(span - 2 * one + rest, 0) * 256 + span // 2) // span
        cells[j] = cell
        weights[0, j], weights[1, j], weights[2, j] = head, 256 - head - tail, tail


@kernel
def beyond(cell, count, wraps):
    """The index of the sheet pixel `cell`, which may lie behind the end of its line."""
    if cell < count:
        return cell
    return cell % count if wraps else count - 1


@kernel
def mixed_rows(line, sheet, rows, first, n, wraps, a, b, c):
    """The mean of three rows of the sheet, by uint16 weights that sum to 256, into `n` values of the uint32 `line`:
    those of the cells from `first` on."""
    upper, middle, lower = u64(rows[0]), u64(rows[1]), u64(rows[2])
    start, width = u64(first), i64(sheet.shape[1])
    inside = min(i64(n), width - i64(first))
    for x in range(inside):
        i = start + u64(x)
        v = u16(u16(u16(sheet[upper, i]) * a) + u16(u16(sheet[middle, i]) * b))
        v = u16(v + u16(u16(u16(sheet[lower, i]) * c) + u16(128)))
        line[i] = u32(u16(v >> u16(8)))
    for x in range(inside, i64(n)):
        i, cell = start + u64(x), u64(beyond(i64(first) + x, width, wraps))
        v = u16(u16(u16(sheet[upper, cell]) * a) + u16(u16(sheet[middle, cell]) * b))
        v = u16(v + u16(u16(u16(sheet[lower, cell]) * c) + u16(128)))
        line[i] = u32(u16(v >> u16(8)))


@kernel
def pack(packed, line, first, n):
    """Put each value of the line and its two followers into one word, so that they are found at one place."""
    start = u64(first)
    for x in range(n):
        i = start + u64(x)
        packed[i] = line[i] | (line[i + u64(1)] << u32(8)) | (line[i + u64(2)] << u32(16))


@kernel
def mixed_cells(coverage, neighbours, packed, cells, weights, first, n, flip):
    """uint8 coverage of `n` pixels from `first` on: the three neighbours in a word of `packed`, weighed; xor `flip`."""
    start = u64(first)
    zero, one, two = u64(0), u64(1), u64(2)
    for x in range(n):
        i = start + u64(x)
        neighbours[i] = packed[cells[i]]
    for x in range(n):
        i = start + u64(x)
        three = neighbours[i]
        v = u16(u16(u16(u16(three) & u16(255)) * weights[zero, i]) + u16(u16(u16(three) >> u16(8)) * weights[one, i]))
        v = u16(v + u16(u16(u16(three >> u32(16)) * weights[two, i]) + u16(128)))
        coverage[i] = u8(v >> u16(8)) ^ flip


@kernel
def copied_cells(coverage, sheet, row, cells, first, n, flip):
    """uint8 coverage of `n` pixels from `first` on, where each is one pixel of the sheet's row, in its order or against
    it; xor `flip`."""
    y, start, cell = u64(row), u64(first), u64(cells[u64(first)])
    if n > 1 and cells[u64(first + 1)] < cells[u64(first)]:
        for x in range(n):
            coverage[start + u64(x)] = sheet[y, cell - u64(x)] ^ flip
    else:
        for x in range(n):
            coverage[start + u64(x)] = sheet[y, cell + u64(x)] ^ flip


@kernel
def blend_row(values, coverage, row, first, n, strength, colour, fade, floor, ceiling, even):
    """`n` pixels of a row in place, from `first` on; values (H, W·C), see the head of this file."""
    y, start, one, two, three = u64(row), u64(first), u64(1), u64(2), u64(3)
    s = f32(strength) * f32(1 / 255.0)
    k, low, high, w = f32(fade), f32(floor), f32(ceiling), f32(even)
    if colour.size == 1:
        c0 = colour[0]
        for x in range(n):
            i = start + u64(x)
            v, a = values[y, i], s * f32(coverage[i])
            values[y, i] = min(max(v + a * (c0 - k * v) - w * v, low * a), f32(1) - high * a)
    else:
        c0, c1, c2 = colour[0], colour[1], colour[2]
        for x in range(n):
            i = start + u64(x)
            a, j = s * f32(coverage[i]), three * i
            least, most = low * a, f32(1) - high * a
            r, g, b = values[y, j], values[y, j + one], values[y, j + two]
            values[y, j] = min(max(r + a * (c0 - k * r) - w * r, least), most)
            values[y, j + one] = min(max(g + a * (c1 - k * g) - w * g, least), most)
            values[y, j + two] = min(max(b + a * (c2 - k * b) - w * b, least), most)


@kernel
def mark_row(mask, loss, classes, coverage, row, first, n, strength, code):
    """Keep the masks of `n` pixels: soft coverage and loss by maximum, the class of what covers most."""
    y, start, s, c = u64(row), u64(first), f32(strength), u8(code)
    for x in range(n):
        i = start + u64(x)
        e, m = coverage[i], mask[y, i]
        classes[y, i] = c if e != u8(0) and e >= m else classes[y, i]
        mask[y, i] = max(e, m)
    for x in range(n):
        i = start + u64(x)
        loss[y, i] = max(loss[y, i], u8(f32(coverage[i]) * s + f32(0.5)))


@kernel
def stretches(cells, begins, firsts, lasts):
    """Cut a line of the picture into stretches of at most `_CHUNK` pixels in which the sheet runs on without a jump;
    gives how many. `begins` gets a stretch's first pixel, `firsts` and `lasts` the range of its cells."""
    n, x = 0, 0
    while x < cells.size:
        low, high, start = i64(cells[x]), i64(cells[x]), x
        x += 1
        while x < cells.size and x - start < _CHUNK and abs(i64(cells[x]) - i64(cells[x - 1])) < 4:
            low, high = min(low, i64(cells[x])), max(high, i64(cells[x]))
            x += 1
        begins[n], firsts[n], lasts[n] = start, low, high
        n += 1
    begins[n] = cells.size
    return n


@kernel
def is_busy(busy, row, first, last):
    """Whether anything but 0 may lie in the cells `first` to `last` of a sheet's row or the two rows after it."""
    found = u8(0)
    for block in range(first // BLOCK, last // BLOCK + 1):
        found |= busy[row, block]
    return found != 0


@kernel
def blend(
    pixels, mask, loss, classes, code, sheet, busy, top, left, step, y_offset, y_extent, x_offset, x_extent,
    y_mirrored, x_mirrored, wraps, inverted, strength, colour, fade, floor, ceiling, even,
):  # fmt: skip
    """Lay `sheet` over (H, W, C) pixels in place; `inverted`: its coverage is 255 minus its values.

    `busy` is the sheet's `occupancy`. `top` and `left` are the picture's first row and column, counted from the corner
    of the print, which the offsets mean. With `code` 0 no masks are kept; they may then be empty. `colour` is (C)
    float32.
    """
    height, width, channels = pixels.shape
    values = pixels.reshape(height, width * channels)
    tall, wide = sheet.shape
    rows, columns = np.empty(height, np.uint32), np.empty(width, np.uint32)
    row_weights, weights = np.empty((3, height), np.uint16), np.empty((3, width), np.uint16)
    box_taps(rows, row_weights, top, step, y_offset, y_extent, tall, y_mirrored, wraps)
    box_taps(columns, weights, left, step, x_offset, x_extent, wide, x_mirrored, wraps)
    begins, firsts, lasts = np.empty(width + 1, np.int64), np.empty(width, np.int64), np.empty(width, np.int64)
    parts = stretches(columns, begins, firsts, lasts)
    line, packed, neighbours = np.empty(wide + 2, np.uint32), np.empty(wide, np.uint32), np.empty(width, np.uint32)
    coverage, everywhere = np.empty(width, np.uint8), np.full(width, 255, np.uint8)
    dense, flip = inverted or even != 0, u8(255) if inverted else u8(0)
    aligned = step == ONE and y_offset % ONE == 0 and x_offset % ONE == 0
    for y in range(height):
        row = i64(rows[y])
        three = row, beyond(row + 1, tall, wraps), beyond(row + 2, tall, wraps)
        part = 0
        while part < parts:
            if not (dense or is_busy(busy, row, firsts[part], lasts[part])):
                part += 1
                continue
            x0, first, last = begins[part], firsts[part], lasts[part]
            part += 1
            while (
                part < parts
                and min(abs(firsts[part] - last), abs(lasts[part] - first)) < 4
                and (dense or is_busy(busy, row, firsts[part], lasts[part]))
            ):
                first, last = min(first, firsts[part]), max(last, lasts[part])
                part += 1
            n = begins[part] - x0
            if aligned:
                copied_cells(coverage, sheet, row, columns, x0, n, flip)
            else:
                a, b, c = row_weights[0, y], row_weights[1, y], row_weights[2, y]
                mixed_rows(line, sheet, three, first, last - first + 3, wraps, a, b, c)
                pack(packed, line, first, last - first + 1)
                mixed_cells(coverage, neighbours, packed, columns, weights, x0, n, flip)
            blend_row(values, coverage, y, x0, n, strength, colour, fade, floor, ceiling, even)
            if code != 0:
                mark_row(mask, loss, classes, coverage if even == 0 else everywhere, y, x0, n, strength, code)


@kernel
def occupancy(sheet, wraps):
    """(h, blocks) uint8: 1 where one of the `BLOCK` cells of a block or the two after it, in a sheet's row or the two
    rows after it, is not 0."""
    tall, wide = sheet.shape
    busy = np.zeros((tall, (wide + BLOCK - 1) // BLOCK), np.uint8)
    for y in range(tall):
        for x in range(wide):
            if sheet[y, x] != 0:
                for up in range(3):
                    above = y - up if y >= up else (y - up) % tall if wraps else y
                    for back in range(3):
                        before = x - back if x >= back else (x - back) % wide if wraps else x
                        busy[above, before // BLOCK] = 1
    return busy
