"""Cut-outs of real damage laid over a picture: which ones, where, turned and scaled, and kept in the masks.

A cut-out is (h, w) uint8, how much of each pixel it covers, with levels each half as large as the one before
(`degrade.textures.cutouts`). It is sampled backwards: each pixel of the picture takes the mean of a few samples, linear
between the four nearest pixels of a level that is about as fine as the picture. Outside of it nothing is covered.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import framed
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.negative import WAVES, gathering
from degrade.engine.kernels.noise import exp2, sincos, uniform_at

u8, f32, i32, i64 = np.uint8, np.float32, np.int32, np.int64

TRIALS = 16
"""Places that are tried for a thing before it is left where it is."""
FINE = 6
"""Most samples of a pixel along each side, and most pixels of a level on one of the picture."""
TILE, MOST_STEP = 4, 4
"""Pixels of a level's tiles, most of which cover nothing: more than lie between a pixel's middle and what it takes, if
at most so many pixels of the level are one of the picture."""
OWN, LIGHT, DARK = 0, 1, 2
"""What `lay` makes of a cut-out: as it was found, or all alike."""


@kernel
def choose(pool, count, k0, k1):
    """Bring `count` of the int32 `pool` to its front, any of them equally likely, each once."""
    for i in range(count):
        left = pool.size - i
        j = i + min(i32(uniform_at(k0, k1, i, 0) * f32(left)), i32(left - 1))
        pool[i], pool[j] = pool[j], pool[i]


@kernel
def gathered_place(waves, clustering, tall, wide, per_unit, number, k0, k1):
    """(y, x) px of the place `number` on a print of `tall` by `wide` px: a Cox process whose log intensity is Gaussian
    with the standard deviation `clustering`, smooth over about a third of the print's diagonal; `per_unit` thousandths
    of it are a pixel."""
    y = x = f32(0)
    for trial in range(TRIALS):
        y = uniform_at(k0, k1, number, 3 * trial) * f32(tall)
        x = uniform_at(k0, k1, number, 3 * trial + 1) * f32(wide)
        field, u, v = f32(0), x * f32(per_unit), y * f32(per_unit)
        for wave in range(WAVES):
            field += sincos(u * waves[wave, 0] + v * waves[wave, 1] + waves[wave, 2])[0]
        field *= f32(0.5) * f32(clustering)
        # The intensity is bounded by that of two standard deviations.
        if uniform_at(k0, k1, number, 3 * trial + 2) < exp2((field - f32(2) * f32(clustering)) * f32(1.442695)):
            break
    return y, x


@kernel
def sampled(level, v, u):
    """Coverage at (v, u) of a level, in pixels from its corner: linear between the four nearest pixels, 0 outside."""
    height, width = level.shape
    v, u = v - f32(0.5), u - f32(0.5)
    floor_v, floor_u = np.floor(v), np.floor(u)
    j, i = i32(floor_v), i32(floor_u)
    if j < -1 or i < -1 or j >= height or i >= width:
        return f32(0)
    fv, fu = v - floor_v, u - floor_u
    upper = lower = f32(0)
    if j >= 0:
        a = f32(level[j, i]) if i >= 0 else f32(0)
        b = f32(level[j, i + 1]) if i + 1 < width else f32(0)
        upper = a + fu * (b - a)
    if j + 1 < height:
        a = f32(level[j + 1, i]) if i >= 0 else f32(0)
        b = f32(level[j + 1, i + 1]) if i + 1 < width else f32(0)
        lower = a + fu * (b - a)
    return upper + fv * (lower - upper)


@kernel
def occupied(level):
    """Which tiles of a level, or those beside them, cover anything; with a border of one tile."""
    tall, wide = level.shape
    bare = np.zeros(((tall + TILE - 1) // TILE, (wide + TILE - 1) // TILE), np.bool_)
    for y in range(tall):
        row, tiles = level[y], bare[y // TILE]
        for x in range(wide):
            tiles[x // TILE] |= row[x] != u8(0)
    found = np.zeros((bare.shape[0] + 2, bare.shape[1] + 2), np.bool_)
    for j in range(bare.shape[0]):
        for i in range(bare.shape[1]):
            if bare[j, i]:
                found[j : j + 3, i : i + 3] = True
    return found


@kernel
def may_cover(found, v, u):
    """Whether anything is near (v, u) of a level, whose `occupied` tiles are given."""
    row, column = i32(np.floor(v * f32(1 / TILE))) + 1, i32(np.floor(u * f32(1 / TILE))) + 1
    return 0 <= row < found.shape[0] and 0 <= column < found.shape[1] and found[row, column]


@kernel
def lay_one(pixels, mask, loss, classes, code, level, y, x, sine, cosine, step, dark, opacity, tint):
    """Lay a level over the picture, its middle at (y, x) px, turned; `step` of its pixels are one of the picture.

    `tint` (C,) float32 says how much of the opacity each channel takes. Masks keep what is covered, `loss` what of it
    is hidden.
    """
    height, width, channels = pixels.shape
    tall, wide = f32(level.shape[0]), f32(level.shape[1])
    reach_y = f32(0.5) * (abs(sine) * wide + abs(cosine) * tall) / step + f32(0.5) / step
    reach_x = f32(0.5) * (abs(cosine) * wide + abs(sine) * tall) / step + f32(0.5) / step
    y0, y1, x0, x1 = framed(y - reach_y, y + reach_y, x - reach_x, x + reach_x, height, width)
    fine = i32(min(max(np.ceil(step), f32(2)), f32(FINE)))
    apart, share = f32(1) / f32(fine), f32(1) / f32(fine * fine)
    keeps_loss, keeps_classes = loss.shape[0] == mask.shape[0], classes.shape[0] == mask.shape[0]
    found, is_sparse = occupied(level), step <= f32(MOST_STEP)
    for j in range(y0, y1):
        for i in range(x0, x1):
            dy, dx = (f32(j) + f32(0.5) - y) * step, (f32(i) + f32(0.5) - x) * step
            v, u = dy * cosine - dx * sine + f32(0.5) * tall, dx * cosine + dy * sine + f32(0.5) * wide
            if is_sparse and not may_cover(found, v, u):
                continue
            total = f32(0)
            for sj in range(fine):
                dy = (f32(j) + (f32(sj) + f32(0.5)) * apart - y) * step
                for si in range(fine):
                    dx = (f32(i) + (f32(si) + f32(0.5)) * apart - x) * step
                    v = dy * cosine - dx * sine + f32(0.5) * tall
                    u = dx * cosine + dy * sine + f32(0.5) * wide
                    total += sampled(level, v, u)
            covered = u8(i32(min(total * share, f32(255)) + f32(0.5)))
            if covered == u8(0):
                continue
            a = f32(covered) * f32(1 / 255.0) * opacity
            for c in range(channels):
                value, part = pixels[j, i, c], min(a * tint[c], f32(1))
                pixels[j, i, c] = value - part * value if dark else value + part * (f32(1) - value)
            if covered >= mask[j, i]:
                mask[j, i] = covered
                if keeps_classes:
                    classes[j, i] = u8(code)
            if keeps_loss:
                loss[j, i] = max(loss[j, i], u8(i32(f32(covered) * opacity + f32(0.5))))


@kernel
def lay(
    pixels, mask, loss, classes, code, data, offsets, heights, widths, px_per_mm, dark, opacity, tints, pool, count,
    picture_px_per_mm, top, left, tall, wide, strength, polarity, turned, clustering, k0, k1,
):  # fmt: skip
    """Lay the first `count` cut-outs of the int32 `pool`, of class `code`, over (H, W, C) pixels in place.

    The print's corner lies at (`top`, `left`) px of the picture, and it is `tall` by `wide` px. `data` (N,) uint8 holds
    the levels, at `offsets` (levels, cut-outs) int64; `tints` is (cut-outs, C) float32. Each is mirrored or not, and
    turned by any angle if `turned`.
    """
    waves = gathering(k1, k0)
    per_unit = f32(1000) / np.sqrt(f32(tall) * f32(tall) + f32(wide) * f32(wide))
    for number in range(count):
        one = pool[number]
        y, x = gathered_place(waves, clustering, tall, wide, per_unit, number, k0, k1)
        sine, cosine = f32(0), f32(1)
        if turned:
            sine, cosine = sincos(uniform_at(k0, k1, number, 3 * TRIALS))
        step, at, high, across = px_per_mm[one] / f32(picture_px_per_mm), 0, i64(heights[one]), i64(widths[one])
        while step > f32(FINE) and at + 1 < offsets.shape[0]:
            step, at, high, across = step * f32(0.5), at + 1, (high + 1) // 2, (across + 1) // 2
        start = offsets[at, one]
        level = data[start : start + high * across].reshape(high, across)
        if uniform_at(k0, k1, number, 3 * TRIALS + 1) < f32(0.5):
            level = level[:, ::-1]
        is_dark = dark[one] if polarity == OWN else polarity == DARK
        lay_one(
            pixels, mask, loss, classes, code, level, y + f32(top), x + f32(left), sine, cosine, step, is_dark,
            opacity[one] * f32(strength), tints[one],
        )  # fmt: skip
