"""Between pictures and the planes of VP8: ITU-R BT.601 of studio range, colour at half the resolution.

Integers as libwebp rounds them; colours are averaged over 2x2 px as they are encoded, and brought back by the weights
9, 3, 3 and 1.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vp8 import PAD

u8, u64, f32, i32, i64 = np.uint8, np.uint64, np.float32, np.int32, np.int64


@kernel
def repeat_edges(plane, height, width, rows, columns):
    """Fill a plane of (rows, columns) beyond its first (height, width) with the last that are there."""
    stride = columns + PAD
    for y in range(height):
        at = (y + 1) * stride + 1
        plane[at + width : at + columns] = plane[at + width - 1]
    for y in range(height, rows):
        at = (y + 1) * stride + 1
        plane[at : at + columns] = plane[at - stride : at - stride + columns]


@kernel
def take_luma(picture, channels, plane, columns):
    """Luma of an (H, W·C) uint8 picture of 1 or 3 channels into a plane."""
    height, width, stride = picture.shape[0], picture.shape[1], columns + PAD
    for y in range(height):
        row, at = picture[y], u64((y + 1) * stride + 1)
        if channels == 1:
            for x in range(u64(width)):
                plane[at + x] = u8(i32(i32(i32(row[x]) * i32(56318)) + i32(1081344)) >> i32(16))
        else:
            for x in range(u64(width // 3)):
                j = u64(3) * x
                r, g, b = i32(row[j]), i32(row[j + u64(1)]), i32(row[j + u64(2)])
                total = i32(i32(r * i32(16839)) + i32(g * i32(33059)) + i32(b * i32(6420)) + i32(1081344))
                plane[at + x] = u8(total >> i32(16))


@kernel
def take_chroma(picture, planes, width, columns):
    """Both planes of colour (2, N) of an (H, 3·W) uint8 picture; `columns` are those of a plane of colour."""
    height, stride = picture.shape[0], columns + PAD
    sums = np.empty(3 * width + 3, i32)
    us, vs = planes[0], planes[1]
    for y in range((height + 1) // 2):
        a, b, at = picture[2 * y], picture[min(2 * y + 1, height - 1)], u64((y + 1) * stride + 1)
        for x in range(u64(3 * width)):
            sums[x] = i32(i32(a[x]) + i32(b[x]))
        sums[3 * width :] = sums[3 * width - 3 : 3 * width]
        for x in range(u64((width + 1) // 2)):
            j = u64(6) * x
            r = i32(sums[j] + sums[j + u64(3)])
            g = i32(sums[j + u64(1)] + sums[j + u64(4)])
            v = i32(sums[j + u64(2)] + sums[j + u64(5)])
            blue = i32(i32(v * i32(28800)) - i32(g * i32(19081)) - i32(r * i32(9719)) + i32(33685504))
            red = i32(i32(r * i32(28800)) - i32(g * i32(24116)) - i32(v * i32(4684)) + i32(33685504))
            us[at + x] = u8(blue >> i32(18))
            vs[at + x] = u8(red >> i32(18))


@kernel
def code_of(sum16384):
    """A byte's value over 255, from 16 384ths."""
    return f32(min(max(i32(sum16384) >> i32(6), i32(0)), i32(255))) * f32(1 / 255.0)


@kernel
def give_gray(plane, out, columns):
    """The picture of a plane of luma without colour, into (H, W) float32."""
    codes = np.empty(256, f32)
    for v in range(256):
        codes[v] = code_of((v * 19077 >> 8) - 1160)
    for y in range(out.shape[0]):
        row, at = out[y], u64((y + 1) * (columns + PAD) + 1)
        for x in range(u64(row.size)):
            row[x] = codes[plane[at + x]]


@kernel
def mix_rows(plane, y, size, rows, columns, mixed):
    """Colour at the height of line `y` of the picture: three parts of the nearer of two rows, one of the other, into
    `mixed`, which repeats its ends."""
    near, stride = y // 2, columns + PAD
    other = min(max(near - 1 if y % 2 == 0 else near + 1, 0), rows - 1)
    a, b = u64((near + 1) * stride + 1), u64((other + 1) * stride + 1)
    for x in range(u64(size)):
        mixed[x + u64(1)] = i32(i32(i32(plane[a + x]) * i32(3)) + i32(plane[b + x]))
    mixed[0], mixed[size + 1] = mixed[1], mixed[size]


@kernel
def widen(mixed, size, wide):
    """Twice as many columns of `mixed`, likewise."""
    for x in range(u64(size)):
        here = i32(mixed[x + u64(1)] * i32(3))
        wide[u64(2) * x] = i32(i32(here + mixed[x] + i32(8)) >> i32(4))
        wide[u64(2) * x + u64(1)] = i32(i32(here + mixed[x + u64(2)] + i32(8)) >> i32(4))


@kernel
def give_colour(luma, chroma, out, columns):
    """The picture of three planes, into (H, 3·W) float32; `columns` are those of the plane of luma."""
    height, width = out.shape[0], out.shape[1] // 3
    rows, size = (height + 1) // 2, (width + 1) // 2
    mixed, us, vs = np.empty(size + 2, i32), np.empty(2 * size, i32), np.empty(2 * size, i32)
    for y in range(height):
        mix_rows(chroma[0], y, size, rows, columns // 2, mixed)
        widen(mixed, size, us)
        mix_rows(chroma[1], y, size, rows, columns // 2, mixed)
        widen(mixed, size, vs)
        row, at = out[y], u64((y + 1) * (columns + PAD) + 1)
        for x in range(u64(width)):
            light = i32(i32(i32(luma[at + x]) * i32(19077)) >> i32(8))
            u, v = us[x], vs[x]
            j = u64(3) * x
            row[j] = code_of(i32(light + i32(i32(v * i32(26149)) >> i32(8)) - i32(14234)))
            green = i32(i32(i32(u * i32(6419)) >> i32(8)) + i32(i32(v * i32(13320)) >> i32(8)))
            row[j + u64(1)] = code_of(i32(light - green + i32(8708)))
            row[j + u64(2)] = code_of(i32(light + i32(i32(u * i32(33050)) >> i32(8)) - i32(17685)))
