"""From pictures, wherever they are, to a table of their features."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from degrade.building.executors.common import processors
from degrade.codecs import CodecError, decode
from degrade.corpus import Corpus, CorpusReadError, open_corpus
from degrade.engine.process import single_threaded
from degrade.realism.errors import RealismError
from degrade.realism.features.grouping import grouped
from degrade.realism.features.picture import VARIANTS, NotMeasured
from degrade.realism.features.sheet import Array
from degrade.realism.features.table import FeatureTable, LeftOut, Patches
from degrade.realism.features.vectors import CONTENT, FEATURES, PATCH_FEATURES, Measured, measure
from degrade.streaming.errors import PairError

Progress = Callable[[int, int], None]
"""Told how many pictures were measured, and of how many."""


@dataclass(frozen=True)
class _Item:
    """A picture to be measured: its key and its name for people, the photograph that it is of, where that came from,
    and how it is read."""

    key: str
    name: str
    photo: str
    source: str
    read: Callable[[], Any]


@dataclass(frozen=True, eq=False)
class _Made:
    """A picture of a pair, with what the pair is called."""

    key: str
    photo: str
    pixels: Any


def features_of(
    pictures: Any,
    *,
    member: str = "degraded",
    variants: Sequence[str] = tuple(VARIANTS),
    workers: int | None = None,
    progress: Progress | None = None,
) -> FeatureTable:
    """Measure every picture of a set.

    All go through the same chain: 2 % are cut off each side, and they are measured at their own pixels and with 384
    pixels on the longer side. Pictures of fewer than 480 pixels there are left out, as are files that are no pictures;
    the table says which and why. The numbers are the same for any number of workers.

    Parameters
    ----------
    pictures
        A source as `degrade.open_corpus` takes it (a folder, a pattern, a list file, an archive, …) or a Corpus; a
        sequence of paths and arrays; a mapping of keys to arrays; or pairs, as `degrade.open_pairs` and `degrade.Pairs`
        give. Arrays are (H, W) or (H, W, 1 to 4), uint8, uint16, or floats in [0, 1].
    member : str
        Which picture of pairs: degraded or clean.
    variants : sequence of str
        What each picture is measured as besides, for the controls: of resized, resaved, equalised.
    workers : int, optional
        Threads; by default as many as there are processors.
    progress : callable, optional
        Told how many pictures were measured, and of how many.

    Raises
    ------
    RealismError
        A mistake in the arguments, or no picture that can be measured.
    CorpusError
        The source cannot be listed.
    """
    _check(member, variants, workers)
    items, left_out = _items(pictures, member)
    chosen = tuple(variants)
    results: list[tuple[_Item, Measured | LeftOut]] = []
    with single_threaded(), ThreadPoolExecutor(min(workers or processors(), max(1, len(items)))) as pool:
        for result in pool.map(lambda item: _measured(item, chosen), items):
            results.append(result)
            if progress is not None:
                progress(len(results), len(items))
    left_out += [one for _, one in results if isinstance(one, LeftOut)]
    kept = [(item, one) for item, one in results if isinstance(one, Measured)]
    if not kept:
        raise RealismError(_nothing(left_out), "give photographs with at least 480 pixels on the longer side")
    return _table([item for item, _ in kept], [one for _, one in kept], chosen, left_out)


def _check(member: str, variants: Sequence[str], workers: int | None) -> None:
    if member not in ("degraded", "clean"):
        raise RealismError(f"member is {member!r}", "give degraded or clean")
    if unknown := [name for name in variants if name not in VARIANTS]:
        raise RealismError(f"there is no variant {unknown[0]!r}", f"give some of {', '.join(VARIANTS)}")
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise RealismError(f"workers is {workers!r}", "give a whole number from 1")


def _measured(item: _Item, variants: tuple[str, ...]) -> tuple[_Item, Measured | LeftOut]:
    try:
        read = item.read()
        if isinstance(read, _Made):
            item = replace(item, key=read.key, name=read.key, photo=read.photo, source=_first_folder(read.photo))
            read = read.pixels
        return item, measure(read, variants)
    except PairError as error:
        return item, LeftOut(error.source, error.reason, " ".join(error.detail.split()))
    except (CorpusReadError, CodecError, NotMeasured) as error:
        return item, LeftOut(item.name, error.reason, " ".join(error.detail.split()))


def _nothing(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return "there is no picture"
    first = left_out[0]
    count = len(left_out)
    subject = "the one picture cannot" if count == 1 else f"none of the {count} pictures can"
    return f"{subject} be measured ({first.source}: {first.detail})"


# --- kinds of sets ----------------------------------------------------------------------------------------------------


def _items(pictures: Any, member: str) -> tuple[list[_Item], list[LeftOut]]:
    if isinstance(pictures, str | os.PathLike):
        return _of_corpus(open_corpus(pictures))
    if hasattr(pictures, "listing"):
        return _of_corpus(pictures)
    if isinstance(pictures, Mapping):
        if all(isinstance(value, np.ndarray) for value in pictures.values()):
            return [_of_array(str(key), value) for key, value in pictures.items()], []
        return _of_corpus(open_corpus(pictures))
    if hasattr(pictures, "by_key"):
        return _of_pairs(pictures, member), []
    if isinstance(pictures, np.ndarray) and pictures.ndim < 4:
        raise RealismError("a single picture is no set", "give a list of pictures")
    if isinstance(pictures, Sequence | np.ndarray):
        return _of_sequence(pictures)
    raise RealismError(f"{type(pictures).__name__} is no set of pictures", "give a folder, a list of arrays, or pairs")


def _of_corpus(corpus: Corpus) -> tuple[list[_Item], list[LeftOut]]:
    listing = corpus.listing()
    lock = threading.Lock()

    def reader(photograph: Any) -> Callable[[], Any]:
        def read() -> Any:
            with lock:  # a corpus may hold a file open
                data = corpus.read(photograph)
            return decode(data, photograph.source).pixels

        return read

    photographs = sorted(listing.photographs, key=lambda one: one.source)
    items = [
        _Item(one.key, one.source, one.group or one.key, _first_folder(one.source), reader(one)) for one in photographs
    ]
    return items, [LeftOut(reject.source, reject.reason, reject.detail) for reject in listing.rejects]


def _first_folder(path: str) -> str:
    folder, slash, _ = path.partition("/")
    return folder if slash else ""


def _of_array(key: str, array: Any) -> _Item:
    return _Item(key, key, key, _first_folder(key), lambda: array)


def _of_pairs(pairs: Any, member: str) -> list[_Item]:
    """A pair on the fly is made when it is read, and only then tells of what photograph it is."""
    lock = threading.Lock()

    def reader(number: int) -> Callable[[], _Made]:
        def read() -> _Made:
            with lock:
                pair = pairs[number]
                if isinstance(pair, Mapping):
                    raise RealismError("the pairs are read as arrays", "give degrade.open_pairs(path) without `read`")
                return _Made(pair.key, pair.record["photo"], getattr(pair, member))

        return read

    return [_Item(f"{number:04d}", f"pair {number}", "", "", reader(number)) for number in range(len(pairs))]


def _of_sequence(pictures: Sequence[Any] | Array) -> tuple[list[_Item], list[LeftOut]]:
    items: list[_Item] = []
    left_out: list[LeftOut] = []
    for number, one in enumerate(pictures):
        if isinstance(one, str | os.PathLike):
            found, refused = _of_corpus(open_corpus(one))
            items += [
                replace(item, key=f"{number:04d}/{item.key}", photo=f"{number:04d}/{item.photo}") for item in found
            ]
            left_out += refused
        elif isinstance(one, np.ndarray):
            items.append(_of_array(f"{number:04d}", one))
        else:
            raise RealismError(f"entry {number} is a {type(one).__name__}", "give paths and arrays")
    return items, left_out


def _table(
    items: Sequence[_Item], measured: Sequence[Measured], variants: Sequence[str], left_out: Sequence[LeftOut]
) -> FeatureTable:
    counts = [len(one.patches) for one in measured]
    patches = Patches(
        np.concatenate([one.patches for one in measured]).reshape(-1, len(PATCH_FEATURES)),
        np.concatenate([one.content for one in measured]).reshape(-1, len(CONTENT)),
        np.repeat(np.arange(len(measured)), counts),
    )
    return FeatureTable(
        tuple(item.key for item in items),
        grouped([item.photo for item in items], [one.looks for one in measured]),
        tuple(item.source for item in items),
        np.array([one.size for one in measured], np.int64),
        np.stack([one.vector for one in measured]).reshape(-1, len(FEATURES)),
        {name: np.stack([one.variants[name] for one in measured]) for name in variants},
        patches,
        tuple(left_out),
    )
