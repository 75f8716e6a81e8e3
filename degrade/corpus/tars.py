"""Tar archives: their headers are read one by one, jumping over what lies between, and each picture by its place."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from degrade.corpus.listing import CorpusReadError, Photograph
from degrade.corpus.members import DamagedArchive, Member, parts_of

_BLOCK = 512
_Place = tuple[int, int]


def members_of(file: BinaryIO) -> Iterator[Member]:
    """All entries of the archive but its folders, until it ends or is damaged. Raises DamagedArchive."""
    end = file.seek(0, 2)
    file.seek(0)
    try:
        archive = tarfile.open(fileobj=file, mode="r:", errorlevel=0)  # noqa: SIM115 - closed with the file
        places: dict[str, _Place] = {}
        while (entry := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
            if entry.isdir() or not parts_of(entry.name):
                continue
            member = _member(file, entry, places, end)
            if entry.isreg() and member.bad is None:
                places[entry.name] = member.offset, member.size
            yield member
        at = archive.offset
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:  # the last two of sizes that none has
        raise DamagedArchive(f"it is no tar archive or is cut short ({error}); copy it again") from error
    file.seek(at)
    if any(file.read(_BLOCK)):
        raise DamagedArchive(f"from byte {at} on it is damaged, so that what follows is unknown; copy it again")


def _member(file: BinaryIO, entry: tarfile.TarInfo, places: dict[str, _Place], end: int) -> Member:
    offset, size = entry.offset_data, entry.size
    bad: tuple[str, str] | None = None
    if entry.islnk() and entry.linkname in places:
        offset, size = places[entry.linkname]
    elif entry.issym() or entry.islnk():
        bad = "not_a_file", "a link inside an archive; pack the file that it leads to (tar --dereference)"
    elif entry.issparse():
        bad = "unreadable", "it is stored as a sparse file; pack the archive without --sparse"
    elif not entry.isreg():
        bad = "not_a_file", "not a regular file but a pipe or a device; take it out"
    elif size < 0 or offset + size > end:
        bad = "damaged", "its archive is cut short; copy it again"
    return Member(parts_of(entry.name), size, offset, bad, _reader(file, offset, size))


def _reader(file: BinaryIO, offset: int, size: int) -> Callable[[], bytes]:
    def read() -> bytes:
        file.seek(offset)
        return file.read(size)

    return read


def read_member(read: Callable[[int, int], bytes], photograph: Photograph) -> bytes:
    """The picture that begins at `photograph.offset`; `read` gives (start, size) of the archive.

    Raises CorpusReadError.
    """
    data = read(photograph.offset, photograph.size)
    if len(data) != photograph.size:
        detail = "its archive is no longer the one that was listed; build again from the present one"
        raise CorpusReadError("changed", detail, photograph.source)
    return data
