"""Fields over a print that all damages share: where it is worn, where it was damp.

Positions are in short sides of the print from its top left corner, so that all sizes of a picture agree; the key is
`Photo.shared_key` of the field's name, so that all ops see one and the same field.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import add_value_noise, exp2, uniform_at, value_noise

f32, i32 = np.float32, np.int32
LARGEST_WEAR = 3.0
"""No place is worn more."""


@kernel
def fractal(x, y, octaves, falloff, k0, k1):
    """Value noise of `octaves` octaves in about [-1, 1], each 2.1 times finer and `falloff` times weaker."""
    total, amplitude, weight = f32(0), f32(1), f32(0)
    fx, fy = f32(x), f32(y)
    for octave in range(octaves):
        total += amplitude * value_noise(fx, fy, k0 + np.uint32(octave), k1)
        weight += amplitude
        amplitude *= f32(falloff)
        fx, fy = fx * f32(2.1), fy * f32(2.1)
    return total / weight


@kernel
def fractal_row(out, places, y, octaves, falloff, k0, k1):
    """`fractal` at the `places` of a row at `y`, into `out`, both (N,) float32; the places are used up."""
    amplitude, weight, fy = f32(1), f32(0), f32(y)
    out[:] = f32(0)
    for octave in range(octaves):
        add_value_noise(out, places, fy, amplitude, k0 + np.uint32(octave), k1)
        weight += amplitude
        amplitude *= f32(falloff)
        fy *= f32(2.1)
        for i in range(places.size):
            places[i] *= f32(2.1)
    for i in range(out.size):
        out[i] /= weight


@kernel
def wear_at(x, y, wide, tall, k0, k1):
    """How much a print `wide` by `tall` short sides is handled at (x, y), in [0, LARGEST_WEAR]: most at its corners,
    then its edges; cracks were measured 2.8 times as dense at .02 to .06 short sides from the edge as in the middle."""
    u, v = f32(x), f32(y)
    across, down = min(u, f32(wide) - u), min(v, f32(tall) - v)
    edge = max(min(across, down), f32(0))
    across, down = max(across, f32(0)), max(down, f32(0))
    corner = np.sqrt(across * across + down * down)
    worn = exp2(edge * f32(-1.442695 / 0.06)) + f32(1.5) * exp2(corner * f32(-1.442695 / 0.08))
    return min(max(worn + f32(0.25) + f32(0.3) * fractal(u * f32(4), v * f32(4), 3, 0.5, k0, k1), f32(0)), f32(3))


@kernel
def damp_at(x, y, k0, k1):
    """How damp a print was at (x, y), in [0, 1]: patches of a third of its short side."""
    noise = fractal(f32(x) * f32(3), f32(y) * f32(3), 3, 0.55, k0, k1)
    return min(max(f32(0.5) + f32(0.9) * noise, f32(0)), f32(1))


@kernel
def worn_place(wide, tall, k0, k1, number, w0, w1):
    """(x, y) of the place `number`, drawn in proportion to the wear (w0, w1); its own chances come from (k0, k1)."""
    x = y = f32(0)
    for trial in range(40):
        x = uniform_at(k0, k1, number, 3 * trial) * f32(wide)
        y = uniform_at(k0, k1, number, 3 * trial + 1) * f32(tall)
        if uniform_at(k0, k1, number, 3 * trial + 2) * f32(LARGEST_WEAR) < wear_at(x, y, wide, tall, w0, w1):
            break
    return x, y
