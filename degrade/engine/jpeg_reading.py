"""A plain JPEG file decoded once where both its luma and its colours are wanted: libjpeg would have to do it twice."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from degrade.codecs import Decoded, decode
from degrade.codecs.errors import MAX_PIXELS, is_hollow
from degrade.codecs.jpeg import head_of, is_plain, segments
from degrade.codecs.jpeg_tables import ZIGZAG
from degrade.engine.kernels import jpeg_colour, jpeg_scan
from degrade.engine.kernels.jpeg import RUN
from degrade.engine.kernels.jpeg_blocks import LANES

Bytes = npt.NDArray[np.uint8]
_SIDE = 8
_FRAME, _CODES, _STEPS, _RESTARTS = 0xC0, 0xC4, 0xDB, 0xDD
_MOST_SYMBOLS = 256
_END = b"\xff\xd9"
_FACTORS = {0x11: (1, 1), 0x21: (2, 1), 0x22: (2, 2)}
"""How many times narrower and lower chroma is, by the luma's sampling factors."""
_ORDER = (LANES * ZIGZAG).astype(np.uint64)


class _Layout(NamedTuple):
    """What stands before the scan's data."""

    width: int
    height: int
    across: int
    down: int
    steps: npt.NDArray[np.int32]
    """(3 · 64,), in the file's order."""
    codes: npt.NDArray[np.int32]
    """(N · TABLE,), all that the file has."""
    chosen: npt.NDArray[np.uint64]
    """(6,) where they begin for each plane: those of the first coefficient of a block, and those of the others."""


class Planes(NamedTuple):
    """A file's picture as it is stored.

    Attributes
    ----------
    luma : (H, W, 1) uint8
    """

    luma: Bytes
    planes: tuple[Bytes, Bytes, Bytes]
    columns: int
    factors: tuple[int, int]

    def colours(self) -> Bytes:
        """(H, W, 3) RGB, a fresh array."""
        height, width = self.luma.shape[:2]
        out = np.empty((height, width, 3), np.uint8)
        jpeg_colour.join_colours(*self.planes, out.reshape(-1), height, width, self.columns, *self.factors)
        return out


def decode_once(data: bytes, name: str = "") -> Decoded:
    """``decode(data, name, luma=True)``, where the colours are wanted too, in less time: `Decoded.pixels` needs no
    second look at the file. Raises CodecError as that does."""
    planes = read_planes(data)
    if planes is None:
        return decode(data, name, luma=True)
    return Decoded(planes.luma, "jpeg", data, is_luma=True, _colours=planes.colours)


def read_planes(data: bytes) -> Planes | None:
    """The luma and the colours of a JPEG file, bit for bit those that libjpeg-turbo gives; None for any file that is
    out of the ordinary in any way, be it sound or not: not baseline, turned, with a profile, notes of many bytes or
    restarts, sampled oddly, or damaged."""
    head = head_of(data)
    layout = _layout(head)
    if layout is None or is_hollow(layout.width * layout.height, len(data)):
        return None
    width, height, across, down = layout[:4]
    wide, high = -(-width // (_SIDE * across)), -(-height // (_SIDE * down))
    columns, rows = -(-width // (RUN * across)) * RUN * across, (high + 1) * _SIDE
    luma = np.empty((high * down + 1) * _SIDE * columns, np.uint8)
    blue, red = np.empty((2, rows * (columns // across)), np.uint8)
    codes = np.frombuffer(data, np.uint8)
    end = jpeg_scan.read_scan(
        codes, len(head), np.empty(len(data) - len(head) + jpeg_scan.SPARE, np.uint8), layout.codes, layout.chosen,
        layout.steps, _ORDER, across, down, wide, high, luma, blue, red, columns,
    )  # fmt: skip
    if end < 0 or data[end:] != _END:
        return None
    picture = luma[: height * columns].reshape(height, columns, 1)
    return Planes(picture[:, :width].copy(), (luma, blue, red), columns, (across, down))


@lru_cache(maxsize=256)
def _layout(head: bytes) -> _Layout | None:
    """The layout of a file with such a head, which many files share; None if it is out of the ordinary."""
    if not is_plain(head, MAX_PIXELS):
        return None
    steps: dict[int, npt.NDArray[np.int32]] = {}
    codes: dict[int, npt.NDArray[np.int32]] = {}
    frame = b""
    for marker, segment in segments(head):
        body = segment[4:]
        if marker == _FRAME:
            frame = body
        elif marker == _STEPS:
            while len(body) > _SIDE**2 and body[0] < 4:
                steps[body[0]] = np.frombuffer(body[1:65], np.uint8).astype(np.int32)
                body = body[65:]
            if body:
                return None
        elif marker == _CODES:
            if not _read_codes(body, codes):
                return None
        elif marker == _RESTARTS:
            return None
    return _joined(frame, head[head.rindex(b"\xff\xda") + 4 :], steps, codes)


def _read_codes(body: bytes, codes: dict[int, npt.NDArray[np.int32]]) -> bool:
    """Add the tables of a segment, by their class and number; whether all are in order."""
    while len(body) > 17:
        name, counts = body[0], np.frombuffer(body[1:17], np.uint8).astype(np.int64)
        size = int(counts.sum())
        if name & 0xEC or not 0 < size <= min(_MOST_SYMBOLS, len(body) - 17):
            return False
        codes[name] = np.empty(jpeg_scan.TABLE, np.int32)
        symbols = np.frombuffer(body[17 : 17 + size], np.uint8)
        if not jpeg_scan.fill_table(counts, symbols, name < 16, codes[name]):
            return False
        body = body[17 + size :]
    return not body


def _joined(frame: bytes, scan: bytes, steps: dict[int, Any], codes: dict[int, Any]) -> _Layout | None:
    """The layout that the bodies of the frame's and of the scan's header tell of."""
    if len(frame) != 15 or len(scan) != 10 or scan[0] != 3 or scan[7:] != b"\0\x3f\0":
        return None
    parts = [frame[at : at + 3] for at in (6, 9, 12)]
    factors = _FACTORS.get(parts[0][1])
    if factors is None or any(part[1] != 0x11 for part in parts[1:]):
        return None
    if bytes(part[0] for part in parts) != scan[1:7:2] or len({part[0] for part in parts}) != 3:
        return None
    try:
        quantisers = np.concatenate([steps[part[2]] for part in parts])
        names = list(codes)
        chosen = [names.index(name) for both in scan[2:7:2] for name in (both >> 4, 16 | (both & 15))]
    except (KeyError, ValueError):  # it is of no table
        return None
    places = np.array(chosen, np.uint64) * np.uint64(jpeg_scan.TABLE)
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if not 0 < width * height <= MAX_PIXELS:
        return None
    return _Layout(width, height, *factors, quantisers, np.concatenate(list(codes.values())), places)
