"""Zip archives: what they hold from the table at their end, and each picture by the place where it begins.

A worker reads one stretch of the file, its own header included, so that it needs no table: of an archive of a million
pictures that would take a gigabyte.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from degrade.corpus.listing import CorpusReadError, Photograph
from degrade.corpus.members import DamagedArchive, Member, parts_of

_HEADER = 30
_NAMES = 1 << 10
"""Bytes that are read for a header's name and extra fields; hardly one has as many."""
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_ENCRYPTED, _CRC_FOLLOWS = 1, 8
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error, OverflowError)
"""What `zipfile` raises for archives that it cannot read."""
_DESCRIPTOR = b"PK\7\b"
_REPACK = "pack the archive anew with deflate or without compression"

ReadRange = Callable[[int, int], bytes]
"""(start, size) -> the bytes there, fewer at the archive's end. Raises CorpusReadError."""


def members_of(file: BinaryIO) -> Iterator[Member]:
    """All entries of the archive but its folders. Raises DamagedArchive."""
    try:
        archive = zipfile.ZipFile(file)
    except (*_DAMAGE, ValueError) as error:
        raise DamagedArchive(f"it is no zip archive or is cut short ({error}); copy it again") from error
    with archive:
        for entry in archive.infolist():
            # Some programs of Windows write its own separator, against the standard.
            parts = parts_of(entry.filename.replace("\\", "/"))
            if parts and not entry.is_dir():
                yield Member(parts, entry.file_size, entry.header_offset, _bad(entry), _reader(archive, entry))


def _reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return archive.read(entry)
        except (*_DAMAGE, zlib.error, RuntimeError) as error:
            raise ValueError(str(error)) from error

    return read


def _bad(entry: zipfile.ZipInfo) -> tuple[str, str] | None:
    if entry.flag_bits & _ENCRYPTED:
        return "unreadable", "it is encrypted; pack the archive anew without a password"
    if entry.compress_type not in (_STORED, _DEFLATED):
        return "unreadable", f"it is compressed by method {entry.compress_type}; {_REPACK}"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "not_a_file", "a symbolic link inside an archive; pack the file that it leads to"
    return None


def read_member(read: ReadRange, photograph: Photograph) -> bytes:
    """The picture whose header is at `photograph.offset`. Raises CorpusReadError."""
    start, size = photograph.offset, photograph.size
    # Deflate makes what it can't compress longer by 5 bytes in 16 KiB at most; what follows may hold a checksum.
    stretch = read(start, _HEADER + _NAMES + size + size // 1024 + 64)
    if stretch[:4] != b"PK\3\4" or len(stretch) < _HEADER:
        raise _changed(photograph)
    flags, method = _number(stretch, 6, 2), _number(stretch, 8, 2)
    begin = _HEADER + _number(stretch, 26, 2) + _number(stretch, 28, 2)
    if begin > _HEADER + _NAMES:
        stretch += read(start + len(stretch), begin - _HEADER - _NAMES)
    if method == _STORED:
        data, rest = stretch[begin : begin + size], stretch[begin + size :]
    elif method == _DEFLATED:
        data, rest = _inflated(stretch[begin:], photograph)
    else:
        raise _changed(photograph)
    if len(data) != size:
        raise _changed(photograph)
    if zlib.crc32(data) not in _checksums(stretch, rest, bool(flags & _CRC_FOLLOWS)):
        raise CorpusReadError("damaged", "its checksum is wrong; copy or pack the archive again", photograph.source)
    return data


def _inflated(packed: bytes, photograph: Photograph) -> tuple[bytes, bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(packed, photograph.size + 1)
    except zlib.error as error:
        detail = f"it cannot be unpacked ({error}); copy or pack the archive again"
        raise CorpusReadError("damaged", detail, photograph.source) from error
    return data, inflater.unused_data


def _checksums(stretch: bytes, rest: bytes, follows: bool) -> tuple[int, ...]:
    """What the checksum may be: it stands in the header, or behind the data, there with a mark before it or without."""
    if not follows:
        return (_number(stretch, 14, 4),)
    marked = rest.startswith(_DESCRIPTOR)
    return (_number(rest, 0, 4), _number(rest, 4, 4)) if marked else (_number(rest, 0, 4),)


def _number(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "little")


def _changed(photograph: Photograph) -> CorpusReadError:
    detail = "its archive is no longer the one that was listed; build again from the present one"
    return CorpusReadError("changed", detail, photograph.source)
