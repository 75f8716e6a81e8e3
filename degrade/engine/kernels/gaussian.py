"""Gaussian noise: white, added or multiplied."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.dropout import spread
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_keys

u32, f32, i32 = np.uint32, np.float32, np.int32

SCALE = 1 / 147.80054127099805
"""Of the sum of four bytes to a standard deviation of 1."""


@kernel
def coefficients(sigma):
    """Those of d, d³ … d⁹ in `normal`, for the standard deviation `sigma`."""
    s, q = sigma * SCALE, SCALE * SCALE
    return (
        f32(s * 0.9623482),
        f32(s * q * 0.009270522),
        f32(s * q * q * 0.001792014),
        f32(s * q * q * q * -0.0003618930),
        f32(s * q * q * q * q * 3.805069e-05),
    )


@kernel
def normal(word, a, b, c, d, e):
    """A normal variate from the 32 random bits of `word`, with the `coefficients` of its standard deviation.

    The sum of the four bytes is sent through the odd polynomial of degree 9 that is closest to the normal quantile of
    its rank, in the mean square. Taken over all words, its variance is 1, its fourth, sixth and eighth moments are
    2.9999, 14.994 and 104.73, and its distribution function is off by at most 0.00016. Beyond 3 standard deviations
    lie 0.993 and beyond 4 lie 1.025 times as many as there should; it ends at 5.1. It takes 1021 values. A table of
    quantiles takes twice the time: it does not fit the fastest cache.
    """
    low = u32(0x00FF00FF)
    pairs = u32(u32(word & low) + u32(u32(word >> u32(8)) & low))
    x = f32(i32(u32(u32(pairs & u32(0xFFFF)) + u32(pairs >> u32(16))))) - f32(510)
    q = x * x
    return x * (a + q * (b + q * (c + q * (d + q * e))))


@kernel
def noisy(v, noise, multiplied):
    """`v` with the noise added or multiplied, clipped to [0, 1]."""
    return min(max(v * (f32(1) + noise) if multiplied else v + noise, f32(0)), f32(1))


@kernel
def gaussian(pixels, shared, sigma, multiplied, k0, k1):
    """Add normal noise to (H, N) pixels in place, `multiplied` by each value or not.

    `shared` neighbouring values (the channels of a pixel), 1 or 3, get the same noise; that of three is the noise of a
    gray picture with the same key.
    """
    height, width = pixels.shape
    a, b, c, d, e = coefficients(sigma)
    bits = np.empty(width // shared, np.uint32)
    single, triple = np.empty(width // shared, f32), np.empty(width, f32)
    starts, strides = row_keys(k0, k1, height)
    for y in range(height):
        fill_bits(bits, starts[y], strides[y])
        row = pixels[y]
        if shared == 1:
            for i in range(width):
                row[i] = noisy(row[i], normal(bits[i], a, b, c, d, e), multiplied)
        else:
            for x in range(bits.size):
                single[x] = normal(bits[x], a, b, c, d, e)
            spread(single, triple)
            for i in range(width):
                row[i] = noisy(row[i], triple[i], multiplied)
