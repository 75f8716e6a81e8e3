"""Shot noise: every pixel's value replaced by a count of photons.

Counts of a mean below `SMALL` are drawn from tables of the exact distribution, of as many means as make the rest a
matter of chance between two neighbours. Larger ones are normal variates, skewed to second order (E. A. Cornish,
R. A. Fisher, doi:10.2307/1400905) and rounded.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.gaussian import coefficients, normal
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fill_bits, row_key

u8, u32, u64, f32, f64, i32, i64 = np.uint8, np.uint32, np.uint64, np.float32, np.float64, np.int32, np.int64

SMALL = 16
"""Mean count from which the normal approximation is used; its distribution function is then off by less than 0.002."""
MEANS = 256
"""Means between 0 and SMALL that have a table."""
COUNTS = 64
"""Counts in a table; more are rarer than 2⁻²⁴."""
GUIDES = 128
"""Entries of a guide, which says where to begin in a table."""


@kernel
def count_tables():
    """(cumulative (MEANS + 1, COUNTS) uint32 in 2⁻²⁴, guides (MEANS + 1, GUIDES) uint8) of Poisson distributions."""
    cumulative = np.empty((MEANS + 1, COUNTS), u32)
    guides = np.empty((MEANS + 1, GUIDES), u8)
    for level in range(MEANS + 1):
        mean = SMALL * level / MEANS
        share = f64(exp2(f32(-1.4426950408889634 * mean)))
        total = share
        for count in range(COUNTS):
            cumulative[level, count] = u32(min(total * 16777216 + 0.5, 16777216.0))
            share *= mean / (count + 1)
            total += share
        cumulative[level, COUNTS - 1] = u32(16777216)
        count = 0
        for guide in range(GUIDES):
            while cumulative[level, count] <= u32(guide * (16777216 // GUIDES)):
                count += 1
            guides[level, guide] = count
    return cumulative, guides


@kernel
def small_count(mean, word, cumulative, guides):
    """A count of the `mean`, below SMALL: the low byte of `word` decides between two tables, the rest in the table."""
    place = mean * f32(MEANS / SMALL)
    level = i64(i32(place))
    if f32(i32(u32(word) & u32(255))) < (place - f32(level)) * f32(256):
        level += 1
    u = u32(u32(word) >> u32(8))
    count = i64(guides[level, u // u32(16777216 // GUIDES)])
    while u >= cumulative[level, count]:
        count += 1
    return f32(count)


@kernel
def count_row(counts, means, words, cumulative, guides, k0, k1, y):
    """Counts of the float32 row `means`, from the noise of row `y`."""
    largest = f32(0)
    for x in range(means.size):
        largest = max(largest, means[x])
    if largest >= f32(SMALL):
        a, b, c, d, e = coefficients(1.0)
        start, stride = row_key(k0, k1, y)
        fill_bits(words, start, stride)
        for x in range(means.size):
            z = normal(words[x], a, b, c, d, e)
            skewed = means[x] + np.sqrt(means[x]) * z + (z * z - f32(1)) * f32(1 / 6.0)
            counts[x] = max(np.floor(skewed + f32(0.5)), f32(0))
    start, stride = row_key(k1, k0, y)
    fill_bits(words, start, stride)
    for x in range(means.size):
        if means[x] < f32(SMALL):
            counts[x] = small_count(means[x], words[x], cumulative, guides)


@kernel
def shot(pixels, shared, photons, strength, cumulative, guides, k0, k1):
    """Shot noise in place: `photons` is the mean count of white, and the deviation from the mean is taken `strength`
    times. Pixels (H, N) float32; `shared` neighbouring values, 1 or 3, get the deviation of their Rec. 601 luma."""
    height, size = pixels.shape[0], pixels.shape[1] // shared
    means, counts, words = np.empty(size, f32), np.empty(size, f32), np.empty(size, u32)
    white, s = f32(photons), f32(strength / photons)
    for y in range(height):
        row = pixels[y]
        if shared == 1:
            for x in range(size):
                means[x] = row[x] * white
        else:
            for i in range(size):
                j = u64(3) * u64(i)
                luma = row[j] * f32(0.299) + row[j + u64(1)] * f32(0.587) + row[j + u64(2)] * f32(0.114)
                means[u64(i)] = luma * white
        count_row(counts, means, words, cumulative, guides, k0, k1, y)
        for x in range(size):
            counts[x] = (counts[x] - means[x]) * s
        if shared == 1:
            for x in range(size):
                row[x] = min(max(row[x] + counts[x], f32(0)), f32(1))
        else:
            for i in range(size):
                more = counts[u64(i)]
                for c in range(3):
                    j = u64(3 * i + c)
                    row[j] = min(max(row[j] + more, f32(0)), f32(1))
