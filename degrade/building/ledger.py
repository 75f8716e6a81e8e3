"""The ledger of a finished shard: lines that the output's own files are made of, written once its tar is in place.

The first line holds the facts, the second is the shard's line of the index, the others are its lines of rejects.jsonl.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from degrade.corpus import Reject
from degrade.shards.durable import write_durably
from degrade.shards.index import COMPACT


@dataclass(frozen=True)
class Ledger:
    """A finished shard.

    Attributes
    ----------
    plan : str
        Hash of the plan that it belongs to.
    file, split : str
    photographs, pairs, size : int
        What went in, what came out, and the tar's bytes (0: no pairs, no file).
    sha256 : str or None
        Of the tar, in hex.
    rejects : dict
        How many photographs gave no pairs, by reason.
    lines : tuple of str
        The line of the index, and those of the rejects.
    """

    plan: str
    file: str
    split: str
    photographs: int
    pairs: int
    size: int
    sha256: str | None
    rejects: dict[str, int]
    lines: tuple[str, ...] = field(default=(), repr=False)

    @property
    def rejected(self) -> int:
        """Photographs without pairs."""
        return sum(self.rejects.values())

    def write(self, path: Path) -> None:
        """Put it on disk. Raises OSError."""
        facts = {name: value for name, value in vars(self).items() if name != "lines"}
        write_durably(path, "".join(f"{line}\n" for line in (COMPACT(facts), *self.lines)).encode("ascii"))


def finished_ledger(path: Path, out: Path, plan: str) -> Ledger | None:
    """The ledger at `path`, without its lines, if it vouches for a shard of this plan that is in place; else None.

    A tar without a ledger, or of another size than the ledger's, counts as never made.
    """
    try:
        with path.open(encoding="ascii") as lines:
            ledger = Ledger(**json.loads(lines.readline()))
        size = (out / ledger.file).stat().st_size if ledger.pairs else 0
    except (OSError, ValueError, TypeError):
        return None
    return ledger if ledger.plan == plan and ledger.size == size else None


def read_ledger(path: Path) -> Ledger:
    """The ledger at `path` with its lines. Raises OSError or ValueError."""
    facts, *lines = path.read_text("ascii").splitlines()
    return Ledger(**json.loads(facts), lines=tuple(lines))


def reject_line(reject: Reject, split: str | None) -> str:
    """A line of rejects.jsonl: source, key, split, reason, detail."""
    row: dict[str, Any] = {
        "source": reject.source, "key": reject.key, "split": split, "reason": reject.reason, "detail": reject.detail,
    }  # fmt: skip
    return COMPACT(row)
