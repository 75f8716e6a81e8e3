"""Crops of photographs: what an experiment damages. All crops of a photograph lie in one split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

import degrade
from degrade.codecs import CodecError, decode, encode_png
from degrade.shards.durable import write_durably
from degrade.shards.errors import writing
from degrade.train.errors import TrainError
from degrade.train.experiments.plan import Crops, digest

Bytes = npt.NDArray[np.uint8]
_LEAST_CHROMA = 4.0
"""Mean spread between channels, of 255, below which a photograph counts as gray."""
_SHARES = {"val": 0.15, "test": 0.25}
_DONE = "done.json"


class Photographs:
    """The photographs of an experiment.

    Parameters
    ----------
    sources : sequence of str
        Whatever `degrade.open_corpus` takes; none are the sample photographs.

    Attributes
    ----------
    digest : str
        Of the names and sizes of the photographs.
    name : str
        For people, without the place.
    count : int
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._corpora = [degrade.open_corpus(source) for source in sources or ("sample",)]
        self._found = [(corpus, each) for corpus in self._corpora for each in corpus.listing().photographs]
        if not self._found:
            raise TrainError("there are no photographs in the source", "name a folder that has some by --source", 2)
        self.count = len(self._found)
        self.name = " and ".join(Path(source).name for source in sources) or "the sample photographs"
        self.digest = digest([[corpus.name, each.source, each.size] for corpus, each in self._found])

    def cut(self, crops: Crops, folder: Path) -> dict[str, Any]:
        """Cut crops into `folder`, split by split, each photograph's in a folder of its own. Gives a source that
        `degrade.build` takes. What was cut before is kept.

        Raises TrainError where there are too few photographs, WriteError where a file cannot be written.
        """
        made = {"path": str(folder), "split_by": {"folder": 1}, "group_by": {"folder": 2}}
        if (folder / _DONE).exists():
            return made
        chosen = self._divided(crops)
        with writing(folder):
            for split, photographs in chosen.items():
                wanted = crops.splits[split]
                for place, (name, picture) in enumerate(photographs):
                    home = folder / split / name
                    home.mkdir(parents=True, exist_ok=True)
                    for number in range(place, wanted, len(photographs)):
                        cut = _cut(picture, crops, degrade.Key(0, f"{split}/{name}", number))
                        (home / f"{number:06d}.png").write_bytes(encode_png(cut, filtered=False))
            write_durably(folder / _DONE, b"{}")
        return made

    def _divided(self, crops: Crops) -> dict[str, list[tuple[str, Bytes]]]:
        """Photographs by split, in the order of a hash; at least one in each."""
        ordered = sorted(range(self.count), key=lambda number: digest(["order", self._found[number][1].key]))
        read = [(f"{number:05d}", picture) for number in ordered if (picture := self._read(number, crops)) is not None]
        splits = [split for split in ("test", "val") if crops.splits.get(split)]
        if len(read) < len(splits) + 1:
            what = f"{len(read)} of {self.count} photographs can be used"
            cure = f"name more by --source, with a shorter side of {crops.side_px} px or more"
            raise TrainError(f"{what}{', in colour' if crops.coloured else ''}", cure, 2)
        divided = {}
        for split in splits:
            taken = max(1, math.floor(_SHARES[split] * len(read)))
            divided[split], read = read[:taken], read[taken:]
        return {"train": read, **divided}

    def _read(self, number: int, crops: Crops) -> Bytes | None:
        """(H, W, 1 or 3) uint8; None for what cannot be used."""
        corpus, photograph = self._found[number]
        try:
            picture = decode(corpus.read(photograph), photograph.source).pixels
        except CodecError:
            return None
        picture = picture if picture.dtype == np.uint8 else (picture >> 8).astype(np.uint8)
        if min(picture.shape[:2]) < max(crops.side_px, crops.least_px) or (crops.coloured and not _has_colour(picture)):
            return None
        return picture


def _has_colour(picture: Bytes) -> bool:
    if picture.shape[2] == 1:
        return False
    small = picture[::4, ::4].astype(np.int16)
    return bool((small.max(axis=2) - small.min(axis=2)).mean() >= _LEAST_CHROMA)


def _cut(picture: Bytes, crops: Crops, key: degrade.Key) -> Bytes:
    """A square somewhere in the picture, of any side that the crops allow, scaled to theirs."""
    height, width = picture.shape[:2]
    short = min(height, width)
    side, down, across, toss, *_ = (float(each) for each in key.at("crop").uniforms())
    least = max(crops.side_px, crops.least_px, round(crops.smallest * short))
    cut = least + int(side * (short - least + 1))
    top, left = int(down * (height - cut + 1)), int(across * (width - cut + 1))
    window = picture[top : top + cut, left : left + cut]
    window = window[:, ::-1] if toss < 0.5 else window
    scaled: Any = cv2.resize(np.ascontiguousarray(window), (crops.side_px, crops.side_px), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(scaled.reshape(crops.side_px, crops.side_px, -1))
