"""A lens whose unsharpness varies over the field: diffusion, in passes of nine taps ever further apart.

The variance of the blur at each place is dealt out to the passes in order, each taking as much as it can; where the
picture is sharp the later ones do nothing. A pass spreads a value over its 3 × 3 neighbours, `gap` pixels apart, so
that the variances along the rows, along the columns and across are those wanted.
"""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.warp import reflected

f32 = np.float32

FULLEST = 0.25
"""Largest share of a value that a pass gives to one neighbour in a row, whose variance is then half a squared gap."""


@kernel
def deal_variance(across, dy, sigma2, growth, astigmatism, dealt, most, scale, w, t, s):
    """Fill `w`, `t` and `s`, the shares of `spread_row`, for a row: `across` and `dy` lead to its values from the
    optical centre, in half diagonals.

    The variance at the distance r is sigma2·(1 + growth·r²)², (1 + astigmatism·r²) times that away from the centre and
    as much less around it. The passes before took `dealt`, this one takes `most` at the most; `scale` makes a variance
    a share.
    """
    down = dy * dy
    for x in range(across.size):
        dx = across[x]
        g = f32(1) + growth * (dx * dx + down)
        variance = min(max(sigma2 * g * g - dealt, f32(0)), most) * scale
        # Along the direction away from the centre, (dx, dy) / r, times astigmatism·r²: r cancels out.
        lean = astigmatism * variance
        more = lean * (dx * dx - down)
        w[x] = max(variance + more, f32(0))
        t[x] = max(variance - more, f32(0))
        s[x] = lean * dx * dy


@kernel
def spread_row(out, above, here, below, w, t, s, step, size):
    """One row of a pass; `above`, `here` and `below` have a margin of `step` values at either end. `w`, `t`, `s` are
    the shares of a value that go to a neighbour in the row, in the column, and across."""
    # A slice for each tap, so that no index is checked for being negative.
    nw, n, ne = above[:size], above[step : step + size], above[2 * step : 2 * step + size]
    west, centre, east = here[:size], here[step : step + size], here[2 * step : 2 * step + size]
    sw, south, se = below[:size], below[step : step + size], below[2 * step : 2 * step + size]
    for x in range(size):
        a, b, c = w[x], t[x], s[x]
        falling, rising = nw[x] + se[x], ne[x] + sw[x]
        middle = centre[x] + b * (n[x] + south[x] - f32(2) * centre[x])
        level = west[x] + east[x]
        beside = level + b * (falling + rising - f32(2) * level)
        v = middle + a * (beside - f32(2) * middle) + c * (falling - rising)
        out[x] = min(max(v, f32(0)), f32(1))


@kernel
def pad_row(line, row, step, channels):
    """Copy `row` into `line`, with `step` mirrored pixels of `channels` values before and after it."""
    width = row.size // channels
    inner = line[step * channels : step * channels + row.size]
    for x in range(row.size):
        inner[x] = row[x]
    for i in range(step):
        left, right = reflected(i - step, width) * channels, reflected(width + i, width) * channels
        for c in range(channels):
            line[i * channels + c] = row[left + c]
            line[step * channels + row.size + i * channels + c] = row[right + c]


@kernel
def lens_pass(source, out, channels, gap, centre_y, centre_x, half_diagonal, sigma2, growth, astigmatism, dealt):
    """One pass from (H, W·C) float32 `source` into `out`; `dealt` is the variance that the passes before could take."""
    height, size = source.shape
    step = gap * channels
    square = f32(gap * gap)
    across = np.empty(size, f32)
    for x in range(size):
        across[x] = f32((x // channels + 0.5 - centre_x) / half_diagonal)
    w, t, s = np.empty(size, f32), np.empty(size, f32), np.empty(size, f32)
    slots = 2 * gap + 1
    ring = np.empty((slots, size + 2 * step), f32)
    for y in range(-gap, gap):
        pad_row(ring[(y + slots) % slots], source[reflected(y, height)], gap, channels)
    for y in range(height):
        pad_row(ring[(y + gap + slots) % slots], source[reflected(y + gap, height)], gap, channels)
        deal_variance(
            across, f32((y + 0.5 - centre_y) / half_diagonal), f32(sigma2), f32(growth), f32(astigmatism), f32(dealt),
            f32(2 * FULLEST) * square, f32(0.5) / square, w, t, s,
        )  # fmt: skip
        above, here, below = ring[(y - gap + slots) % slots], ring[y % slots], ring[(y + gap) % slots]
        spread_row(out[y], above, here, below, w, t, s, step, size)
