"""Reading one file of a corpus, whatever has become of it since it was listed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from degrade.corpus.listing import CorpusReadError, Photograph

#: Larger files are no photographs but mistakes; reading one would take the machine's memory.
MAX_BYTES = 2 << 30
#: A read of more first asks how many bytes there are: the system sets aside what it is asked for.
_LARGE = 16 << 20
# A pipe that took the file's name must not hang the worker.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_file(path: Path | str, photograph: Photograph) -> bytes:
    """The bytes of the file at `path`, which was listed as `photograph`. Raises CorpusReadError."""
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            data = _first_read(descriptor, photograph.size)
            if len(data) != photograph.size or not data:
                _check(os.fstat(descriptor), photograph)
                data = _read_to_end(descriptor, photograph.size, data)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CorpusReadError(*reason_of(error), photograph.source) from error
    if len(data) != photograph.size:
        raise _changed(photograph, len(data))
    return data


def read_range(path: Path, start: int, size: int, source: str) -> bytes:
    """`size` bytes of the file at `path` from `start` on, fewer where it ends, for the photograph `source`.

    Raises CorpusReadError.
    """
    try:
        with path.open("rb", buffering=0) as file:
            if size > _LARGE:
                size = max(0, min(size, os.fstat(file.fileno()).st_size - start))
            file.seek(start)
            parts = [file.read(size)]
            while parts[-1] and (left := size - sum(map(len, parts))):
                parts.append(file.read(left))
    except OSError as error:
        reason, detail = reason_of(error)
        raise CorpusReadError(reason, f"its archive: {detail}", source) from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _first_read(descriptor: int, size: int) -> bytes:
    """What one read gives of a file that should have `size` bytes: all of them, as good as always, and then nothing
    else need be asked of the system. A file object would cost more than the read."""
    if size > MAX_BYTES:
        return b""
    try:
        return os.read(descriptor, size + 1)
    except BlockingIOError:  # it is no file
        return b""


def _read_to_end(descriptor: int, size: int, first: bytes) -> bytes:
    """All bytes of a file that should have `size` of them, of which `first` are read."""
    parts = [first] if first else [os.read(descriptor, size + 1)]
    while parts[-1] and sum(map(len, parts)) != size:  # a signal, a network's file system, or the file has grown
        parts.append(os.read(descriptor, size + 1))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def check_size(size: int, source: str) -> None:
    """Raises CorpusReadError for more bytes than a photograph has."""
    if size > MAX_BYTES:
        raise CorpusReadError("too_large", f"{size} bytes, over {MAX_BYTES}; scale it down", source)


def _check(found: os.stat_result, photograph: Photograph) -> None:
    kind = kind_of(found)
    if kind is not None:
        raise CorpusReadError(*kind, photograph.source)
    check_size(found.st_size, photograph.source)
    if found.st_size != photograph.size:
        raise _changed(photograph, found.st_size)


def _changed(photograph: Photograph, size: int) -> CorpusReadError:
    detail = f"it was listed with {photograph.size} bytes and has {size}; build again from the present files"
    return CorpusReadError("changed", detail, photograph.source)


def kind_of(found: os.stat_result) -> tuple[str, str] | None:
    """Why something that is there is no file, as (reason, detail); None for a regular file."""
    if stat.S_ISREG(found.st_mode):
        return None
    if stat.S_ISDIR(found.st_mode):
        return "a_folder", "a folder with the name of a picture; rename it"
    return "not_a_file", "not a regular file but a pipe, a socket or a device; take it out"


def reason_of(error: OSError, is_link: bool = False) -> tuple[str, str]:
    """Why the system could not open or inspect a file, as (reason, detail)."""
    if error.errno == errno.ELOOP:
        return "symlink_loop", "a symbolic link that leads to itself; remove it"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        if is_link:
            return "broken_link", "a symbolic link to nothing; mend or remove it"
        return "vanished", "the file is no longer there"
    if error.errno == errno.EISDIR:
        return "a_folder", "a folder with the name of a picture; rename it"
    return "unreadable", f"it cannot be read ({error.strerror or error}); check its permissions and the disk"
