"""Shot noise: every pixel's value replaced by a count of photons.

Counts of a mean below `SMALL` are drawn from alias tables of the exact distribution (A. J. Walker,
doi:10.1145/355744.355749), of as many means as make the rest a matter of chance between two neighbours. Larger ones are
normal variates, skewed to second order (E. A. Cornish, R. A. Fisher, doi:10.2307/1400905) and rounded.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.gaussian import coefficients, normal
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, fill_bits, row_key

u32, u64, f32, f64, i32, i64 = np.uint32, np.uint64, np.float32, np.float64, np.int32, np.int64

SMALL = 16
"""Mean count from which the normal approximation is used; its distribution function is then off by less than 0.002."""
MEANS = 256
"""Means between 0 and SMALL that have a table."""
COUNTS = 64
"""Counts in a table; more are rarer than 2⁻²⁴."""
SHARE = 16777216 // COUNTS
"""What each count of a table weighs, in 2⁻²⁴."""


@kernel
def count_tables():
    """(MEANS + 2, COUNTS) uint32, alias tables of Poisson distributions, in 2⁻²⁴: entry `count` stands for itself up to
    its high 18 bits, of SHARE, and for its low 8 bits beyond. The last table, which chance never takes, is a copy."""
    tables = np.empty((MEANS + 2, COUNTS), u32)
    weights = np.empty(COUNTS, i64)
    for level in range(MEANS + 2):
        mean = SMALL * min(level, MEANS) / MEANS
        share, total, before = f64(exp2(f32(-1.4426950408889634 * mean))), 0.0, i64(0)
        for count in range(COUNTS):
            total += share
            cumulative = i64(16777216) if count == COUNTS - 1 else i64(min(total * 16777216 + 0.5, 16777216.0))
            weights[count] = cumulative - before
            before = cumulative
            share *= mean / (count + 1)
        fill_aliases(weights, tables[level])
    return tables


@kernel
def fill_aliases(weights, table):
    """Cut the int64 `weights`, of COUNTS · SHARE in all, into entries of SHARE each, of two counts at most."""
    for count in range(COUNTS):
        table[count] = u32(SHARE << 8 | count)
    for _ in range(COUNTS - 1):
        least, most = 0, 0
        for count in range(COUNTS):
            if weights[count] >= 0 and (weights[least] < 0 or weights[count] < weights[least]):
                least = count
            if weights[count] > weights[most]:
                most = count
        if weights[least] >= SHARE:
            return
        table[least] = u32(weights[least] << 8 | most)
        weights[most] -= SHARE - weights[least]
        weights[least] = -1


@kernel
def entry_of(word):
    """Which entry of a table a random word takes: six of its bits."""
    return u32((word >> u32(8)) & u32(COUNTS - 1))


@kernel
def small_counts(counts, means, words, entries, tables):
    """Counts where `means` are below SMALL: the low byte of a word decides between two tables, six bits on the entry,
    the others within it. `tables` is flat; `entries` is there to keep what is looked up apart from what is reckoned,
    which is done for many at once."""
    for x in range(means.size):
        place = min(means[x], f32(SMALL)) * f32(MEANS / SMALL)
        level, word = i32(place), words[x]
        table = u32(level) + u32(f32(i32(word & u32(255))) < (place - f32(level)) * f32(256))
        entries[x] = u32(u32(table * u32(COUNTS)) + entry_of(word))
    for x in range(means.size):
        entries[x] = tables[u64(entries[x])]
    for x in range(means.size):
        own = u32(words[x] >> u32(14)) < u32(entries[x] >> u32(8))
        count = entry_of(words[x]) if own else u32(entries[x] & u32(255))
        counts[x] = f32(i32(count)) if means[x] < f32(SMALL) else counts[x]


@kernel
def large_counts(counts, means, words):
    """Counts of all `means`, by the normal approximation."""
    a, b, c, d, e = coefficients(1.0)
    for x in range(means.size):
        z = normal(words[x], a, b, c, d, e)
        skewed = means[x] + np.sqrt(means[x]) * z + (z * z - f32(1)) * f32(1 / 6.0)
        counts[x] = max(np.floor(skewed + f32(0.5)), f32(0))


@kernel
def count_row(counts, means, words, entries, tables, k0, k1, y):
    """Counts of the float32 row `means`, from the noise of row `y`."""
    start, stride = row_key(k0, k1, y)
    fill_bits(words, start, stride)
    small = 0
    for x in range(means.size):
        small += means[x] < f32(SMALL)
    if small < means.size:
        large_counts(counts, means, words)
    if small > 0:
        small_counts(counts, means, words, entries, tables)


@kernel
def shot(pixels, shared, photons, strength, tables, k0, k1):
    """Shot noise in place: `photons` is the mean count of white, and the deviation from the mean is taken `strength`
    times. Pixels (H, N) float32; `shared` neighbouring values, 1 or 3, get the deviation of their Rec. 601 luma."""
    height, size = pixels.shape[0], pixels.shape[1] // shared
    means, counts = np.empty(size, f32), np.empty(size, f32)
    words, entries = np.empty(size, u32), np.empty(size, u32)
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
        count_row(counts, means, words, entries, tables, k0, k1, y)
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
