"""The markers of a JPEG 2000 codestream. Source: ISO/IEC 15444-1 (ITU-T T.800), annex A.

Its packets tell by no checksum whether they are whole: the decoder makes a blurred or a half picture of what there is.
So the lengths of all tile-parts are added up here, and the file must go on to its last marker.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from degrade.codecs.errors import CodecError, check_size, corrupt, truncated

START = b"\xff\x4f\xff\x51"
"""SOC and SIZ: what a codestream begins with."""
_SOT, _EOC = 0xFF90, 0xFFD9
_SIGNED = 0x80
_MOST_COMPONENTS = 4
_SIZ = 40  # from the codestream's begin to its components: two markers, a length, 16- and 32-bit numbers


class Layout(NamedTuple):
    """What a codestream's header says.

    Attributes
    ----------
    width, height : int
        Pixels.
    components : int
        1 to 4.
    depth : int
        Bits of a sample, 1 to 16, of all components alike.
    """

    width: int
    height: int
    components: int
    depth: int


def read_layout(data: bytes, start: int, end: int) -> Layout:
    """The layout of the codestream from `start` to `end`.

    Raises
    ------
    CodecError
        "truncated", "too_large", "corrupt", or "unsupported" for signed samples, over 16 bits, more than four
        components, and components that differ in depth or size.
    """
    if end < start + _SIZ + 2:
        raise truncated()
    if data[start : start + 4] != START:
        raise corrupt("its JPEG 2000 data does not begin as such")
    right, bottom, left, top, tile_width, tile_height = struct.unpack_from(">6I", data, start + 8)
    (count,) = struct.unpack_from(">H", data, start + _SIZ)
    if right <= left or bottom <= top or not tile_width or not tile_height:
        raise corrupt("its JPEG 2000 header is damaged")
    check_size(right - left, bottom - top, end - start)
    if not 1 <= count <= _MOST_COMPONENTS:
        raise CodecError("unsupported", f"a JPEG 2000 file of {count} components; convert it to RGB or gray")
    if end < start + _SIZ + 2 + 3 * count:
        raise truncated()
    kinds = {tuple(data[at : at + 3]) for at in range(start + _SIZ + 2, start + _SIZ + 2 + 3 * count, 3)}
    if len(kinds) > 1 or next(iter(kinds))[1:] != (1, 1):
        what = "a JPEG 2000 file whose components differ in size or depth"
        raise CodecError("unsupported", f"{what}; convert it to RGB without subsampling")
    ((bits, _, _),) = kinds
    depth = (bits & ~_SIGNED) + 1
    if bits & _SIGNED or depth > 16:
        what = f"a JPEG 2000 file of {depth} bits{' with a sign' if bits & _SIGNED else ''}"
        raise CodecError("unsupported", f"{what}; convert it to 8 or 16 bits")
    return Layout(right - left, bottom - top, count, depth)


def check_whole(data: bytes, start: int, end: int) -> None:
    """Follow the codestream from `start` to its end-of-codestream marker. Raises CodecError "truncated" where it does
    not get there by `end`, or where a tile is missing; "corrupt" where there is no marker in its place."""
    left_to_come = set(range(_tiles(data, start)))
    at = start + 2
    while True:
        marker = _u16(data, at, end)
        if marker == _EOC:
            if left_to_come:
                raise truncated()
            return
        if marker < 0xFF00:
            raise corrupt("its JPEG 2000 data is damaged")
        if marker != _SOT:
            at += 2 + _u16(data, at + 2, end)
            continue
        if at + 12 > end:
            raise truncated()
        tile, length = struct.unpack_from(">HI", data, at + 4)
        left_to_come.discard(tile)
        if not length:  # the last tile-part, up to the end marker
            if data[end - 2 : end] != _EOC.to_bytes(2, "big"):
                raise truncated()
            length = end - 2 - at
        if length < 14:
            raise corrupt("its JPEG 2000 data is damaged")
        at += length


def _tiles(data: bytes, start: int) -> int:
    right, bottom, _, _, width, height, left, top = struct.unpack_from(">8I", data, start + 8)
    count: int = -(-(right - left) // width) * -(-(bottom - top) // height)
    if left > right or top > bottom or not 1 <= count <= 65535:
        raise corrupt("its JPEG 2000 header is damaged")
    return count


def _u16(data: bytes, at: int, end: int) -> int:
    if at + 2 > end:
        raise truncated()
    return data[at] << 8 | data[at + 1]
