"""Gaussian noise: white, added or multiplied."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.dropout import spread
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fill_bits, row_key

u32, u64, f32, i32 = np.uint32, np.uint64, np.float32, np.int32


@kernel
def byte_sums(out, bits, start, stride):
    """Sums of eight random bytes into the float32 row `out`; `bits` is a uint32 row twice as long."""
    fill_bits(bits, start, stride)
    size, low = u64(out.size), u32(0x00FF00FF)
    for x in range(size):
        a, b = bits[x], bits[size + x]
        pairs = u32(u32(a & low) + u32(u32(a >> u32(8)) & low))
        pairs = u32(pairs + u32(u32(b & low) + u32(u32(b >> u32(8)) & low)))
        out[x] = f32(i32(u32(u32(pairs & u32(0xFFFF)) + u32(pairs >> u32(16)))))


@kernel
def normal(total, s):
    """A normal variate from the sum of eight random bytes, `s` being 1.0012185 times its standard deviation.

    The sum is corrected by the third and the fifth Hermite polynomial (E. A. Cornish, R. A. Fisher,
    doi:10.2307/1400905) so that its fourth and sixth moments are those of the normal distribution. Its distribution
    function is off by at most 0.0001, beyond 3 standard deviations lie 1.006 and beyond 4 lie 0.957 times as many as
    there should; it ends at 6.1. A table of quantiles takes twice the time: it does not fit the fastest cache.
    """
    z = (total - f32(1020)) * f32(0.0047841962)
    q = z * z
    return s * z * (f32(0.9806554) + q * (f32(0.0050748) + q * f32(0.00027468)))


@kernel
def gaussian(pixels, shared, sigma, multiplied, k0, k1):
    """Add normal noise to (H, N) pixels in place, `multiplied` by each value or not.

    `shared` neighbouring values (the channels of a pixel), 1 or 3, get the same noise; that of three is the noise of a
    gray picture with the same key.
    """
    height, width = pixels.shape
    s = f32(sigma * 1.0012185)  # 1 / sqrt of the corrected variance
    bits = np.empty(2 * (width // shared), np.uint32)
    sums = np.empty(width // shared, np.float32)
    wide = sums if shared == 1 else np.empty(width, np.float32)
    for y in range(height):
        start, stride = row_key(k0, k1, y)
        byte_sums(sums, bits, start, stride)
        if shared > 1:
            spread(sums, wide)
        row = pixels[y]
        if multiplied:
            for i in range(width):
                row[i] = min(max(row[i] * (f32(1) + normal(wide[i], s)), f32(0)), f32(1))
        else:
            for i in range(width):
                row[i] = min(max(row[i] + normal(wide[i], s), f32(0)), f32(1))
