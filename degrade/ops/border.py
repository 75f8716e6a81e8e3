"""The white border of a print."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.distributions import Beta, Choice
from degrade.engine.fields import Flag, Option, Real, field
from degrade.engine.kernels import borders
from degrade.engine.key import Key
from degrade.engine.photo import Box, Photo

Floats = npt.NDArray[np.float32]

INK: tuple[float, float, float] = (0.28, 0.27, 0.30)
BACKINGS: tuple[tuple[float, float, float], ...] = ((0.96, 0.96, 0.96), (0.06, 0.06, 0.06), (0.30, 0.27, 0.24))
"""What lies behind a print on a scanner: its lid, nothing, an album's page."""
SOIL: tuple[float, ...] = (0.45, 0.62, 1.0)
"""Density of soil in red, green and blue."""
CLEAN: tuple[float, ...] = (0.0, 0.0, 0.0)
NOWHERE: Floats = np.zeros((0, 0), np.float32)
OCTAVES_A_DENSITY = 1.5099
"""How far an encoded value falls with the density, in octaves: encoding takes the 2.2th root of light."""
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FINER = 4
"""How much larger a caption is drawn before it is reduced."""
SMALLEST_LETTERS = 4.0
"""Height in pixels below which no caption is drawn."""
DECKLE_MM, DECKLE_DEPTH_MM = 2.0, 0.5
"""Period and depth of a deckle edge."""
EMBOSS_MM, RAISED = 0.5, 0.1
"""Half width of an embossed line, and how much light changes on it."""


class Border(Degradation):
    """The white border of a print, at will with a deckle edge, an embossed line or a caption.

    It covers the outer strip of the picture, paper of its own tone, never quite even; of old snapshots about one in
    three has one. It is part of the photograph and no damage: with `both` the clean picture has the same one, and what
    damages the print later crosses it. Damage that was done before lies under it and leaves the masks. Hands and air
    leave `soil` on it, brown, in clouds, most at corners and edges, of which the clean picture's is free. A deckle edge
    lets a little of what is behind the print be seen. With a width of 0 there is none of it.

    Captions are those of photofinishers: the month of development or the number of the print, small, in the lower or
    right part of the border.
    """

    stage = Stage.PRINT
    moves_pixels = True

    width_frac: Real = field((0.03, 0.06), "width of the border", low=0, high=0.3)
    both: Flag = field(True, "whether the clean picture has it too")
    deckle: Flag = field(Choice([False, True], [0.88, 0.12]), "whether the paper's edge is a deckle")
    embossed: Flag = field(Choice([False, True], [0.85, 0.15]), "whether a line is embossed in it")
    caption: Option = field(
        Choice(["none", "date", "number"], [0.7, 0.2, 0.1]), "what is printed in it", options=("none", "date", "number")
    )
    tone: Real = field((0.86, 0.96), "encoded tone of the paper", low=0, high=1, unit="pixel scale [0, 1]")
    warmth: Real = field((0.0, 0.08), "how much less blue than red the paper is", low=0, high=0.5, unit="ratio")

    soil: Real = field(
        Beta(1.2, 3, scale=0.3), "density of what soils it, at places that are worn", low=0, high=1, unit="density"
    )

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Paint it over the pictures; masks below it are cleared."""
        if drawn["width_frac"] == 0:
            return
        alpha, outside, relief, inner = _layout(photo, drawn, key)
        text = _caption(photo, drawn, key)
        paper = tuple(drawn["tone"] * (1 - share * drawn["warmth"]) for share in (0.0, 0.3, 1.0))
        behind = BACKINGS[int(key.at("behind").uniform() * len(BACKINGS))]
        nodes = _soil_nodes(photo, inner, key) if drawn["soil"] > 0 else NOWHERE
        soil: tuple[float, ...] = tuple(drawn["soil"] * OCTAVES_A_DENSITY * share for share in SOIL)

        def displace(image: npt.NDArray[Any], _nearest: bool) -> npt.NDArray[Any]:
            out = image if image is photo.pixels else image.copy()
            if image.dtype == np.uint8:
                borders.uncover(out[:, :, 0], alpha, outside, inner)
            else:
                colours = (_colour(rgb, image.shape[2]) for rgb in (paper, behind, INK))
                octaves = _colour(soil if image is photo.pixels else CLEAN, image.shape[2])
                borders.lay_border(out, alpha, outside, relief, inner, text, *colours, nodes, octaves)
            return out

        photo.move(displace, drawn["both"])


def _layout(photo: Photo, drawn: Drawn, key: Key) -> tuple[Floats, Floats, Floats, Box]:
    """(alpha, outside, relief, inner) of `degrade.engine.kernels.borders.border_alpha`."""
    top, bottom, left, right = photo.print_box
    short = min(bottom - top, right - left)
    mean, u = drawn["width_frac"] * short, key.at("widths").uniforms()
    widths = np.array([mean * (0.85 + 0.3 * v) for v in u[:4]], np.float32)
    slopes = np.array([0.3 * mean * (v - 0.5) / short for v in u[4:]], np.float32)
    depth, period = min(0.35 * mean, DECKLE_DEPTH_MM * photo.px_per_mm), max(DECKLE_MM * photo.px_per_mm, 2.0)
    deckles_y, deckles_x = np.full((2, photo.width), -1, np.float32), np.full((2, photo.height), -1, np.float32)
    if drawn["deckle"]:
        for side in range(2):
            k0, k1 = key.at("deckle", side).pair()
            borders.deckle(deckles_y[side], max(-left, 0), period, depth, k0, k1)
            borders.deckle(deckles_x[side], max(-top, 0), period, depth, k1, k0)
    shape = (photo.height, photo.width)
    alpha, outside, relief = (
        photo.workspace.array(f"border {name}", shape, np.float32) for name in ("alpha", "outside", "relief")
    )
    reach = math.ceil(1.3 * mean) + 2  # the widest border, and as much as its sides lie askew
    inner = (top + reach, bottom - reach, left + reach, max(right - reach, left + reach))
    borders.border_alpha(
        alpha, outside, relief, inner, np.array([top, bottom, left, right], np.float32), widths, slopes,
        deckles_y, deckles_x, max(EMBOSS_MM * photo.px_per_mm, 1.0), RAISED if drawn["embossed"] else 0.0,
    )  # fmt: skip
    return alpha, outside, relief, inner


def _soil_nodes(photo: Photo, inner: Box, key: Key) -> Floats:
    """The nodes of `degrade.engine.kernels.borders.soil_nodes`."""
    across, down = (-(-size // borders.SOIL_EVERY) + 1 for size in (photo.width, photo.height))
    nodes = np.zeros((down, across), np.float32)
    edges = np.array(photo.print_box, np.float32)
    borders.soil_nodes(nodes, inner, edges, photo.shared_key("wear").pair(), key.at("soil").pair())
    return nodes


def _caption(photo: Photo, drawn: Drawn, key: Key) -> npt.NDArray[np.uint8]:
    """(H, W) uint8 coverage by the caption's ink."""
    canvas = np.zeros((photo.height, photo.width), np.uint8)
    top, bottom, left, right = photo.print_box
    width = drawn["width_frac"] * min(bottom - top, right - left)
    letters = 0.4 * width
    if drawn["caption"] == "none" or letters < SMALLEST_LETTERS:
        return canvas
    u = key.at("caption").uniforms()
    month, year, number = MONTHS[int(u[0] * 12)], 48 + int(u[1] * 30), 1 + int(u[2] * 9999)
    words = f"{month} . {year}" if drawn["caption"] == "date" else f"{number:04d}"
    line = _printed(words, letters)
    if u[3] < 0.4:
        line = np.ascontiguousarray(np.rot90(line))
        y, x = top + (0.3 + 0.4 * u[4]) * (bottom - top), right - 0.5 * width
    else:
        y, x = bottom - 0.5 * width, left + (0.25 + 0.5 * u[4]) * (right - left)
    _place(canvas, line, round(y - line.shape[0] / 2), round(x - line.shape[1] / 2))
    return canvas


def _printed(words: str, height_px: float) -> npt.NDArray[np.uint8]:
    """`words` as uint8 coverage, letters `height_px` high, in a plain single-stroke face."""
    scale = FINER * height_px / 22
    weight = max(round(FINER * height_px / 8), 1)
    (width, height), baseline = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, scale, weight)
    columns, rows = math.ceil((width + 2 * weight) / FINER), math.ceil((height + baseline + 2 * weight) / FINER)
    large = np.zeros((rows * FINER, columns * FINER), np.uint8)
    cv2.putText(large, words, (weight, height + weight), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, weight)
    return np.asarray(cv2.resize(large, (columns, rows), interpolation=cv2.INTER_AREA))


def _place(canvas: npt.NDArray[np.uint8], patch: npt.NDArray[np.uint8], y: int, x: int) -> None:
    """Copy a patch to (y, x), as far as it lies within."""
    y0, x0 = max(y, 0), max(x, 0)
    y1, x1 = min(y + patch.shape[0], canvas.shape[0]), min(x + patch.shape[1], canvas.shape[1])
    if y0 < y1 and x0 < x1:
        canvas[y0:y1, x0:x1] = patch[y0 - y : y1 - y, x0 - x : x1 - x]


def _colour(rgb: tuple[float, ...], channels: int) -> Floats:
    """Encoded `rgb` as that many channels: all three, or their Rec. 601 mean."""
    if channels == 3:
        return np.array(rgb, np.float32)
    return np.array([0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]], np.float32)
