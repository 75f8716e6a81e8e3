"""What the edges of missing emulsion and paper look like: the bare paper, what lies behind the print, the hairs of torn
paper, and the rims that catch light or lie in shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from degrade.engine.kernels import layers
from degrade.engine.kernels.draw import joined, stroke
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.noise import sincos, uniform_at
from degrade.engine.kernels.paths import PER_SEGMENT

if TYPE_CHECKING:
    from degrade.engine.damage import DamageClass
    from degrade.engine.photo import Box, Photo

u32, f32, i32, i64 = np.uint32, np.float32, np.int32, np.int64
Colour = tuple[float, float, float]

PAPER: Colour = (0.89, 0.865, 0.80)
"""Encoded colour of a fresh paper base."""
BACKINGS: tuple[tuple[float, Colour], ...] = (
    (0.5, (0.955, 0.955, 0.95)),
    (0.75, (0.045, 0.043, 0.042)),
    (1.0, (0.36, 0.32, 0.265)),
)
"""What lies behind prints, by cumulative share: the lid of a scanner, black cloth, the leaf of an album."""
FIBRE = 0.12
"""Relative amplitude of the fibres in the paper that shows."""
VISIBLE = 0.012
"""Shading weaker than this is not drawn."""
CORE = 0.16
"""Relative amplitude of the fibres in the core of torn paper."""
SUPERSAMPLED_BELOW = 1200 * 2**0.5
"""Diagonal of the print in pixels below which noisy edges are drawn at twice the resolution."""


def bare_paper(photo: Photo) -> Colour:
    """Encoded colour of this print's own paper base: prints differ in tone and warmth."""
    tone, warmth = photo.shared_key("paper").uniforms()[:2]
    dark = 0.86 + 0.12 * tone
    return PAPER[0] * dark, PAPER[1] * dark * (1 - 0.04 * warmth), PAPER[2] * dark * (1 - 0.15 * warmth)


def paper_core(photo: Photo) -> Colour:
    """Encoded colour of the inside of this print's paper, which age has not browned so much."""
    red, green, blue = bare_paper(photo)
    return red + 0.4 * (0.95 - red), green + 0.4 * (0.94 - green), blue + 0.4 * (0.91 - blue)


def backing(photo: Photo) -> Colour:
    """Encoded colour of what lies behind this print."""
    u = photo.shared_key("backing").uniform()
    return next(colour for share, colour in BACKINGS if u <= share)


def subsamples_of(photo: Photo) -> int:
    """How many samples a side of a pixel noisy edges are drawn with."""
    return 2 if photo.unit * 1000 < SUPERSAMPLED_BELOW else 1


def corner_of(photo: Photo) -> tuple[np.float32, np.float32]:
    """Where the print's top left corner lies in the picture, (x, y) in mm: where noise on the print counts from."""
    top, _, left, _ = photo.print_box
    return np.float32(left / photo.px_per_mm), np.float32(top / photo.px_per_mm)


def light_of(photo: Photo) -> float:
    """Where the light comes from that this print's relief is seen in, in turns from the right, clockwise: from above in
    most scanners' and eyes' view, this print's from its own side."""
    return float(0.625 + 0.25 * photo.shared_key("light").uniform())


def shadow_of(photo: Photo, length_mm: float) -> tuple[np.float32, np.float32]:
    """How far to the right and down in px a shadow of `length_mm` falls."""
    sine, cosine = sincos(light_of(photo) - 0.5)
    long = length_mm * photo.px_per_mm
    return np.float32(long * cosine), np.float32(long * sine)


def shade_rims(photo: Photo, rims: Box, damage: DamageClass, deepest: float) -> None:
    """Light the relief that `light_rims` left: as `Photo.shade`, but the mask takes for whole a shading of `deepest`,
    so that rims thinner than a pixel weigh as much at any resolution."""
    mask, _, classes = photo.layers
    layers.shade(photo.pixels, mask, classes, int(damage), photo.relief, *rims, 1 / max(deepest, 0.02), VISIBLE)


@kernel
def covered_at(above, below, x, fy, width):
    """Coverage in [0, 255] at column `x`, between pixels, of two rows mixed by `fy`; beyond the edge the edge's."""
    x = min(max(x, f32(0)), f32(width - 1))
    left = min(i32(x), i32(width - 1))
    right = min(left + i32(1), i32(width - 1))
    fx = x - f32(left)
    a = f32(above[left]) + fx * (f32(above[right]) - f32(above[left]))
    b = f32(below[left]) + fx * (f32(below[right]) - f32(below[left]))
    return a + fy * (b - a)


@kernel
def rows_at(y, height):
    """The two rows around the height `y`, and how far it is from the first to the second; within the picture."""
    y = min(max(y, f32(0)), f32(height - 1))
    first = min(i32(y), i32(height - 1))
    return first, min(first + i32(1), i32(height - 1)), y - f32(first)


@kernel
def light_rims(coverage, relief, width, y0, y1, x0, x1, dx, dy, dark, bright):
    """Add to `relief` the shading of the step around what `coverage` says is missing, before a verb uses it up.

    Light comes from (-dx, -dy): what is bare beside an edge that faces away from it lies in shadow, `dark`, and the
    opposite edge is lit, `bright`. Both are relative shadings of at least 0; (dx, dy) is the shadow's length in px.
    A pixel is shaded as far as it is bare. Gives the box that may have been touched.
    """
    height, words = coverage.shape[0], coverage.view(np.uint64)
    margin = i32(max(abs(dx), abs(dy))) + i32(2)
    top, bottom = max(i32(y0) - margin, i32(0)), min(i32(y1) + margin, i32(height))
    left, right = max(i32(x0) - margin, i32(0)), min(i32(x1) + margin, i32(width))
    if y0 >= y1 or x0 >= x1:
        return i32(0), i32(0), i32(0), i32(0)
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    wide = (margin + 7) // 8
    for y in range(top, bottom):
        a0, a1, af = rows_at(f32(y) - dy, height)
        b0, b1, bf = rows_at(f32(y) + dy, height)
        over, under, below, beneath, here = words[a0], words[a1], words[b0], words[b1], words[y]
        for block in range(left // 8, (right + 7) // 8):
            if here[block] == np.uint64(0):
                continue
            any_, all_ = np.uint64(0), full
            for near in range(max(block - wide, 0), min(block + wide + 1, words.shape[1])):
                any_ |= over[near] | under[near] | below[near] | beneath[near]
                all_ &= over[near] & under[near] & below[near] & beneath[near]
            if any_ == np.uint64(0) or all_ == full:
                continue
            for x in range(max(block * 8, left), min(block * 8 + 8, right)):
                towards = covered_at(coverage[a0], coverage[a1], f32(x) - dx, af, width)
                away = covered_at(coverage[b0], coverage[b1], f32(x) + dx, bf, width)
                step = (away - towards) * f32(coverage[y, x]) * f32(1 / 65025.0)
                if step > f32(0):
                    relief[y, x] -= dark * step
                else:
                    relief[y, x] -= bright * step
    return top, bottom, left, right


@kernel
def draw_hairs(
    coverage, height, width, nodes, tangents, offset, plus, minus, px_per_mm, per_mm, long, first, last, key, k1
):
    """Stubby hairs of torn paper that stand out over both rims of a path, `per_mm` of them, on average `long` mm.

    The path's arrays are those of `paths.draw_break`; samples from `first` up to `last` are hairy. Gives the box that
    may have been touched.
    """
    scale = f32(px_per_mm)
    whole = i32(0), i32(0), i32(0), i32(0)
    for j in range(first, last):
        i = j // PER_SEGMENT
        dx, dy = nodes[i + 1, 0] - nodes[i, 0], nodes[i + 1, 1] - nodes[i, 1]
        step = np.sqrt(dx * dx + dy * dy) * f32(1 / PER_SEGMENT)
        # One candidate a sample; as many of them are hairs as the step is long.
        if uniform_at(key, k1, j, i64(0)) > step * f32(per_mm) or plus[j] + minus[j] < f32(0):
            continue
        s = (f32(j - i * PER_SEGMENT) + uniform_at(key, k1, j, i64(1))) * f32(1 / PER_SEGMENT)
        side = f32(1) if uniform_at(key, k1, j, i64(2)) < f32(0.5) else f32(-1)
        nx, ny = -tangents[i, 1] * side, tangents[i, 0] * side
        d = offset[j] + side * (plus[j] if side > f32(0) else minus[j])
        x, y = nodes[i, 0] + s * dx - tangents[i, 1] * d, nodes[i, 1] + s * dy + tangents[i, 0] * d
        u = uniform_at(key, k1, j, i64(3))
        reach = f32(long) * (f32(0.3) + f32(1.6) * u * u)
        sine, cosine = sincos((uniform_at(key, k1, j, i64(4)) - f32(0.5)) * f32(0.4))
        ax, ay = nx * cosine - ny * sine, nx * sine + ny * cosine
        thick = scale * (f32(0.018) + f32(0.025) * uniform_at(key, k1, j, i64(5)))
        alpha = f32(0.35) + f32(0.5) * uniform_at(key, k1, j, i64(6))
        box = stroke(
            coverage, height, width, (x - ax * f32(0.1)) * scale, (y - ay * f32(0.1)) * scale,
            (x + ax * reach) * scale, (y + ay * reach) * scale, thick, thick * f32(0.5), alpha, alpha * f32(0.3),
        )  # fmt: skip
        whole = joined(whole, box)
    return whole
