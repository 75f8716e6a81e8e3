"""The characteristic curve of a film and its paper, by F. Hurter and V. C. Driffield."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, log2, to_encoded, to_linear
from degrade.engine.kernels.tone import NODES, fitted, nodes, reflectance

f32, f64 = np.float32, np.float64

DARKEST = 2e-3
"""Least exposure that a meter sees."""
LOG10_OF_2 = 0.30102999566398120


@kernel
def mean_log_exposure(pixels, channels, stride):
    """Mean of log10 of the exposure over every `stride`-th pixel of every `stride`-th row of (H, W·C) encoded pixels;
    of colours green, which weighs most, stands for all."""
    total, count = 0.0, 0
    middle = channels // 2
    for y in range(0, pixels.shape[0], stride):
        row = pixels[y]
        for x in range(middle, row.size, stride * channels):
            total += f64(log2(max(to_linear(row[x]), f32(DARKEST))))
            count += 1
    return total / count * LOG10_OF_2


@kernel
def response_curve(dmin, dmax, gamma, middle, strength):
    """Coefficients of the curve of a print whose density falls from `dmax` to `dmin` as the exposure grows: a logistic
    in its logarithm, steepest, with the slope `gamma`, at the log10 exposure `middle`; `strength` blends it in."""
    places = nodes()
    values = np.empty(NODES, f64)
    span = f32(dmax - dmin)
    steep = f32(4) * f32(gamma) / span * f32(1.4426950408889634)
    for j in range(NODES):
        v = f32((places[j] + 1) / 2)
        above = log2(max(to_linear(v), f32(1e-5))) * f32(LOG10_OF_2) - f32(middle)
        density = f32(dmin) + span / (f32(1) + exp2(steep * above))
        values[j] = v + f32(strength) * (to_encoded(reflectance(density)) - v)
    return fitted(places, values)
