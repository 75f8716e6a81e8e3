"""What a corpus offers: photographs, and an account of everything that is none."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from degrade.corpus.columns import CodesBuilder, Numbers, RawTexts, TextsBuilder, packed
from degrade.corpus.keys import Claims, hash_of, hashes
from degrade.corpus.photographs import KeysOf, Photograph, Photographs, Table
from degrade.errors import DegradeError

__all__ = [
    "IGNORED",
    "REJECTED",
    "Corpus",
    "CorpusError",
    "CorpusReadError",
    "Listing",
    "ListingMaker",
    "Photograph",
    "Reject",
    "hash_of",
    "make_listing",
]

#: Why entries of a source are passed over: they make no claim to be photographs.
IGNORED = {
    "hidden": "its name begins with a dot",
    "not_a_picture": "its name has no suffix of a picture",
    "symlinked_folder": "a link to a folder, which may lead in circles",
    "other_column": "another picture of its sample is asked for",
    "other_class": "its class is not asked for",
    "not_sampled": "the sample leaves it out",
    "over_its_weight": "its source has more than its part of the mixture",
}

#: Why an entry that claims to be a photograph cannot be one, at listing or at reading. Never renamed.
REJECTED = {
    "a_folder": "a folder with the name of a picture",
    "not_a_file": "a pipe, a socket or a device",
    "broken_link": "a link to nothing",
    "symlink_loop": "a link that leads to itself",
    "unreadable": "the system refuses to read it",
    "unreadable_folder": "the system refuses to list it, so that what it holds is unknown",
    "vanished": "it was there and is gone",
    "changed": "its size is no longer the listed one",
    "too_large": "more bytes than a photograph has",
    "damaged": "its archive holds other bytes than it says",
    "damaged_archive": "an archive that cannot be read to its end, so that what it holds is unknown",
    "no_target": "in a folder of inputs, and nothing among the targets belongs to it",
    "no_input": "in a folder of targets, and nothing among the inputs belongs to it",
    "damaged_pages": "a file of several pages of which not all can be found",
    "repeated": "listed more than once; the first one counts",
}


_OF_UNKNOWN_EXTENT = ("unreadable_folder", "damaged_archive", "damaged_pages")
"""Reasons of entries that are no photographs and have no key."""


class CorpusError(DegradeError):
    """A source that cannot be listed or divided; its text says what to give instead.

    Attributes
    ----------
    source : str
        The source as it was given, or "" where the mistake is not in the source.
    """

    exit_code = 2

    def __init__(self, message: str, source: str = "") -> None:
        super().__init__(message, source)
        self.source = source

    def __str__(self) -> str:
        return str(self.args[0])


class CorpusReadError(DegradeError):
    """One photograph that cannot be read: a reject, and no reason to stop.

    Attributes
    ----------
    reason : str
        A stable slug, one of `REJECTED`.
    detail : str
        What happened, in words.
    source : str
        The photograph's `source`.
    """

    def __init__(self, reason: str, detail: str, source: str = "") -> None:
        super().__init__(reason, detail, source)
        self.reason = reason
        self.detail = detail
        self.source = source

    def __str__(self) -> str:
        return f"{self.source}: {self.detail}" if self.source else self.detail


@dataclass(frozen=True, slots=True)
class Reject:
    """One entry that is no usable photograph, as it is written to rejects.jsonl.

    `key` is the key that the photograph would have had, None for what is no photograph (a folder that cannot be read);
    `reason` is a stable slug, `detail` is for people.
    """

    source: str
    key: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Listing:
    """Everything found in a source, each entry in exactly one of the three.

    Attributes
    ----------
    photographs : sequence of Photograph
        Sorted by (order, key).
    ignored : dict
        How many entries were passed over, by reason (`IGNORED`), sorted by it.
    rejects : tuple of Reject
        Entries known to be bad without reading them, sorted by source.
    """

    photographs: Sequence[Photograph]
    ignored: dict[str, int]
    rejects: tuple[Reject, ...] = ()

    def limited(self, count: int) -> Listing:
        """The listing with at most `count` of its photographs: drawn by a hash that is independent of `order`, so that
        they spread over all splits, and a larger limit keeps those of a smaller one."""
        photographs = Photographs.of(self.photographs)
        lots = hashes(photographs.keys(), len(photographs), b"limit")
        by_lot = np.argsort(lots, kind="stable")
        return replace(self, photographs=photographs.take(np.sort(by_lot[: max(0, count)])))


class Corpus(Protocol):
    """Where clean photographs come from. A corpus can be pickled and is opened without touching the photographs;
    workers only `read`."""

    @property
    def name(self) -> str:
        """A short name for people, never an absolute path."""
        ...

    def listing(self) -> Listing:
        """Look through the source. Raises CorpusError if it cannot be listed at all."""
        ...

    def read(self, photograph: Photograph) -> bytes:
        """The photograph's file. Raises CorpusReadError."""
        ...


class ListingMaker:
    """Collects what a corpus finds, in any order, and makes a listing of it: ten million photographs take less than a
    gigabyte."""

    def __init__(self) -> None:
        self._sources = TextsBuilder()
        self._sizes = array("q")
        self._offsets = array("q")
        self._target_sizes = array("q")
        self._texts = {"groups": TextsBuilder(), "targets": TextsBuilder()}
        self._codes = {"splits": CodesBuilder(), "domains": CodesBuilder(), "labels": CodesBuilder()}
        self._rejects: list[tuple[str, str, str]] = []
        self._ignored: Counter[str] = Counter()

    def add(
        self,
        source: str,
        size: int,
        offset: int = 0,
        group: str = "",
        split: str = "",
        label: str = "",
        domain: str = "",
        target: str = "",
    ) -> None:
        """A photograph, by the attributes of `Photograph`. A source that comes again is a reject.

        `label` is its class, for filters and counts by class.
        """
        self._sources.add(source)
        self._sizes.append(size)
        if offset:
            self._offsets.extend([0] * (len(self._sizes) - 1 - len(self._offsets)))
            self._offsets.append(offset)
        if group or split or label or domain or target:
            texts = {"groups": group, "targets": target, "splits": split, "domains": domain, "labels": label}
            for name, builder in (self._texts | self._codes).items():
                if texts[name]:
                    builder.pad(len(self._sizes) - 1)
                    builder.add(texts[name])

    def __len__(self) -> int:
        """How many photographs there are so far."""
        return len(self._sizes)

    def size_target(self, size: int) -> None:
        """The bytes of the target of the photograph that was added last."""
        self._target_sizes.extend([0] * (len(self._sizes) - 1 - len(self._target_sizes)))
        self._target_sizes.append(size)

    def reject(self, source: str, reason: str, detail: str) -> None:
        """An entry that is no usable photograph. `reason` is one of `REJECTED`."""
        self._rejects.append((source, reason, detail))

    def ignore(self, reason: str, count: int = 1) -> None:
        """Entries that make no claim to be photographs. `reason` is one of `IGNORED`."""
        self._ignored[reason] += count

    def finish(self) -> Listing:
        """The listing; the maker is then of no more use.

        Keys are given to the rejects as well, so that mending a file moves no other file's key.
        """
        count = len(self._sources)
        bad = sorted(self._rejects)
        keyed = [source for source, reason, _ in bad if reason not in _OF_UNKNOWN_EXTENT]
        for source in keyed:
            self._sources.add(source)
        sources, sizes = self._sources.finish(), packed(self._sizes)
        self._sources, self._sizes = TextsBuilder(), array("q")  # there is no room for both
        claims = Claims(RawTexts(sources))
        keys = {source: claims.key(claims.repeated.get(row, row)).decode() for row, source in enumerate(keyed, count)}
        rejects = [Reject(source, keys.get(source), reason, detail) for source, reason, detail in bad]
        rows, orders = claims.ranks, claims.orders
        attempts: Numbers | None = claims.attempts if claims.attempts.any() else None
        again = [row for row in claims.repeated if row < count]
        del claims
        rows = rows[rows < count].astype(np.min_scalar_type(max(1, count)))
        if again:
            rows = rows[~np.isin(rows, again)]
            names = sources.at(np.array(sorted(again)))
            rejects += [Reject(name, None, "repeated", "it is listed more than once; list it once") for name in names]
        attempts = None if attempts is None else attempts[rows]
        orders = orders[rows]
        sources = sources.moved(rows)
        table = Table(
            sources=sources,
            keys=KeysOf(sources, attempts),
            sizes=sizes[rows],
            orders=orders,
            offsets=_numbers(self._offsets, count, rows),
            target_sizes=_numbers(self._target_sizes, count, rows),
            **{name: _column(builder, count, rows) for name, builder in (self._texts | self._codes).items()},
        )
        in_order = sorted(rejects, key=lambda reject: (reject.source, reject.reason, reject.detail))
        photographs = Photographs(table, np.arange(len(rows), dtype=rows.dtype))
        return Listing(photographs, dict(sorted(self._ignored.items())), tuple(in_order))


def _numbers(numbers: array[int], count: int, rows: Numbers) -> Numbers | None:
    """The rows of a column of numbers, or None for one of zeros alone."""
    if not numbers:
        return None
    numbers.extend([0] * (count - len(numbers)))
    padded: Numbers = packed(numbers)[rows]
    return padded


def _column(builder: Any, count: int, rows: Numbers) -> Any:
    """The rows of a finished column, or None for one of empty texts alone."""
    if not len(builder):
        return None
    builder.pad(count)
    return builder.finish().moved(rows)


def make_listing(
    sizes: Mapping[str, int], rejects: Iterable[tuple[str, str, str]] = (), ignored: Mapping[str, int] | None = None
) -> Listing:
    """A listing from `sizes` (source -> bytes), rejects (source, reason, detail) and counts of what was ignored."""
    maker = ListingMaker()
    for source, size in sizes.items():
        maker.add(source, size)
    for source, reason, detail in rejects:
        maker.reject(source, reason, detail)
    for reason, count in (ignored or {}).items():
        maker.ignore(reason, count)
    return maker.finish()
