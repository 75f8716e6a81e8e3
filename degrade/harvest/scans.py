"""The scans to harvest from, each with its mask or its restored version."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from degrade.codecs import CodecError, decode
from degrade.corpus import Corpus, CorpusReadError, Photograph, open_corpus
from degrade.harvest.errors import HarvestError

Floats = npt.NDArray[np.float32]

KINDS = ("blank", "masked", "paired")
"""Nothing but damage on an even ground; a picture with masks of its damage; a damaged picture and a restored one."""
_ROLES = (
    "damaged", "restored", "clean", "input", "target", "before", "after", "scan", "ref", "mask", "masks", "diffmask",
    "classes", "defect", "defects",
)  # fmt: skip
_ROLE = re.compile(rf"[-_. ](?:{'|'.join(_ROLES)})$")
"""A last word of file names that tells a picture's part in a pair."""
_WEIGHTS = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Scan:
    """One scan.

    Attributes
    ----------
    id : str
        16 hex digits: the hash of the file's bytes, which tells no name.
    group : str
        The same of the name of the group that it is in; of a scan without one, its id.
    pixels : (H, W, C) float32 in [0, 1]
    mask : (H, W) bool or None
    restored : (H', W', C) float32 or None
    """

    id: str
    group: str
    pixels: Floats
    mask: npt.NDArray[np.bool_] | None = None
    restored: Floats | None = None


@dataclass(frozen=True)
class LeftOut:
    """A file that nothing was harvested from, and why."""

    source: str
    why: str


class Scans:
    """A source of scans.

    Parameters
    ----------
    source, masks, restored
        As `degrade.build` takes sources; at most one of the last two. A mask or a restored picture belongs to the scan
        with the same name, but for the suffix and a last word such as "_mask" or "_restored".
    kind : str or None
        One of KINDS; what is given tells it otherwise.

    Raises HarvestError, CorpusError.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        masks: str | os.PathLike[str] | None,
        restored: str | os.PathLike[str] | None,
        kind: str | None,
    ) -> None:
        if masks is not None and restored is not None:
            raise HarvestError("masks and restored pictures are given", "give one of --masks and --restored")
        self.kind = kind or ("masked" if masks is not None else "paired" if restored is not None else "blank")
        if self.kind not in KINDS:
            raise HarvestError(f"kind is {self.kind!r}", f"give one of {', '.join(KINDS)}")
        if self.kind != "blank" and (masks if self.kind == "masked" else restored) is None:
            option = "--masks" if self.kind == "masked" else "--restored"
            raise HarvestError(f"nothing is {self.kind}", f"name the folder with {option}")
        if self.kind == "blank" and (masks or restored) is not None:
            raise HarvestError("blank scans have neither masks nor restored versions", "leave --kind out")
        self.corpus = open_corpus(os.fspath(source))
        listing = self.corpus.listing()
        self.photographs = sorted(listing.photographs, key=lambda photograph: photograph.source)
        self.left_out = [LeftOut(reject.source, reject.detail or reject.reason) for reject in listing.rejects]
        if not self.photographs:
            raise HarvestError(f"there is no picture in {self.corpus.name}", "name a folder of scans")
        other = masks if masks is not None else restored
        self._others = None if other is None else _Others(open_corpus(os.fspath(other)))
        if self._others is not None and self._others.corpus == self.corpus:
            cure = "give two folders, or two patterns such as '*_damaged.jpg' and '*_restored.jpg'"
            raise HarvestError(f"scans and {'masks' if masks is not None else 'restored pictures'} are the same", cure)
        if self._others is not None and not any(map(self._others.of, self.photographs)):
            what = f"no picture in {self._others.corpus.name} has the name of a scan"
            raise HarvestError(what, "name the files alike, but for the suffix")

    def __len__(self) -> int:
        return len(self.photographs)

    def __iter__(self) -> Iterator[Scan | LeftOut]:
        """Each scan, read as it is needed, or why it cannot be used."""
        for photograph in self.photographs:
            try:
                yield self._read(photograph)
            except (CorpusReadError, CodecError) as error:
                yield LeftOut(photograph.source, str(error))
            except HarvestError as error:
                yield LeftOut(photograph.source, error.what)

    def _read(self, photograph: Photograph) -> Scan:
        other = self._others.of(photograph) if self._others is not None else None
        if self._others is not None and other is None:
            raise HarvestError(f"nothing in {self._others.corpus.name} has its name", "")
        data = self.corpus.read(photograph)
        name = _hashed(data)
        scan = Scan(name, _hashed(photograph.group.encode()) if photograph.group else name, _floats(data, photograph))
        if self._others is None or other is None:
            return scan
        beside = decode(self._others.corpus.read(other), other.source).pixels
        if self.kind == "masked":
            return Scan(scan.id, scan.group, scan.pixels, mask=_as_mask(beside, scan.pixels.shape[:2]))
        return Scan(scan.id, scan.group, scan.pixels, restored=_scaled(beside))


class _Others:
    """The masks or restored pictures, by the names of the scans."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.by_name: dict[str, Photograph] = {}
        for photograph in sorted(corpus.listing().photographs, key=lambda one: one.source, reverse=True):
            self.by_name[_name(photograph.source)] = photograph

    def of(self, photograph: Photograph) -> Photograph | None:
        return self.by_name.get(_name(photograph.source))


def gray_of(pixels: Floats) -> Floats:
    """(H, W) float32: the channel, or Rec. 601 luma."""
    if pixels.shape[2] == 1:
        return pixels[:, :, 0]
    red, green, blue = _WEIGHTS
    gray: Floats = pixels[:, :, 0] * np.float32(red) + pixels[:, :, 1] * np.float32(green)
    return gray + pixels[:, :, 2] * np.float32(blue)


def _name(source: str) -> str:
    return _ROLE.sub("", PurePosixPath(source).stem.lower())


def _hashed(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _floats(data: bytes, photograph: Photograph) -> Floats:
    return _scaled(decode(data, photograph.source).pixels)


def _scaled(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> Floats:
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _as_mask(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """(H, W) bool. A picture of few low values numbers classes: there all but 0 is damage; else what is over half."""
    most = pixels.max(axis=2)
    if most.shape != shape:
        raise HarvestError(f"its mask has {most.shape[1]}×{most.shape[0]} pixels, not {shape[1]}×{shape[0]}", "")
    mask: npt.NDArray[np.bool_] = most > (0 if most.max() < 32 else np.iinfo(pixels.dtype).max // 2)
    return mask
