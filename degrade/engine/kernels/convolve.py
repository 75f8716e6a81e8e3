"""Convolution with any kernel of up to 63×63 px: a sum over few taps, Fourier transforms of columns over many.

Pixels are taken as (H, W·C) rows of interleaved channels; beyond the edge the picture is mirrored about the centres of
the edge pixels. A spot becomes the kernel itself, not its mirror image. Results are clipped to [0, 1].

The transforms are those of J. W. Cooley and J. W. Tukey (doi:10.2307/2003354), down the columns of bands of rows of
which only the part that wrapping round does not reach is kept ("overlap-save"). Of each frequency there is then a line
across, which is convolved with the kernel's line of that frequency by a sum: transforming both ways would need every
tile turned round twice, which costs more than it saves. They are decimated in frequency on the way there and in time
on the way back, so that nothing has to be put in bit-reversed order, and two halvings in a step. Two blocks of a band
share one transform, as its real and its imaginary part. All is float32 in a fixed order.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.blur import padded, power_of_two
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.warp import reflected

f32, f64, i64, u64 = np.float32, np.float64, np.int64, np.uint64

TALL = 128
"""Rows that are transformed together, a power of two."""
WIDE = 384
"""Values of a row that are transformed together at most."""
PITCH = WIDE + 16
"""From row to row of what is transformed: an odd number of cache lines, or rows drive each other out of the cache."""
AREA = TALL * PITCH
STRIP = 64
"""Columns that go through all of a transform's stages together, so that they stay in a fast cache."""
LARGEST = 63
"""Side of the largest kernel: half of a band is kept."""
FEW = 32
"""Up to how many taps a sum over them is faster."""


@kernel
def convolve(pixels, channels, weights):
    """Convolve (H, W·C) float32 pixels in [0, 1] with `weights`, an odd (K, K) float32, in place."""
    taps = np.count_nonzero(weights)
    if taps <= FEW:
        sum_over_taps(pixels, channels, weights, taps)
    else:
        by_bands(pixels, channels, weights)


# ------------------------------------------------------------------------------------------------ few taps


@kernel
def add_four(total, source, places, w, k):
    """Add to the row `total` the rows k … k + 3 that begin at `places` in the flat `source`, weighted."""
    w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
    a, b, c, d = places[k], places[k + 1], places[k + 2], places[k + 3]
    for i in range(total.size):
        x = u64(i)
        total[x] += w0 * source[a + x] + w1 * source[b + x] + w2 * source[c + x] + w3 * source[d + x]


@kernel
def sum_over_taps(pixels, channels, weights, taps):
    """`convolve` with few weights that are not 0; a ring of rows keeps what is still needed of those overwritten."""
    height, width = pixels.shape
    flat = pixels.reshape(height * width)
    reach = weights.shape[0] // 2
    count = (taps + 3) // 4 * 4
    dy, dx, w = np.zeros(count, i64), np.zeros(count, i64), np.zeros(count, f32)
    n = 0
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            if weights[i, j] != 0:
                dy[n], dx[n], w[n] = reach - i, reach - j, weights[i, j]
                n += 1
    slots = power_of_two(min(2 * reach + 1, height))
    stride = width + 2 * reach * channels
    ring, total = np.empty(slots * stride, f32), np.empty(width, f32)
    places = np.empty(count, u64)
    ready = 0
    for y in range(height):
        while ready <= min(y + reach, height - 1):
            padded(ring, (ready & (slots - 1)) * stride, 0, flat, ready * width, 1, width // channels, reach, channels)
            ready += 1
        for k in range(count):
            row = reflected(y + dy[k], height) & (slots - 1)
            places[k] = row * stride + (reach + dx[k]) * channels
        total[:] = f32(0)
        for k in range(0, count, 4):
            add_four(total, ring, places, w, k)
        row = pixels[y]
        for x in range(width):
            row[x] = min(max(total[x], f32(0)), f32(1))


# ------------------------------------------------------------------------------------------------ transforms


@kernel
def roots():
    """(cosine, sine) of k/TALL turns for k below TALL, float32, by square roots and products alone."""
    c, s = np.ones(TALL, f64), np.zeros(TALL, f64)
    cosine = 0.0  # of a quarter turn; halved until it is one of TALL parts of a turn
    parts = 4
    while parts < TALL:
        cosine = np.sqrt((1 + cosine) / 2)
        parts *= 2
    c[1], s[1] = cosine, np.sqrt(1 - cosine * cosine)
    for k in range(2, TALL):
        a, b = k // 2, k - k // 2
        c[k], s[k] = c[a] * c[b] - s[a] * s[b], s[a] * c[b] + c[a] * s[b]
    return c.astype(f32), s.astype(f32)


def _butterflies(quarter):
    """(there, back): butterflies of four rows of a complex block, `quarter` rows apart, `size` values from `first` on,
    turned by one to three times the angle of which the `c` and `s` are cosines and sines.

    A stage a function: only where all distances are known does LLVM see that the rows don't overlap.
    """
    one, two, three, imaginary = u64(quarter * PITCH), u64(2 * quarter * PITCH), u64(3 * quarter * PITCH), u64(AREA)

    @kernel
    def there(z, first, size, c1, s1, c2, s2, c3, s3):
        start = u64(first)
        for x in range(u64(size)):
            i = start + x
            j = i + imaginary
            a, b, c, d = z[i], z[i + one], z[i + two], z[i + three]
            p, q, r, s = a + c, a - c, b + d, b - d
            a, b, c, d = z[j], z[j + one], z[j + two], z[j + three]
            ip, iq, ir, js = a + c, a - c, b + d, b - d
            z[i], z[j] = p + r, ip + ir
            z[i + one], z[j + one] = c2 * (p - r) + s2 * (ip - ir), c2 * (ip - ir) - s2 * (p - r)
            z[i + two], z[j + two] = c1 * (q + js) + s1 * (iq - s), c1 * (iq - s) - s1 * (q + js)
            z[i + three], z[j + three] = c3 * (q - js) + s3 * (iq + s), c3 * (iq + s) - s3 * (q - js)

    @kernel
    def back(z, first, size, c1, s1, c2, s2, c3, s3):
        start = u64(first)
        for x in range(u64(size)):
            i = start + x
            j = i + imaginary
            r1, i1 = c2 * z[i + one] - s2 * z[j + one], s2 * z[i + one] + c2 * z[j + one]
            r2, i2 = c1 * z[i + two] - s1 * z[j + two], s1 * z[i + two] + c1 * z[j + two]
            r3, i3 = c3 * z[i + three] - s3 * z[j + three], s3 * z[i + three] + c3 * z[j + three]
            p, r, u, w = z[i] + r1, z[i] - r1, r2 + r3, r2 - r3
            ip, ir, iu, iw = z[j] + i1, z[j] - i1, i2 + i3, i2 - i3
            z[i], z[j] = p + u, ip + iu
            z[i + one], z[j + one] = r - iw, ir + w
            z[i + two], z[j + two] = p - u, ip - iu
            z[i + three], z[j + three] = r + iw, ir - w

    return there, back


there_32, back_32 = _butterflies(32)
there_8, back_8 = _butterflies(8)
there_2, back_2 = _butterflies(2)


@kernel
def pairs_of_rows(z, left, size):
    """The sum and the difference of the rows 0 and 1, 2 and 3 … of a complex block, in place; `size` columns from
    `left` on."""
    for part in range(0, 2 * AREA, AREA):
        for y in range(0, TALL, 2):
            a, b = u64(part + y * PITCH + left), u64(part + (y + 1) * PITCH + left)
            for x in range(u64(size)):
                p, q = z[a + x], z[b + x]
                z[a + x], z[b + x] = p + q, p - q


@kernel
def transform_columns(z, width, c, s):
    """Fourier transform of the first `width` columns of a complex block, in place; the frequencies come in
    bit-reversed order. `c` and `s` are the `roots`.

    A block has its TALL rows of real parts first, then those of the imaginary ones: (2·AREA,) float32.
    """
    for left in range(0, width, STRIP):
        n = min(STRIP, width - left)
        for j in range(32):
            there_32(z, left + j * PITCH, n, c[j], s[j], c[2 * j], s[2 * j], c[3 * j], s[3 * j])
        for base in range(0, TALL, 32):
            for j in range(8):
                first = left + (base + j) * PITCH
                there_8(z, first, n, c[4 * j], s[4 * j], c[8 * j], s[8 * j], c[12 * j], s[12 * j])
        for base in range(0, TALL, 8):
            for j in range(2):
                first = left + (base + j) * PITCH
                there_2(z, first, n, c[16 * j], s[16 * j], c[32 * j], s[32 * j], c[48 * j], s[48 * j])
        pairs_of_rows(z, left, n)


@kernel
def restore_columns(z, width, c, s):
    """The inverse of `transform_columns`, TALL times too large."""
    for left in range(0, width, STRIP):
        n = min(STRIP, width - left)
        pairs_of_rows(z, left, n)
        for base in range(0, TALL, 8):
            for j in range(2):
                first = left + (base + j) * PITCH
                back_2(z, first, n, c[16 * j], s[16 * j], c[32 * j], s[32 * j], c[48 * j], s[48 * j])
        for base in range(0, TALL, 32):
            for j in range(8):
                first = left + (base + j) * PITCH
                back_8(z, first, n, c[4 * j], s[4 * j], c[8 * j], s[8 * j], c[12 * j], s[12 * j])
        for j in range(32):
            back_32(z, left + j * PITCH, n, c[j], s[j], c[2 * j], s[2 * j], c[3 * j], s[3 * j])


# ------------------------------------------------------------------------------------------------ across


@kernel
def transfer_of(z, weights, c, s):
    """The transform of a kernel's columns about its middle, scaled for the way there and back: two (TALL, K) arrays,
    the columns in the order in which a sum across takes them. `z` is a block to work in."""
    size, reach = weights.shape[0], weights.shape[0] // 2
    z[:] = f32(0)
    for i in range(size):
        for j in range(size):
            z[((i - reach) & (TALL - 1)) * PITCH + size - 1 - j] = weights[i, j] * f32(1.0 / TALL)
    transform_columns(z, size, c, s)
    real, imaginary = np.empty((TALL, size), f32), np.empty((TALL, size), f32)
    for y in range(TALL):
        for k in range(size):
            real[y, k], imaginary[y, k] = z[y * PITCH + k], z[AREA + y * PITCH + k]
    return real, imaginary


@kernel
def one_tap(z, first, size, line, p, q):
    """`size` complex values of the block from `first` on become those of `line` times the complex weight p[0], q[0]."""
    o, p0, q0 = u64(first), p[0], q[0]
    for x in range(u64(size)):
        a, b = line[x], line[x + u64(PITCH)]
        z[o + x], z[o + x + u64(AREA)] = p0 * a - q0 * b, p0 * b + q0 * a


@kernel
def three_taps(z, first, size, line, step, p, q):
    """`one_tap` for the sum of three, `step` values apart in the line."""
    o, s1, s2 = u64(first), u64(step), u64(2 * step)
    p0, q0, p1, q1, p2, q2 = p[0], q[0], p[1], q[1], p[2], q[2]
    for x in range(u64(size)):
        y = x + u64(PITCH)
        a, b, c, d, e, f = line[x], line[y], line[x + s1], line[y + s1], line[x + s2], line[y + s2]
        z[o + x] = (p0 * a - q0 * b) + (p1 * c - q1 * d) + (p2 * e - q2 * f)
        z[o + x + u64(AREA)] = (p0 * b + q0 * a) + (p1 * d + q1 * c) + (p2 * f + q2 * e)


@kernel
def add_four_taps(z, first, size, line, step, p, q, k):
    """Add the taps k … k + 3 to what `one_tap` or `three_taps` set."""
    o, s0, s1, s2, s3 = u64(first), u64(k * step), u64((k + 1) * step), u64((k + 2) * step), u64((k + 3) * step)
    p0, q0, p1, q1, p2, q2, p3, q3 = p[k], q[k], p[k + 1], q[k + 1], p[k + 2], q[k + 2], p[k + 3], q[k + 3]
    for x in range(u64(size)):
        y = x + u64(PITCH)
        a, b, c, d = line[x + s0], line[y + s0], line[x + s1], line[y + s1]
        e, f, g, h = line[x + s2], line[y + s2], line[x + s3], line[y + s3]
        z[o + x] += (p0 * a - q0 * b) + (p1 * c - q1 * d) + (p2 * e - q2 * f) + (p3 * g - q3 * h)
        z[o + x + u64(AREA)] += (p0 * b + q0 * a) + (p1 * d + q1 * c) + (p2 * f + q2 * e) + (p3 * h + q3 * g)


@kernel
def convolve_rows(z, line, size, step, real, imaginary):
    """Convolve each row of a complex block with the weights of its frequency, `step` values apart; `size` values
    result, from as many as the weights reach beyond them. `line` is room for a row, its imaginary part PITCH behind."""
    taps = real.shape[1]
    for y in range(TALL):
        first, p, q = u64(y * PITCH), real[y], imaginary[y]
        for x in range(u64(size + (taps - 1) * step)):
            line[x], line[x + u64(PITCH)] = z[first + x], z[first + x + u64(AREA)]
        if taps % 4 == 1:
            one_tap(z, first, size, line, p, q)
        else:
            three_taps(z, first, size, line, step, p, q)
        for k in range(taps % 4, taps, 4):
            add_four_taps(z, first, size, line, step, p, q, k)


# ------------------------------------------------------------------------------------------------ bands


@kernel
def load_band(band, pixels, channels, top, bottom, reach):
    """Fill `band` with the rows top - reach to bottom + reach, with mirrored margins on either side.

    Rows above `top` are results by now: of the band before, which is still there, the last 2·reach rows stay.
    """
    height, width = pixels.shape
    flat, rows = pixels.reshape(pixels.size), band.reshape(band.size)
    kept = 0 if top == 0 else 2 * reach
    for y in range(kept):
        band[y] = band[y + TALL - 2 * reach]
    for y in range(kept, bottom - top + 2 * reach):
        source = reflected(top - reach + y, height)
        if source >= top:
            padded(rows, y * band.shape[1], 0, flat, source * width, 1, width // channels, reach, channels)
        else:
            band[y] = band[source - top + reach]


@kernel
def load_block(z, part, band, rows, left, size):
    """Fill a part of a complex block with `size` columns of the first `rows` of a band, from `left` on, and zeros."""
    for y in range(rows):
        row, first, begin = band[y], u64(part * AREA + y * PITCH), u64(left)
        for x in range(u64(size)):
            z[first + x] = row[begin + x]
    for y in range(rows, TALL):
        first = u64(part * AREA + y * PITCH)
        for x in range(u64(size)):
            z[first + x] = f32(0)


@kernel
def store_block(z, part, reach, pixels, top, bottom, left, right):
    """Put what is valid of a part of a complex block into the pixels' rows from `top`, columns from `left` on."""
    for y in range(top, bottom):
        row, first, begin = pixels[y], u64(part * AREA + (y - top + reach) * PITCH), u64(left)
        for x in range(u64(max(right - left, 0))):
            row[begin + x] = min(max(z[first + x], f32(0)), f32(1))


@kernel
def by_bands(pixels, channels, weights):
    """`convolve` with many weights."""
    height, width = pixels.shape
    reach = weights.shape[0] // 2
    margin = reach * channels
    c, s = roots()
    z, line = np.empty(2 * AREA, f32), np.empty(2 * PITCH, f32)
    real, imaginary = transfer_of(z, weights, c, s)
    blocks = (width - 1) // (2 * (WIDE - 2 * margin)) * 2 + 2
    size = (width + blocks - 1) // blocks
    band = np.zeros((TALL, blocks * size + 2 * margin), f32)
    for top in range(0, height, TALL - 2 * reach):
        bottom = min(top + TALL - 2 * reach, height)
        load_band(band, pixels, channels, top, bottom, reach)
        for block in range(0, blocks, 2):
            for part in range(2):
                load_block(z, part, band, bottom - top + 2 * reach, (block + part) * size, size + 2 * margin)
            transform_columns(z, size + 2 * margin, c, s)
            convolve_rows(z, line, size, channels, real, imaginary)
            restore_columns(z, size, c, s)
            for part in range(2):
                left = (block + part) * size
                store_block(z, part, reach, pixels, top, bottom, left, min(left + size, width))
