"""What lies on a negative or a slide, as the picture made from it shows it: where it gathers, how the enlarger softens
it, how it prints.

Lengths are in units: thousandths of the frame's diagonal, which the film and the print made of it share.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, normal_at, sincos, uniform_at
from degrade.engine.kernels.tone import clipped

u8, u32, f32, i32 = np.uint8, np.uint32, np.float32, np.int32

PRINT_GAIN = (0.55, 0.95, -0.55)
"""How much lighter one density on a negative makes an encoded value v of the print, as a quadratic in v: most in the
mid tones, where the paper is steep, less in blacks, where it has nothing more to give."""
SCAN_GAIN = (0.80, -0.25, 0.0)
"""The same of a negative that is scanned and inverted: nearly alike in all tones (measured on restored scans: 0.17 to
0.22 in shadows and 0.13 to 0.16 in highlights for typical dust)."""
CLUSTERING = 0.8
"""Standard deviation of the log intensity with which things gather."""
WAVES = 8
"""Waves that the log intensity is made of."""
WIDE_BLUR = 1.0
"""px from which a blur is a filter; a narrower one softens strokes as they are drawn."""
MOST_REACH = 24
"""Pixels that the softening reaches at most."""


@kernel
def log_normal_at(median, sigma, k0, k1, i, j):
    """float32: median · exp(sigma · z), z the normal number j of row i. A sum of four uniforms has lighter tails than
    the normal distribution, within 3.46 standard deviations."""
    return f32(median) * exp2(f32(sigma * 1.442695) * normal_at(k0, k1, i, j))


@kernel
def gathering(k0, k1):
    """The waves (WAVES, 3) float32 of the field by which `clustered_place` gathers things: components of their number
    a unit, a phase in turns."""
    waves = np.empty((WAVES, 3), np.float32)
    for wave in range(WAVES):
        s, c = sincos(uniform_at(k0, k1, wave, 0))
        per_unit = f32(0.0009) + f32(0.0012) * uniform_at(k0, k1, wave, 1)
        waves[wave, 0], waves[wave, 1], waves[wave, 2] = c * per_unit, s * per_unit, uniform_at(k0, k1, wave, 2)
    return waves


@kernel
def clustered_place(waves, wide, tall, number, k0, k1):
    """(x, y) of the place `number` on a frame of `wide` by `tall` units: a Cox process whose log intensity is Gaussian,
    smooth over about a third of the diagonal (1000 units), with the standard deviation `CLUSTERING`."""
    x = y = f32(0)
    for trial in range(16):
        x = uniform_at(k0, k1, number, 3 * trial) * f32(wide)
        y = uniform_at(k0, k1, number, 3 * trial + 1) * f32(tall)
        field = f32(0)
        for wave in range(waves.shape[0]):
            field += sincos(x * waves[wave, 0] + y * waves[wave, 1] + waves[wave, 2])[0]
        field *= f32(CLUSTERING * (2.0 / WAVES) ** 0.5)
        # The intensity is bounded by that of two standard deviations.
        if uniform_at(k0, k1, number, 3 * trial + 2) < exp2((field - f32(2 * CLUSTERING)) * f32(1.442695)):
            break
    return x, y


@kernel
def blurred_row(row, source, line, w):
    """Fill the float32 `row` with the uint8 row `source`, blurred by the taps `w`; `line` is room for it with a margin.
    Gives whether there was anything."""
    most = u8(0)
    for x in range(source.size):
        most = max(most, source[x])
    if most == u8(0):
        return False
    reach, size = w.size // 2, source.size
    inner = line[reach : reach + size]
    for x in range(size):
        inner[x] = f32(source[x])
        row[x] = f32(0)
    for k in range(w.size):
        shifted, weight = line[k : k + size], w[k]
        for x in range(size):
            row[x] += weight * shifted[x]
    return True


@kernel
def softening_taps(sigma):
    """Weights (N,) float32, N odd, of a Gaussian of `sigma` px, sampled; `sigma` is at least `WIDE_BLUR`."""
    variance = f32(sigma * sigma)
    reach = min(i32(np.ceil(f32(2.6) * f32(sigma))), MOST_REACH)
    w = np.empty(2 * reach + 1, np.float32)
    total = f32(0)
    for i in range(w.size):
        d = f32(i - reach)
        w[i] = exp2(d * d * f32(-0.72134752) / variance)
        total += w[i]
    for i in range(w.size):
        w[i] /= total
    return w


@kernel
def soften(coverage, y0, y1, x0, x1, height, width, sigma):
    """Blur the coverage within a box by a Gaussian of `sigma` px, in place; gives the box that it then touches."""
    w = softening_taps(sigma)
    reach = w.size // 2
    y0, y1, x0, x1 = max(y0 - reach, 0), min(y1 + reach, height), max(x0 - reach, 0), min(x1 + reach, width)
    size, taps = max(x1 - x0, 0), w.size
    ring, filled = np.zeros((taps, size), np.float32), np.zeros(taps, np.bool_)
    line, out = np.zeros(size + 2 * reach, np.float32), np.empty(size, np.float32)
    for y in range(y0 - reach, y1):
        slot = (y + reach - y0) % taps
        filled[slot] = y + reach < y1 and blurred_row(ring[slot], coverage[y + reach, x0:x1], line, w)
        if y < y0:
            continue
        out[:] = f32(0)
        for k in range(taps):
            slot = (y - reach + k - y0) % taps
            if filled[slot]:
                row, weight = ring[slot], w[k]
                for x in range(size):
                    out[x] += weight * row[x]
        target = coverage[y, x0:x1]
        for x in range(size):
            target[x] = u8(i32(out[x] + f32(0.5)))
    return i32(y0), i32(y1), i32(x0), i32(x1)


@kernel
def mark_attenuated(mask, classes, y, x, covered, code):
    """Keep the masks of one pixel whose content is weakened, not lost: the soft coverage by maximum, the class of what
    covers most. Classes that nobody asked for have a single row."""
    if covered >= mask[y, x]:
        mask[y, x] = covered
        if classes.shape[0] == mask.shape[0]:
            classes[y, x] = u8(code)


@kernel
def lighten(pixels, mask, classes, code, coverage, y0, y1, x0, x1, amount, gain):
    """Take light away from the negative where `coverage` says, so that the print is lighter; a verb as in `layers`.

    `amount` (C,) float32 is the density that full coverage adds to the negative, `gain` how much lighter that makes an
    encoded value v: gain · (1, v, v²).
    """
    channels, width = pixels.shape[2], pixels.shape[1]
    words = coverage.view(np.uint64)
    g0, g1, g2 = f32(gain[0]), f32(gain[1]), f32(gain[2])
    for y in range(y0, y1):
        for block in range(x0 // 8, (x1 + 7) // 8):
            if words[y, block] == 0:
                continue
            for x in range(block * 8, min(block * 8 + 8, width)):
                e = coverage[y, x]
                if e == 0:
                    continue
                coverage[y, x] = 0
                a = f32(e) * f32(1 / 255.0)
                for c in range(channels):
                    v = pixels[y, x, c]
                    pixels[y, x, c] = clipped(v + a * amount[c] * (g0 + v * (g1 + v * g2)))
                mark_attenuated(mask, classes, y, x, e, code)
