"""Pictures for benchmarks: crops of the sample photographs, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.codecs import decode, encode_jpeg
from degrade.corpus import open_corpus
from degrade.recipes.frame import Frame

Bytes = npt.NDArray[np.uint8]


def crops(count: int, side: int) -> list[Bytes]:
    """`count` different RGB crops, (side, side, 3) uint8."""
    return list(each_crop(count, side))


def each_crop(count: int, side: int) -> Iterator[Bytes]:
    """`crops`, one at a time: cut at growing offsets out of the sample photographs."""
    corpus = open_corpus("sample")
    photographs = [decode(corpus.read(p), p.source).pixels for p in corpus.listing().photographs]
    sources = [image for image in photographs if image.shape[2] == 3 and image.dtype == np.uint8]
    for number in range(count):
        yield _crop(sources[number % len(sources)], side, number // len(sources))


def _crop(image: Bytes, side: int, turn: int) -> Bytes:
    height, width = image.shape[:2]
    short = max(min(height, width) - 16 * (turn % 12), min(side, height, width) // 2)
    top, left = (37 * turn) % (height - short + 1), (61 * turn) % (width - short + 1)
    cut: Any = image[top : top + short, left : left + short]
    framing = Frame(size=side, fit="stretch", min_side=1).framing(short, short, _no_key(), varied=False)
    framed = framing.apply(np.ascontiguousarray(cut[:, ::-1] if turn % 2 else cut))
    return np.ascontiguousarray(framed)


def _no_key() -> Any:
    from degrade.engine.key import Key

    return Key()


def write_corpus(folder: Path, count: int, side: int) -> Path:
    """`count` JPEG files (quality 95, 4:2:0) of `crops` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(each_crop(count, side)):
        (folder / f"photo_{number:05d}.jpg").write_bytes(encode_jpeg(image, 95))
    return folder
