"""Gaussian noise: white, added or multiplied."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.dropout import spread
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

u32, f32, i32 = np.uint32, np.float32, np.int32


@kernel
def normal_row(out, bits, start, stride, sigma):
    """Normal variates of standard deviation `sigma` into the float32 row `out`; `bits` is a uint32 row twice as long.

    The sum of eight random bytes, corrected by the third and the fifth Hermite polynomial (E. A. Cornish, R. A. Fisher,
    doi:10.2307/1400905) so that its fourth and sixth moments are those of the normal distribution. Its distribution
    function is off by at most 0.0001, beyond 3 standard deviations lie 1.006 and beyond 4 lie 0.957 times as many as
    there should; it ends at 6.1. A table of quantiles takes twice the time: it does not fit the fastest cache.
    """
    fill_bits(bits, start, stride)
    first, second = bits[: out.size], bits[out.size :]
    low = u32(0x00FF00FF)
    for x in range(out.size):
        a, b = first[x], second[x]
        pairs = u32(u32(a & low) + u32(u32(a >> u32(8)) & low))
        pairs = u32(pairs + u32(u32(b & low) + u32(u32(b >> u32(8)) & low)))
        out[x] = f32(i32(u32(u32(pairs & u32(0xFFFF)) + u32(pairs >> u32(16)))))
    s = f32(sigma * 1.0012185)  # 1 / sqrt of the corrected variance
    for x in range(out.size):
        z = (out[x] - f32(1020)) * f32(0.0047841962)
        q = z * z
        out[x] = s * z * (f32(0.9806554) + q * (f32(0.0050748) + q * f32(0.00027468)))


@kernel
def gaussian(pixels, shared, sigma, multiplied, k0, k1):
    """Add normal noise to (H, N) pixels in place, `multiplied` by each value or not.

    `shared` neighbouring values (the channels of a pixel), 1 or 3, get the same noise; that of three is the noise of a
    gray picture with the same key.
    """
    height, width = pixels.shape
    bits = np.empty(2 * (width // shared), np.uint32)
    single, noise = np.empty(width // shared, np.float32), np.empty(width, np.float32)
    for y in range(height):
        start, stride = row_key(k0, k1, y)
        row = pixels[y]
        if shared == 1:
            normal_row(noise, bits, start, stride, sigma)
        else:
            normal_row(single, bits, start, stride, sigma)
            spread(single, noise)
        if multiplied:
            for i in range(width):
                row[i] = min(max(row[i] * (f32(1) + noise[i]), f32(0)), f32(1))
        else:
            for i in range(width):
                row[i] = min(max(row[i] + noise[i], f32(0)), f32(1))
