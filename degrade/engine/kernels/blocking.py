"""Ferrotyping: islands of a print that stuck to glass or to its neighbour."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.draw import joined
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.layers import clipped
from degrade.engine.kernels.noise import value_noise
from degrade.engine.kernels.shared import damp_at, fractal
from degrade.engine.kernels.tone import series

u8, f32, i32 = np.uint8, np.float32, np.int32
SOFT, CRISP = 0.035, 0.008
"""Half width of the border of an island and of torn emulsion, in units of the noise."""
FAR = 0.4
"""How much lower than an island's border the corners of a cell that it touches may be."""
DAMP = 0.35
"""How far damp shifts the noise, so that islands lie where the print was damp."""
SHOWN = 120
"""Soft mask of a change of gloss: all of the picture is still to be seen."""


@kernel
def island_grid(grid, torn, place_y, place_x, step, frequency, level, k0, k1, d0, d1):
    """Fill two grids with noise: of the islands, damp places (d0, d1) favoured, and of where they tear.

    Far below the `level` that islands exceed, damp and tears, which could not matter there, are left out."""
    scale = f32(frequency)
    for i in range(grid.shape[0]):
        v = f32(place_y + i * step)
        for j in range(grid.shape[1]):
            u = f32(place_x + j * step)
            height = fractal(u * scale, v * scale, 3, 0.45, k0, k1) - f32(0.5 * DAMP)
            if height + f32(DAMP) > f32(level) - f32(FAR):
                height += f32(DAMP) * damp_at(u, v, d0, d1)
                torn[i, j] = fractal(u * scale * f32(1.3), v * scale * f32(1.3), 2, 0.5, k1, k0)
            grid[i, j] = height


@kernel
def bilinear(grid, i, j, fy, fx):
    """The value of a grid within the cell (i, j)."""
    p = grid[i, j] + fx * (grid[i, j + 1] - grid[i, j])
    q = grid[i + 1, j] + fx * (grid[i + 1, j + 1] - grid[i + 1, j])
    return p + fy * (q - p)


@kernel
def draw_islands(
    coverage,
    height,
    width,
    grid,
    torn,
    first_y,
    first_x,
    spacing,
    level,
    torn_level,
    want_torn,
    per_px,
    top,
    left,
    k0,
    k1,
):
    """Draw the coverage of the islands, the noise above `level`, or, `want_torn`, of what is torn out of them, the
    noise `torn` above `torn_level`; finer noise of one feature every 1/`per_px` px frays the borders;
    (top, left) is the print's corner in px. Gives the box."""
    box = i32(0), i32(0), i32(0), i32(0)
    p, q = f32(per_px), f32(1.1 * per_px)
    inverse, least = f32(1 / spacing), f32(level) - f32(2.5 * SOFT)
    for i in range(grid.shape[0] - 1):
        y0 = max(i32(np.ceil(f32(first_y) + f32(i) * f32(spacing))), i32(0))
        y1 = min(i32(np.ceil(f32(first_y) + f32(i + 1) * f32(spacing))), i32(height))
        for j in range(grid.shape[1] - 1):
            if max(max(grid[i, j], grid[i, j + 1]), max(grid[i + 1, j], grid[i + 1, j + 1])) < least:
                continue
            x0 = max(i32(np.ceil(f32(first_x) + f32(j) * f32(spacing))), i32(0))
            x1 = min(i32(np.ceil(f32(first_x) + f32(j + 1) * f32(spacing))), i32(width))
            touched = False
            for y in range(y0, y1):
                fy = (f32(y) - f32(first_y)) * inverse - f32(i)
                row = coverage[y]
                for x in range(x0, x1):
                    fx = (f32(x) - f32(first_x)) * inverse - f32(j)
                    f = bilinear(grid, i, j, fy, fx) - f32(level)
                    if abs(f) < f32(0.07):
                        f += f32(0.03) * value_noise(f32(x + 0.5 - left) * p, f32(y + 0.5 - top) * p, k0, k1)
                    covered = clipped(f32(0.5) + f * f32(0.5 / SOFT))
                    if want_torn:
                        g = f32(0.8) * (bilinear(torn, i, j, fy, fx) - f32(torn_level))
                        if abs(g) < f32(0.045):
                            g += f32(0.025) * value_noise(f32(x + 0.5 - left) * q, f32(y + 0.5 - top) * q, k1, k0)
                        covered = clipped(f32(0.5) + min(f - f32(0.02), g) * f32(0.5 / CRISP))
                    e = u8(i32(covered * f32(255) + f32(0.5)))
                    if e > row[x]:
                        row[x] = e
                        touched = True
            if touched:
                box = joined(box, (y0, y1, x0, x1))
    return box


@kernel
def gloss(pixels, mask, classes, code, coverage, y0, y1, x0, x1, k, rim):
    """Change the gloss where `coverage` says, by the difference curve `k` (8,) of encoded values; `rim` is how much
    lighter its border is, relatively. Zeroes the coverage; keeps the masks."""
    channels = pixels.shape[2]
    edge = f32(4 * rim)
    for y in range(y0, y1):
        row = coverage[y]
        for x in range(x0, x1):
            e = row[x]
            if e == 0:
                continue
            row[x] = 0
            a = f32(e) * f32(1 / 255.0)
            shade = edge * a * (f32(1) - a)
            for c in range(channels):
                v = pixels[y, x, c]
                more = a * series(v + v - f32(1), k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7])
                pixels[y, x, c] = clipped((v + more) * (f32(1) + shade))
            covered = u8((i32(e) * SHOWN + 254) // 255)
            if covered >= mask[y, x]:
                mask[y, x] = covered
                classes[min(y, classes.shape[0] - 1), x] = u8(code)
