"""Point spread functions, as odd square kernels for `convolve`: what a blur makes of a spot.

Worked out in float64 from + - * / and square roots, and powers as polynomials, so that the bits are the same on every
CPU. All are (K, K) float32 and sum to 1; rows run downwards, angles counterclockwise from the right.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, power, sincos

f32, f64, i64 = np.float32, np.float64, np.int64

SAMPLES = 16
"""Samples along a pixel's side of what a disc covers of it."""
PI = 3.141592653589793


@kernel
def normalised(weights):
    """`weights` divided by their sum, as float32."""
    total = 0.0
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            total += weights[i, j]
    return (weights / total).astype(f32)


@kernel
def set_around(weights, reach, i, j, value):
    """Set the eight places that lie i and j from the middle, at `reach`, to one value."""
    for a, b in ((i, j), (j, i)):
        weights[reach + a, reach + b] = value
        weights[reach + a, reach - b] = value
        weights[reach - a, reach + b] = value
        weights[reach - a, reach - b] = value


@kernel
def bell(size, sigma_x, sigma_y, turns, beta, plateau):
    """A bell of `size` px with the standard deviations sigma_x along the angle `turns` and sigma_y across it.

    With q the squared distance in standard deviations it is exp(-q^beta / 2), a generalised Gaussian, or with `plateau`
    1 / (1 + q^beta).
    """
    sine, cosine = sincos(turns)
    reach = size // 2
    weights = np.empty((size, size), f64)
    for i in range(size):
        for j in range(size):
            x, y = f64(j - reach), f64(reach - i)
            along, across = (x * cosine + y * sine) / sigma_x, (y * cosine - x * sine) / sigma_y
            q = power(f32(along * along + across * across), beta)
            weights[i, j] = 1 / (1 + f64(q)) if plateau else f64(exp2(q * f32(-0.7213475204444817)))
    return normalised(weights)


@kernel
def bessel_j1(x):
    """The Bessel function J1 of x ≥ 0, by Miller's backward recurrence from an order beyond which all vanish."""
    if x == 0:
        return 0.0
    order = 2 * i64((x + 40) / 2)
    above, here, first, total = 0.0, 1e-300, 0.0, 0.0
    for n in range(order, 0, -1):
        below = 2 * n / x * here - above
        above, here = here, below
        if n % 2 == 1:
            total += 2 * here if n > 1 else here  # J0 + 2 (J2 + J4 + …) = 1
        if n == 1:
            first = above
        if abs(here) > 1e200:
            above, here, total = above * 1e-200, here * 1e-200, total * 1e-200
    return first / total


@kernel
def low_pass(size, cutoff):
    """The kernel of `size` px that passes all waves of up to `cutoff` radians a pixel, in whatever direction."""
    reach = size // 2
    weights = np.empty((size, size), f64)
    for i in range(reach + 1):
        for j in range(i + 1):
            distance = np.sqrt(f64(i * i + j * j))
            if distance == 0:
                value = cutoff * cutoff / (4 * PI)
            else:
                value = cutoff * bessel_j1(cutoff * distance) / (2 * PI * distance)
            set_around(weights, reach, i, j, value)
    return normalised(weights)


@kernel
def smoothed(weights, sigma):
    """Float64 `weights` blurred by a Gaussian of 5×5 px and the standard deviation `sigma`; 0 beyond the edge."""
    taps = np.empty(5, f64)
    for k in range(5):
        taps[k] = exp2(f32(-(k - 2) * (k - 2) / (2 * sigma * sigma) * 1.4426950408889634))
    size = weights.shape[0]
    across, both = np.zeros(weights.shape, f64), np.zeros(weights.shape, f64)
    for i in range(size):
        for j in range(size):
            for k in range(max(0, 2 - j), min(5, size + 2 - j)):
                across[i, j] += taps[k] * weights[i, j + k - 2]
    for i in range(size):
        for j in range(size):
            for k in range(max(0, 2 - i), min(5, size + 2 - i)):
                both[i, j] += taps[k] * across[i + k - 2, j]
    return both


@kernel
def covered_share(i, j, radius):
    """How much of the pixel i rows and j columns from its middle a disc covers."""
    if (i + 0.5) * (i + 0.5) + (j + 0.5) * (j + 0.5) <= radius * radius:
        return 1.0
    inside = 0
    for k in range(SAMPLES):
        y = i + (k + 0.5) / SAMPLES - 0.5
        for m in range(SAMPLES):
            x = j + (m + 0.5) / SAMPLES - 0.5
            if x * x + y * y <= radius * radius:
                inside += 1
    return inside / (SAMPLES * SAMPLES)


@kernel
def disc(radius, sigma):
    """An even disc of `radius` px, as the share that it covers of each pixel, blurred by a Gaussian of `sigma` px."""
    reach = i64(np.ceil(radius + 0.5)) + 2
    size = 2 * reach + 1
    weights = np.zeros((size, size), f64)
    for i in range(reach + 1):
        for j in range(i + 1):
            set_around(weights, reach, i, j, covered_share(i, j, radius))
    return normalised(smoothed(weights, sigma) if sigma > 0.1 else weights)
