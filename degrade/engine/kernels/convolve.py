"""Convolution with any kernel of up to 63×63 px: a sum over few taps, Fourier transforms of tiles over many.

Pixels are taken as (H, W·C) rows of interleaved channels; beyond the edge the picture is mirrored about the centres of
the edge pixels. A spot becomes the kernel itself, not its mirror image. Results are clipped to [0, 1].

The transforms are those of J. W. Cooley and J. W. Tukey (doi:10.2307/2003354) over tiles of which only the part that
wrapping round does not reach is kept ("overlap-save"): decimated in frequency on the way there and in time on the way
back, so that nothing has to be put in bit-reversed order, and two halvings in a step. Two tiles share one transform, as
its real and its imaginary part. All is float32 in a fixed order.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.blur import padded, power_of_two
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.warp import reflected

f32, f64, i64, u64 = np.float32, np.float64, np.int64, np.uint64

TILE = 128
"""Side of a tile in px, a power of two."""
AREA = TILE * TILE
LARGEST = 63
"""Side of the largest kernel: half of a tile is kept."""
FEW = 100
"""Up to how many taps a sum over them is faster."""
BLOCK = 16
"""Side of the squares that are transposed one after the other; they stay in the fastest cache."""


@kernel
def convolve(pixels, channels, weights):
    """Convolve (H, W·C) float32 pixels in [0, 1] with `weights`, an odd (K, K) float32, in place."""
    taps = np.count_nonzero(weights)
    if taps <= FEW:
        sum_over_taps(pixels, channels, weights, taps)
    else:
        by_tiles(pixels, channels, weights)


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
    """(cosine, sine) of k/TILE turns for k below TILE, float32, by square roots and products alone."""
    c, s = np.ones(TILE, f64), np.zeros(TILE, f64)
    cosine = 0.0  # of a quarter turn; halved until it is one of TILE parts of a turn
    parts = 4
    while parts < TILE:
        cosine = np.sqrt((1 + cosine) / 2)
        parts *= 2
    c[1], s[1] = cosine, np.sqrt(1 - cosine * cosine)
    for k in range(2, TILE):
        a, b = k // 2, k - k // 2
        c[k], s[k] = c[a] * c[b] - s[a] * s[b], s[a] * c[b] + c[a] * s[b]
    return c.astype(f32), s.astype(f32)


def _butterflies(quarter):
    """(there, back): butterflies of four rows of a flat tile, `quarter` rows apart from `first` on, turned by one to
    three times the angle of which the `c` and `s` are cosines and sines.

    A stage a function: only where all distances are known does LLVM see that the rows don't overlap.
    """
    one, two, three, imaginary = u64(quarter * TILE), u64(2 * quarter * TILE), u64(3 * quarter * TILE), u64(AREA)

    @kernel
    def there(z, first, c1, s1, c2, s2, c3, s3):
        start = u64(first)
        for x in range(u64(TILE)):
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
    def back(z, first, c1, s1, c2, s2, c3, s3):
        start = u64(first)
        for x in range(u64(TILE)):
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
def pairs_of_rows(z):
    """The sum and the difference of the rows 0 and 1, 2 and 3 … of a flat complex tile, in place."""
    for y in range(0, 2 * TILE, 2):
        a, b = u64(y * TILE), u64((y + 1) * TILE)
        for x in range(u64(TILE)):
            p, q = z[a + x], z[b + x]
            z[a + x], z[b + x] = p + q, p - q


@kernel
def transform_columns(z, c, s):
    """Fourier transform of each column of a flat complex tile, in place; the frequencies come in bit-reversed order.

    A tile has its real parts first, then its imaginary ones: (2·AREA,) float32.
    """
    for j in range(32):
        there_32(z, j * TILE, c[j], s[j], c[2 * j], s[2 * j], c[3 * j], s[3 * j])
    for base in range(0, TILE, 32):
        for j in range(8):
            there_8(z, (base + j) * TILE, c[4 * j], s[4 * j], c[8 * j], s[8 * j], c[12 * j], s[12 * j])
    for base in range(0, TILE, 8):
        for j in range(2):
            there_2(z, (base + j) * TILE, c[16 * j], s[16 * j], c[32 * j], s[32 * j], c[48 * j], s[48 * j])
    pairs_of_rows(z)


@kernel
def restore_columns(z, c, s):
    """The inverse of `transform_columns`, TILE times too large."""
    pairs_of_rows(z)
    for base in range(0, TILE, 8):
        for j in range(2):
            back_2(z, (base + j) * TILE, c[16 * j], s[16 * j], c[32 * j], s[32 * j], c[48 * j], s[48 * j])
    for base in range(0, TILE, 32):
        for j in range(8):
            back_8(z, (base + j) * TILE, c[4 * j], s[4 * j], c[8 * j], s[8 * j], c[12 * j], s[12 * j])
    for j in range(32):
        back_32(z, j * TILE, c[j], s[j], c[2 * j], s[2 * j], c[3 * j], s[3 * j])


@kernel
def transpose(z, room):
    """Turn both parts of a flat complex tile round their diagonals, into `room`."""
    for part in range(0, 2 * AREA, AREA):
        for top in range(0, TILE, BLOCK):
            for left in range(0, TILE, BLOCK):
                for y in range(u64(top), u64(top + BLOCK)):
                    for x in range(u64(left), u64(left + BLOCK)):
                        room[u64(part) + x * u64(TILE) + y] = z[u64(part) + y * u64(TILE) + x]


@kernel
def spectrum(weights, c, s):
    """The transform of a (K, K) kernel about its middle, as `by_tiles` uses it: a complex tile, transposed, scaled."""
    z, room = np.zeros(2 * AREA, f32), np.empty(2 * AREA, f32)
    reach, scale = weights.shape[0] // 2, f32(1.0 / AREA)
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            z[((i - reach) & (TILE - 1)) * TILE + ((j - reach) & (TILE - 1))] = weights[i, j] * scale
    transform_columns(z, c, s)
    transpose(z, room)
    transform_columns(room, c, s)
    return room


@kernel
def multiply(z, other):
    """Multiply the values of a flat complex tile by those of another one, in place."""
    imaginary = u64(AREA)
    for x in range(u64(AREA)):
        a, b, p, q = z[x], z[x + imaginary], other[x], other[x + imaginary]
        z[x], z[x + imaginary] = a * p - b * q, a * q + b * p


@kernel
def load_tile(tile, source, channels, channel, top, left):
    """Fill a flat tile with one channel of (H, W·C) `source`; the tile's first pixel is at (top, left) of the picture,
    which may lie outside of it."""
    height, width = source.shape[0], source.shape[1] // channels
    first, last = min(max(-left, 0), TILE), min(max(width - left, 0), TILE)
    for y in range(TILE):
        row, start = source[reflected(top + y, height)], u64(y * TILE)
        begin = u64((left + first) * channels + channel)
        if channels == 1:
            for i in range(u64(last - first)):
                tile[start + u64(first) + i] = row[begin + i]
        else:
            for i in range(u64(last - first)):
                tile[start + u64(first) + i] = row[begin + u64(3) * i]
        for x in range(first):
            tile[start + u64(x)] = row[reflected(left + x, width) * channels + channel]
        for x in range(last, TILE):
            tile[start + u64(x)] = row[reflected(left + x, width) * channels + channel]


@kernel
def store_tile(tile, out, channels, channel, top, left, reach):
    """Put the part of a flat tile that lies `reach` within it to (top, left) of one channel of (H, W·C) `out`."""
    height, width = out.shape[0], out.shape[1] // channels
    side = TILE - 2 * reach
    wide = u64(min(side, width - left))
    for y in range(min(side, height - top)):
        row, start, begin = out[top + y], u64((y + reach) * TILE + reach), u64(left * channels + channel)
        if channels == 1:
            for i in range(wide):
                row[begin + i] = min(max(tile[start + i], f32(0)), f32(1))
        else:
            for i in range(wide):
                row[begin + u64(3) * i] = min(max(tile[start + i], f32(0)), f32(1))


@kernel
def by_tiles(pixels, channels, weights):
    """`convolve` with many weights."""
    height, width = pixels.shape[0], pixels.shape[1] // channels
    source = pixels.copy()
    c, s = roots()
    transfer = spectrum(weights, c, s)
    z, room = np.empty(2 * AREA, f32), np.empty(2 * AREA, f32)
    reach = weights.shape[0] // 2
    side = TILE - 2 * reach
    down, across = (height + side - 1) // side, (width + side - 1) // side
    tiles = down * across * channels
    for tile in range(0, tiles, 2):
        for part in range(2):
            number = min(tile + part, tiles - 1)
            top, left = number // channels // across * side, number // channels % across * side
            half = z[part * AREA : (part + 1) * AREA]
            load_tile(half, source, channels, number % channels, top - reach, left - reach)
        transform_columns(z, c, s)
        transpose(z, room)
        transform_columns(room, c, s)
        multiply(room, transfer)
        restore_columns(room, c, s)
        transpose(room, z)
        restore_columns(z, c, s)
        for part in range(min(2, tiles - tile)):
            number = tile + part
            top, left = number // channels // across * side, number // channels % across * side
            half = z[part * AREA : (part + 1) * AREA]
            store_tile(half, pixels, channels, number % channels, top, left, reach)
