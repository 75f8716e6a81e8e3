"""WebP compression."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.damage import Stage
from degrade.engine.degradation import Degradation, Drawn
from degrade.engine.fields import Count, field
from degrade.engine.kernels import vp8, vp8_blocks, vp8_colour, vp8_filter
from degrade.engine.key import Key
from degrade.engine.photo import Photo

Bytes = npt.NDArray[np.uint8]
Steps = npt.NDArray[np.int32]

DC_STEPS = (
    *range(4, 11), *range(10, 18), *range(17, 21), 20, 21, 21, 22, 22, 23, 23, 24, 25, *range(25, 38), *range(37, 47),
    *range(46, 77), *range(76, 90), 91, 93, 95, 96, 98, 100, 101, 102, *range(104, 119, 2), *range(122, 141, 2),
    143, 145, 148, 151, 154, 157,
)  # fmt: skip
"""Steps of the means by the quantiser's index (RFC 6386, 14.1)."""
AC_STEPS = (
    *range(4, 59), *range(60, 117, 2), *range(119, 174, 3), *range(177, 230, 4), 234, 239, 245, *range(249, 285, 5),
)  # fmt: skip
"""Steps of all other coefficients."""


class Webp(Degradation):
    """Save as lossy WebP and open again: smooth areas flattened by prediction, edges smeared by the loop filter.

    What many sites make of every picture that they are given. No file is made: the picture is predicted, transformed,
    quantised and filtered as the format says, with the quantiser that libwebp takes for a quality and the choices of
    its least effort. A gray picture stays gray.

    References: RFC 9649 (WebP); RFC 6386 (VP8), with the quality scale of libwebp.
    """

    stage = Stage.FILE

    quality: Count = field((40, 90), "quality on the scale of libwebp", low=0, high=100, unit="libwebp")

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        """Compress the picture as it is, rounded to 8 bits."""
        picture = photo.rounded(np.uint8, photo.channels).reshape(photo.height, -1)
        index = quantiser_index(drawn["quality"])
        size, colour = (photo.height, photo.width), photo.channels == 3
        rows, columns = photo.height + 15 & ~15, photo.width + 15 & ~15
        inner = np.zeros((rows // 16, columns // 16), np.bool_)
        luma, chroma = vp8.blank_plane(rows, columns), np.empty((2, 0), np.uint8)
        source = np.empty_like(luma)
        vp8_colour.take_luma(picture, photo.channels, source, columns)
        vp8_colour.repeat_edges(source, *size, rows, columns)
        fine, mean_steps, coarse = _steps(index)
        predictions, level = vp8_blocks.PREDICTIONS, filter_level(index)
        vp8.code_luma(source, luma, rows, columns, fine, mean_steps, drawn["quality"], predictions, inner)
        if colour:
            chroma = _coded_chroma(picture, size, rows // 2, columns // 2, coarse, inner)
        if level:
            vp8_filter.filter_planes(luma.reshape(1, -1), rows, columns, 16, level, inner)
            if colour:
                vp8_filter.filter_planes(chroma, rows // 2, columns // 2, 8, level, inner)
        out = photo.blank().reshape(photo.height, -1)
        if colour:
            vp8_colour.give_colour(luma, chroma, out, columns)
        else:
            vp8_colour.give_gray(luma, out, columns)


def _coded_chroma(
    picture: Bytes, size: tuple[int, int], rows: int, columns: int, steps: Steps, inner: npt.NDArray[Any]
) -> Bytes:
    """Both planes of colour (2, N)."""
    planes = np.stack([vp8.blank_plane(rows, columns)] * 2)
    sources = np.empty_like(planes)
    vp8_colour.take_chroma(picture, sources, size[1], columns)
    for source in sources:
        vp8_colour.repeat_edges(source, (size[0] + 1) // 2, (size[1] + 1) // 2, rows, columns)
    vp8.code_chroma(sources, planes, rows, columns, steps, inner)
    return planes


def quantiser_index(quality: int) -> int:
    """0 (fine) to 127 of VP8 for 100 to 0 of libwebp."""
    share = quality / 100
    linear = share * 2 / 3 if share < 0.75 else 2 * share - 1
    return min(max(int(127 * (1 - round(linear ** (1 / 3), 9))), 0), 127)


def filter_level(index: int) -> int:
    """How much the loop filter smooths, 0 to 63, at libwebp's strength of 60."""
    level = AC_STEPS[index] // 4 * 300 // 256
    return min(level, 63) if level >= 2 else 0


@lru_cache(maxsize=128)
def _steps(index: int) -> tuple[Steps, tuple[int, int], Steps]:
    """Quantisers of blocks of luma, of the means of a macroblock, and of blocks of colour, whose means libwebp keeps
    finer; with its shares of a step that round up."""
    mean, other = DC_STEPS[index], AC_STEPS[index]
    return (
        vp8_blocks.quantiser(mean, other, 96, 110, True),
        (2 * mean, max(other * 155 // 100, 8)),
        vp8_blocks.quantiser(DC_STEPS[min(max(index - 2, 0), 117)], other, 110, 115, False),
    )
