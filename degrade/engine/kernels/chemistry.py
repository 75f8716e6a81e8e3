"""Chemistry of prints: the paper's response to light, dyes that lose their densities."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, to_encoded, to_linear
from degrade.engine.kernels.tone import NODES, density, fitted, nodes, reflectance

f32, f64 = np.float32, np.float64
CHUNK = 3072
"""Values that go through one loop at a time; whole pixels."""
STRIDE = 29
"""Of all values, this one is metered: of all channels alike, since 3 does not divide it."""


@kernel
def mean_density(values):
    """Mean density of flat encoded values, of every `STRIDE`-th."""
    total, count = 0.0, 0
    for i in range(0, values.size, STRIDE):
        total += f64(density(to_linear(values[i])))
        count += 1
    return total / count


@kernel
def response_curve(gamma, dmin, dmax, middle, strength):
    """Coefficients (8,) of a print's response: an exposure of the logarithm E, that of the picture's light, gives the
    density dmin + (dmax - dmin) / (1 + exp(4·gamma·(E - middle) / (dmax - dmin))); `strength` blends with the identity.
    """
    places = nodes()
    values = np.empty(NODES, f64)
    span = f32(dmax) - f32(dmin)
    for j in range(NODES):
        v = f32((places[j] + 1) / 2)
        exposure = -density(to_linear(v))
        steep = exp2(f32(4 * 1.442695) * f32(gamma) / span * (exposure - f32(middle)))
        printed = to_encoded(reflectance(f32(dmin) + span / (f32(1) + steep)))
        values[j] = v + f32(strength) * (printed - v)
    return fitted(places, values)


@kernel
def mix_densities(values, m, more):
    """Densities of flat interleaved RGB, in place: (R, G, B) becomes `m` (3, 3) times it, plus `more` (3,).

    Densities are taken from the power segment of sRGB, v = 1.055·L^(1/2.4) - 0.055, for blacks as well: there the
    density is that of a little more light, by less than an 8-bit code.
    """
    logs = np.empty(CHUNK, f32)
    m00, m01, m02 = f32(m[0, 0]), f32(m[0, 1]), f32(m[0, 2])
    m10, m11, m12 = f32(m[1, 0]), f32(m[1, 1]), f32(m[1, 2])
    m20, m21, m22 = f32(m[2, 0]), f32(m[2, 1]), f32(m[2, 2])
    per_density = f32(-3.3219281 / 2.4)
    r0, g0, b0 = per_density * f32(more[0]), per_density * f32(more[1]), per_density * f32(more[2])
    for start in range(0, values.size, CHUNK):
        part = values[start : start + CHUNK]
        for i in range(part.size):
            logs[i] = log2((part[i] + f32(0.055)) * f32(1 / 1.055))
        for i in range(0, part.size, 3):
            r, g, b = logs[i], logs[i + 1], logs[i + 2]
            logs[i] = m00 * r + m01 * g + m02 * b + r0
            logs[i + 1] = m10 * r + m11 * g + m12 * b + g0
            logs[i + 2] = m20 * r + m21 * g + m22 * b + b0
        for i in range(part.size):
            part[i] = min(max(exp2(logs[i]) * f32(1.055) - f32(0.055), f32(0)), f32(1))
