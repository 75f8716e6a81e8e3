"""The bank of textures: what a source's name means, and having its sheets ready."""

from __future__ import annotations

import threading
from difflib import get_close_matches
from pathlib import Path

from degrade.textures.errors import TextureError
from degrade.textures.folder import Folder
from degrade.textures.shipped import Shipped, texture_names
from degrade.textures.source import SHARES, Source, division

__all__ = ["SHARES", "Source", "TextureError", "division", "find", "prepare"]

_sources: dict[str, Source] = {}
_finding = threading.Lock()


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


def _found(name: str) -> Source:
    shipped = texture_names()
    if name in shipped:
        return Shipped(name)
    if "/" not in name and "\\" not in name and not Path(name).expanduser().is_dir():
        near = get_close_matches(name, shipped, 1)
        meant = f"did you mean {near[0]!r}? There" if near else "there"
        raise TextureError(name, f"{meant} are {', '.join(shipped)}, and folders of pictures, such as ./{name}")
    return Folder(name)
