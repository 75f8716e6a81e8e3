"""What a screening found."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

from degrade.screening.findings import FINDINGS, Finding
from degrade.screening.moving import Held, Moved


@dataclasses.dataclass(frozen=True)
class Screening:
    """What was found in a source.

    Attributes
    ----------
    corpus : str
        Its name.
    photographs : int
        How many were looked at.
    ignored : dict
        Entries that make no claim to be photographs, by reason.
    findings : tuple of Finding
        Sorted by source in byte order, those of one file in the order of `FINDINGS`.
    moved : tuple of Moved
        Or what would be, in a dry run.
    held : tuple of Held
        What was chosen to be moved, but stays.
    dry_run : bool
    """

    corpus: str
    photographs: int
    ignored: dict[str, int]
    findings: tuple[Finding, ...]
    moved: tuple[Moved, ...] = ()
    held: tuple[Held, ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many findings of each kind there are, in the order of `FINDINGS`, without those that there are not."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in FINDINGS if found[kind]}

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The duplicates and near-duplicates in different splits."""
        return tuple(finding for finding in self.findings if finding.leak)

    @property
    def ok(self) -> bool:
        """Whether there is nothing but notes."""
        return all(finding.note for finding in self.findings)

    def to_data(self) -> dict[str, Any]:
        """The sums, as plain data."""
        return {
            "corpus": self.corpus, "photographs": self.photographs, "ignored": self.ignored, "found": self.counts,
            "leaks": len(self.leaks), "moved": len(self.moved), "held": len(self.held), "dry_run": self.dry_run,
        }  # fmt: skip

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything as records for JSON lines: findings, what was moved, what was held, the sums."""
        yield from (finding.to_data() for finding in self.findings)
        yield from ({"event": "moved", **dataclasses.asdict(moved)} for moved in self.moved)
        yield from ({"event": "held", **dataclasses.asdict(held)} for held in self.held)
        yield {"event": "done", **self.to_data()}
