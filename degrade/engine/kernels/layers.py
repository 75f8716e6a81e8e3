"""The compositing equation, a verb a kernel, over a bounding box; and the masks, kept by the same uint8 coverage.

    Img  = Paper · 10^-[(1 - e)·D_img + D_stain]      remove, stain
    Surf = (1 - a)·Img + a·C                          cover
    Out  = h·Background + (1 - h)·[S·Surf + G]        tear, shade, light

Coverage says how much of a pixel is hit and mixes encoded values (anti-aliasing); depth says how far into the emulsion
and mixes in density. Every kernel zeroes the coverage that it has used, so that the shared buffer is clean again.
The factors of densities are taken as powers in linear light; reflectance is floored at 10^-3.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, to_encoded, to_linear, value_noise

u8, u64, f32, i32 = np.uint8, np.uint64, np.float32, np.int32


@kernel
def mark(mask, loss, classes, y, x, covered, lost, code):
    """Keep the masks of one pixel: soft coverage and loss by maximum, the class of what covers most (the later one).

    Here and in all kernels: of loss and classes, one that nobody asked for has a single row, which is not read again.
    """
    if covered >= mask[y, x]:
        mask[y, x] = covered
        classes[min(y, classes.shape[0] - 1), x] = u8(code)
    row = min(y, loss.shape[0] - 1)
    if lost > loss[row, x]:
        loss[row, x] = lost


@kernel
def clipped(v):
    """`v` within [0, 1]."""
    return min(max(v, f32(0)), f32(1))


@kernel
def log_light(v):
    """log2 of the reflectance of an encoded value."""
    return log2(max(to_linear(v), f32(1e-3)))


@kernel
def scraped(v, base, depth):
    """Encoded value where the emulsion is gone to `depth` in [0, 1]: densities mix between the image and the paper,
    whose `log_light` is `base`."""
    image = log_light(v)
    return to_encoded(exp2(image + depth * (base - image)))


@kernel
def fibres(x, y, per_px, k0, k1):
    """Noise of paper fibres in about [-1, 1]; `per_px` is the length unit (1/1000 of the diagonal) a pixel."""
    a, b = f32(x) * f32(per_px), f32(y) * f32(per_px)
    return f32(0.6) * value_noise(a * f32(0.3), b * f32(0.3), k0, k1) + f32(0.4) * value_noise(
        a * f32(1.1), b * f32(1.1), k1, k0
    )


@kernel
def remove(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, paper, depth, vary, per_px, k0, k1):
    """Scrape emulsion off to `depth` and let the paper show; `vary` is the amplitude of its fibre noise."""
    channels, width = pixels.shape[2], pixels.shape[1]
    words = coverage.view(np.uint64)
    deep, amplitude = f32(depth), f32(vary)
    bases = np.empty(channels, np.float32)
    for c in range(channels):
        bases[c] = log_light(clipped(paper[c]))
    for y in range(y0, y1):
        for block in range(x0 // 8, (x1 + 7) // 8):
            if words[y, block] == 0:
                continue
            for x in range(block * 8, min(block * 8 + 8, width)):
                e = coverage[y, x]
                if e == 0:
                    continue
                coverage[y, x] = 0
                a, d = f32(e) * f32(1 / 255.0), deep
                if amplitude > f32(0):
                    n = fibres(x, y, per_px, k0, k1)
                    light = f32(1) + amplitude * n
                    d = min(max(deep + f32(0.3) * n * (f32(1) - deep), f32(0.05)), f32(1))
                    for c in range(channels):
                        v = pixels[y, x, c]
                        base = clipped(paper[c] * light)
                        bare = base if d >= f32(1) else scraped(v, log_light(base), d)
                        pixels[y, x, c] = clipped(v + a * (bare - v))
                else:
                    for c in range(channels):
                        v = pixels[y, x, c]
                        bare = clipped(paper[c]) if d >= f32(1) else scraped(v, bases[c], d)
                        pixels[y, x, c] = clipped(v + a * (bare - v))
                mark(mask, loss, classes, y, x, e, u8(i32(f32(e) * d + f32(0.5))), code)


@kernel
def stain(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, density):
    """Add `density` (per channel, in units of D) in proportion to the coverage."""
    channels, width = pixels.shape[2], pixels.shape[1]
    words = coverage.view(np.uint64)
    for y in range(y0, y1):
        for block in range(x0 // 8, (x1 + 7) // 8):
            if words[y, block] == 0:
                continue
            for x in range(block * 8, min(block * 8 + 8, width)):
                e = coverage[y, x]
                if e == 0:
                    continue
                coverage[y, x] = 0
                a = f32(e) * f32(1 / 255.0) * f32(-3.3219281)
                for c in range(channels):
                    pixels[y, x, c] = clipped(to_encoded(to_linear(pixels[y, x, c]) * exp2(a * density[c])))
                mark(mask, loss, classes, y, x, e, u8(0), code)


@kernel
def cover(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, colour):
    """Lay `colour` (encoded) over the surface; what is covered is lost."""
    channels, width = pixels.shape[2], pixels.shape[1]
    words = coverage.view(np.uint64)
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
                    pixels[y, x, c] = clipped(v + a * (colour[c] - v))
                mark(mask, loss, classes, y, x, e, e, code)


@kernel
def light(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, amount):
    """Add linear light `amount` (per channel) in proportion to the coverage."""
    channels, width = pixels.shape[2], pixels.shape[1]
    words = coverage.view(np.uint64)
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
                    pixels[y, x, c] = clipped(to_encoded(min(to_linear(pixels[y, x, c]) + a * amount[c], f32(1))))
                mark(mask, loss, classes, y, x, e, u8(0), code)


@kernel
def shade(pixels, mask, classes, code, relief, y0, y1, x0, x1, gain, visible):
    """Multiply by 1 + relief. Below `visible` nothing is drawn, so that mask and picture agree; above it the soft mask
    gets min(gain·|relief|, 1). The relief is zeroed."""
    channels, width = pixels.shape[2], pixels.shape[1]
    words = relief.view(np.uint64)
    seen, steep, tag = f32(visible), f32(gain), u8(code)
    first, last = x0 // 2, (x1 + 1) // 2
    for y in range(y0, y1):
        pairs = words[y, first:last]
        slopes, row, covered, shown = relief[y], pixels[y], mask[y], classes[min(y, classes.shape[0] - 1)]
        for block in range(pairs.size):
            if pairs[block] == 0:
                continue
            start = (block + first) * 2
            for x in range(start, min(start + 2, width)):
                s = slopes[x]
                slopes[x] = f32(0)
                if abs(s) < seen:
                    continue
                for c in range(channels):
                    row[x, c] = clipped(row[x, c] * (f32(1) + s))
                e = u8(i32(min(abs(s) * steep, f32(1)) * f32(254)) + 1)
                if e >= covered[x]:
                    covered[x] = e
                    shown[x] = tag
