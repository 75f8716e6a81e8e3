"""The compositing equation, a verb a kernel, over a bounding box; and the masks, kept by the same uint8 coverage.

    Img  = Paper · 10^-[(1 - e)·D_img + D_stain]      remove, stain
    Surf = (1 - a)·Img + a·C                          cover
    Out  = h·Background + (1 - h)·[S·Surf + G]        tear, shade, light

Coverage says how much of a pixel is hit and mixes encoded values (anti-aliasing); depth says how far into the emulsion
and mixes in density. Every kernel zeroes the coverage that it has used, so that the shared buffer is clean again.
The factors of densities are taken as powers in linear light; reflectance is floored at 10^-3.

Damage is thin in a wide box: the verbs gather what is covered into short rows, a batch at a time, so that each formula
is a plain loop over such rows.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, mix32, row_key, to_encoded, to_linear

u8, u16, u32, u64, f32, i32 = np.uint8, np.uint16, np.uint32, np.uint64, np.float32, np.int32

BATCH = 256
"""Most pixels of a batch."""
GROUP = 64
"""Bytes of a row, eight words, that are looked at together."""
STAIN, COVER, LIGHT = i32(0), i32(1), i32(2)
"""What `lay` does."""
SHARE = f32(1 / 255.0)
"""What a step of coverage covers of a pixel."""
COUNTED = 1 << 15
"""Pixels that are counted together, fewer than a count of 16 bits can hold."""


@kernel
def new_batch():
    """Room for a batch's rows and columns, its places in the flat picture, its coverage, and what of it is lost."""
    return (
        np.empty(BATCH, np.int32), np.empty(BATCH, np.int32), np.empty(BATCH, np.uint32), np.empty(BATCH, np.uint8),
        np.zeros(BATCH, np.uint8),
    )  # fmt: skip


@kernel
def blank(words, first):
    """Whether the eight words of a row from `first` on are all there, and 0."""
    if first + 8 > words.size:
        return False
    some = words[first] | words[first + 1] | words[first + 2] | words[first + 3]
    return (some | words[first + 4] | words[first + 5] | words[first + 6] | words[first + 7]) == u64(0)


@kernel
def collect(coverage, width, box, y, start, batch):
    """Move covered pixels of a box from the coverage, which becomes 0 there, into a batch; from row `y` and word
    `start` on. Gives how many they are, and the row and the word to go on from: past the last row when all are through.
    """
    rows, columns, places, covered, _ = batch
    _, y1, x0, x1 = box
    words, last, n = coverage.view(np.uint64), (x1 + 7) // 8, 0
    while y < y1 and n <= BATCH - GROUP:
        row, pixels = words[y], coverage[y]
        while start < last and n <= BATCH - GROUP:
            end = min(start + 8, last)
            if not blank(row, start):
                for word in range(start, end):
                    if row[word] != u64(0):
                        for x in range(word * 8, min(word * 8 + 8, width)):
                            rows[n], columns[n], covered[n] = y, x, pixels[x]
                            n += pixels[x] != 0
                        row[word] = u64(0)
            start = end
        if start >= last:
            y, start = y + 1, x0 // 8
    for i in range(n):
        places[i] = rows[i] * width + columns[i]
    return n, y, start


@kernel
def take(pixels, places, channels, c, values):
    """Gather channel `c` of the pixels at `places` of a flat picture."""
    for i in range(places.size):
        values[i] = pixels[places[i] * channels + c]


@kernel
def put(pixels, places, channels, c, values):
    """Scatter channel `c`, clipped to [0, 1], to the pixels at `places` of a flat picture."""
    for i in range(places.size):
        pixels[places[i] * channels + c] = clipped(values[i])


@kernel
def mark(mask, loss, classes, places, covered, lost, code):
    """Keep the masks of a batch: soft coverage and loss by maximum, the class of what covers most (the later one).

    Of loss and classes, one that nobody asked for has a single row, and is left alone.
    """
    soft, gone, kinds = mask.reshape(-1), loss.reshape(-1), classes.reshape(-1)
    classed = kinds.size == soft.size
    for i in range(places.size):
        at = places[i]
        if covered[i] >= soft[at]:
            soft[at] = covered[i]
            if classed:
                kinds[at] = u8(code)
    if gone.size == soft.size:
        for i in range(places.size):
            gone[places[i]] = max(gone[places[i]], lost[i])


@kernel
def covered_pixels(mask):
    """How many pixels of a (H, W) mask are above 0."""
    # Counts of 16 bits let LLVM work on twice as many pixels as those of 32: a third of numpy's time.
    flat, total = mask.reshape(mask.size), 0
    for start in range(0, flat.size, COUNTED):
        part, count = flat[start : start + COUNTED], u16(0)
        for i in range(part.size):
            count = u16(count + (u16(1) if part[i] > u8(0) else u16(0)))
        total += count
    return total


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
def lattice_line(x, y, k0, k1):
    """Value noise in [-1, 1] at `x` on line `y` of the integer lattice; one feature a unit."""
    start, stride = row_key(k0, k1, u32(y))
    floor = np.floor(x)
    f, i = f32(x - floor), i32(floor)
    v0 = f32(mix32(u32(start + u32(u32(i) * stride))) >> u32(16)) * f32(2.0 / 65535) - f32(1)
    v1 = f32(mix32(u32(start + u32(u32(i + 1) * stride))) >> u32(16)) * f32(2.0 / 65535) - f32(1)
    return v0 + f * f * (f32(3) - f32(2) * f) * (v1 - v0)


@kernel
def add_noise(noise, rows, columns, per_px, frequency, weight, k0, k1):
    """Add `weight` times `value_noise` of a batch's places in length units, times `frequency`, to a row.

    In two loops, each of which calls little enough for the compiler to take it in and work on many pixels at a time.
    """
    above = np.empty(BATCH, np.float32)
    for i in range(noise.size):
        x, y = f32(columns[i]) * per_px * frequency, f32(rows[i]) * per_px * frequency
        above[i] = lattice_line(x, i32(np.floor(y)), k0, k1)
    for i in range(noise.size):
        x, y = f32(columns[i]) * per_px * frequency, f32(rows[i]) * per_px * frequency
        floor = np.floor(y)
        f = f32(y - floor)
        below = lattice_line(x, i32(i32(floor) + i32(1)), k0, k1)
        noise[i] += weight * (above[i] + f * f * (f32(3) - f32(2) * f) * (below - above[i]))


@kernel
def fibres(noise, rows, columns, per_px, k0, k1):
    """Fill in noise of paper fibres in about [-1, 1]; `per_px` is the length unit (1/1000 of the diagonal) a pixel."""
    noise[:] = f32(0)
    add_noise(noise, rows, columns, f32(per_px), f32(0.3), f32(0.6), k0, k1)
    add_noise(noise, rows, columns, f32(per_px), f32(1.1), f32(0.4), k1, k0)


@kernel
def remove(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, paper, depth, vary, per_px, k0, k1):
    """Scrape emulsion off to `depth` and let the paper show; `vary` is the amplitude of its fibre noise."""
    flat, channels, width = pixels.reshape(-1), pixels.shape[2], pixels.shape[1]
    batch, box, v, base = new_batch(), (y0, y1, x0, x1), np.empty(BATCH, np.float32), np.empty(BATCH, np.float32)
    noise, depths = np.zeros(BATCH, np.float32), np.empty(BATCH, np.float32)
    y, start, deep, amplitude = y0, x0 // 8, f32(depth), f32(vary)
    while y < y1:
        n, y, start = collect(coverage, width, box, y, start, batch)
        rows, columns, places, covered, lost = batch
        if amplitude > f32(0):
            fibres(noise[:n], rows, columns, per_px, k0, k1)
        for i in range(n):
            uneven = min(max(deep + f32(0.3) * noise[i] * (f32(1) - deep), f32(0.05)), f32(1))
            depths[i] = uneven if amplitude > f32(0) else deep
        for c in range(channels):
            take(flat, places[:n], channels, c, v)
            for i in range(n):
                base[i] = clipped(paper[c] * (f32(1) + amplitude * noise[i]))
            if deep < f32(1):
                lay_bare(v[:n], base, depths)
            for i in range(n):
                v[i] += f32(covered[i]) * SHARE * (base[i] - v[i])
            put(flat, places[:n], channels, c, v)
        for i in range(n):
            lost[i] = u8(i32(f32(covered[i]) * depths[i] + f32(0.5)))
        mark(mask, loss, classes, places[:n], covered, lost, code)


@kernel
def lay_bare(values, base, depths):
    """Leave in `base`, the paper's values, what shows where the emulsion of `values` is gone to `depths`."""
    logs = np.empty(values.size, np.float32)
    for i in range(values.size):
        logs[i] = log_light(base[i])
    for i in range(values.size):
        through = scraped(values[i], logs[i], depths[i])
        base[i] = base[i] if depths[i] >= f32(1) else through


@kernel
def stain(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, density):
    """Add `density` (per channel, in units of D) in proportion to the coverage."""
    lay(STAIN, pixels, mask, loss, classes, code, coverage, (y0, y1, x0, x1), density)


@kernel
def cover(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, colour):
    """Lay `colour` (encoded) over the surface; what is covered is lost."""
    lay(COVER, pixels, mask, loss, classes, code, coverage, (y0, y1, x0, x1), colour)


@kernel
def light(pixels, mask, loss, classes, code, coverage, y0, y1, x0, x1, amount):
    """Add linear light `amount` (per channel) in proportion to the coverage."""
    lay(LIGHT, pixels, mask, loss, classes, code, coverage, (y0, y1, x0, x1), amount)


@kernel
def lay(what, pixels, mask, loss, classes, code, coverage, box, amounts):
    """Stain, cover or light where the coverage says, with an amount a channel."""
    flat, channels, width = pixels.reshape(-1), pixels.shape[2], pixels.shape[1]
    batch, v = new_batch(), np.empty(BATCH, np.float32)
    y, start = box[0], box[2] // 8
    while y < box[1]:
        n, y, start = collect(coverage, width, box, y, start, batch)
        _, _, places, covered, lost = batch
        for c in range(channels):
            take(flat, places[:n], channels, c, v)
            if what == STAIN:
                stained(v[:n], covered, amounts[c])
            elif what == COVER:
                overlaid(v[:n], covered, amounts[c])
            else:
                lit(v[:n], covered, amounts[c])
            put(flat, places[:n], channels, c, v)
        mark(mask, loss, classes, places[:n], covered, covered if what == COVER else lost, code)


@kernel
def stained(values, covered, density):
    """Give encoded values more density."""
    for i in range(values.size):
        values[i] = to_encoded(to_linear(values[i]) * exp2(f32(covered[i]) * SHARE * f32(-3.3219281) * density))


@kernel
def overlaid(values, covered, colour):
    """Mix encoded values with a colour."""
    for i in range(values.size):
        values[i] += f32(covered[i]) * SHARE * (colour - values[i])


@kernel
def lit(values, covered, amount):
    """Give encoded values more light."""
    for i in range(values.size):
        values[i] = to_encoded(min(to_linear(values[i]) + f32(covered[i]) * SHARE * amount, f32(1)))


@kernel
def shade(pixels, mask, classes, code, relief, y0, y1, x0, x1, gain, visible):
    """Multiply by 1 + relief. Below `visible` nothing is drawn, so that mask and picture agree; from there on relief r
    sets in gently, as r - visible²/r, and the soft mask gets min(gain·|that|, 1). The relief is zeroed."""
    channels, width, padded = pixels.shape[2], pixels.shape[1], relief.shape[1]
    flat, soft, kinds = pixels.reshape(-1), mask.reshape(-1), classes.reshape(-1)
    slopes, words = relief.reshape(-1), relief.view(np.uint64)
    classed = kinds.size == soft.size
    for y in range(y0, y1):
        row = words[y]
        first = x0 // 16 * 16
        while first < x1:
            end = first
            while end < x1 and not blank(row, end // 2):
                end += 16
            if end > first:
                size, here, shown = min(end, width) - first, y * width + first, first + (y * width if classed else 0)
                part = slopes[y * padded + first : y * padded + first + size]
                note(soft[here : here + size], kinds[shown : shown + size], part, f32(gain), f32(visible), u8(code))
                tilt(flat[here * channels : (here + size) * channels], part, channels, f32(visible))
            first = end + 16


@kernel
def note(mask, classes, slopes, gain, visible, code):
    """Keep the masks of a row of visible slopes."""
    for i in range(slopes.size):
        steep = abs(slopes[i])
        drawn = steep - visible * visible / max(steep, visible)
        covered = u8(i32(min(drawn * gain, f32(1)) * f32(254)) + i32(1))
        shown = (steep >= visible) & (covered >= mask[i])
        mask[i] = covered if shown else mask[i]
        classes[i] = code if shown else classes[i]


@kernel
def tilt(row, slopes, channels, visible):
    """Multiply a flat row of pixels by 1 + slopes, where those are visible, and zero the slopes."""
    for i in range(slopes.size):
        steep = max(abs(slopes[i]), visible)
        slopes[i] = f32(1) + slopes[i] * (f32(1) - visible * visible / (steep * steep))
    if channels == 1:
        for i in range(slopes.size):
            row[i] = clipped(row[i] * slopes[i])
    else:
        for i in range(slopes.size):
            row[3 * i] = clipped(row[3 * i] * slopes[i])
            row[3 * i + 1] = clipped(row[3 * i + 1] * slopes[i])
            row[3 * i + 2] = clipped(row[3 * i + 2] * slopes[i])
    slopes[:] = f32(0)
