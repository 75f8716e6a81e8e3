"""Values lost outright: salt and pepper, random pixels, rectangles; picture and masks in one pass.

A lost pixel is fully covered, so that it takes the masks over whatever lies there: 255, 255 and the class's code. Loops
over a row select between two values instead of branching, and numbers shared by three channels are spread over them
first: both let LLVM work on many at once.

A probability p is `round(p * CHANCES)`. A site has a 15-bit number of its own and is lost if that is below a threshold,
which differs by one from row to row, so that on average it is exact to all 31 bits. The numbers are halves of random
words.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key, row_keys, uniform_at

u8, u16, u32, u64, f32, i32 = np.uint8, np.uint16, np.uint32, np.uint64, np.float32, np.int32

CHANCES = 1 << 31


@kernel
def threshold(chances, word):
    """`chances` of `CHANCES` as a threshold of 15-bit numbers: rounded up or down by the upper half of `word`."""
    return u16(u32(u32(chances) + u32(u32(word) >> u32(16))) >> u32(16))


@kernel
def spread(single, triple):
    """Each number of `single` three times over in `triple`."""
    for x in range(single.size):
        v = single[x]
        triple[3 * x] = v
        triple[3 * x + 1] = v
        triple[3 * x + 2] = v


@kernel
def least_of_three(triple, single):
    """The least of each three numbers of `triple` in `single`."""
    for x in range(u64(single.size)):
        single[x] = min(triple[u64(3) * x], triple[u64(3) * x + u64(1)], triple[u64(3) * x + u64(2)])


@kernel
def mark_lost(mask, loss, classes, first, numbers, below, code):
    """Keep the row at `first` of the flat masks: pixels are lost where their 15-bit number lies below the threshold."""
    o, c = u64(first), u8(code)
    for x in range(u64(numbers.size)):
        mask[o + x] |= u8(255) if u16(numbers[x] >> u16(1)) < below else u8(0)
    if loss.size == mask.size:
        for x in range(u64(numbers.size)):
            loss[o + x] |= u8(255) if u16(numbers[x] >> u16(1)) < below else u8(0)
    if classes.size == mask.size:
        for x in range(u64(numbers.size)):
            classes[o + x] = c if u16(numbers[x] >> u16(1)) < below else classes[o + x]


@kernel
def salt_and_pepper(pixels, mask, loss, classes, code, hit, salt, per_channel, k0, k1):
    """Set values to 1 or 0 in place: `hit` of `CHANCES` are lost, `salt` of these to 1.

    pixels (H, W, C); with `per_channel` each channel of a pixel is lost by itself, and the masks hold their union.
    """
    height, width, channels = pixels.shape
    flat = pixels.reshape(pixels.size)
    masks, losses, codes = mask.reshape(mask.size), loss.reshape(loss.size), classes.reshape(classes.size)
    sites = width * channels if per_channel else width
    bits = np.empty((sites + 1) // 2 + 1, np.uint32)
    numbers = bits.view(np.uint16)[:sites]
    wide = numbers if sites == width * channels else np.empty(width * channels, np.uint16)
    least = numbers if sites == width else np.empty(width, np.uint16)
    starts, strides = row_keys(k0, k1, height)
    for y in range(height):
        fill_bits(bits, starts[y], strides[y])
        below, white = threshold(hit, bits[bits.size - 1]), threshold(salt, bits[bits.size - 1])
        if wide.size > sites:
            spread(numbers, wide)
        first = u64(y * width * channels)
        for i in range(u64(wide.size)):
            number = u16(wide[i] >> u16(1))
            value = f32(1) if number < white else f32(0)
            flat[first + i] = value if number < below else flat[first + i]
        if sites > width:
            least_of_three(numbers, least)
        mark_lost(masks, losses, codes, y * width, least, below, code)


@kernel
def random_pixels(pixels, mask, loss, classes, code, hit, k0, k1, v0, v1):
    """Replace `hit` of `CHANCES` pixels in place by uniform values, each channel its own.

    pixels (H, W, C); (k0, k1) decides where, (v0, v1) the values: multiples of 1/65535 in [0, 1].
    """
    height, width, channels = pixels.shape
    flat = pixels.reshape(pixels.size)
    masks, losses, codes = mask.reshape(mask.size), loss.reshape(loss.size), classes.reshape(classes.size)
    bits = np.empty((width + 1) // 2 + 1, np.uint32)
    numbers = bits.view(np.uint16)[:width]
    wide = numbers if channels == 1 else np.empty(width * channels, np.uint16)
    words = np.empty((width * channels + 1) // 2, np.uint32)
    values = words.view(np.uint16)
    starts, strides = row_keys(k0, k1, height)
    value_starts, value_strides = row_keys(v0, v1, height)
    for y in range(height):
        fill_bits(bits, starts[y], strides[y])
        fill_bits(words, value_starts[y], value_strides[y])
        below = threshold(hit, bits[bits.size - 1])
        if channels > 1:
            spread(numbers, wide)
        first = u64(y * width * channels)
        for i in range(u64(wide.size)):
            value = f32(values[i]) * f32(1 / 65535.0)
            flat[first + i] = value if u16(wide[i] >> u16(1)) < below else flat[first + i]
        mark_lost(masks, losses, codes, y * width, numbers, below, code)


@kernel
def channel_means(pixels, means):
    """The mean of each channel of (H, W, C) pixels into `means` (C), in an order of adding that no CPU changes."""
    height, width, channels = pixels.shape
    columns = np.zeros(width * channels, np.float32)
    for y in range(height):
        row = pixels[y].reshape(width * channels)
        for i in range(columns.size):
            columns[i] += row[i]
    for c in range(channels):
        total = np.float64(0)
        for x in range(width):
            total += np.float64(columns[x * channels + c])
        means[c] = min(f32(total / np.float64(height * width)), f32(1))


@kernel
def hole_span(length, side, variation, over_border, u_side, u_place):
    """(first, past the last) of a hole along an axis of `length` pixels: `side` · (1 ± variation) of them, at least 1.

    Within the picture, or with its centre anywhere in it and cut at the border.
    """
    wanted = f32(side) * (f32(1) + f32(variation) * (f32(2) * u_side - f32(1)))
    size = min(max(i32(wanted + f32(0.5)), i32(1)), i32(length))
    if over_border:
        centre = min(i32(u_place * f32(length)), i32(length) - i32(1))
        first = centre - size // i32(2)
        return max(first, i32(0)), min(first + size, i32(length))
    first = min(i32(u_place * f32(i32(length) - size + i32(1))), i32(length) - size)
    return first, first + size


@kernel
def holes(pixels, mask, loss, classes, code, count, side, variation, over_border, noisy, fill, k0, k1, v0, v1):
    """Cut `count` rectangles out of (H, W, C) pixels in place; see `hole_span` for their sides.

    They show the values `fill` (C) or, if `noisy`, a uniform value of its own in every channel of every pixel.
    """
    height, width, channels = pixels.shape
    lost = u8(code)
    words = np.empty((width * channels + 1) // 2, np.uint32)
    values = words.view(np.uint16)
    shown = np.empty(width * channels, np.float32)
    for x in range(width):
        for c in range(channels):
            shown[x * channels + c] = fill[c]
    rows = pixels.reshape(height, width * channels)
    for hole in range(count):
        top, bottom = hole_span(
            height, side, variation, over_border, uniform_at(k0, k1, hole, 0), uniform_at(k0, k1, hole, 1)
        )
        left, right = hole_span(
            width, side, variation, over_border, uniform_at(k0, k1, hole, 2), uniform_at(k0, k1, hole, 3)
        )
        first, last = left * channels, right * channels
        source = shown[first:last]
        for y in range(top, bottom):
            if noisy:
                start, stride = row_key(v0, v1, y)
                fill_bits(words[first // 2 : (last + 1) // 2], u32(start + u32(u32(first // 2) * stride)), stride)
                drawn = values[first:last]
                for i in range(source.size):
                    source[i] = f32(drawn[i]) * f32(1 / 65535.0)
            row = rows[y, first:last]
            for i in range(source.size):
                row[i] = source[i]
            covered = mask[y, left:right]
            gone, shape = loss[min(y, loss.shape[0] - 1), left:right], classes[min(y, classes.shape[0] - 1), left:right]
            for x in range(covered.size):
                covered[x] = u8(255)
                gone[x] = u8(255)
                shape[x] = lost
