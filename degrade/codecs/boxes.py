"""Boxes, of which JPEG 2000 (ISO/IEC 15444-1, annex I) and AVIF (ISO/IEC 14496-12) files are made."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from degrade.codecs.errors import corrupt, truncated


class Box(NamedTuple):
    """One box: its kind, and where its content begins and ends in the file."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes of `data` from `start` to `end`, one after the other.

    Raises CodecError for one that reaches further ("truncated", or "corrupt" within another box).
    """
    last = len(data) if end is None else end
    while start < last:
        if start + 8 > last:
            raise truncated() if end is None else corrupt("a box of its header is damaged")
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            if start + 16 > last:
                raise truncated() if end is None else corrupt("a box of its header is damaged")
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        elif size == 0:  # to the end
            size = last - start
        if size < head:
            raise corrupt("a box of its header is damaged")
        if start + size > last:
            raise truncated() if end is None else corrupt("a box of its header is damaged")
        yield Box(kind, start + head, start + size)
        start += size
