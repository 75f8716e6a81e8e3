"""Colours as JPEG files store them: luma, and two chroma planes at full or half the resolution (ITU-T T.871).

Roundings are those of libjpeg-turbo, as are the triangular filter that chroma is enlarged by and what stands beyond
the edges. Planes are flat uint8, padded to whole blocks.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.jpeg_blocks import times
from degrade.engine.kernels.kernel import kernel

u8, u64, i32 = np.uint8, np.uint64, np.int32

_HALF = 1 << 15
_ZERO = (128 << 16) + _HALF - 1
"""Of chroma, with what rounds it."""
_LEAST_FILTERED = 3
"""Columns of chroma from which on it is enlarged by the filter, not by repetition."""


@kernel
def part_colours(rgb, luma, blue, red, height, width, columns):
    """Part (height, width) flat RGB into three planes of whole `columns`, whose rest repeats the last column."""
    for y in range(height):
        at = u64(y * columns)
        pixels = rgb[3 * y * width : 3 * (y + 1) * width]
        for x in range(u64(width)):
            r, g, b = i32(pixels[u64(3) * x]), i32(pixels[u64(3) * x + u64(1)]), i32(pixels[u64(3) * x + u64(2)])
            luma[at + x] = u8(i32(times(r, 19595) + times(g, 38470) + times(b, 7471) + i32(_HALF)) >> i32(16))
            blue[at + x] = u8(i32(times(b, 32768) - times(r, 11059) - times(g, 21709) + i32(_ZERO)) >> i32(16))
            red[at + x] = u8(i32(times(r, 32768) - times(g, 27439) - times(b, 5329) + i32(_ZERO)) >> i32(16))
        last = at + u64(width - 1)
        for x in range(at + u64(width), at + u64(columns)):
            luma[x], blue[x], red[x] = luma[last], blue[last], red[last]


@kernel
def repeat_last(plane, rows, filled, columns):
    """Fill the rows of a plane from `filled` on with the one before."""
    for y in range(filled, rows):
        plane[y * columns : (y + 1) * columns] = plane[(filled - 1) * columns : filled * columns]


@kernel
def halve(plane, height, columns, down, out):
    """Means of pairs of columns, and with `down` 2 of pairs of rows; halves are rounded up and down by turns. Gives the
    rows that there are of `out`."""
    half = columns // 2
    made = (height + down - 1) // down
    for y in range(made):
        first = plane[y * down * columns : (y * down + 1) * columns]
        row = min(y * down + down - 1, height - 1)
        second = plane[row * columns : (row + 1) * columns]
        here = out[y * half : (y + 1) * half]
        for x in range(u64(half)):
            v = i32(i32(first[u64(2) * x]) + i32(first[u64(2) * x + u64(1)]))
            odd = i32(x & u64(1))
            if down == 2:
                v = i32(v + i32(second[u64(2) * x]) + i32(second[u64(2) * x + u64(1)]))
                here[x] = u8(i32(v + odd + i32(1)) >> i32(2))
            else:
                here[x] = u8(i32(v + odd) >> i32(1))
    return made


@kernel
def widened(plane, y, rows, known, columns, down, sums, out):
    """Row `y` of a chroma plane of (rows, known) samples enlarged to twice the columns, and `down` times the rows, into
    `out`; `sums` holds known + 2 int32."""
    near = y // down
    far = near if down == 1 else min(max(near - 1 + 2 * (y % 2), 0), rows - 1)
    first, second = plane[near * columns : near * columns + known], plane[far * columns : far * columns + known]
    if known < _LEAST_FILTERED:
        for x in range(known):
            out[2 * x], out[2 * x + 1] = first[x], first[x]
        return
    for x in range(u64(known)):
        v = i32(first[x])
        sums[x + u64(1)] = v if down == 1 else i32(times(v, 3) + i32(second[x]))
    sums[0], sums[known + 1] = sums[1], sums[known]
    bits, low, high = (i32(2), i32(1), i32(2)) if down == 1 else (i32(4), i32(8), i32(7))
    for x in range(u64(known)):
        v = times(sums[x + u64(1)], 3)
        out[u64(2) * x] = u8(i32(v + sums[x] + low) >> bits)
        out[u64(2) * x + u64(1)] = u8(i32(v + sums[x + u64(2)] + high) >> bits)


@kernel
def byte_of(v):
    """An int32 clipped to [0, 255]."""
    return u8(min(max(v, i32(0)), i32(255)))


@kernel
def join_colours(luma, blue, red, rgb, height, width, columns, across, down):
    """`part_colours` back, of chroma that is `across` times narrower and `down` times lower than the luma."""
    known, rows, narrow = (width + across - 1) // across, (height + down - 1) // down, columns // across
    sums = np.empty(known + 2, i32)
    bluer, redder = np.empty(2 * known + 2, u8), np.empty(2 * known + 2, u8)
    for y in range(height):
        if across == 1:
            bluer, redder = blue[y * columns : y * columns + width], red[y * columns : y * columns + width]
        else:
            widened(blue, y, rows, known, narrow, down, sums, bluer)
            widened(red, y, rows, known, narrow, down, sums, redder)
        grays = luma[y * columns : y * columns + width]
        pixels = rgb[3 * y * width : 3 * (y + 1) * width]
        for x in range(u64(width)):
            v, b, r = i32(grays[x]), i32(i32(bluer[x]) - i32(128)), i32(i32(redder[x]) - i32(128))
            green = i32(i32(i32(_HALF) - times(b, 22554) - times(r, 46802)) >> i32(16))
            pixels[u64(3) * x] = byte_of(i32(v + i32(i32(times(r, 91881) + i32(_HALF)) >> i32(16))))
            pixels[u64(3) * x + u64(1)] = byte_of(i32(v + green))
            pixels[u64(3) * x + u64(2)] = byte_of(i32(v + i32(i32(times(b, 116130) + i32(_HALF)) >> i32(16))))
