"""Drawing on a sheet that repeats: what leaves it at one side comes back at the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, normal_at, sincos, uniform_at
from degrade.engine.key import Key

u8, f32 = np.uint8, np.float32

Bytes = npt.NDArray[np.uint8]


def blank_canvas(size: int, margin: int) -> Bytes:
    """Zeros for a sheet of `size`² pixels and a margin on all sides, its width a multiple of 8 as for a photo."""
    side = size + 2 * margin
    return np.zeros((side, side + 7 & ~7), np.uint8)


def wrapped(canvas: Bytes, size: int, margin: int) -> Bytes:
    """The sheet (size, size) of a canvas, with its margins laid over the opposite sides; the larger value stays."""
    sheet = np.zeros((size, size), np.uint8)
    lay_margins(canvas, sheet, margin)
    return sheet


@kernel
def lay_margins(canvas, sheet, margin):
    """`wrapped`, into the zeroed `sheet`."""
    size = sheet.shape[0]
    for y in range(size + 2 * margin):
        row = sheet[(y - margin) % size]
        for block in range(-1, 2):
            left, right = max(block * size, -margin), min((block + 1) * size, size + margin)
            if left < right:
                source = canvas[y, left + margin : right + margin]
                target = row[left - block * size : right - block * size]
                for x in range(target.size):
                    target[x] = max(target[x], source[x])


@kernel
def log_normal(median, sigma, k0, k1, i, j):
    """float32: median · exp(sigma · z), z the standard normal number j of row i (within 3.46)."""
    return f32(median) * exp2(f32(sigma) * normal_at(k0, k1, i, j) * f32(1.442695))


@kernel
def intensity(x, y, waves, k0, k1):
    """A smooth Gaussian field of variance 1 over the unit square, which repeats: cosines of random direction and phase
    with up to three periods a side."""
    total = f32(0)
    for wave in range(waves):
        across = np.floor(uniform_at(k0, k1, wave, 0) * f32(7)) - f32(3)
        down = np.floor(uniform_at(k0, k1, wave, 1) * f32(3)) + f32(1)
        total += sincos(across * x + down * y + uniform_at(k0, k1, wave, 2))[0]
    return total * np.sqrt(f32(2) / f32(waves))


@kernel
def propose_places(places, spread, k0, k1):
    """`clustered_places`, into `places`."""
    for i in range(places.shape[0]):
        for attempt in range(12):
            x, y = uniform_at(k0, k1, i, 3 * attempt), uniform_at(k0, k1, i, 3 * attempt + 1)
            places[i, 0], places[i, 1] = x, y
            likely = exp2(f32(1.442695) * f32(spread) * (intensity(x, y, 8, k1, k0) - f32(2)))
            if uniform_at(k0, k1, i, 3 * attempt + 2) < likely:
                break


def clustered_places(count: int, spread: float, size: int, margin: int, key: Key) -> npt.NDArray[np.float32]:
    """(count, 2) float32, x and y in pixels of a canvas: a Cox process whose log intensity has the standard deviation
    `spread`. A place is proposed up to 12 times and kept with a probability in proportion to the intensity there."""
    places = np.empty((count, 2), np.float32)
    propose_places(places, spread, *key.pair())
    return places * np.float32(size) + np.float32(margin)
