"""The bank of textures: what a source's name means, and having its sheets ready."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from degrade.textures.errors import TextureError
from degrade.textures.folder import Folder
from degrade.textures.shipped import Shipped, texture_names
from degrade.textures.source import SHARES, Source, division

__all__ = [
    "SHARES", "Source", "TextureError", "division", "find", "folder", "licence", "place", "placed", "prepare",
    "public_name",
]  # fmt: skip

_sources: dict[str, Source] = {}
_places: dict[str, str] = {}
_finding = threading.Lock()
_PUBLIC = re.compile(r"([^/\\]+)#([0-9a-f]{16})")


def find(name: str) -> Source:
    """The source of textures called `name`: a shipped texture, else a folder (``./dust`` is a folder, ``dust`` is not).

    It is looked up once in a process; a relative folder is that of the working folder at that time.

    Raises
    ------
    TextureError
        There is no such texture, no such folder, or nothing in it.
    """
    source = _sources.get(name)
    if source is None:
        with _finding:
            source = _sources.get(name) or _sources.setdefault(name, _found(name))
    return source


def prepare(name: str) -> Source:
    """Look `name` up afresh and make all its sheets, so that every later use, in any process, finds them ready.

    Raises
    ------
    TextureError
        As `find` does, or one of its pictures cannot be read.
    """
    with _finding:
        source = _sources[name] = _found(name)
    for sheet in source.names:
        source.sheet(sheet)
    return source


def licence(name: str) -> str:
    """What the YAML file of a shipped texture says of its licence; "" for a folder, of which nobody says it."""
    source = find(name)
    return source.declared.licence if isinstance(source, Shipped) else ""


def folder(name: str) -> Folder | None:
    """The folder `name`, looked up afresh; None for a texture of this package. Raises TextureError as `find` does."""
    with _finding:
        source = _found(name)
        if isinstance(source, Folder):
            _sources[name] = source
    return source if isinstance(source, Folder) else None


# --- folders by other names -------------------------------------------------------------------------------------------


def public_name(name: str) -> str:
    """What a source may be called where others read it, which `find` then knows too: `name` itself, but the last part
    of an absolute path and its digest, such as ``scans#0123456789abcdef``.

    In a process that has not heard of it, that is the folder ``./scans``, if its pictures are those.

    Raises
    ------
    TextureError
        As `find` does, for an absolute path.
    """
    if not Path(name).is_absolute():
        return name
    found = Folder(name)
    public = f"{found.root.name or 'root'}#{found.digest}"
    place(public, name)
    return public


def place(name: str, path: str) -> None:
    """Let the folder at `path` go by `name` in this process."""
    with _finding:
        _places[name] = path
        _sources.pop(name, None)


@contextmanager
def placed(folders: Mapping[str, str]) -> Iterator[None]:
    """Let folders go by other names while inside: their paths by these names."""
    before = {name: _places[name] for name in folders if name in _places}
    for name, path in folders.items():
        place(name, path)
    try:
        yield
    finally:
        with _finding:
            for name in folders:
                _sources.pop(name, None)
                _places.pop(name)
            _places.update(before)


def _found(name: str) -> Source:
    if name in _places:
        return Folder(name, _places[name])
    if public := _PUBLIC.fullmatch(name):
        return _known_by_its_pictures(name, *public.groups())
    shipped = texture_names()
    if name in shipped:
        return Shipped(name)
    if "/" not in name and "\\" not in name and not Path(name).expanduser().is_dir():
        near = get_close_matches(name, shipped, 1)
        meant = f"did you mean {near[0]!r}? There" if near else "there"
        raise TextureError(name, f"{meant} are {', '.join(shipped)}, and folders of pictures, such as ./{name}")
    return Folder(name)


def _known_by_its_pictures(name: str, last: str, digest: str) -> Folder:
    here = Path(last)
    if here.is_dir() and (found := Folder(name, last)).digest == digest:
        return found
    others = "has other pictures" if here.is_dir() else "is not there"
    raise TextureError(name, f"it was a folder {last}, but ./{last} {others}; put it there, or a link to it")
