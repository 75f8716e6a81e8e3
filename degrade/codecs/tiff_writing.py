"""TIFF, written in the place of another: the pixels are new, every note is that of the old file.

Directories are copied entry by entry in the byte order and the form (TIFF or BigTIFF) of the old file, EXIF and GPS
with them; what describes how the old pixels lay is left out. After TIFF 6.0 (Adobe, 1992), its Technical Note 3
(prediction), and BigTIFF (AWare Systems, 2007).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
from isal import isal_zlib

from degrade.codecs.errors import CodecError
from degrade.codecs.exif import Form, read_form

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_SHORT, _LONG, _IFD = 3, 4, 13
_COMPRESSION, _PROFILE = 259, 34675
_NONE, _DEFLATE, _DIFFERENCES = 1, 8, 2
_EXIF, _GPS, _INTEROPERABILITY = 34665, 34853, 40965
_DIRECTORIES = (_EXIF, _GPS, _INTEROPERABILITY)
_OF_THE_PIXELS = {
    *(
        256,
        257,
        258,
        259,
        262,
        263,
        264,
        265,
        266,
        273,
        277,
        278,
        279,
        280,
        281,
        284,
        288,
        289,
        290,
        291,
        292,
        293,
        317,
    ),
    *(
        320,
        321,
        322,
        323,
        324,
        325,
        330,
        332,
        333,
        334,
        336,
        338,
        339,
        340,
        341,
        342,
        347,
        512,
        513,
        514,
        515,
        517,
        518,
    ),
    *(519, 520, 521, 529, 530, 531, 532),
}
"""Tags that say how pixels lie, what their samples are, or where further pictures are."""
_STRIP = 1 << 18
_MOST = (1 << 32) - (1 << 20)
_MOST_DEEP = 3


class _Entry(NamedTuple):
    tag: int
    kind: int
    number: int  # of values
    value: bytes
    below: list[_Entry] | None = None  # of an entry that tells where a directory is


def write_tiff(samples: np.ndarray, old: bytes, keep_profile: bool) -> bytes:
    """A TIFF of `samples` with the notes of the first page of the file `old`.

    Parameters
    ----------
    samples : (H, W, 1 to 4) uint8 or uint16
        As they are to be stored: gray or RGB, with alpha if their number is even.
    old : bytes
        A TIFF or BigTIFF that has been read. Uncompressed stays so; any other becomes deflate.
    keep_profile : bool
        Whether its ICC profile fits the samples.

    Raises
    ------
    CodecError
        "too_large": over 4 GB.
    """
    form = read_form(old)
    (start,) = struct.unpack_from(form.order + form.offset_code, old, form.start_at)
    entries = _entries(old, form, start)
    before = {entry.tag: entry for entry in entries}
    plain = _COMPRESSION in before and _whole(before[_COMPRESSION], form) == _NONE
    dropped = _OF_THE_PIXELS | (set() if keep_profile else {_PROFILE})
    kept = [entry for entry in entries if entry.tag not in dropped]
    head = old[: form.start_at + struct.calcsize(form.offset_code)]
    written = bytearray(head)
    strips, offsets, rows = _strips(samples, form, plain), [], _rows(samples)
    for strip in strips:
        offsets.append(len(written))
        written += strip + b"\0" * (len(strip) % 2)
    if len(written) > _MOST and form.offset_code == "I":
        raise CodecError("too_large", "a TIFF holds 4 GB at most; save the original as BigTIFF, or restore to PNG")
    new = _of_pixels(samples, form, plain, offsets, [len(strip) for strip in strips], rows)
    at = _put(written, form, sorted([*kept, *new]))
    struct.pack_into(form.order + form.offset_code, written, form.start_at, at)
    return bytes(written)


# --- pixels -----------------------------------------------------------------------------------------------------------


def _rows(samples: np.ndarray) -> int:
    return max(1, min(len(samples), _STRIP // int(samples[0].nbytes)))


def _strips(samples: np.ndarray, form: Form, plain: bool) -> list[bytes]:
    rows = _rows(samples)
    return [_strip(samples[top : top + rows], form, plain) for top in range(0, len(samples), rows)]


def _strip(samples: np.ndarray, form: Form, plain: bool) -> bytes:
    if not plain:
        differences = samples.copy()
        differences[:, 1:] -= samples[:, :-1]
        samples = differences
    raw = samples.astype(np.dtype(f"{form.order}u{samples.itemsize}")).tobytes()
    return raw if plain else isal_zlib.compress(raw, 2)


def _of_pixels(
    samples: np.ndarray, form: Form, plain: bool, offsets: list[int], sizes: list[int], rows: int
) -> list[_Entry]:
    """The entries that describe how the samples lie."""
    height, width, channels = samples.shape
    code = form.offset_code
    place = _LONG if code == "I" else 16
    found = [
        _numbers(256, _LONG, "I", [width], form),
        _numbers(257, _LONG, "I", [height], form),
        _numbers(258, _SHORT, "H", [8 * samples.itemsize] * channels, form),
        _numbers(_COMPRESSION, _SHORT, "H", [_NONE if plain else _DEFLATE], form),
        _numbers(262, _SHORT, "H", [1 if channels < 3 else 2], form),
        _numbers(273, place, code, offsets, form),
        _numbers(277, _SHORT, "H", [channels], form),
        _numbers(278, _LONG, "I", [rows], form),
        _numbers(279, place, code, sizes, form),
        _numbers(284, _SHORT, "H", [1], form),
    ]
    if not plain:
        found.append(_numbers(317, _SHORT, "H", [_DIFFERENCES], form))
    if channels % 2 == 0:
        found.append(_numbers(338, _SHORT, "H", [2], form))
    return found


def _numbers(tag: int, kind: int, code: str, values: list[int], form: Form) -> _Entry:
    return _Entry(tag, kind, len(values), struct.pack(f"{form.order}{len(values)}{code}", *values))


# --- directories ------------------------------------------------------------------------------------------------------


def _entries(data: bytes, form: Form, start: int, deep: int = 0) -> list[_Entry]:
    """A directory's entries, in order; those that lie outside the file are left out."""
    found = []
    if start + struct.calcsize(form.count_code) > len(data):
        return []
    (count,) = struct.unpack_from(form.order + form.count_code, data, start)
    first = start + struct.calcsize(form.count_code)
    for at in range(first, min(first + count * form.entry, len(data) - form.entry + 1), form.entry):
        tag, kind = struct.unpack_from(form.order + "HH", data, at)
        (number,) = struct.unpack_from(form.order + form.offset_code, data, at + 4)
        size = number * _SIZES.get(kind, 0)
        place = at + 4 + struct.calcsize(form.offset_code)
        if size > form.inline:
            (place,) = struct.unpack_from(form.order + form.offset_code, data, place)
        if not size or place + size > len(data):
            continue
        entry = _Entry(tag, kind, number, data[place : place + size])
        if tag in _DIRECTORIES and deep < _MOST_DEEP:
            entry = entry._replace(below=_entries(data, form, _whole(entry, form), deep + 1))
        found.append(entry)
    return found


def _whole(entry: _Entry, form: Form) -> int:
    code = {1: "B", _SHORT: "H", _LONG: "I", _IFD: "I", 16: "Q", 18: "Q"}.get(entry.kind)
    return int(struct.unpack_from(form.order + code, entry.value)[0]) if code else 0


def _put(written: bytearray, form: Form, entries: list[_Entry]) -> int:
    """Append a directory, what is below it and its values first; its place."""
    inline = form.inline
    lines = []
    for entry in entries:
        value, kind = entry.value, entry.kind
        if entry.below is not None:
            kind = _LONG if form.offset_code == "I" else 18
            value = struct.pack(form.order + form.offset_code, _put(written, form, entry.below))
        if len(value) > inline:
            at = len(written)
            written += value + b"\0" * (len(value) % 2)
            value = struct.pack(form.order + form.offset_code, at)
        count = struct.pack(form.order + form.offset_code, entry.number)
        lines.append(struct.pack(form.order + "HH", entry.tag, kind) + count + value.ljust(inline, b"\0"))
    at = len(written)
    written += struct.pack(form.order + form.count_code, len(lines)) + b"".join(lines)
    written += struct.pack(form.order + form.offset_code, 0)
    return at
