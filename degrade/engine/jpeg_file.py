"""A JPEG file that is written where somebody wants its bytes, and its pixels without that."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import decode_jpeg, encode_jpeg
from degrade.codecs.jpeg import check_jpeg
from degrade.codecs.jpeg_tables import FAST_BELOW, quantisation
from degrade.engine.kernels import jpeg_colour
from degrade.engine.kernels.convert import replicate
from degrade.engine.kernels.jpeg import RUN, code_blocks
from degrade.engine.kernels.jpeg_blocks import LANES

Bytes = npt.NDArray[np.uint8]
_SIDE = 8
_FACTORS = {"444": (1, 1), "422": (2, 1), "420": (2, 2)}
"""How many times narrower and lower chroma is."""


class JpegFile:
    """A picture as the JPEG file that it is about to become.

    Parameters
    ----------
    pixels : (H, W, 1) gray or (H, W, 3) RGB, uint8
        Sides from 1 to 65 500 px; the file keeps them, so nobody may change them.
    channels : int
        Of the file: 1 or 3; gray pixels may be stored three times over, as a picture in colour.
    quality : int
        1 to 100, as libjpeg counts.
    subsampling : str
        Of the colour: "444", "422" or "420". Without meaning for gray.

    Raises
    ------
    CodecError
        "not_encodable" for anything else.
    """

    __slots__ = ("_channels", "_data", "_pixels", "_quality", "_subsampling")

    def __init__(self, pixels: Bytes, channels: int, quality: int, subsampling: str) -> None:
        self._pixels: Bytes | None = check_jpeg(pixels, quality, subsampling)
        self._channels = max(channels, pixels.shape[2])
        self._quality, self._subsampling = quality, subsampling
        self._data: bytes | None = None

    @classmethod
    def of(cls, data: bytes) -> JpegFile:
        """The file of these bytes."""
        file = cls.__new__(cls)
        file._pixels, file._data = None, data
        return file

    @property
    def data(self) -> bytes:
        """The file's bytes, encoded at the first use."""
        if self._data is None:
            assert self._pixels is not None
            self._data = encode_jpeg(_with_channels(self._pixels, self._channels), self._quality, self._subsampling)
        return self._data

    def decoded(self, channels: int | None = None) -> Bytes:
        """What the file's bytes decode to, (H, W, C) uint8, a fresh array: with all its channels, or `channels` 1 or 3:
        the first one, or a gray one three times over."""
        if self._pixels is None:
            image = decode_jpeg(self.data)
        elif self._pixels.shape[2] == 3:
            image = _coded_colours(self._pixels, self._quality, self._subsampling)
        else:  # the colours of a gray picture are nought, before and after
            image = _coded(self._pixels, self._quality)
            channels = channels or self._channels
        if channels == 1 and image.shape[2] == 3:
            return np.ascontiguousarray(image[:, :, :1])
        return _with_channels(image, channels or image.shape[2])


def _with_channels(image: Bytes, channels: int) -> Bytes:
    """(H, W, C) `image`, a gray one three times over where three `channels` are wanted."""
    if image.shape[2] == channels:
        return image
    out = np.empty((*image.shape[:2], 3), np.uint8)
    replicate(image.reshape(-1), out.reshape(-1))
    return out


def _coded(gray: Bytes, quality: int) -> Bytes:
    """(H, W, 1) `gray` after JPEG."""
    height, width = gray.shape[:2]
    rows, columns = -(-height // _SIDE) * _SIDE, -(-width // RUN) * RUN
    plane = gray.reshape(height, width)
    if (rows, columns) != (height, width):
        plane = np.empty((rows, columns), np.uint8)
        plane[:height, :width] = gray[:, :, 0]
        plane[:height, width:] = gray[:, -1]
        plane[height:] = plane[height - 1]
    out = np.empty_like(plane)
    code_blocks(plane.reshape(-1), out.reshape(-1), rows, columns, *_quantiser(quality))
    return np.ascontiguousarray(out[:height, :width])[:, :, None]


def _coded_colours(colours: Bytes, quality: int, subsampling: str) -> Bytes:
    """(H, W, 3) `colours` after JPEG."""
    height, width = colours.shape[:2]
    across, down = _FACTORS[subsampling]
    rows, columns = -(-height // (down * _SIDE)) * down * _SIDE, -(-width // (across * RUN)) * across * RUN
    luma, *chroma = np.empty((3, rows * columns), np.uint8)
    jpeg_colour.part_colours(colours.reshape(-1), luma, *chroma, height, width, columns)
    jpeg_colour.repeat_last(luma, rows, height, columns)
    code_blocks(luma, luma, rows, columns, *_quantiser(quality))
    low, narrow = rows // down, columns // across
    for number, plane in enumerate(chroma):
        filled = height
        if across > 1:
            chroma[number] = np.empty(low * narrow, np.uint8)
            filled = jpeg_colour.halve(plane, height, columns, down, chroma[number])
        jpeg_colour.repeat_last(chroma[number], low, filled, narrow)
        code_blocks(chroma[number], chroma[number], low, narrow, *_quantiser(quality, chroma=True))
    out = np.empty(colours.shape, np.uint8)
    jpeg_colour.join_colours(luma, *chroma, out.reshape(-1), height, width, columns, across, down)
    return out


@lru_cache(maxsize=200)
def _quantiser(quality: int, chroma: bool = False) -> tuple[Any, Any, Any, bool]:
    """What `code_blocks` rounds by: steps, halves, inverses, and whether the encoder is the fast one."""
    steps, fast = quantisation(quality, chroma), quality < FAST_BELOW
    divisors = fast_divisors(steps) if fast else _SIDE * steps
    halves = (divisors // 2).astype(np.float32) + np.float32(0.5)
    inverses = np.float32(1) / divisors.astype(np.float32)
    lanes = [np.repeat(values.reshape(-1), LANES) for values in (steps, halves, inverses)]
    return lanes[0], lanes[1], lanes[2], fast


def fast_divisors(steps: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """What the coefficients of the fast transform are divided by for (8, 8) `steps`: it leaves them too large by eight
    and by the products of these scales, which the encoder knows to 14 bits."""
    scales = np.sqrt(2) * np.cos(np.arange(_SIDE) * np.pi / 16)
    scales[0] = 1
    products = np.rint(np.outer(scales, scales) * (1 << 14)).astype(np.int32)
    divisors: npt.NDArray[np.int32] = np.maximum((steps * products + (1 << 10)) >> 11, 1).astype(np.int32)
    return divisors
