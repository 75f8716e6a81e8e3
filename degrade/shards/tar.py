"""Shards that are tars, always the same bytes: USTAR (IEEE Std 1003.1-2017, `pax`, "ustar Interchange Format").

The standard library's `tarfile` writes the same bytes from members of mode 0644 with all times, owners and groups 0 and
no names of owners, at two to three times the cost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from degrade.shards.durable import BUFFER, DurableFile
from degrade.shards.errors import NameTooLong, ShardError
from degrade.shards.index import ShardIndex
from degrade.shards.storage import Storage

BLOCK = 512
_RECORD = 20 * BLOCK
_LONGEST_NAME, _LONGEST_PREFIX = 100, 155
_LARGEST = 8**11 - 1
_HELD = 2 * BUFFER
"""Bytes that are held back, to be hashed and written together: on ext4, whole buffers take two thirds of the time."""
_ZEROS = tuple(bytes(-size % BLOCK) for size in range(BLOCK))
"""What follows a member's last block that is so full."""

_OWNER = b"0000644\0" + b"0000000\0" + b"0000000\0"
_TIME = b"00000000000\0"
_KIND = b"0" + bytes(100) + b"ustar\x0000" + bytes(32) + bytes(32)
_DEVICE = bytes(8) + bytes(8)
_BLANK_CHECKSUM = b" " * 8
_CONSTANT_SUM = sum(_OWNER) + sum(_TIME) + sum(_KIND) + sum(_DEVICE) + sum(_BLANK_CHECKSUM)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished shard: the bytes of its files, and the SHA-256 of these, one after the other, in hex (None: none)."""

    size: int
    sha256: str | None


class TarWriter:
    """Writes one tar, which appears under its name when it is complete and on disk, or not at all.

    As a context manager it is given up unless `commit` was called. Writing the same path from two processes at once is
    safe: one waits for the other. Every method may raise OSError.
    """

    def __init__(self, path: Path) -> None:
        self._file = DurableFile(path)
        self._digest = hashlib.sha256()
        self._size = 0
        self._parts: list[bytes | memoryview] = []
        self._written = 0

    def add(self, name: str, data: bytes) -> int:
        """Append a member; returns the offset of its data in the file.

        Raises
        ------
        NameTooLong
            `name` (ASCII) does not fit; nothing was written.
        """
        size = len(data)
        padding = _ZEROS[size % BLOCK]
        self._parts += header(name, size), data, padding
        offset = self._size + BLOCK
        self._size = offset + size + len(padding)
        if self._size - self._written >= _HELD:
            self._write(self._size // BUFFER * BUFFER)
        return offset

    def commit(self) -> Sealed:
        """End the tar and give it its name."""
        end = 2 * BLOCK
        end += -(self._size + end) % _RECORD
        self._parts.append(bytes(end))
        self._size += end
        self._write(self._size)
        self._file.commit()
        return Sealed(self._size, self._digest.hexdigest())

    def _write(self, up_to: int) -> None:
        """Hash and write what is held back, up to a place in the file."""
        held = memoryview(b"".join(self._parts))
        now = up_to - self._written
        for start in range(0, now, BUFFER):
            self._file.write(held[start : min(start + BUFFER, now)])
        self._digest.update(held[:now])
        self._written = up_to
        self._parts = [held[now:]]

    def __enter__(self) -> TarWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.give_up()


class TarShard:
    """A shard of the format tar; see `degrade.shards.writers.ShardWriter`."""

    rows = ()

    def __init__(self, storage: Storage, index: ShardIndex) -> None:
        self.index = index
        self._storage = storage
        self._tar = TarWriter(storage.path(index.shard))

    def add(self, key: str, members: Iterable[tuple[str, bytes]]) -> None:
        """Append a pair's members, KEY.SUFFIX each."""
        tar = self._tar
        self.index.add(key, {suffix: (tar.add(f"{key}.{suffix}", data), len(data)) for suffix, data in members})

    def commit(self) -> Sealed:
        """Put it in place; without pairs there is no file."""
        if not self.index.keys:
            self._storage.remove([self.index.shard])
            return Sealed(0, None)
        sealed = self._tar.commit()
        self._storage.publish(self.index.shard)
        return sealed

    def __enter__(self) -> TarShard:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._tar.__exit__()
        finally:
            self._storage.discard(self.index.shard)


def header(name: str, size: int) -> bytes:
    """The 512 bytes before a member's `size` bytes of data. Raises NameTooLong, or ShardError from 8 GiB."""
    if size > _LARGEST:
        raise ShardError(f"{name} has {size} bytes, a tar's member at most {_LARGEST}", "make smaller pictures")
    prefix, last = split_name(name)
    length = b"%011o\0" % size
    checksum = sum(last) + sum(prefix) + sum(length) + _CONSTANT_SUM
    return b"".join(
        (
            last.ljust(_LONGEST_NAME, b"\0"), _OWNER, length, _TIME, b"%06o\0 " % checksum, _KIND, _DEVICE,
            prefix.ljust(_LONGEST_PREFIX, b"\0"), bytes(12),
        )
    )  # fmt: skip


def split_name(name: str) -> tuple[bytes, bytes]:
    """(prefix, name) of a header for an ASCII `name` of up to 255 characters, cut at a slash where it must be.

    Raises NameTooLong.
    """
    raw = name.encode("ascii")
    if len(raw) <= _LONGEST_NAME:
        return b"", raw
    cut = raw.find(b"/", len(raw) - _LONGEST_NAME - 1)
    if not 0 < cut <= _LONGEST_PREFIX or cut == len(raw) - 1:
        raise NameTooLong(
            f"{name!r} does not fit into a tar ({_LONGEST_NAME} characters, or {_LONGEST_PREFIX} of folders before)",
            "shorten the names of the photograph and its folders",
        )
    return raw[:cut], raw[cut + 1 :]
