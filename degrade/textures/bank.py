"""The bank of textures: what a source's name means, and having its sheets, or its cut-outs of damage, ready."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from degrade.cachedir import user_cache
from degrade.textures import sample_bank
from degrade.textures.cutouts import Bank
from degrade.textures.damage_bank import DamageBank, is_bank
from degrade.textures.errors import TextureError
from degrade.textures.folder import Folder
from degrade.textures.shipped import Shipped, texture_names
from degrade.textures.source import SHARES, Source, division

__all__ = [
    "SHARES", "Bank", "Source", "TextureError", "cutouts", "damage_folder", "division", "find", "folder", "licence",
    "place", "placed", "prepare", "prepare_cutouts", "public_name",
]  # fmt: skip

_sources: dict[str, Source] = {}
_banks: dict[str, Bank] = {}
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


def cutouts(name: str) -> Bank:
    """The bank of harvested damage called `name`: "sample", which is this package's own, else a folder.

    It is looked up once in a process, as `find` does.

    Raises
    ------
    TextureError
        There is no such bank, or it is damaged.
    """
    bank = _banks.get(name)
    if bank is None:
        with _finding:
            bank = _banks.get(name) or _banks.setdefault(name, _found_bank(name))
    return bank


def prepare_cutouts(name: str) -> Bank:
    """Look the bank `name` up afresh, and make it where it is the package's own. Raises TextureError."""
    with _finding:
        bank = _banks[name] = _found_bank(name)
    return bank


def licence(name: str) -> str:
    """What is said of the licence of a shipped texture or of a bank of damage; "" for a folder of pictures."""
    if name == sample_bank.NAME or _is_bank(name):
        return cutouts(name).licence
    source = find(name)
    return source.declared.licence if isinstance(source, Shipped) else ""


def folder(name: str) -> Folder | DamageBank | None:
    """The folder `name`, looked up afresh; None for a texture or a bank of this package. Raises TextureError as `find`
    and `cutouts` do."""
    if name == sample_bank.NAME or _is_bank(name):
        return damage_folder(name)
    with _finding:
        source = _found(name)
        if isinstance(source, Folder):
            _sources[name] = source
    return source if isinstance(source, Folder) else None


def damage_folder(name: str) -> DamageBank | None:
    """The bank of damage in the folder `name`, looked up afresh; None for this package's own. Raises TextureError."""
    bank = prepare_cutouts(name)
    return bank if isinstance(bank, DamageBank) and name != sample_bank.NAME else None


# --- folders by other names -------------------------------------------------------------------------------------------


def public_name(name: str, of_damage: bool = False) -> str:
    """What a source may be called where others read it, which `find` then knows too: `name` itself, but the last part
    of an absolute path and its digest, such as ``scans#0123456789abcdef``.

    In a process that has not heard of it, that is the folder ``./scans``, if its pictures are those. `of_damage` says
    that it is a bank of damage.

    Raises
    ------
    TextureError
        As `find` does, for an absolute path.
    """
    if not Path(name).is_absolute():
        return name
    found = DamageBank(name) if of_damage else Folder(name)
    public = f"{found.root.name or 'root'}#{found.digest}"
    place(public, name)
    return public


def place(name: str, path: str) -> None:
    """Let the folder at `path` go by `name` in this process."""
    with _finding:
        _places[name] = path
        _sources.pop(name, None)
        _banks.pop(name, None)


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
                _banks.pop(name, None)
                _places.pop(name)
            _places.update(before)


def _found(name: str) -> Source:
    if name in _places:
        return Folder(name, _places[name])
    if public := _PUBLIC.fullmatch(name):
        return _known_by_its_contents(name, Folder, *public.groups())
    shipped = texture_names()
    if name in shipped:
        return _shipped(name, user_cache())
    if "/" not in name and "\\" not in name and not Path(name).expanduser().is_dir():
        near = get_close_matches(name, shipped, 1)
        meant = f"did you mean {near[0]!r}? There" if near else "there"
        raise TextureError(name, f"{meant} are {', '.join(shipped)}, and folders of pictures, such as ./{name}")
    return Folder(name)


@lru_cache(maxsize=64)
def _shipped(name: str, _cache: Path | None) -> Shipped:
    """A texture of this package, kept with its open sheets, which lie in `_cache`: none of them ever changes."""
    return Shipped(name)


def _found_bank(name: str) -> Bank:
    if name in _places:
        return DamageBank(name, _places[name])
    if public := _PUBLIC.fullmatch(name):
        return _known_by_its_contents(name, DamageBank, *public.groups())
    if name == sample_bank.NAME:
        return sample_bank.sample_bank()
    return DamageBank(name)


def _is_bank(name: str) -> bool:
    """Whether `name` stands for a folder that is a bank of damage."""
    public = _PUBLIC.fullmatch(name)
    return is_bank(Path(_places.get(name, public[1] if public else name)).expanduser())


Kept = TypeVar("Kept", Folder, DamageBank)


def _known_by_its_contents(name: str, kind: type[Kept], last: str, digest: str) -> Kept:
    here = Path(last)
    if here.is_dir() and (found := kind(name, last)).digest == digest:
        return found
    what = "pictures" if kind is Folder else "contents"
    others = f"has other {what}" if here.is_dir() else "is not there"
    raise TextureError(name, f"it was a folder {last}, but ./{last} {others}; put it there, or a link to it")
