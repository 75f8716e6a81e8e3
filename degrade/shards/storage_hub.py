"""An output on the Hugging Face Hub, ``hf://datasets/USER/NAME``: read there, written by `degrade push` alone.

A revision is looked up once and then stands for its commit, so that index and shards are those of one push, whatever
happens there meanwhile; that also lets listings be kept. Each read asks for its own bytes and no more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from degrade.recipes.hub_errors import is_missing, status_of, why_and_cure
from degrade.shards.errors import StorageError
from degrade.shards.storage_remote import HUB, RemoteStorage, check_library

_PLACE = re.compile(r"hf://(datasets/|spaces/)?[\w.-]+/[\w.-]+(@[^@\s]+)?(/[^@\s]+)?")
_EXPECTED = "name it as hf://datasets/user/name, or with @revision behind it"
_AT_ONCE = 16
_PUSH = "build into a folder, and `degrade push` that"


class HubStorage(RemoteStorage):
    """A dataset on the Hub, at one commit."""

    is_writable = False

    def _check_place(self) -> None:
        if _PLACE.fullmatch(self.place) is None:
            raise StorageError(f"{self.place} names no dataset", _EXPECTED, 2)
        check_library(HUB)

    # ------------------------------------------------------------------ reading

    def read(self, name: str) -> bytes:
        return self.read_range(name, 0, self.size(name))

    def read_range(self, name: str, offset: int, size: int) -> bytes:
        if size == 0:
            return b""
        fs, target = self._connection()[0], self._target(name)
        try:  # the size spares a request that would ask for it
            with fs.open(target, "rb", cache_type="none", size=offset + size) as file:
                file.seek(offset)
                return bytes(file.read(size))
        except Exception as error:
            if status_of(error) == 416:  # the file ends before `offset`
                return b""
            raise self._translated(error, name) from error

    def read_ranges(self, pieces: Sequence[tuple[str, int, int]]) -> Sequence[bytes]:
        self._connection()  # before threads would each look the revision up
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda piece: self.read_range(*piece), pieces))

    def list(self, prefix: str) -> dict[str, int]:
        fs, root = self._connection()
        target = self._target(prefix) if prefix else root
        try:
            found = fs.find(target, detail=True)
        except Exception as error:
            translated = self._translated(error, prefix)
            if isinstance(translated, FileNotFoundError):
                return {}
            raise translated from error
        named = {path[len(root) + 1 :]: info for path, info in found.items()}
        return {name: int(named[name]["size"]) for name in sorted(named) if named[name]["type"] == "file" and name}

    def _size(self, name: str) -> int | None:
        fs, target = self._connection()[0], self._target(name)
        try:
            info = fs.info(target)
        except Exception as error:
            translated = self._translated(error, name)
            if isinstance(translated, FileNotFoundError):
                return None
            raise translated from error
        return int(info["size"]) if info["type"] == "file" else None

    def _translated(self, error: Exception, name: str) -> Exception:
        place = self.place_of(name) if name else self.place
        if isinstance(error, FileNotFoundError) or is_missing(error):
            return FileNotFoundError(place)
        known = why_and_cure(error, self.place)
        return error if known is None else StorageError(f"cannot read {place}: {known[0]}", known[1])

    # ------------------------------------------------------------------ writing

    def publish(self, name: str) -> None:
        raise StorageError(f"{self.place_of(name)} is not written in place", _PUSH, 2)

    def write(self, name: str, data: bytes, last: bool = True) -> None:
        raise StorageError(f"{self.place_of(name)} is not written in place", _PUSH, 2)

    def remove(self, names: Sequence[str]) -> None:
        raise StorageError(f"{self.place} is not written in place", _PUSH, 2)

    # ------------------------------------------------------------------ the commit

    def _connection(self) -> tuple[Any, str]:
        """As `RemoteStorage` has it; the first time the revision is looked up. Raises StorageError."""
        if self._connected is None:
            super()._connection()
            self._pin()
        return super()._connection()

    def _pin(self) -> None:
        """Let the URL name the commit that its revision leads to."""
        from huggingface_hub import HfApi

        assert self._connected is not None
        fs, root = self._connected[1:]
        try:
            at = fs.resolve_path(root)
            info = HfApi().repo_info(at.repo_id, repo_type=at.repo_type, revision=at.revision)
        except Exception as error:
            self._connected = None
            what = f"cannot read {self.place}"
            if isinstance(error, ValueError | NotImplementedError):
                raise StorageError(what, _EXPECTED, 2) from error
            cause = error.__cause__ if isinstance(error, FileNotFoundError) and error.__cause__ else error
            known = why_and_cure(cause, self.place)
            if known is None:
                raise
            raise StorageError(f"{what}: {known[0]}", known[1]) from error
        kind = {"dataset": "datasets/", "space": "spaces/"}.get(at.repo_type, "")
        below = f"/{at.path_in_repo}" if at.path_in_repo else ""
        pinned = f"{kind}{at.repo_id}@{info.sha}{below}"
        self._url = f"hf://{pinned}"
        self._connected = os.getpid(), fs, pinned
