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
def spread_row(
    out, above, here, below, across, dy, first, last, step, sigma2, growth, astigmatism, dealt, most, scale
):  # fmt: skip
    """The values from `first` up to `last` of a row of a pass; `above`, `here` and `below` have a margin of `step`
    values at either end. `across` and `dy` lead to the values from the optical centre, in half diagonals.

    The variance at the distance r is sigma2·(1 + growth·r²)², (1 + astigmatism·r²) times that away from the centre and
    as much less around it. The passes before took `dealt`, this one takes `most` at the most; `scale` makes a variance
    the share of a value that goes to a neighbour.
    """
    down, out, across = dy * dy, out[first:last], across[first:last]
    a, b, c, d = first + step, last + step, first + 2 * step, last + 2 * step
    # A slice for each tap, so that no index is checked for being negative.
    nw, n, ne = above[first:last], above[a:b], above[c:d]
    west, centre, east = here[first:last], here[a:b], here[c:d]
    sw, south, se = below[first:last], below[a:b], below[c:d]
    for x in range(out.size):
        dx = across[x]
        g = f32(1) + growth * (dx * dx + down)
        variance = min(max(sigma2 * g * g - dealt, f32(0)), most) * scale
        # Along the direction away from the centre, (dx, dy) / r, times astigmatism·r²: r cancels out.
        lean = astigmatism * variance
        more = lean * (dx * dx - down)
        # The shares that go to a neighbour in the row, in the column, and across.
        beside_share, above_share = max(variance + more, f32(0)), max(variance - more, f32(0))
        falling, rising = nw[x] + se[x], ne[x] + sw[x]
        middle = centre[x] + above_share * (n[x] + south[x] - f32(2) * centre[x])
        level = west[x] + east[x]
        beside = level + above_share * (falling + rising - f32(2) * level)
        v = middle + beside_share * (beside - f32(2) * middle) + lean * dx * dy * (falling - rising)
        out[x] = min(max(v, f32(0)), f32(1))


@kernel
def sharp_span(across, dy, sigma2, growth, dealt):
    """The first and past the last value of a row of which the passes before left nothing to do: around the centre,
    where `across`, which rises, is near 0. A little less than all of them."""
    if dealt <= 0 or growth <= 0:
        return 0, 0
    square = (np.sqrt(dealt / sigma2) - 1) / growth - dy * dy
    if square <= 0:
        return 0, 0
    reach = f32(np.sqrt(square) * 0.9999)
    return np.searchsorted(across, -reach), np.searchsorted(across, reach)


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
    slots = 2 * gap + 1
    ring = np.empty((slots, size + 2 * step), f32)
    for y in range(-gap, gap):
        pad_row(ring[(y + slots) % slots], source[reflected(y, height)], gap, channels)
    for y in range(height):
        pad_row(ring[(y + gap + slots) % slots], source[reflected(y + gap, height)], gap, channels)
        above, here, below = ring[(y - gap + slots) % slots], ring[y % slots], ring[(y + gap) % slots]
        dy = (y + 0.5 - centre_y) / half_diagonal
        sharp, blurred = sharp_span(across, dy, sigma2, growth, dealt)
        for first, last in ((0, sharp), (blurred, size)):
            spread_row(
                out[y], above, here, below, across, f32(dy), first, last, step, f32(sigma2), f32(growth),
                f32(astigmatism), f32(dealt), f32(2 * FULLEST) * square, f32(0.5) / square,
            )  # fmt: skip
        row, same = out[y, sharp:blurred], source[y, sharp:blurred]
        for x in range(row.size):
            row[x] = same[x]
