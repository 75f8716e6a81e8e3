"""Counter-based bits and the functions built on them, the same on every CPU.

Bits come from a 32-bit integer mix with full avalanche (the "lowbias32" constants of C. Wellons' hash prospector, in
the public domain), seeded a row at a time with a strong start and an odd stride, so that rows are not shifted copies of
each other. Sine, exponential and logarithm are polynomials in float32: libm's own differ between machines.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u32, f32, i32 = np.uint32, np.float32, np.int32


@kernel
def mix32(x):
    """Full avalanche of 32 bits."""
    x = u32(x)
    x = u32(x ^ (x >> u32(16)))
    x = u32(x * u32(0x7FEB352D))
    x = u32(x ^ (x >> u32(15)))
    x = u32(x * u32(0x846CA68B))
    return u32(x ^ (x >> u32(16)))


@kernel
def row_key(k0, k1, y):
    """(start, odd stride) of row `y` under the key (k0, k1)."""
    start = mix32(u32(k0) ^ mix32(u32(y) + u32(0x9E3779B9)))
    stride = mix32(u32(k1) + mix32(u32(start) ^ u32(0x85EBCA6B)))
    return start, u32(stride | u32(1))


@kernel
def row_keys(k0, k1, height):
    """uint32 (starts, strides) of `row_key` for the rows 0 … height - 1: worked out side by side, while one after the
    other each row would wait for its own."""
    starts, strides = np.empty(height, np.uint32), np.empty(height, np.uint32)
    for y in range(height):
        starts[y], strides[y] = row_key(k0, k1, y)
    return starts, strides


@kernel
def uniform_at(k0, k1, i, j):
    """float32 in (0, 1), a multiple of 2**-25: number `j` of row `i`."""
    start, stride = row_key(k0, k1, u32(i))
    return f32(mix32(u32(start + u32(u32(j) * stride))) >> u32(8)) * f32(1.0 / 16777216) + f32(1.0 / 33554432)


@kernel
def fill_bits(bits, start, stride):
    """Fill the uint32 row `bits` with independent words."""
    counter = u32(start)
    for x in range(bits.size):
        bits[x] = mix32(counter)
        counter = u32(counter + stride)


@kernel
def normal_at(k0, k1, i, j):
    """float32, mean 0 and variance 1: the sum of four uniforms (Irwin-Hall), bounded at 3.46; numbers 4j … 4j+3."""
    total = f32(0)
    for k in range(4):
        total += uniform_at(k0, k1, i, 4 * j + k)
    return (total - f32(2)) * f32(1.7320508)


@kernel
def value_noise(x, y, k0, k1):
    """Smoothed value noise on the integer lattice, in [-1, 1]; one feature a unit."""
    return between_rows(x, rows_around(y, k0, k1))


@kernel
def rows_around(y, k0, k1):
    """How far `y` is from the lattice's row above to the one below, smoothed, and the keys of the two."""
    yf = np.floor(y)
    yi, fy = i32(yf), f32(y - yf)
    return fy * fy * (f32(3) - f32(2) * fy), row_key(k0, k1, u32(yi)), row_key(k0, k1, u32(yi + 1))


@kernel
def between_rows(x, rows):
    """`value_noise` at `x` between the `rows_around` it."""
    sy, (a0, b0), (a1, b1) = rows
    xf = np.floor(x)
    xi, fx = i32(xf), f32(x - xf)
    sx = fx * fx * (f32(3) - f32(2) * fx)
    s = f32(2.0 / 65535)
    v00 = f32(mix32(u32(a0 + u32(u32(xi) * b0))) >> u32(16)) * s - f32(1)
    v10 = f32(mix32(u32(a0 + u32(u32(xi + 1) * b0))) >> u32(16)) * s - f32(1)
    v01 = f32(mix32(u32(a1 + u32(u32(xi) * b1))) >> u32(16)) * s - f32(1)
    v11 = f32(mix32(u32(a1 + u32(u32(xi + 1) * b1))) >> u32(16)) * s - f32(1)
    p = v00 + sx * (v10 - v00)
    q = v01 + sx * (v11 - v01)
    return p + sy * (q - p)


@kernel
def add_value_noise(out, places, y, amplitude, k0, k1):
    """Add `amplitude` times the `value_noise` at the `places` of a row at `y` to `out`, both (N,) float32."""
    rows = rows_around(y, k0, k1)
    for i in range(out.size):
        out[i] += amplitude * between_rows(places[i], rows)


@kernel
def fractal_noise_1d(out, step, octaves, falloff, k0, k1):
    """Add value noise to the float32 row `out`: `octaves` octaves, the first with a feature every `step` samples,
    each next one 2.3 times finer and `falloff` times weaker."""
    amplitude, spacing = f32(1), f32(step)
    for octave in range(octaves):
        start, stride = row_key(k0, k1, u32(octave))
        inverse = f32(1) / spacing
        for i in range(out.size):
            t = f32(i) * inverse
            j = i32(t)
            f = t - f32(j)
            f = f * f * (f32(3) - f32(2) * f)
            v0 = f32(mix32(u32(start + u32(u32(j) * stride))) >> u32(8)) * f32(2.0 / 16777215) - f32(1)
            v1 = f32(mix32(u32(start + u32(u32(j + 1) * stride))) >> u32(8)) * f32(2.0 / 16777215) - f32(1)
            out[i] += amplitude * (v0 + f * (v1 - v0))
        amplitude *= f32(falloff)
        spacing /= f32(2.3)


@kernel
def sincos(turns):
    """(sine, cosine) of an angle in turns; error below 2e-6."""
    t = f32(turns) - np.floor(f32(turns))
    q = i32(t * f32(4) + f32(0.5))
    r = (t - f32(q) * f32(0.25)) * f32(6.2831853)
    r2 = r * r
    s = r * (f32(1) + r2 * (f32(-1 / 6.0) + r2 * (f32(1 / 120.0) - r2 * f32(1 / 5040.0))))
    c = f32(1) + r2 * (f32(-0.5) + r2 * (f32(1 / 24.0) - r2 * (f32(1 / 720.0) - r2 * f32(1 / 40320.0))))
    q = q & 3
    if q == 0:
        return s, c
    if q == 1:
        return c, -s
    if q == 2:
        return -s, -c
    return -c, s


@kernel
def exp2(x):
    """2**x for float32 x in [-126, 127]; relative error below 3e-7."""
    x = min(max(f32(x), f32(-126)), f32(127))
    n = np.floor(x)
    f = x - n
    p = f32(1) + f * (
        f32(0.69315247)
        + f * (f32(0.2401528) + f * (f32(0.055835944) + f * (f32(0.0089733607) + f * f32(0.0018853042))))
    )
    return p * u32((i32(n) + i32(127)) << i32(23)).view(np.float32)


@kernel
def log2(x):
    """log2 of a positive, normal float32; absolute error below 6e-7."""
    bits = f32(x).view(np.uint32)
    n = f32(i32(bits >> u32(23))) - f32(127)
    t = u32((bits & u32(0x7FFFFF)) | u32(0x3F800000)).view(np.float32) - f32(1)
    p = t * (
        f32(1.4426678)
        + t
        * (
            f32(-0.72058505)
            + t
            * (
                f32(0.47355067)
                + t * (f32(-0.32589383) + t * (f32(0.19428206) + t * (f32(-0.07954863) + t * f32(0.015527274))))
            )
        )
    )
    return n + p


@kernel
def power(base, exponent):
    """base**exponent for float32 base ≥ 0 (0 gives 0)."""
    if base < f32(1e-30):
        return f32(0)
    return exp2(f32(exponent) * log2(base))


@kernel
def to_linear(v):
    """sRGB-encoded [0, 1] to linear light (IEC 61966-2-1); a degree-5 polynomial above the toe, error below 3e-5."""
    upper = f32(0.0010106532) + v * (
        f32(0.030151703) + v * (f32(0.53887535) + v * (f32(0.611346) + v * (f32(-0.2411241) + v * f32(0.05976136))))
    )
    return upper if v > f32(0.04045) else v * f32(1 / 12.92)


ENCODED = tuple(map(f32, (-0.06134099, 0.16203438, 1.2553727, 0.5774247, 0.28948287, 0.068130846)))
"""The polynomial of `to_encoded`: of 1, q, s, s·q, light and light·q; those of s·q and light·q are taken off."""
DARKEST, DARK_SLOPE = f32(0.0031308), f32(12.92)
"""Light up to which sRGB is a straight line, and its slope."""


@kernel
def to_encoded(light):
    """Linear light [0, 1] to sRGB-encoded; a polynomial in the fourth root, error below 1e-5."""
    s = np.sqrt(light)
    q = np.sqrt(s)
    a, b, c, d, e, f = ENCODED
    upper = a + b * q + c * s - d * s * q + e * light - f * light * q
    return upper if light > DARKEST else light * DARK_SLOPE
