"""The pages of a TIFF: which of them are pictures of their own, and each as a file.

A TIFF is a chain of directories, one a page, whose head is told by the file's first bytes. So the file of a page is the
same file with another head: nothing else needs to be copied or understood.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from degrade.codecs.errors import CodecError, corrupt, truncated
from degrade.codecs.exif import Form, read_directory, read_form

_SUBFILE, _OLD_SUBFILE = 254, 255
_REDUCED, _MASK = 1, 4  # bits of the subfile type
_OLD_REDUCED = 2  # a value of the old one
_MOST = 100_000


class Pages(NamedTuple):
    """What is in a TIFF.

    Attributes
    ----------
    full : tuple of int
        The numbers, from 1, of the pages that are pictures: neither thumbnails nor masks.
    whole : bool
        Whether the chain of pages could be followed to its end.
    """

    full: tuple[int, ...]
    whole: bool


def tiff_pages(data: bytes) -> Pages:
    """The pages of a TIFF or BigTIFF file. Raises CodecError if it has none that can be found.

    Source: TIFF 6.0 (Adobe, 1992), NewSubfileType (a thumbnail has bit 0, a mask bit 2) and SubfileType.
    """
    starts, whole = _starts(data)
    if not starts:
        raise truncated()
    form = read_form(data)
    full = tuple(number for number, start in enumerate(starts, 1) if _is_full(data, form, start))
    return Pages(full, whole)


def tiff_page(data: bytes, number: int) -> bytes:
    """The same file with page `number`, from 1, as its first. Raises CodecError if it has no such page."""
    starts, _ = _starts(data)
    if number > len(starts):
        raise CodecError(
            "truncated", f"it has {len(starts)} pages and no page {number}; build again from the present files"
        )
    form = read_form(data)
    head = struct.pack(form.order + form.offset_code, starts[number - 1])
    return data[: form.start_at] + head + data[form.start_at + len(head) :]


def _starts(data: bytes) -> tuple[list[int], bool]:
    """Where the directories are, and whether they are all: the chain ends, within the file and in no circle."""
    try:
        form = read_form(data)
    except (ValueError, struct.error) as error:
        raise corrupt(f"its TIFF header is damaged ({error})") from error
    starts: dict[int, None] = {}
    at = form.start_at
    try:
        while True:
            (start,) = struct.unpack_from(form.order + form.offset_code, data, at)
            if not start:
                return list(starts), True
            if start in starts or len(starts) == _MOST:
                return list(starts), False
            at = read_directory(data, form, start, ())[1]
            starts[start] = None
    except (ValueError, struct.error):
        return list(starts), False


def _is_full(data: bytes, form: Form, start: int) -> bool:
    try:
        tags, _ = read_directory(data, form, start, (_SUBFILE, _OLD_SUBFILE))
    except (ValueError, struct.error):
        return True  # decoding it will tell what is wrong
    return not tags.get(_SUBFILE, (0,))[0] & (_REDUCED | _MASK) and tags.get(_OLD_SUBFILE, (0,))[0] != _OLD_REDUCED
