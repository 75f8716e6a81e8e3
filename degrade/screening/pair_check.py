"""What a cross-check of two parallel folders found."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from degrade.codecs import REASONS
from degrade.corpus import REJECTED
from degrade.corpus.pair_names import SIDES, UNMATCHED
from degrade.screening.moving import Held, Moved

OF_FILES = {
    "misnamed": "it is of another format than its name says",
    "cmyk": "it stores inks, which many programs read as colours",
}
OF_PAIRS = {
    "sizes_differ": "the two pictures have different sizes",
    "depths_differ": "one has 16 bits a sample, the other 8",
    "channels_differ": "one is gray, the other in colour",
}
OF_SPLITS = {"outside_splits": "it lies in no split's folder"}
ACCEPTABLE = (*OF_FILES, *OF_PAIRS)
"""What some trainers can do with, so that one may ask for it not to be found."""
KINDS = {**REJECTED, **REASONS, **OF_FILES, **OF_SPLITS, **UNMATCHED, **OF_PAIRS}
"""Every kind of finding, and what it means. Never renamed."""


@dataclasses.dataclass(frozen=True)
class PairFinding:
    """Why a file is in no sound pair; there is one at most for each file.

    Attributes
    ----------
    side : str
        "input" or "target".
    source : str
        The file, relative to that folder.
    kind : str
        One of `KINDS`.
    other : str
        The file of the other folder that it is about, "" if there is none.
    words : str
        What was found, for people.
    """

    side: str
    source: str
    kind: str
    other: str
    words: str

    def to_data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"event": "finding", "finding": self.kind, **dataclasses.asdict(self)}


@dataclasses.dataclass(frozen=True)
class PairCheck:
    """What was found in two parallel folders.

    Attributes
    ----------
    input, target : str
        The names of the folders.
    files : dict
        By side, how many files with the name of a picture there are.
    pairs : int
        Sound pairs: those that are left once all that was found is gone.
    splits : dict
        Sound pairs by split, where the folders hold splits.
    ignored : dict
        By side, the entries that make no claim to be pictures, counted by reason, such as hidden.
    findings : tuple of PairFinding
        By side, then in byte order of the sources.
    moved : tuple of Moved
        Or what would be, in a dry run; the paths begin with the side.
    held : tuple of Held
        What was to be moved, but stays.
    dry_run : bool
    """

    input: str
    target: str
    files: Mapping[str, int]
    pairs: int
    splits: Mapping[str, int]
    ignored: Mapping[str, Mapping[str, int]]
    findings: tuple[PairFinding, ...]
    moved: tuple[Moved, ...] = ()
    held: tuple[Held, ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many findings of each kind there are, in the order of `KINDS`."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def on(self, side: str) -> dict[str, str]:
        """source -> kind of the findings on a side, "input" or "target"."""
        return {finding.source: finding.kind for finding in self.findings if finding.side == side}

    def to_data(self) -> dict[str, Any]:
        """The sums, as plain data."""
        return {
            "input": self.input, "target": self.target, "files": dict(self.files), "pairs": self.pairs,
            "splits": dict(self.splits), "ignored": {side: dict(self.ignored[side]) for side in SIDES},
            "found": self.counts, "moved": len(self.moved), "held": len(self.held), "dry_run": self.dry_run,
        }  # fmt: skip

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything as records for JSON lines: findings, what was moved, what was held, the sums."""
        yield from (finding.to_data() for finding in self.findings)
        yield from ({"event": "moved", **dataclasses.asdict(moved)} for moved in self.moved)
        yield from ({"event": "held", **dataclasses.asdict(held)} for held in self.held)
        yield {"event": "done", **self.to_data()}
