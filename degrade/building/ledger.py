"""The ledger of a finished shard: lines that the output's own files are made of, written once its tar is in place.

The first line holds the facts, the second is the shard's line of the index, the others are its lines of rejects.jsonl.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
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
        body = "".join(f"{line}\n" for line in self.lines)
        write_durably(path, f"{COMPACT(facts | {'body': len(body)})}\n{body}".encode("ascii"))


def finished_ledger(path: Path, out: Path, plan: str) -> Ledger | None:
    """The ledger at `path`, without its lines, if it vouches for a shard of this plan that is in place; else None.

    A tar without a whole ledger, or of another size than the ledger's, counts as never made.
    """
    try:
        with path.open("rb") as file:
            first = file.readline()
            ledger, body = _parsed(first)
            whole = os.fstat(file.fileno()).st_size == len(first) + body
        size = (out / ledger.file).stat().st_size if ledger.pairs else 0
    except (OSError, KeyError, ValueError, TypeError):
        return None
    return ledger if whole and ledger.plan == plan and ledger.size == size else None


def read_ledger(path: Path) -> Ledger:
    """The ledger at `path` with its lines. Raises OSError, KeyError, ValueError or TypeError."""
    first, *lines = path.read_text("ascii").splitlines()
    return replace(_parsed(first)[0], lines=tuple(lines))


def _parsed(first: str | bytes) -> tuple[Ledger, int]:
    """The facts, and the length of the lines below them."""
    facts = json.loads(first)
    body = int(facts.pop("body"))
    return Ledger(**facts), body


def reject_line(reject: Reject, split: str | None) -> str:
    """A line of rejects.jsonl: source, key, split, reason, detail."""
    row: dict[str, Any] = {
        "source": reject.source, "key": reject.key, "split": split, "reason": reject.reason, "detail": reject.detail,
    }  # fmt: skip
    return COMPACT(row)
