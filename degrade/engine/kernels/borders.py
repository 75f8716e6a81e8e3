"""White borders of prints."""

from __future__ import annotations

import numpy as np

from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import fractal_noise_1d, sincos
from degrade.engine.kernels.shared import fractal, wear_at

u8, f32, i32, u32 = np.uint8, np.float32, np.int32, np.uint32
EMBOSS_FROM = 0.55
"""Where an embossed line runs: share of the border from the print's edge."""
SOIL_EVERY = 8
"""px between the nodes of a border's soiling, which is linear between them."""
CLOUDS = 9.0
"""Clouds of soiling along a short side."""


@kernel
def deckle(out, start, period, depth, k0, k1):
    """How far a deckle edge lies within the print, px, for each of the pixels of `out` from `start` on: scallops of
    `period` px, cut by a wavy blade and a little unsteady, `depth` px deep."""
    wander = np.zeros(int(start) + out.size + 1, f32)
    fractal_noise_1d(wander, 2.3 * period, 2, 0.5, k0, k1)
    for i in range(out.size):
        n = wander[i + int(start)]
        wave, _ = sincos(f32(i + int(start)) * f32(1 / period) + f32(0.45) * n)
        out[i] = f32(depth) * (f32(0.5) + f32(0.3) * wave + f32(0.2) * n)


@kernel
def strip_of(y, part, inner, width):
    """The columns (first, past the last) of row `y` that lie outside the box `inner` (top, bottom, left, right), in two
    parts: left of it, or all of a row above or below it; and right of it."""
    if inner[0] <= y < inner[1]:
        return (0, min(max(inner[2], 0), width)) if part == 0 else (min(max(inner[3], 0), width), width)
    return (0, width) if part == 0 else (0, 0)


@kernel
def border_alpha(alpha, outside, relief, inner, edges, widths, slopes, deckles_y, deckles_x, line_px, raised):
    """Where a border lies: coverage by paper into `alpha`, by what is behind the print into `outside`, shading of an
    embossed line into `relief`; all (H, W) float32, set outside the box `inner` only, which no border reaches.

    `edges` (top, bottom, left, right) of the print in px, `widths` of the border likewise, `slopes` of the picture's
    sides; `deckles_y` (2, W) and `deckles_x` (2, H) how far the paper's edge lies within, -1 for a straight one.
    """
    width = alpha.shape[1]
    for y in range(alpha.shape[0]):
        v = f32(y + 0.5)
        top, bottom = v - edges[0], edges[1] - v
        for part in range(2):
            first, last = strip_of(y, part, inner, width)
            for x in range(first, last):
                u = f32(x) + f32(0.5)
                left, right = u - edges[2], edges[3] - u
                across = min(left - widths[2] - slopes[2] * top, right - widths[3] - slopes[3] * top)
                within = min(min(top - widths[0] - slopes[0] * left, bottom - widths[1] - slopes[1] * left), across)
                alpha[y, x] = min(max(f32(0.5) - within, f32(0)), f32(1))
                across = min(left - deckles_x[0, y], right - deckles_x[1, y])
                paper = min(min(top - deckles_y[0, x], bottom - deckles_y[1, x]), across)
                outside[y, x] = min(max(f32(0.5) - paper, f32(0)), f32(1))
                relief[y, x] = f32(0)
                if raised > 0 and within < 0:
                    # The line keeps its share of the border on each side, between the nearest edge and the picture.
                    near = min(min(top, bottom), min(left, right))
                    away = (near - f32(EMBOSS_FROM) * (near - within)) / f32(line_px)
                    bump = max(f32(1) - abs(away), f32(0))
                    lit = f32(raised) if near == min(top, left) else f32(-raised)
                    relief[y, x] = lit * f32(4) * away * bump


@kernel
def soil_nodes(nodes, inner, edges, wear, clouds):
    """How soiled a border is at nodes `SOIL_EVERY` px apart, in about [0, 2]: where it is worn, by the shared field of
    the key `wear`, and in clouds of the key `clouds`, each two words; set where an interpolation outside the box
    `inner` looks. `edges` are the print's, as of `border_alpha`."""
    short = f32(min(edges[1] - edges[0], edges[3] - edges[2]))
    tall, wide = (edges[1] - edges[0]) / short, (edges[3] - edges[2]) / short
    for j in range(nodes.shape[0]):
        y = j * SOIL_EVERY
        v = (f32(y) - edges[0]) / short
        for i in range(nodes.shape[1]):
            x = i * SOIL_EVERY
            within = inner[0] + SOIL_EVERY <= y < inner[1] - SOIL_EVERY
            if within and inner[2] + SOIL_EVERY <= x < inner[3] - SOIL_EVERY:
                continue
            u = (f32(x) - edges[2]) / short
            cloud = fractal(u * f32(CLOUDS), v * f32(CLOUDS), 3, 0.6, u32(clouds[0]), u32(clouds[1]))
            worn = wear_at(u, v, wide, tall, u32(wear[0]), u32(wear[1]))
            nodes[j, i] = max(f32(0.5) * worn + f32(0.8) * cloud, f32(0))


@kernel
def soil_at(nodes, y, x):
    """The soiling at a pixel, linearly between nodes."""
    j, i = y // SOIL_EVERY, x // SOIL_EVERY
    fy, fx = f32(y - j * SOIL_EVERY) * f32(1 / SOIL_EVERY), f32(x - i * SOIL_EVERY) * f32(1 / SOIL_EVERY)
    upper = nodes[j, i] + fx * (nodes[j, i + 1] - nodes[j, i])
    lower = nodes[j + 1, i] + fx * (nodes[j + 1, i + 1] - nodes[j + 1, i])
    return upper + fy * (lower - upper)


@kernel
def lay_border(image, alpha, outside, relief, inner, text, paper, background, ink, nodes, octaves):
    """Paint paper, its relief, `text` (H, W) uint8 in `ink`, and what lies behind over (H, W, C) pixels in place. The
    paper is darkened by `octaves` (C,) of encoded value where the soiling of `nodes` is 1."""
    width = image.shape[1]
    soiled = octaves[image.shape[2] - 1] > 0
    soil = f32(0)
    for y in range(image.shape[0]):
        for part in range(2):
            first, last = strip_of(y, part, inner, width)
            for x in range(first, last):
                a, o = alpha[y, x], outside[y, x]
                if a == 0 and o == 0:
                    continue
                written = f32(text[y, x]) * f32(1 / 255.0)
                if soiled:
                    soil = soil_at(nodes, y, x)
                for c in range(image.shape[2]):
                    sheet = paper[c] * (f32(1) + relief[y, x])
                    if soiled:
                        # The series of an exponential, near enough below one octave.
                        fall = f32(0.6931472) * soil * octaves[c]
                        sheet /= f32(1) + fall + f32(0.5) * fall * fall
                    sheet += written * (ink[c] - sheet)
                    v = image[y, x, c]
                    v += a * (sheet - v)
                    image[y, x, c] = min(max(v + o * (background[c] - v), f32(0)), f32(1))


@kernel
def uncover(layer, alpha, outside, inner):
    """Clear an (H, W) mask where paper or what is behind it covers all of a pixel."""
    width = layer.shape[1]
    for y in range(layer.shape[0]):
        for part in range(2):
            first, last = strip_of(y, part, inner, width)
            for x in range(first, last):
                if alpha[y, x] >= f32(1) or outside[y, x] >= f32(1):
                    layer[y, x] = u8(0)
