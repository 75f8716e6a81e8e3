"""Contrast, brightness and saturation: linear maps of encoded values. Flat float32 in [0, 1], in place, clipped."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel

u64, f32, f64, i32, i64 = np.uint64, np.float32, np.float64, np.int32, np.int64


@kernel
def clipped(v):
    """`v` within [0, 1]."""
    return min(max(v, f32(0)), f32(1))


@kernel
def means(values, channels):
    """The mean of each of the interleaved `channels`, (C,) float64; sums of whole numbers, exact in any order."""
    out = np.empty(channels, f64)
    pixels = values.size // channels
    for c in range(channels):
        total = i64(0)
        for i in range(pixels):
            total += i64(i32(values[u64(i * channels + c)] * f32(16777216)))
        out[c] = total / (16777216.0 * pixels)
    return out


@kernel
def spread_about(values, pivots, factor):
    """pivot + factor·(v - pivot); one of `pivots` (C,) for each of the interleaved channels."""
    k = f32(factor)
    rest = pivots * (1 - factor)
    if pivots.size == 1:
        r0 = f32(rest[0])
        for i in range(values.size):
            values[i] = clipped(r0 + k * values[i])
        return
    r0, r1, r2 = f32(rest[0]), f32(rest[1]), f32(rest[2])
    for i in range(values.size // 3):
        j = u64(3) * u64(i)
        values[j] = clipped(r0 + k * values[j])
        values[j + u64(1)] = clipped(r1 + k * values[j + u64(1)])
        values[j + u64(2)] = clipped(r2 + k * values[j + u64(2)])


@kernel
def scaled(values, gain, offset):
    """gain·v + offset."""
    k, b = f32(gain), f32(offset)
    for i in range(values.size):
        values[i] = clipped(k * values[i] + b)


@kernel
def raised(values, gain, offset):
    """Of RGB pixels: their largest channel becomes gain·v + offset, the others keep their ratio to it. Black becomes
    gray."""
    k, b = f32(gain), f32(offset)
    for i in range(values.size // 3):
        j = u64(3) * u64(i)
        red, green, blue = values[j], values[j + u64(1)], values[j + u64(2)]
        value = max(red, max(green, blue))
        wanted = clipped(k * value + b)
        ratio = wanted / value if value > f32(1e-6) else f32(0)
        gray = wanted if value <= f32(1e-6) else f32(0)
        values[j] = clipped(red * ratio + gray)
        values[j + u64(1)] = clipped(green * ratio + gray)
        values[j + u64(2)] = clipped(blue * ratio + gray)


@kernel
def saturated(values, factor):
    """Of RGB pixels: luma + factor·(v - luma), luma being that of Rec. 601."""
    k = f32(factor)
    for i in range(values.size // 3):
        j = u64(3) * u64(i)
        red, green, blue = values[j], values[j + u64(1)], values[j + u64(2)]
        luma = f32(0.299) * red + f32(0.587) * green + f32(0.114) * blue
        values[j] = clipped(luma + k * (red - luma))
        values[j + u64(1)] = clipped(luma + k * (green - luma))
        values[j + u64(2)] = clipped(luma + k * (blue - luma))


@kernel
def averaged(values, others):
    """The mean of each value and its other."""
    for i in range(values.size):
        values[i] = f32(0.5) * (values[i] + others[i])
