"""Textures in a folder of the user's: scans of dirt, of scratches, of paper."""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import SUFFIXES, CodecError, decode, has_picture_suffix
from degrade.engine.damage import DamageClass
from degrade.textures.cache import digest_of, kept
from degrade.textures.errors import TextureError
from degrade.textures.sheet import Bytes, Sheet, halve, packed_levels
from degrade.textures.source import Source

LARGEST_PX = 4096
"""Sheets with a longer side are halved until it is shorter."""
_LUMA = (19595, 38470, 7471)
_BAND = 256


class Folder(Source):
    """A folder of pictures, and those of the folders in it; hidden ones are left out.

    Parameters
    ----------
    given : str
        What the user calls it: its path, if `path` is not given.
    path : str, optional

    Each is as large as the print: enlarged or reduced to cover it. They are gray: colours count by their Rec. 601 luma.

    Raises
    ------
    TextureError
        There is no such folder, or no picture in it.
    """

    tones = True
    colour = (1.0, 1.0, 1.0)
    px_per_mm = None
    shows = DamageClass.DIRT

    def __init__(self, given: str, path: str | None = None) -> None:
        super().__init__()
        self.given, self.root = given, Path(given if path is None else path).expanduser().absolute()
        files = _pictures(given, self.root)
        self.names = tuple(sorted(files))
        self._stamps = files

    @cached_property
    def digest(self) -> str:
        """Raises TextureError for a picture that cannot be read."""
        whole = hashlib.blake2b(digest_size=8)
        for name in self.names:
            data = self._read(name)
            whole.update(f"{len(os.fsencode(name))}:{len(data)}:".encode() + os.fsencode(name) + data)
        return whole.hexdigest()

    def _open(self, name: str) -> Sheet:
        file = digest_of(str(self.root), name, *self._stamps[name])
        return Sheet(kept("folders", file, lambda: self._decoded(name)), wraps=False)

    def _read(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            why = f"{name} cannot be read ({error.strerror}); mend that or take it out"
            raise TextureError(self.given, why) from error

    def _decoded(self, name: str) -> Bytes:
        try:
            pixels = decode(self._read(name), name).pixels
        except CodecError as error:
            raise TextureError(self.given, f"{name}: {error.detail}") from error
        return packed_levels(_gray(pixels))


def _pictures(given: str, root: Path) -> dict[str, tuple[int, int]]:
    """(size in bytes, time of the last change) of each picture, by its path from the root."""
    if not root.is_dir():
        raise TextureError(given, "there is no such texture or folder")
    found = {}
    try:
        for path in root.rglob("*"):
            name = path.relative_to(root)
            hidden = any(part.startswith(".") for part in name.parts)
            if has_picture_suffix(path.name) and not hidden and path.is_file():
                facts = path.stat()
                found[name.as_posix()] = (facts.st_size, facts.st_mtime_ns)
    except OSError as error:
        raise TextureError(given, f"it cannot be listed ({error.strerror}); mend its permissions") from error
    if not found:
        raise TextureError(given, f"there is no picture in it; put some in, ending in {', '.join(SUFFIXES)}")
    return found


def _gray(pixels: npt.NDArray[Any]) -> Bytes:
    """(h, w) uint8 of a decoded picture, no side above `LARGEST_PX`."""
    gray: Bytes = np.empty(pixels.shape[:2], np.uint8)
    weights = np.array(_LUMA if pixels.shape[2] == 3 else (65536,), np.uint32)
    for top in range(0, len(gray), _BAND):
        band = pixels[top : top + _BAND].astype(np.uint32) >> (8 if pixels.dtype == np.uint16 else 0)
        gray[top : top + _BAND] = ((band * weights).sum(axis=2, dtype=np.uint32) + 32768) >> 16
    while max(gray.shape) > LARGEST_PX:
        height, width = gray.shape
        halved = np.empty(((height + 1) // 2, (width + 1) // 2), np.uint8)
        halve(gray, halved)
        gray = halved
    return gray
