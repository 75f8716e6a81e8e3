"""Veils: changes of tone that come and go smoothly over a print, faded edges, mottle, the ghost of a mat.

A veil is a tone curve, as a polynomial of its difference from the identity, and a weight that says how far each pixel
goes along it: v' = v + weight·difference(v) of encoded values. Weights are sampled on a coarse grid fixed to the print,
linear between its samples, so that all sizes of a picture have the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import exp2, to_encoded, to_linear
from degrade.engine.kernels.shared import fractal_row
from degrade.engine.kernels.tone import DEGREE, NODES, TILE, density, fitted, nodes, reflectance, series

f32, f64, i32, i64, u64 = np.float32, np.float64, np.int32, np.int64, np.uint64


class Grid(NamedTuple):
    """A coarse grid over a picture, fixed to the print's top left corner.

    Attributes
    ----------
    rows, columns : int
        Samples that cover the picture.
    spacing : float
        Pixels between samples, at least 1.
    first_y, first_x : float
        Pixel centre, in picture coordinates, of the first sample.
    step, place_y, place_x : float
        The spacing and the first sample's place from the print's corner, in short sides.
    tall, wide : float
        The print's sides, in short sides.
    """

    rows: int
    columns: int
    spacing: float
    first_y: float
    first_x: float
    step: float
    place_y: float
    place_x: float
    tall: float
    wide: float

    def empty(self) -> np.ndarray:
        """Room for its samples: (rows, columns) float32."""
        return np.empty((self.rows, self.columns), f32)


def grid_over(height: int, width: int, print_box: tuple[int, int, int, int], per_short: int) -> Grid:
    """The grid with `per_short` samples on the print's short side, over a picture of height x width pixels."""
    top, bottom, left, right = print_box
    short = min(bottom - top, right - left)
    spacing = max(short / per_short, 1.0)
    rows, first_y, y = _samples(height, top, spacing)
    columns, first_x, x = _samples(width, left, spacing)
    return Grid(
        rows, columns, spacing, first_y, first_x, spacing / short, y / short, x / short,
        (bottom - top) / short, (right - left) / short,
    )  # fmt: skip


def _samples(size: int, start: int, spacing: float) -> tuple[int, float, float]:
    """Along one side of a picture, of a print that begins at `start`: number of samples, pixel centre of the first, and
    its distance from the print's beginning, px."""
    number = int(-start // spacing)
    return int((size - start) / spacing) - number + 2, start + number * spacing - 0.5, number * spacing


# ------------------------------------------------------------------------------------------------ curves


@kernel
def veil_curve(fade, shadows, highlights, stain, sheen, dmax, difference):
    """Coefficients (8,) of one channel's curve.

    A density D becomes D·m - fade·D·(exp(-D/0.5) + 0.3) + stain, the factor m running from `highlights` at D = 0 to
    `shadows` at `dmax`; then linear light `sheen`·min(D/dmax, 1) is added. With `difference`, less the identity.
    """
    places = nodes()
    values = np.empty(NODES, f64)
    for j in range(NODES):
        v = f32((places[j] + 1) / 2)
        light = to_linear(v)
        d = density(light)
        deep = min(d / f32(dmax), f32(1))
        factor = f32(highlights) + (f32(shadows) - f32(highlights)) * deep - f32(1)
        lost = f32(fade) * (exp2(d * f32(-2.8853901)) + f32(0.3))
        out = light * reflectance(d * (factor - lost) + f32(stain)) + f32(sheen) * deep
        values[j] = to_encoded(min(out, f32(1))) - (v if difference else f32(0))
    return fitted(places, values)


@kernel
def tiled(k):
    """Coefficients (C, 8) as (8, TILE) float32, alternating as the interleaved channels do."""
    out = np.empty((DEGREE + 1, TILE), f32)
    for m in range(DEGREE + 1):
        for i in range(TILE):
            out[m, i] = k[i % k.shape[0], m]
    return out


@kernel
def veil_row(row, weights, tiles):
    """Send a row of interleaved values along the difference curve `tiles`, each as far as its weight says; clipped."""
    k0, k1, k2, k3, k4, k5, k6, k7 = tiles[0], tiles[1], tiles[2], tiles[3], tiles[4], tiles[5], tiles[6], tiles[7]
    for start in range(0, row.size, TILE):
        part, w = row[start : start + TILE], weights[start : start + TILE]
        for i in range(part.size):
            v = part[i]
            more = w[i] * series(v + v - f32(1), k0[i], k1[i], k2[i], k3[i], k4[i], k5[i], k6[i], k7[i])
            part[i] = min(max(v + more, f32(0)), f32(1))


# ------------------------------------------------------------------------------------------------ weights


@kernel
def stretched_row(out, channels, samples, cells, shares):
    """A row of a grid's samples at each pixel, `channels` equal values each, into `out` (W·C,): pixel x lies in the
    cell cells[x], the share shares[x] of the way along it."""
    for x in range(cells.size):
        i = u64(cells[x])
        weight = samples[i] + shares[x] * (samples[i + u64(1)] - samples[i])
        for c in range(channels):
            out[u64(x * channels + c)] = weight


@kernel
def veil(pixels, channels, k, grid, first_y, first_x, spacing):
    """Lay a veil over (H, W·C) pixels in place: difference curves `k` (C, 8), weights on a `Grid`."""
    size, inverse, tiles = pixels.shape[1], f32(1 / spacing), tiled(k)
    weights, lines = np.empty(size, f32), np.empty((2, size), f32)
    cells, shares = np.empty(size // channels, i32), np.empty(size // channels, f32)
    start = f32(-first_x) * inverse
    for x in range(cells.size):
        place = max(start + f32(x) * inverse, f32(0))
        cells[x] = min(i32(place), i32(grid.shape[1] - 2))
        shares[x] = place - f32(cells[x])
    ready = -1  # rows of the grid so far, of which the last two are kept
    for y in range(pixels.shape[0]):
        place = max((f32(y) - f32(first_y)) * inverse, f32(0))
        j = min(i64(place), i64(grid.shape[0] - 2))
        while ready < j + 1:
            ready += 1
            if ready >= j:
                stretched_row(lines[ready & 1], channels, grid[ready], cells, shares)
        f, upper, lower = place - f32(j), lines[j & 1], lines[(j + 1) & 1]
        for x in range(size):
            weights[x] = upper[x] + f * (lower[x] - upper[x])
        veil_row(pixels[y], weights, tiles)


@kernel
def noise_grid(grid, place_y, place_x, step, frequency, octaves, falloff, k0, k1):
    """Fill a grid with fractal noise in about [-1, 1], `frequency` features on the short side in the first octave."""
    scale, places = f32(frequency), np.empty(grid.shape[1], f32)
    for i in range(grid.shape[0]):
        for j in range(places.size):
            places[j] = f32(place_x + j * step) * scale
        fractal_row(grid[i], places, f32(place_y + i * step) * scale, octaves, falloff, k0, k1)


@kernel
def edge_grid(grid, place_y, place_x, step, tall, wide, reach, strengths, uneven, k0, k1):
    """Fill a grid with what comes in from a print's edges: exp(-distance / reach), in short sides, the most of all four
    (top, bottom, left, right), each times its strength; `uneven` is the share by which noise stretches the reach."""
    inverse, places, noise = f32(-1.442695 / reach), np.empty(grid.shape[1], f32), np.empty(grid.shape[1], f32)
    for i in range(grid.shape[0]):
        v = f32(place_y + i * step)
        row = grid[i]
        for j in range(row.size):
            places[j] = f32(place_x + j * step) * f32(5)
        fractal_row(noise, places, v * f32(5), 3, 0.55, k0, k1)
        for j in range(row.size):
            u = f32(place_x + j * step)
            rate = inverse / max(f32(1) + f32(uneven) * noise[j] * f32(1.6), f32(0.2))
            kept = f32(1)  # what no edge reaches: edges that meet in a corner add up without exceeding 1
            kept *= f32(1) - f32(strengths[0]) * exp2(max(v, f32(0)) * rate)
            kept *= f32(1) - f32(strengths[1]) * exp2(max(f32(tall) - v, f32(0)) * rate)
            kept *= f32(1) - f32(strengths[2]) * exp2(max(u, f32(0)) * rate)
            kept *= f32(1) - f32(strengths[3]) * exp2(max(f32(wide) - u, f32(0)) * rate)
            row[j] = f32(1) - kept


@kernel
def mirror_grid(grid, place_y, place_x, step, tall, wide, reach, wrinkle, mat, k0, k1):
    """Fill a grid with silver mirroring in [0, 1]: exp(-distance / l) from each edge, l = `reach`·sqrt(gap), where the
    gap between stacked sheets is a bump along each side, closed at the corners; streaks of a wrinkled sleeve by
    `wrinkle`; only outside the window `mat` (top, bottom, left, right), which may be empty. In short sides."""
    places, noise, ridges = np.empty(grid.shape[1], f32), np.empty(grid.shape[1], f32), np.empty(grid.shape[1], f32)
    for i in range(grid.shape[0]):
        v = f32(place_y + i * step)
        row = grid[i]
        for j in range(row.size):
            places[j] = f32(place_x + j * step) * f32(4)
        fractal_row(noise, places, v * f32(4), 3, 0.55, k0, k1)
        if wrinkle > 0:
            for j in range(row.size):
                places[j] = f32(place_x + j * step) * f32(7) + noise[j]
            fractal_row(ridges, places, v * f32(17), 2, 0.6, k1, k0)
        for j in range(row.size):
            u, n = f32(place_x + j * step), noise[j]
            most = f32(0)
            for side in range(4):
                upright = side < 2
                far = side % 2 == 1
                along = u / f32(wide) if upright else v / f32(tall)
                away = v if upright else u
                if far:
                    away = (f32(tall) if upright else f32(wide)) - away
                along = min(max(along, f32(0)), f32(1))
                gap = f32(4) * along * (f32(1) - along)
                spread = f32(reach) * np.sqrt(f32(0.12) + f32(0.88) * gap * gap) * max(f32(1) + f32(0.6) * n, f32(0.3))
                most = max(most, exp2(f32(-1.442695) * max(away, f32(0)) / spread))
            if wrinkle > 0:
                ridge = f32(1) - f32(2) * abs(ridges[j])
                most *= f32(1) + f32(wrinkle) * (ridge - f32(0.6))
            inside = min(min(v - f32(mat[0]), f32(mat[1]) - v), min(u - f32(mat[2]), f32(mat[3]) - u))
            shown = min(max(f32(0.5) - inside / f32(0.016), f32(0)), f32(1))
            row[j] = min(max(most, f32(0)), f32(1)) * shown


# ------------------------------------------------------------------------------------------------ rectangles


@kernel
def ramp(distance, blur):
    """Smooth step from 0 at -blur to 1 at +blur."""
    t = min(max(f32(0.5) + f32(0.5) * distance / blur, f32(0)), f32(1))
    return t * t * (f32(3) - f32(2) * t)


@kernel
def rectangle_veil(pixels, channels, k, line_k, centre_y, centre_x, half_y, half_x, sine, cosine, blur, burn, outside):
    """A veil inside or `outside` a blurred rectangle, turned by an angle, and one by `line_k` along its outline, `burn`
    px wide; all lengths in px."""
    weights, lines = np.empty(pixels.shape[1], f32), np.empty(pixels.shape[1], f32)
    tiles, line_tiles = tiled(k), tiled(line_k)
    b, reach = f32(blur), f32(1 / max(burn, 1e-6))
    for y in range(pixels.shape[0]):
        dy = f32(y + 0.5 - centre_y)
        for x in range(pixels.shape[1] // channels):
            dx = f32(x) + f32(0.5 - centre_x)
            across, down = dx * f32(cosine) + dy * f32(sine), dy * f32(cosine) - dx * f32(sine)
            h, v = f32(half_x) - abs(across), f32(half_y) - abs(down)
            inner = ramp(h, b) * ramp(v, b)
            near = max(f32(1) - abs(min(h, v)) * reach, f32(0))
            weight = f32(1) - inner if outside else inner
            for c in range(channels):
                weights[x * channels + c] = weight
                lines[x * channels + c] = near * near
        veil_row(pixels[y], weights, tiles)
        if burn > 0:
            veil_row(pixels[y], lines, line_tiles)
