"""What a lossy WebP leaves of a picture: VP8 key frames (RFC 6386) coded and decoded, without the bits between.

Prediction, transform, quantiser and loop filter are those of the format; the choices, which it leaves to the encoder,
are those of libwebp at its least effort: a macroblock is predicted as one where the means of its blocks differ little,
else block by block, each by the mode that is closest. One quantiser serves the whole picture.

Planes are flat uint8 with a row above (of 127) and a column on the left (of 129); rows are a whole number of
macroblocks and PAD apart. Macroblocks that do not need each other (each one two columns left of that above) are coded
together.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.vectors import give_bytes, put_word, spread_words, take_bytes, word_at
from degrade.engine.kernels.vp8_blocks import (
    CANDIDATES,
    LANES,
    choose_modes,
    clip_byte,
    fill_candidates,
    hadamard,
    quantise,
    restore,
    restore_hadamard,
    squared,
    transform,
)

u8, u64, i32, i64 = np.uint8, np.uint64, np.int32, np.int64

PAD = 16
"""Bytes between rows: the column on the left, and what is read beyond the right."""
DC, TM, V, H = 0, 1, 2, 3
"""How a square is predicted: mean, gradient, from above, from the left."""


@kernel
def blank_plane(rows, columns):
    """A plane with its borders, and its stride."""
    stride = columns + PAD
    plane = np.empty((rows + 1) * stride, u8)
    plane[:stride] = 127
    for y in range(1, rows + 1):
        plane[y * stride] = 129
    return plane


@kernel
def is_smooth(source, at, stride, quality):
    """Whether the means of the 16 blocks of a macroblock are so alike that it is predicted as one."""
    total, squares = i64(0), i64(0)
    for block in range(16):
        here = at + (block // 4 * 4) * stride + block % 4 * 4
        mean = i64(0)
        for y in range(4):
            for x in range(4):
                mean += i64(source[u64(here + y * stride + x)])
        total += mean
        squares += mean * mean
    return (8 + 9 * quality // 100) * squares < total * total


@kernel
def border_mean(made, at, stride, n, above, left):
    """The mean of the n pixels above a square and those on its left, as far as there are any."""
    total = i64(0)
    for i in range(n):
        total += i64(made[at - stride + i]) * above + i64(made[at + i * stride - 1]) * left
    count = n * (above + left)
    return i32((total + count // 2) // count) if count else i32(128)


@kernel
def add_scores(source, made, at, stride, n, mean, scores):
    """Add the squared differences of a square from its four predictions."""
    a, b, c, d = i32(0), i32(0), i32(0), i32(0)
    top, corner = u64(at - stride), i32(made[at - stride - 1])
    for y in range(n):
        row = u64(at + y * stride)
        left = i32(made[row - u64(1)])
        slope = i32(left - corner)
        for x in range(u64(n)):
            v, up = i32(source[row + x]), i32(made[top + x])
            i, j = i32(v - mean), i32(v - clip_byte(i32(up + slope)))
            k, m = i32(v - up), i32(v - left)
            a, b = i32(a + i32(i * i)), i32(b + i32(j * j))
            c, d = i32(c + i32(k * k)), i32(d + i32(m * m))
    scores[DC] += a
    scores[TM] += b
    scores[V] += c
    scores[H] += d


@kernel
def spread_square(source, made, at, stride, n, mean, mode, lane, predicted, block):
    """Prediction of a square and its residual, cut into blocks of which the first is `lane`."""
    corner = i32(made[at - stride - 1])
    for y in range(n):
        row = at + y * stride
        left = i32(made[row - 1])
        first = (y % 4) * 4 * LANES + lane + y // 4 * (n // 4)
        for x in range(n):
            up = i32(made[u64(at - stride + x)])
            guess = mean
            if mode == TM:
                guess = clip_byte(i32(up + left - corner))
            elif mode == V:
                guess = up
            elif mode == H:
                guess = left
            place = u64(first + (x & 3) * LANES + (x >> 2))
            predicted[place] = guess
            block[place] = i32(i32(source[u64(row + x)]) - guess)


@kernel
def put_square(made, at, stride, n, lane, predicted, block):
    """Write a square from its prediction and what is left of the residual."""
    for y in range(n):
        row = at + y * stride
        first = (y % 4) * 4 * LANES + lane + y // 4 * (n // 4)
        for x in range(n):
            place = u64(first + (x & 3) * LANES + (x >> 2))
            made[u64(row + x)] = u8(clip_byte(i32(predicted[place] + block[place])))


@kernel
def quantise_means(means, first, other):
    """Round the 16 coefficients of the means of a macroblock to steps; says whether any is left."""
    left = False
    for k in range(16):
        step, bias = (first, 96) if k == 0 else (other, 108)
        level = (i64(abs(means[k])) * (131072 // step) + (bias << 9)) >> 17
        left |= level != 0
        means[k] = i32(level * step) if means[k] >= 0 else i32(-level * step)
    return left


@kernel
def code_whole(source, made, at, stride, above, left, steps, mean_steps, scratch):
    """Code a macroblock of luma that is predicted as one; says whether anything is left of its residual."""
    predicted, block, scores, means = scratch[0], scratch[1], scratch[2], scratch[3]
    mean = border_mean(made, at, stride, 16, above, left)
    scores[:4] = 0
    add_scores(source, made, at, stride, 16, mean, scores)
    mode = best_of(scores, 4)
    spread_square(source, made, at, stride, 16, mean, mode, 0, predicted, block)
    transform(block)
    hadamard(block, means)
    some = quantise_means(means, *mean_steps)
    some |= quantise(block, LANES, steps[0], steps[1], steps[2], steps[3])
    restore_hadamard(means, block)
    restore(block)
    put_square(made, at, stride, 16, 0, predicted, block)
    return some


@kernel
def best_of(scores, count):
    """The first of `count` modes with the least score."""
    best = 0
    for mode in range(1, count):
        if scores[mode] < scores[best]:
            best = mode
    return best


@kernel
def predict_colour(planes, made, at, second, stride, above, left, mean, slope, top):
    """The two squares of 8x8 of a macroblock's colour as DC_PRED and TM_PRED have them, into `mean` and `slope`."""
    take_bytes(made, at - stride, second - stride, top, 0)
    for c in range(2):
        middle, corner = border_mean(planes[c], at, stride, 8, above, left), i32(planes[c, at - stride - 1])
        for y in range(8):
            fill_eight(mean, 16 * y + 8 * c, middle)
            fill_eight(slope, 16 * y + 8 * c, i32(i32(planes[c, at + y * stride - 1]) - corner))
    for y in range(8):
        for x in range(u64(16 * y), u64(16 * y + 16)):
            slope[x] = clip_byte(i32(slope[x] + top[x & u64(15)]))


@kernel
def cut_lines(original, guess, block):
    """The residual of eight lines of 16 pixels as blocks, whose lanes are numbered along the lines, the upper four
    first."""
    for y in range(8):
        first = 64 * (y % 4) + y // 4 * 4
        for k in range(4):
            for square in range(4):
                x = u64(16 * y + 4 * square + k)
                block[u64(first + 16 * k + square)] = i32(original[x] - guess[x])


@kernel
def join_lines(block, guess, lines):
    """`cut_lines` back: the pixels of eight lines."""
    for y in range(8):
        first = 64 * (y % 4) + y // 4 * 4
        for k in range(4):
            for square in range(4):
                lines[u64(16 * y + 4 * square + k)] = block[u64(first + 16 * k + square)]
    for i in range(128):
        lines[i] = clip_byte(i32(lines[i] + guess[i]))


@kernel
def code_colour(sources, planes, at, stride, above, left, steps, scratch):
    """Code the two squares of 8x8 of a macroblock's colour, in planes (2, N); says whether anything is left. A line of
    both squares is 16 values."""
    original, guess, slope, block = scratch[0], scratch[1], scratch[2], scratch[3]
    source, made, second = sources.reshape(sources.size), planes.reshape(planes.size), at + planes.shape[1]
    predict_colour(planes, made, at, second, stride, above, left, guess, slope, scratch[4])
    for y in range(8):
        take_bytes(source, at + y * stride, second + y * stride, original, 16 * y)
    if squares(original, slope) < squares(original, guess):
        guess = slope
    cut_lines(original, guess, block)
    transform(block)
    some = quantise(block, 0, steps[0], steps[1], steps[2], steps[3])
    restore(block)
    join_lines(block, guess, original)
    for y in range(8):
        give_bytes(original, 16 * y, made, at + y * stride, second + y * stride)
    return some


@kernel
def fill_eight(values, at, value):
    """Eight values from `at` on."""
    for x in range(u64(at), u64(at + 8)):
        values[x] = value


@kernel
def squares(a, b):
    """The sum of the squared differences of the first 128 values."""
    total = i32(0)
    for x in range(u64(128)):
        total = i32(total + squared(a[x], b[x]))
    return total


@kernel
def read_edges(made, at, stride, number, last, lane, rows, words):
    """The 13 pixels round block `number` of the macroblock at `at`: those on its left and the corner into a lane of
    `rows`, the eight from above it on into one of `words`. `last` is the last macroblock of its row. What is above and
    to the right of a block on the right edge is taken from above the macroblock."""
    y, x = number // 4 * 4, number % 4 * 4
    here = at + y * stride + x
    for k in range(5):
        rows[u64(16 * k + lane)] = i32(made[u64(here + (3 - k) * stride - 1)])
    words[u64(lane)] = word_at(made, here - stride)
    if x < 12:
        words[u64(16 + lane)] = word_at(made, here - stride + 4)
    elif last:
        words[u64(16 + lane)] = i32(i32(made[u64(at - stride + 15)]) * i32(0x01010101))
    else:
        words[u64(16 + lane)] = word_at(made, at - stride + 16)


@kernel
def join_words(predicted, block, words):
    """The pixels of 16 blocks, of prediction and residual, as four rows of words."""
    for k in range(4):
        row, guess, rest = words[16 * k : 16 * k + 16], predicted[64 * k : 64 * k + 64], block[64 * k : 64 * k + 64]
        for i in range(u64(LANES)):
            word = clip_byte(i32(guess[i] + rest[i]))
            word = i32(word | i32(clip_byte(i32(guess[i + u64(16)] + rest[i + u64(16)])) << i32(8)))
            word = i32(word | i32(clip_byte(i32(guess[i + u64(32)] + rest[i + u64(32)])) << i32(16)))
            row[i] = i32(word | i32(clip_byte(i32(guess[i + u64(48)] + rest[i + u64(48)])) << i32(24)))


@kernel
def code_blocks(source, made, places, lasts, count, stride, steps, scratch, predictions):
    """Code `count` ≤ LANES macroblocks of luma, at `places`, block by block."""
    rows, original, predicted, block = scratch[0], scratch[1], scratch[2], scratch[3]
    modes, words = scratch[4][:16], scratch[4][16:80]
    for number in range(16):
        inside = number // 4 * 4 * stride + number % 4 * 4
        for lane in range(count):
            for y in range(4):
                words[u64(16 * y + lane)] = word_at(source, places[lane] + inside + y * stride)
        for k in range(4):
            spread_words(words, 16 * k, original, 64 * k)
        for lane in range(count):
            read_edges(made, places[lane], stride, number, lasts[lane], lane, rows, words)
        spread_words(words, 0, rows, 16 * 5)
        spread_words(words, 16, rows, 16 * 9)
        fill_candidates(rows)
        choose_modes(rows, original, modes)
        for lane in range(count):
            first, at = u64(modes[lane]) * u64(16), u64(lane)
            for p in range(u64(16)):
                predicted[p * u64(LANES) + at] = rows[u64(LANES) * u64(predictions[first + p]) + at]
        for i in range(256):
            block[i] = i32(original[i] - predicted[i])
        transform(block)
        quantise(block, 0, steps[0], steps[1], steps[2], steps[3])
        restore(block)
        join_words(predicted, block, words)
        for lane in range(count):
            for y in range(4):
                put_word(made, places[lane] + inside + y * stride, words[u64(16 * y + lane)])


@kernel
def code_luma(source, made, height, width, steps, mean_steps, quality, predictions, inner):
    """Code a plane of luma into `made`. `inner` (rows, columns of macroblocks) bool becomes true where edges of blocks
    within one are to be filtered."""
    stride, rows, columns = width + PAD, height // 16, width // 16
    scratch = np.zeros((5, CANDIDATES * LANES), i32)
    places, lasts = np.zeros(LANES, i64), np.zeros(LANES, np.bool_)
    for wave in range(columns + 2 * rows - 2):
        count = 0
        for r in range(max(0, (wave - columns + 2) // 2), min(rows, wave // 2 + 1)):
            c = wave - 2 * r
            at = (16 * r + 1) * stride + 16 * c + 1
            if is_smooth(source, at, stride, quality):
                inner[r, c] = code_whole(source, made, at, stride, r > 0, c > 0, steps, mean_steps, scratch)
                continue
            inner[r, c] = True
            places[count], lasts[count] = at, c == columns - 1
            count += 1
            if count == LANES:
                code_blocks(source, made, places, lasts, count, stride, steps, scratch, predictions)
                count = 0
        if count:
            code_blocks(source, made, places, lasts, count, stride, steps, scratch, predictions)


@kernel
def code_chroma(sources, planes, height, width, steps, inner):
    """Code both planes of colour (2, N) of (height, width), as `code_luma` does that of luma."""
    stride = width + PAD
    scratch = np.zeros((5, 256), i32)
    for r in range(height // 8):
        for c in range(width // 8):
            at = (8 * r + 1) * stride + 8 * c + 1
            inner[r, c] |= code_colour(sources, planes, at, stride, r > 0, c > 0, steps, scratch)
