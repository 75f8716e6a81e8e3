"""Tags of TIFF and EXIF (which is a small TIFF), and the one that turns a picture upright."""

from __future__ import annotations

import struct
from collections.abc import Container
from typing import NamedTuple

import numpy as np

Tags = dict[int, tuple[int, ...]]

_ORIENTATION = 274
_SIZES = {1: 1, 3: 2, 4: 4, 7: 1, 13: 4, 16: 8}  # field type -> bytes: BYTE, SHORT, LONG, UNDEFINED, IFD, LONG8
_CODES = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q"}


class OutsideError(ValueError):
    """A directory or a tag's values lie behind the end of the data."""


class Form(NamedTuple):
    """How a TIFF, BigTIFF or EXIF block writes numbers, and where in it the offset of its first directory stands."""

    order: str
    offset_code: str
    count_code: str
    entry: int
    inline: int
    start_at: int


def read_form(data: bytes) -> Form:
    """The form of a block. Raises ValueError where it is none, struct.error where it is too short."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no byte order")
    (version,) = struct.unpack_from(order + "H", data, 2)
    if version not in (42, 43):
        raise ValueError(f"version {version}")
    return Form(order, "Q", "Q", 20, 8, 8) if version == 43 else Form(order, "I", "H", 12, 4, 4)


def read_tags(data: bytes, wanted: Container[int]) -> Tags:
    """The wanted whole-number tags in the first directory of a TIFF, BigTIFF or EXIF block: tag -> its values, of
    which there is at least one.

    Raises ValueError where the directory is none, OutsideError or struct.error where it lies outside `data`.
    Source: TIFF 6.0 (Adobe, 1992); BigTIFF (AWare Systems, 2007).
    """
    form = read_form(data)
    (start,) = struct.unpack_from(form.order + form.offset_code, data, form.start_at)
    return read_directory(data, form, start, wanted)[0]


def read_directory(data: bytes, form: Form, start: int, wanted: Container[int]) -> tuple[Tags, int]:
    """The wanted tags of the directory at `start`, as `read_tags` has them, and where the next one is told: the place
    of its offset."""
    order, offset_code, count_code, entry, inline, _ = form
    if start + struct.calcsize(count_code) > len(data):
        raise OutsideError("the directory lies outside the data")
    (count,) = struct.unpack_from(order + count_code, data, start)
    first = start + struct.calcsize(count_code)
    if first + count * entry > len(data):
        raise OutsideError("the directory lies outside the data")
    tags: Tags = {}
    for position in range(first, first + count * entry, entry):
        tag, kind = struct.unpack_from(order + "HH", data, position)
        if tag not in wanted or kind not in _SIZES:
            continue
        (length,) = struct.unpack_from(order + offset_code, data, position + 4)
        at = position + 4 + inline
        if length * _SIZES[kind] > inline:
            (at,) = struct.unpack_from(order + offset_code, data, at)
        if at + length * _SIZES[kind] > len(data):
            raise OutsideError(f"tag {tag} lies outside the data")
        if length:
            tags[tag] = struct.unpack_from(f"{order}{length}{_CODES[kind]}", data, at)
    return tags, first + count * entry


def exif_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, in an EXIF block (with or without its `Exif` prefix); 1 where there is none, it is out
    of range or the block is broken: a picture with a bad note in its margin is still a picture."""
    try:
        tags = read_tags(exif.removeprefix(b"Exif\0\0"), (_ORIENTATION,))
    except (ValueError, struct.error):
        return 1
    value = tags.get(_ORIENTATION, (1,))[0]
    return value if 1 <= value <= 8 else 1


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """`pixels`, (H, W, C), turned as the EXIF orientation (1 to 8) says; a view. Source: CIPA DC-008 (Exif 2.32)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def as_stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """What `upright` made of `pixels` undone; a view."""
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels.transpose(1, 0, 2) if orientation >= 5 else pixels


def without_thumbnail(exif: bytes) -> bytes:
    """An EXIF block, with or without its `Exif` prefix, whose second directory, which describes a thumbnail, cannot be
    reached any more; unchanged where the block is broken."""
    prefix = b"Exif\0\0" if exif.startswith(b"Exif\0\0") else b""
    block = exif[len(prefix) :]
    try:
        form = read_form(block)
        (start,) = struct.unpack_from(form.order + form.offset_code, block, form.start_at)
        at = read_directory(block, form, start, ())[1]
        none = struct.pack(form.order + form.offset_code, 0)
        return prefix + block[:at] + none + block[at + len(none) :]
    except (ValueError, struct.error):
        return exif
