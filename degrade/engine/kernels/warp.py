"""Geometry: affine maps by bilinear interpolation, and separable resampling to another size.

Coordinates: pixel (row y, column x) covers the square [x, x + 1) × [y, y + 1), its centre lies at +0.5. Beyond its
edge a picture is mirrored about the centres of the edge pixels ("reflect-101"), or is one constant colour. Places in
the source are 32.32-bit fixed-point numbers and values float32 with + - * alone, so that the bits are the same on
every CPU.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u8, u32, u64, f32, i32, i64 = np.uint8, np.uint32, np.uint64, np.float32, np.int32, np.int64

AREA, NEAREST, BILINEAR, BICUBIC = range(4)
"""Kinds of `resampling_taps`."""
ONE = 4294967296.0
"""One pixel in fixed point."""
UNIT = 4294967296
"""The same as an integer."""
LEAST_STRETCH = 8
"""How many pixels in a row must come from one line of the source for `affine` to take them together."""
VECTORS = 32
"""Values that a loop works on at once."""


@kernel
def reflected(i, n):
    """Index `i`, any integer, mirrored into [0, n) about the centres of the first and the last element."""
    if 0 <= i < n or n == 1:
        return i64(i) if n > 1 else i64(0)
    period = 2 * (n - 1)
    i = abs(i64(i))
    if i >= period:
        i %= period
    return period - i if i >= n else i


@kernel
def fixed(place):
    """A coordinate as fixed point, to the nearest."""
    return i64(np.floor(place * ONE + 0.5))


@kernel
def weight(place):
    """The fraction of a fixed-point place, in [0, 1), as float32 to 24 bits."""
    return f32(i32((place >> 8) & 0xFFFFFF)) * f32(1.0 / 16777216)


@kernel
def inside_span(start, step, length, first, last):
    """The first and past the last x in [first, last) whose place start + x·step, fixed point, is in [0, length - 1)."""
    limit = i64(length - 1) << 32
    if step == 0:
        return (first, last) if 0 <= start < limit else (first, first)
    if step > 0:
        low, high = -(start // step), (limit - 1 - start) // step + 1
    else:
        low, high = -((limit - 1 - start) // -step), start // -step + 1
    low, high = max(low, first), min(high, last)
    return (low, high) if low < high else (first, first)


@kernel
def affine(source, out, m00, m01, m02, m10, m11, m12, reflect, fill):
    """Fill `out` (h, w, C) with `source` (H, W, C), both C-contiguous float32, through an affine map, bilinearly.

    The output point (x, y) shows the source point (m00·x + m01·y + m02, m10·x + m11·y + m12), within ±10⁹. Beyond the
    source's edge it is mirrored if `reflect`, else it has the colour `fill`, (C,) float32, with an anti-aliased edge.
    The identity gives the same bits back. Shrinking by more than 2 wants `resample_rows` and `resample_columns` by
    AREA first.
    """
    height, width, channels = source.shape
    wanted, size = out.shape[1], (height, width)
    values, rows = source.reshape(-1), out.reshape(out.shape[0], -1)
    step_x, step_y = fixed(m00), fixed(m10)
    gentle = abs(step_x - UNIT) + abs(step_y) < UNIT // LEAST_STRETCH
    wx, wy = np.empty(wanted * channels, f32), np.empty(wanted * channels, f32)
    for y in range(out.shape[0]):
        start_x = fixed(0.5 * m00 + m01 * (y + 0.5) + m02 - 0.5)
        start_y = fixed(0.5 * m10 + m11 * (y + 0.5) + m12 - 0.5)
        first, last = inside_span(start_x, step_x, width, 0, wanted)
        first, last = inside_span(start_y, step_y, height, first, last)
        row = rows[y]
        if gentle:
            spread_weights(wx, start_x, step_x, first, last, channels)
            spread_weights(wy, start_y, step_y, first, last, channels)
            affine_stretches(values, row, start_x, step_x, start_y, step_y, first, last, channels, width, wx, wy)
        else:
            affine_points(values, row, start_x, step_x, start_y, step_y, first, last, channels, width)
        for x in range(first):
            edge(values, row, x, start_x + x * step_x, start_y + x * step_y, size, channels, reflect, fill)
        for x in range(last, wanted):
            edge(values, row, x, start_x + x * step_x, start_y + x * step_y, size, channels, reflect, fill)


@kernel
def spread_weights(wide, start, step, first, last, channels):
    """The weights of the places start + x·step, fixed point, of the pixels [first, last), once a channel."""
    low, rise = u32(start + first * step), u32(step)  # what stands above 32 bits is no part of a weight
    if channels == 1:
        for i in range(last - first):
            wide[u64(first + i)] = f32(i32(u32(low + u32(u32(i) * rise)) >> u32(8))) * f32(1.0 / 16777216)
    else:
        for i in range(last - first):
            w = f32(i32(u32(low + u32(u32(i) * rise)) >> u32(8))) * f32(1.0 / 16777216)
            j = u64(3) * u64(first + i)
            wide[j], wide[j + u64(1)], wide[j + u64(2)] = w, w, w


@kernel
def stretch_end(start, step, x):
    """The first pixel beyond `x` whose place start + x·step, fixed point, has another whole part."""
    place = start + x * step
    if step > 0:
        return x + (UNIT - (place & (UNIT - 1)) + step - 1) // step
    if step < 0:
        return x + (place & (UNIT - 1)) // -step + 1
    return i64(UNIT)


@kernel
def affine_stretches(values, row, start_x, step_x, start_y, step_y, first, last, channels, width, wx, wy):
    """The pixels [first, last) of a row of `affine` where neighbours mostly are neighbours in the source too: each
    stretch of them is a plain loop."""
    stride, x = width * channels, first
    end_x, end_y = first, first
    while x < last:
        if x == end_x:
            end_x = stretch_end(start_x, step_x - UNIT, x)
        if x == end_y:
            end_y = stretch_end(start_y, step_y, x)
        end = min(end_x, end_y, last)
        place = ((start_y + x * step_y) >> 32) * stride + ((start_x + x * step_x) >> 32) * channels
        mix_four(row, x * channels, values, place, channels, stride, wx, wy, (end - x) * channels)
        x = end


@kernel
def mix_four(row, begin, values, place, channels, stride, wx, wy, size):
    """`size` values of `row` from `begin` on: those of `values` from `place` on, mixed with the right and lower ones.

    Some values behind them are set as well, where there is room: whole vectors are faster, and what comes next along
    the row is written later.
    """
    o, a, b = u64(begin), u64(place), u64(place + stride)
    right = u64(channels)
    room = min(row.size - begin, values.size - place - stride - channels)
    for i in range(u64(min((size + VECTORS - 1) // VECTORS * VECTORS, room))):
        p, q, across = values[a + i], values[b + i], wx[o + i]
        p += across * (values[a + right + i] - p)
        q += across * (values[b + right + i] - q)
        row[o + i] = p + wy[o + i] * (q - p)


@kernel
def affine_points(values, row, start_x, step_x, start_y, step_y, first, last, channels, width):
    """The pixels [first, last) of a row of `affine`, each from a place of its own."""
    right, stride = i32(channels), i32(width * channels)  # 32 bits: a 64-bit multiply is slow
    if channels == 1:
        for x in range(first, last):
            px, py = start_x + x * step_x, start_y + x * step_y
            row[x] = mixed(values, (py >> 32) * stride + (px >> 32), right, stride, weight(px), weight(py))
    else:
        for x in range(first, last):
            px, py = start_x + x * step_x, start_y + x * step_y
            wx, wy = weight(px), weight(py)
            corner = (py >> 32) * stride + (px >> 32) * right
            for c in range(3):
                row[x * 3 + c] = mixed(values, corner + c, right, stride, wx, wy)


@kernel
def mixed(values, corner, right, stride, wx, wy):
    """The four values from index `corner` on, mixed by the weights of the right and of the lower ones."""
    a, b = u64(corner), u64(corner + stride)  # unsigned, or numba checks for negative indices
    p, q = values[a], values[b]
    p += wx * (values[a + u64(right)] - p)
    q += wx * (values[b + u64(right)] - q)
    return p + wy * (q - p)


@kernel
def edge(values, row, x, px, py, size, channels, reflect, fill):
    """One output pixel of `affine` whose place in the source, fixed point, is at its edge or beyond; `size` is the
    source's (height, width)."""
    height, width = size
    wx, wy = weight(px), weight(py)
    x0, x1, y0, y1 = px >> 32, (px >> 32) + 1, py >> 32, (py >> 32) + 1
    if reflect:
        x0, x1, y0, y1 = reflected(x0, width), reflected(x1, width), reflected(y0, height), reflected(y1, height)
    left, right, above, below = 0 <= x0 < width, 0 <= x1 < width, 0 <= y0 < height, 0 <= y1 < height
    upper, lower = y0 * width, y1 * width
    for c in range(channels):
        p = values[u64((upper + x0) * channels + c)] if above and left else fill[c]
        q = values[u64((lower + x0) * channels + c)] if below and left else fill[c]
        p += wx * ((values[u64((upper + x1) * channels + c)] if above and right else fill[c]) - p)
        q += wx * ((values[u64((lower + x1) * channels + c)] if below and right else fill[c]) - q)
        row[u64(x * channels + c)] = p + wy * (q - p)


@kernel
def affine_mask(source, out, m00, m01, m02, m10, m11, m12, reflect, codes):
    """`affine` for uint8 masks (H, W): soft coverage, or with `codes` the classes.

    Whatever an output pixel takes the least share of marks it: coverage is rounded but stays at least 1, a code is that
    of the largest share among those that are not 0. So a pixel that shows damage is never without its mask, and has a
    class exactly where it has coverage. Beyond the edge it is mirrored if `reflect`, else 0.
    """
    height, width = source.shape
    bytes_ = source.reshape(-1)
    share, value = np.zeros(4, f32), np.zeros(4, u8)
    step_x, step_y = fixed(m00), fixed(m10)
    for y in range(out.shape[0]):
        start_x = fixed(0.5 * m00 + m01 * (y + 0.5) + m02 - 0.5)
        start_y = fixed(0.5 * m10 + m11 * (y + 0.5) + m12 - 0.5)
        row = out[y]
        for x in range(out.shape[1]):
            px, py = start_x + x * step_x, start_y + x * step_y
            x0, y0 = px >> 32, py >> 32
            if 0 <= x0 < width - 1 and 0 <= y0 < height - 1:
                corner = u64(y0 * width + x0)
                below = corner + u64(width)
                p, q, r, s = bytes_[corner], bytes_[corner + u64(1)], bytes_[below], bytes_[below + u64(1)]
            else:
                p, q = byte_at(source, y0, x0, reflect), byte_at(source, y0, x0 + 1, reflect)
                r, s = byte_at(source, y0 + 1, x0, reflect), byte_at(source, y0 + 1, x0 + 1, reflect)
            row[x] = 0
            if (p | q | r | s) == 0:
                continue
            wx, wy = weight(px), weight(py)
            value[0], value[1], value[2], value[3] = p, q, r, s
            share[0], share[1] = (f32(1) - wx) * (f32(1) - wy), wx * (f32(1) - wy)
            share[2], share[3] = (f32(1) - wx) * wy, wx * wy
            row[x] = strongest(value, share) if codes else covered(value, share)


@kernel
def byte_at(source, y, x, reflect):
    """The byte at (y, x); beyond the edge the mirrored one, or 0."""
    if reflect:
        return source[reflected(y, source.shape[0]), reflected(x, source.shape[1])]
    if 0 <= y < source.shape[0] and 0 <= x < source.shape[1]:
        return source[y, x]
    return u8(0)


@kernel
def covered(value, share):
    """The mean of four uint8 values by their shares, rounded, but at least 1 if any value with a share is not 0."""
    total, touched = f32(0), f32(0)
    for k in range(4):
        total += share[k] * f32(value[k])
        if value[k] != 0 and share[k] > f32(0):
            touched = f32(1)
    return u8(i32(min(max(total + f32(0.5), touched), f32(255))))


@kernel
def strongest(value, share):
    """The code, of four, that has the largest share and is not 0; 0 if there is none."""
    best, code = f32(0), u8(0)
    for k in range(4):
        if value[k] != 0 and share[k] > best:
            best, code = share[k], value[k]
    return code


@kernel
def resampling_taps(kind, size, wanted):
    """How `wanted` samples are made of `size`: (first (wanted,) int64, weights (wanted, K) float32).

    Output sample i is the sum over k of weights[i, k] · input[first[i] + k]; both ends of both grids coincide,
    weights sum to 1, and taps beyond an end weigh on the last sample.

    AREA is the mean over what output sample i covers (exact fractions); BILINEAR and BICUBIC interpolate at its
    centre without widening, so that they alias when shrinking; BICUBIC is that of Keys
    (doi:10.1109/TASSP.1981.1163711), a = -0.5.
    """
    reach = 1
    if kind == AREA:
        reach = (size + wanted - 1) // wanted + 1
    elif kind == BILINEAR:
        reach = 2
    elif kind == BICUBIC:
        reach = 4
    reach = min(reach, size)
    first = np.zeros(wanted, np.int64)
    weights = np.zeros((wanted, reach), f32)
    for i in range(wanted):
        if kind == AREA:
            start = i * size // wanted
            first[i] = min(start, size - reach)
            for j in range(start, min(start + reach, size)):
                overlap = min((j + 1) * wanted, (i + 1) * size) - max(j * wanted, i * size)
                if overlap > 0:
                    weights[i, j - first[i]] = f32(overlap / size)
        elif kind == NEAREST:
            first[i] = (2 * i + 1) * size // (2 * wanted)
            weights[i, 0] = f32(1)
        else:
            centre = (2 * i + 1) * size / (2.0 * wanted) - 0.5
            below = i64(np.floor(centre))
            ahead = 0 if kind == BILINEAR else 1
            first[i] = min(max(below - ahead, 0), size - reach)
            for j in range(below - ahead, below + 2 + ahead):
                inside = min(max(j, 0), size - 1)
                distance = abs(centre - j)
                weights[i, inside - first[i]] += f32(1 - distance if kind == BILINEAR else keys_cubic(distance))
    return first, weights


@kernel
def keys_cubic(t):
    """Keys' cubic convolution kernel, a = -0.5, at the distance t in [0, 2]."""
    if t <= 1:
        return (1.5 * t - 2.5) * t * t + 1
    return ((-0.5 * t + 2.5) * t - 4) * t + 2


@kernel
def resample_rows(source, out, first, weights):
    """Rows of `out` (h, N) from rows of `source` (H, N), float32, by `resampling_taps(…, H, h)`; clipped to [0, 1]."""
    width, reach = source.shape[1], weights.shape[1]
    for y in range(out.shape[0]):
        row = out[y]
        above, w = source[first[y]], weights[y, 0]
        for x in range(width):
            row[x] = w * above[x]
        for k in range(1, reach):
            above, w = source[first[y] + k], weights[y, k]
            if w != f32(0):
                for x in range(width):
                    row[x] += w * above[x]
        for x in range(width):
            row[x] = min(max(row[x], f32(0)), f32(1))


@kernel
def resample_columns(source, out, first, weights):
    """Columns of `out` (H, w, C) from those of `source` (H, W, C), float32, by `resampling_taps(…, W, w)`; not clipped:
    a cubic may leave [0, 1]."""
    channels, reach = source.shape[2], weights.shape[1]
    for y in range(out.shape[0]):
        row, line = out[y], source[y]
        for x in range(out.shape[1]):
            start = first[x]
            for c in range(channels):
                total = f32(0)
                for k in range(reach):
                    total += weights[x, k] * line[start + k, c]
                row[x, c] = total
