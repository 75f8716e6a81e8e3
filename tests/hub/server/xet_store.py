"""Where Xet clients put what they upload: a folder that `hf_xet` itself fills and reads as `local://FOLDER`.

A client cuts files into chunks, packs those that the store does not have into *xorbs*, and last of all writes *shards*,
which say of which chunks each file consists and what its SHA-256 is. Here shards are read for the latter (the format is
described in the xet-core repository, `mdb_shard`), and files are rebuilt by `hf_xet` in a process of its own: its
threads would not survive a fork of the tests' process.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.hub.server.messages import Refusal

_HEADER = _ENTRY = 48
_LAST = b"\xff" * 32
_HAS_VERIFICATION, _HAS_METADATA = 1 << 31, 1 << 30

_UNFINISHED = shutil.ignore_patterns("shard-session", ".tmp*")

_REBUILD = """
import json, sys, hf_xet
store, wanted = json.load(sys.stdin)
group = hf_xet.XetSession().new_download_stream_group(
    endpoint=store, token="none is needed", token_expiry_unix_secs=4102444800)
for name, size, out in wanted:
    with open(out, "wb") as file:
        for piece in group.download_stream(hf_xet.XetFileInfo(name, size)):
            file.write(piece)
"""


class XetFile(NamedTuple):
    """A file as a shard lists it: its Xet hash, its SHA-256 where the client said so, its size in bytes."""

    xet: str
    sha256: str | None
    size: int


class XetStore:
    """A content-addressed store in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._store = folder / "store"
        self._rebuilt = folder / "rebuilt"
        for path in (self._store, self._rebuilt):
            path.mkdir(parents=True)

    @property
    def address(self) -> str:
        return f"local://{self._store}"

    def files(self) -> dict[str, XetFile]:
        """All files whose upload was completed, by SHA-256."""
        shards = sorted(self._store.rglob("xorbs/shards/*.mdb"))
        return {file.sha256: file for shard in shards for file in _listed(shard.read_bytes()) if file.sha256}

    def stored_bytes(self) -> int:
        """Bytes of all xorbs: what clients have sent, for a chunk is kept once."""
        kept = (path for path in self._store.rglob("xorbs/xorbs/*") if path.is_file() and path.suffix != ".tagset")
        return sum(path.stat().st_size for path in kept)

    def rebuild(self, wanted: list[XetFile]) -> dict[str, bytes]:
        """The contents of files, by SHA-256. Refused with 400 where chunks are missing or make another file."""
        outs = {file.xet: self._rebuilt / file.xet for file in wanted}
        new = [(file.xet, file.size, str(outs[file.xet])) for file in wanted if not outs[file.xet].exists()]
        if new:
            self._rebuild(new)
        contents = {}
        for file in wanted:
            data = outs[file.xet].read_bytes()
            if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
                raise Refusal(400, f"Xet file {file.xet} is not of SHA-256 {file.sha256}")
            contents[file.sha256] = data
        return contents

    def _rebuild(self, new: list[tuple[str, int, str]]) -> None:
        """Writes files, each given with its Xet hash, its size and its path."""
        with tempfile.TemporaryDirectory(dir=self._rebuilt) as copy:
            shutil.copytree(self._store, copy, dirs_exist_ok=True, copy_function=_copy, ignore=_UNFINISHED)
            done = subprocess.run(
                [sys.executable, "-c", _REBUILD], input=json.dumps([f"local://{copy}", new]), capture_output=True,
                text=True, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            raise Refusal(400, f"Xet files cannot be rebuilt: {done.stderr[-300:]}")


def _copy(source: str, target: str) -> None:
    """A client locks the store's database while it runs, so what is rebuilt is rebuilt from a copy."""
    (shutil.copyfile if source.endswith(".redb") else os.link)(source, target)


def _listed(shard: bytes) -> Iterator[XetFile]:
    """The files of a shard: each a head, its segments, perhaps as many checks, perhaps its SHA-256; 48 bytes each."""
    at = _HEADER
    while at + _ENTRY <= len(shard) and shard[at : at + 32] != _LAST:
        name = _hexadecimal(shard[at : at + 32])
        flags, count = struct.unpack_from("<II", shard, at + 32)
        segments = at + _ENTRY
        size = sum(struct.unpack_from("<I", shard, segments + number * _ENTRY + 36)[0] for number in range(count))
        at = segments + count * _ENTRY * (2 if flags & _HAS_VERIFICATION else 1)
        sha256 = None
        if flags & _HAS_METADATA:
            sha256 = _hexadecimal(shard[at : at + 32])
            at += _ENTRY
        yield XetFile(name, sha256, size)


def _hexadecimal(raw: bytes) -> str:
    """A hash as Xet prints it: four little-endian integers of 64 bits."""
    return "".join(f"{word:016x}" for word in struct.unpack("<4Q", raw))
