"""Files behind a URL: any file system that fsspec knows, such as `s3://`, `gs://`, `hf://`, `https://` or `memory://`.

fsspec keeps one connection a process and thread and forgets those of a parent process, so that connections are asked
for anew wherever one is needed: nothing that a worker could share is ever held.
"""

from __future__ import annotations

import importlib
import io
import re
import time
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from degrade.corpus.listing import CorpusError, CorpusReadError

Result = TypeVar("Result")

PAUSES = (0.5, 2.0, 8.0)
"""Seconds before a request that failed is sent again; after the last it counts as failed."""
READ_AHEAD = 1 << 20
"""Bytes that are fetched at once while the table of an archive is read."""

_EXTRAS = {"s3": "s3", "s3a": "s3", "hf": "hub"}
_PACKAGES = {"http": "aiohttp", "https": "aiohttp", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_URLS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+")
_MISTAKES = (ValueError, TypeError, NotImplementedError, ImportError, AttributeError)


def is_url(text: str) -> bool:
    """Whether a source is a URL and no path."""
    return "://" in text


def without_query(text: str) -> str:
    """A URL of the web without what may follow its path; any other text as it is."""
    return text.partition("?")[0] if text.startswith(("http://", "https://")) else text


def public(url: str) -> str:
    """A URL without what may be secret in it: a password, a signature."""
    protocol, mark, rest = without_query(url).partition("://")
    host, slash, path = rest.partition("/")
    return f"{protocol}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else url


def short_name(url: str) -> str:
    """The last folder or file of a URL, without the server."""
    protocol, _, path = without_query(url).partition("://")
    parts = [part for part in path.split("/")[1 if protocol.startswith("http") else 0 :] if part]
    return parts[-1].rpartition("@")[2] if parts else protocol


def check_url(url: str) -> None:
    """Raises CorpusError unless there is a file system for such URLs and its library is installed. Connects nowhere."""
    protocol = url.partition("://")[0].rpartition("::")[2]
    try:
        fsspec = importlib.import_module("fsspec")
    except ImportError as error:
        raise CorpusError(f"the source {public(url)} needs fsspec; {_cure(protocol)}", url) from error
    try:
        fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        message = f"the source {public(url)} needs a library that is not installed; {_cure(protocol)}"
        raise CorpusError(message, url) from error
    except ValueError as error:
        from degrade.recipes.words import did_you_mean

        hint = did_you_mean(protocol, fsspec.available_protocols()) or "it may be s3, gs, az, hf, https or another"
        raise CorpusError(
            f"the source {public(url)} begins with {protocol}://, which no library serves; {hint}", url
        ) from error


def _cure(protocol: str) -> str:
    if protocol in _EXTRAS:
        return f'pip install "degrade[{_EXTRAS[protocol]}]"'
    return f"pip install fsspec {_PACKAGES.get(protocol, '')}".strip()


def connection(url: str) -> tuple[Any, str]:
    """This process' and thread's file system for a URL, without a memory of listings, and the path in it."""
    from fsspec.core import url_to_fs

    system, path = url_to_fs(url, use_listings_cache=False)
    return system, path


def attempt(request: Callable[[], Result]) -> Result:
    """What a request gives; one that fails for a reason that may pass is sent again, after `PAUSES`.

    Raises what the last one raised.
    """
    for pause in PAUSES:
        try:
            return request()
        except (*_FINAL, *_MISTAKES):
            raise
        except Exception:  # noqa: BLE001 - each file system fails in its own ways
            time.sleep(pause)
    return request()


def fetch(url: str, source: str, start: int | None = None, end: int | None = None) -> bytes:
    """The bytes of the file at `url`, all or those from `start` to before `end`. Raises CorpusReadError."""

    def request() -> bytes:
        system, path = connection(url)
        data: bytes = system.cat_file(path, start=start, end=end)
        return data

    try:
        return attempt(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this photograph's reject
        raise CorpusReadError(*why(error), source) from None


def opened(url: str) -> BinaryIO:
    """The file at `url`, to be read and sought in. Raises what the file system raises."""

    def request() -> BinaryIO:
        system, path = connection(url)
        return io.BufferedReader(_Patient(system.open(path, "rb", block_size=READ_AHEAD, cache_type="readahead")))

    return attempt(request)


class _Patient(io.RawIOBase):
    """A remote file of which each read may be sent again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = attempt(lambda: self._file.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def entries(url: str) -> list[tuple[str, str, int | None]]:
    """(name, "file" or "directory", bytes or None) of all in the folder at `url`. Raises what that raises."""

    def request() -> list[tuple[str, str, int | None]]:
        system, path = connection(url)
        own = path.rstrip("/")
        found = system.ls(path, detail=True)
        # An object store may hold an object of the folder's own name, which marks it.
        inside = [each for each in found if str(each["name"]).rstrip("/") != own]
        if not inside and any(each.get("type") == "file" and each["size"] for each in found):
            raise NotADirectoryError(own)
        return [(str(each["name"]).rstrip("/").rpartition("/")[2], each["type"], each.get("size")) for each in inside]

    return attempt(request)


def size_of(url: str) -> int | None:
    """Bytes of the file at `url`, None where the server does not say. Raises what the file system raises."""

    def request() -> int | None:
        system, path = connection(url)
        found = system.info(path)
        if found.get("type") == "directory":
            raise IsADirectoryError(path)
        size = found.get("size")
        return None if size is None else int(size)

    return attempt(request)


def why(error: Exception) -> tuple[str, str]:
    """Why a remote file could not be read, as (reason, detail); nothing in it depends on the moment."""
    if isinstance(error, FileNotFoundError):
        return "vanished", "the file is no longer there"
    if isinstance(error, IsADirectoryError):
        return "a_folder", "a folder with the name of a picture; rename it"
    if isinstance(error, PermissionError):
        return "unreadable", "the server refuses to give it; check your credentials and its permissions"
    kind = type(error).__name__
    return "unreadable", f"the server did not give it ({kind}); check the connection and build again"


def refused(what: str, error: Exception, spec: str) -> CorpusError:
    """The CorpusError for a source that cannot be looked through. It is raised `from None`: others' errors name URLs
    with all that is secret in them, and a traceback would show it."""
    if isinstance(error, FileNotFoundError):
        return CorpusError(f"{what} is not there; check its address, or list the folder above it", spec)
    if isinstance(error, PermissionError):
        return CorpusError(f"{what} may not be read; check your credentials and its permissions", spec)
    said = _URLS.sub(lambda found: public(found[0]), str(error).strip().partition("\n")[0])[:200] or "no reason given"
    return CorpusError(
        f"{what} cannot be read ({type(error).__name__}: {said}); check the address and connection", spec
    )
