"""The flap beside a tear that no longer meets the other side: its moved picture, the gap, what it hides, its shadow.

A tear's lips are two lines over one straight baseline: `line` is the lip that stayed, `lip` that of the flap, both
(M,) float32 in mm to the baseline's right, evenly along it. The `frame` (9,) float32 of a tear is

    X, Y            where the baseline begins, in mm from the picture's top left corner;
    COSINE, SINE    its direction;
    LENGTH          its length in mm;
    ALONG, ACROSS   how far the flap has moved at the beginning, along the baseline and to its right, in mm;
    SIDE            1 where the flap lies on the right, -1 on the left;
    SCALE           pixels a mm.

Towards the tear's end the flap has moved less, and so has what lies farther from the tear: nothing moves beyond
`zone_of` it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from degrade.engine.damage import DamageClass
from degrade.engine.kernels import torn
from degrade.engine.kernels.draw import framed, joined
from degrade.engine.kernels.kernel import kernel
from degrade.engine.kernels.layers import collect, mark, new_batch
from degrade.engine.kernels.paths import inverse_of, narrowed
from degrade.engine.kernels.warp import keys_cubic

if TYPE_CHECKING:
    from degrade.engine.photo import Box, Photo

u8, f32, i32 = np.uint8, np.float32, np.int32

X, Y, COSINE, SINE, LENGTH, ALONG, ACROSS, SIDE, SCALE = range(9)
"""Places in a frame."""
LEAST_MM = 0.02
"""Moves shorter than this are not made."""
WHOLE_MM = 1.0
"""A move from which on the mask counts a place as wholly damaged."""


@kernel
def openness(t):
    """How far a tear's lips are apart at the share `t` of its length, as a share of how far at its beginning."""
    rest = min(max(f32(1) - t, f32(0)), f32(1))
    return rest * (f32(1.3) - f32(0.3) * rest)


@kernel
def zone_of(frame, opened):
    """How far from the lip the flap's picture has moved at all, in mm."""
    moved = np.sqrt(frame[ALONG] * frame[ALONG] + frame[ACROSS] * frame[ACROSS])
    return f32(2.5) + f32(4) * moved * opened


@kernel
def span_of(line, lip, reach):
    """The least and the largest distance from the baseline in mm within `reach` mm of either lip."""
    low, high = f32(1e9), f32(-1e9)
    for j in range(line.size):
        low, high = min(low, min(line[j], lip[j])), max(high, max(line[j], lip[j]))
    return low - reach, high + reach


@kernel
def frame_box(frame, span, height, width):
    """The box of the pixels in a span of the baseline."""
    low, high = span
    y0, y1, x0, x1 = f32(1e9), f32(-1e9), f32(1e9), f32(-1e9)
    for corner in range(4):
        s = f32(-1) if corner % 2 == 0 else frame[LENGTH]
        a = low if corner < 2 else high
        x, y = frame[X] + s * frame[COSINE] - a * frame[SINE], frame[Y] + s * frame[SINE] + a * frame[COSINE]
        y0, y1, x0, x1 = min(y0, y), max(y1, y), min(x0, x), max(x1, x)
    scale = frame[SCALE]
    return framed(y0 * scale, y1 * scale, x0 * scale, x1 * scale, height, width)


@kernel
def along_row(frame, box, span, y, samples):
    """Row `y` in the baseline's terms: the box's columns, first and past the last, that may lie beside it in the span;
    the place along the baseline in samples and the distance to its right in mm at column 0, and by how much each grows
    a column."""
    mm, per_mm = f32(1) / frame[SCALE], f32(samples - 1) / frame[LENGTH]
    px, py = f32(0.5) * mm - frame[X], (f32(y) + f32(0.5)) * mm - frame[Y]
    s, a = px * frame[COSINE] + py * frame[SINE], py * frame[COSINE] - px * frame[SINE]
    q, along, away = s * per_mm, mm * frame[COSINE] * per_mm, -mm * frame[SINE]
    left, right = f32(box[2]), f32(box[3]) - f32(1)
    left, right = narrowed(left, right, f32(samples - 1) - q, inverse_of(-along))
    left, right = narrowed(left, right, a - span[0], inverse_of(away))
    left, right = narrowed(left, right, span[1] - a, inverse_of(-away))
    return max(i32(np.floor(left)), box[2]), min(i32(np.ceil(right)) + 1, box[3]), q, along, a, away


@kernel
def inside_px(line, j, f, a, frame, sign):
    """How far a point at `a` mm lies beyond a lip on the side of `sign`, in px square to the lip, at sample j + f."""
    slope = line[j + 1] - line[j]
    steep = slope * f32(line.size - 1) / frame[LENGTH]
    return sign * (a - line[j] - f * slope) * frame[SCALE] / np.sqrt(f32(1) + steep * steep)


@kernel
def draw_between(coverage, height, width, frame, line, lip, hidden):
    """Draw where the lips gape, or with `hidden` where the flap lies over the other side; gives the box."""
    span = span_of(line, lip, f32(1) / frame[SCALE])
    box = frame_box(frame, span, height, width)
    side = -frame[SIDE] if hidden else frame[SIDE]
    last = f32(line.size - 1) - f32(0.001)
    for y in range(box[0], box[1]):
        xa, xb, q0, dq, a0, da = along_row(frame, box, span, y, line.size)
        row = coverage[y]
        for x in range(xa, xb):
            q, a = q0 + f32(x) * dq, a0 + f32(x) * da
            if q > last:
                continue
            q = max(q, f32(0))
            j = i32(q)
            beyond = inside_px(line, j, q - f32(j), a, frame, side)
            before = inside_px(lip, j, q - f32(j), a, frame, -side)
            covered = min(min(beyond, before) + f32(0.5), beyond + before)
            if covered > f32(0):
                row[x] = max(row[x], u8(i32(min(covered, f32(1)) * f32(255) + f32(0.5))))
    return box


@kernel
def draw_cast(relief, height, width, frame, line, lip, dx, dy, dark):
    """Add the shadow of a flap on the side that it lies over; it falls (dx, dy) px far and is `dark` at most."""
    long = np.sqrt(dx * dx + dy * dy)
    span = span_of(line, lip, (long + f32(2)) / frame[SCALE])
    box = frame_box(frame, span, height, width)
    # How squarely the light meets the lip: the shadow never leaves it, since light comes from all sides a little.
    out_x, out_y = frame[SIDE] * frame[SINE], -frame[SIDE] * frame[COSINE]
    facing = min(max(f32(0.55) + f32(0.6) * (dx * out_x + dy * out_y) / max(long, f32(1e-3)), f32(0.2)), f32(1))
    wide, last = max(long, f32(0.6)), f32(line.size - 1) - f32(0.001)
    for y in range(box[0], box[1]):
        xa, xb, q0, dq, a0, da = along_row(frame, box, span, y, line.size)
        row = relief[y]
        for x in range(xa, xb):
            q, a = q0 + f32(x) * dq, a0 + f32(x) * da
            if q > last:
                continue
            q = max(q, f32(0))
            j = i32(q)
            f = q - f32(j)
            away = inside_px(lip, j, f, a, frame, -frame[SIDE])
            if away <= f32(-0.5) or away >= wide:
                continue
            lies_over = frame[SIDE] * ((line[j] + f * (line[j + 1] - line[j])) - (lip[j] + f * (lip[j + 1] - lip[j])))
            high = min(max(lies_over * f32(5), f32(0)), f32(1))
            fades = f32(1) - max(away, f32(0)) / wide
            row[x] -= dark * facing * high * fades * fades * min(away + f32(0.5), f32(1))
    return box


@kernel
def moved_places(places, sources, shares, gone, coverage, box, span, frame, line, lip, print_box):
    """Where the flap's picture has moved within a box and a span; gives how many pixels that are.

    Fills in `places` (N, 2) int32, the row and column of each; `sources` (N, 2) float32, the same of where its content
    comes from; `shares` (N,), how much of it is the flap; `gone` (N,) uint8, how much of it lies beyond the edge of the
    moved print. Draws how far it has moved into the coverage, `WHOLE_MM` as all of it.
    """
    n, side, last, scale = 0, frame[SIDE], f32(line.size - 1) - f32(0.001), frame[SCALE]
    length = np.sqrt(frame[ALONG] * frame[ALONG] + frame[ACROSS] * frame[ACROSS])
    ux = (frame[ALONG] * frame[COSINE] - frame[ACROSS] * frame[SINE]) / max(length, f32(1e-6))
    uy = (frame[ALONG] * frame[SINE] + frame[ACROSS] * frame[COSINE]) / max(length, f32(1e-6))
    top, bottom, left, right = print_box
    for y in range(box[0], box[1]):
        xa, xb, q0, dq, a0, da = along_row(frame, box, span, y, line.size)
        row = coverage[y]
        for x in range(xa, xb):
            q, a = q0 + f32(x) * dq, a0 + f32(x) * da
            if q > last:
                continue
            q = max(q, f32(0))
            j = i32(q)
            opened = openness(q / f32(line.size - 1))
            zone = zone_of(frame, opened)
            away = side * (a - lip[j] - (q - f32(j)) * (lip[j + 1] - lip[j]))
            if away >= zone or away * scale < f32(-4):
                continue
            share = min(max(inside_px(lip, j, q - f32(j), a, frame, side) + f32(0.5), f32(0)), f32(1))
            near = max(away, f32(0)) / zone
            weight = (f32(1) - near * near) * (f32(1) - near * near)
            far = length * opened * weight - f32(LEAST_MM)
            if share <= f32(0) or far <= f32(0):
                continue
            sy, sx = f32(y) - uy * far * scale, f32(x) - ux * far * scale
            inside = min(min(sy - f32(top), f32(bottom) - f32(1) - sy), min(sx - f32(left), f32(right) - f32(1) - sx))
            places[n, 0], places[n, 1], sources[n, 0], sources[n, 1] = y, x, sy, sx
            shares[n] = share
            gone[n] = u8(i32(min(max(f32(-0.5) - inside, f32(0)), f32(1)) * share * f32(255)))
            row[x] = u8(i32(f32(1) + share * min(far * f32(1 / WHOLE_MM), f32(1)) * f32(254)))
            n += 1
    return n


@kernel
def move_pixels(before, pixels, top, left, places, sources, shares):
    """Take each place's content from its source, by cubic interpolation; `before` is a copy of a part of the picture,
    from row `top` and column `left` on."""
    rows, columns, channels = before.shape
    wx, wy = np.empty(4, np.float32), np.empty(4, np.float32)
    ix, iy = np.empty(4, np.int32), np.empty(4, np.int32)
    for i in range(shares.size):
        sy, sx = sources[i, 0] - f32(top), sources[i, 1] - f32(left)
        y0, x0 = i32(np.floor(sy)), i32(np.floor(sx))
        for k in range(4):
            wy[k] = f32(keys_cubic(abs(f32(y0 + i32(k) - i32(1)) - sy)))
            wx[k] = f32(keys_cubic(abs(f32(x0 + i32(k) - i32(1)) - sx)))
            iy[k] = min(max(y0 + i32(k) - i32(1), i32(0)), i32(rows - 1))
            ix[k] = min(max(x0 + i32(k) - i32(1), i32(0)), i32(columns - 1))
        y, x, share = places[i, 0], places[i, 1], shares[i]
        for c in range(channels):
            total = f32(0)
            for k in range(4):
                r = before[iy[k]]
                total += wy[k] * (wx[0] * r[ix[0], c] + wx[1] * r[ix[1], c] + wx[2] * r[ix[2], c] + wx[3] * r[ix[3], c])
            moved, value = min(max(total, f32(0)), f32(1)), pixels[y, x, c]
            pixels[y, x, c] = value + share * (moved - value) if share < f32(1) else moved


@kernel
def move_bytes(before, layer, top, left, places, sources, shares, codes):
    """`move_pixels` for a mask (H, W, 1): from the nearest pixel, so that coverage, loss and class stay together. What
    is touched by the interpolation of damage beside it is damaged a little, too; of `codes` it takes the first."""
    rows, columns = before.shape[0], before.shape[1]
    for i in range(shares.size):
        sy, sx = sources[i, 0] - f32(top), sources[i, 1] - f32(left)
        y, x, y0, x0 = places[i, 0], places[i, 1], i32(np.floor(sy)), i32(np.floor(sx))
        own = layer[y, x, 0] if shares[i] < f32(1) else u8(0)
        if shares[i] >= f32(0.5):
            row = min(max(i32(np.floor(sy + f32(0.5))), 0), rows - 1)
            layer[y, x, 0] = before[row, min(max(i32(np.floor(sx + f32(0.5))), 0), columns - 1), 0]
        if layer[y, x, 0] == 0:
            ya, yb = min(max(y0 - 1, 0), rows - 1), min(max(y0 + 2, 0), rows - 1)
            xa, xb = min(max(x0 - 1, 0), columns - 1), min(max(x0 + 2, 0), columns - 1)
            found = own if own != 0 else first_of(before[ya : yb + 1, xa : xb + 1, 0])
            layer[y, x, 0] = found if codes else min(found, u8(1))


@kernel
def first_of(values):
    """The first of (H, W) values that is not 0, if there is one."""
    for row in values:
        for value in row:
            if value != 0:
                return value
    return u8(0)


@kernel
def draw_gone(coverage, places, gone):
    """Draw what of each place lies beyond the moved print's edge."""
    for i in range(gone.size):
        coverage[places[i, 0], places[i, 1]] = gone[i]


@kernel
def mark_covered(mask, loss, classes, code, coverage, width, y0, y1, x0, x1, lost):
    """Keep the masks of what the coverage says, with `lost` content or without, and leave the picture alone."""
    batch, box = new_batch(), (y0, y1, x0, x1)
    y, start = y0, x0 // 8
    while y < y1:
        n, y, start = collect(coverage, width, box, y, start, batch)
        _, _, places, covered, nothing = batch
        mark(mask, loss, classes, places[:n], covered, covered if lost else nothing, code)


class Union:
    """What several thin pieces side by side cover together: on a coarse picture more of a pixel than any one of them.

    Masks keep the maximum of what verbs cover; these pieces do not lie over each other, so their coverages add up.
    """

    def __init__(self, photo: Photo) -> None:
        self._photo = photo
        self._sum = photo.workspace.array("union", photo.coverage.shape, np.uint8)
        self._box: Box = (0, 0, 0, 0)

    def add(self, box: Box) -> None:
        """One more piece: what the photo's coverage says within the box."""
        y0, y1, x0, x1 = box
        place = slice(y0, y1), slice(x0, x1)
        if y0 < y1 and x0 < x1:
            self._sum[place] = cv2.add(self._sum[place], self._photo.coverage[place])
            self._box = joined(self._box, box)

    def mark(self) -> None:
        """Keep the masks of the whole."""
        photo = self._photo
        mark_covered(*photo.layers, int(DamageClass.MATERIAL_LOSS), self._sum, photo.width, *self._box, False)


class Flap(NamedTuple):
    """The flap beside one tear of a photo, by its frame and the two lips."""

    frame: npt.NDArray[np.float32]
    line: npt.NDArray[np.float32]
    lip: npt.NDArray[np.float32]

    @property
    def lies_over(self) -> bool:
        """Whether it lies over the other side instead of standing off."""
        return bool(self.frame[ACROSS] * self.frame[SIDE] < 0)

    def move(self, photo: Photo) -> None:
        """Move the picture and what was done to it before; masks what has moved, what it hides, what it leaves bare."""
        frame = self.frame
        span = span_of(self.line, self.lip, zone_of(frame, np.float32(1)))
        box: Box = frame_box(frame, span, photo.height, photo.width)
        y0, y1, x0, x1 = box
        most = (y1 - y0) * (x1 - x0)
        places, sources = np.empty((most, 2), np.int32), np.empty((most, 2), np.float32)
        shares, gone = np.empty(most, np.float32), np.empty(most, np.uint8)
        count = moved_places(places, sources, shares, gone, photo.coverage, box, span, *self, photo.print_box)
        if count == 0:
            return
        places, sources, shares, gone = places[:count], sources[:count], shares[:count], gone[:count]
        reach = int(np.hypot(frame[ALONG], frame[ACROSS]) * frame[SCALE]) + 4
        rows = slice(max(y0 - reach, 0), y1 + reach)
        columns = slice(max(x0 - reach, 0), x1 + reach)

        def displace(image: npt.NDArray[Any], codes: bool) -> npt.NDArray[Any]:
            """In place, since the flap is a small part of the picture."""
            before, where = image[rows, columns].copy(), (rows.start, columns.start, places, sources, shares)
            if image.dtype == np.uint8:
                move_bytes(before, image, *where, codes)
            else:
                move_pixels(before, image, *where)
            return image

        photo.move(displace, both=False)
        self._mark(photo, box, lost=False)
        self._mark(photo, draw_between(photo.coverage, photo.height, photo.width, *self, True), lost=True)
        if gone.any():
            draw_gone(photo.coverage, places, gone)
            photo.tear(photo.coverage, box, DamageClass.MATERIAL_LOSS, background=torn.backing(photo))

    def _mark(self, photo: Photo, box: Box, *, lost: bool) -> None:
        """Keep the masks of what the coverage says."""
        mark_covered(*photo.layers, int(DamageClass.MATERIAL_LOSS), photo.coverage, photo.width, *box, lost)

    def draw_gap(self, photo: Photo) -> Box:
        """Draw where the lips gape into the photo's coverage; gives the box that may have been touched."""
        box: Box = draw_between(photo.coverage, photo.height, photo.width, *self, False)
        return box

    def draw_cast(self, photo: Photo, dx: np.float32, dy: np.float32, dark: float) -> Box:
        """Draw the shadow that it casts, (dx, dy) px far, into the photo's relief; gives the box that it touches."""
        box: Box = draw_cast(photo.relief, photo.height, photo.width, *self, dx, dy, np.float32(dark))
        return box
