"""The ledger of a finished shard: lines that the output's own files are made of, written once its files are in place.

The first line holds the facts, the second is the shard's line of the index, then come its lines of rejects.jsonl and,
where members are files of their own, those of the split's metadata.jsonl.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from degrade.corpus import Reject
from degrade.jsontext import from_json
from degrade.shards.index import COMPACT
from degrade.shards.layout import is_shard_file
from degrade.shards.manifest_check import Test, is_count, is_digest, is_numbers, is_split, is_text

_FACTS: dict[str, Test] = {
    "plan": is_text, "file": is_shard_file, "split": is_split, "photographs": is_count, "pairs": is_count,
    "size": is_count, "sha256": lambda value: value is None or is_digest(value), "rejects": is_numbers,
    "body": is_count,
}  # fmt: skip
HEAD = 1 << 14
"""Bytes that hold a ledger's first line: a few names, and at most a number for each reason of rejects."""


@dataclass(frozen=True)
class Ledger:
    """A finished shard.

    Attributes
    ----------
    plan : str
        Hash of the plan that it belongs to.
    file, split : str
    photographs, pairs, size : int
        What went in, what came out, and the bytes of its files (0: no pairs, no file).
    sha256 : str or None
        Of these bytes, in hex.
    rejects : dict
        How many photographs gave no pairs, by reason.
    lines : tuple of str
        The line of the index, those of the rejects, and those of the metadata.
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

    def to_bytes(self) -> bytes:
        """As it is stored."""
        facts = {name: value for name, value in vars(self).items() if name != "lines"}
        body = "".join(f"{line}\n" for line in self.lines)
        return f"{COMPACT(facts | {'body': len(body)})}\n{body}".encode("ascii")


def finished_ledger(head: tuple[bytes, int], size: int | None, plan: str) -> Ledger | None:
    """A ledger, without its lines, if it vouches for a shard of this plan that is in place; else None.

    Parameters
    ----------
    head : (bytes, int)
        Its first `HEAD` bytes, and how many it has.
    size : int or None
        The bytes of the shard's files, None if there is no such file.
    """
    start, whole = head
    first, newline, _ = start.partition(b"\n")
    try:
        ledger, body = _parsed(first)
    except (KeyError, ValueError, TypeError):
        return None
    complete = newline and whole == len(first) + 1 + body
    in_place = not ledger.pairs or ledger.size == size
    return ledger if complete and in_place and ledger.plan == plan else None


def read_ledger(data: bytes) -> Ledger:
    """A stored ledger with its lines. Raises KeyError, TypeError or ValueError."""
    first, *lines = data.decode("ascii").splitlines()
    ledger = _parsed(first)[0]
    if len(lines) < 1 + ledger.rejected:
        raise ValueError("it has too few lines")
    return replace(ledger, lines=tuple(lines))


def _parsed(first: str | bytes) -> tuple[Ledger, int]:
    """The facts, and the length of the lines below them."""
    facts = from_json(first)
    if not isinstance(facts, dict) or facts.keys() != _FACTS.keys():
        raise ValueError("its facts are others")
    if damaged := [name for name, test in _FACTS.items() if not test(facts[name])]:
        raise ValueError(f"its entry {damaged[0]!r} is damaged")
    body = int(facts.pop("body"))
    return Ledger(**facts), body


def reject_line(reject: Reject, split: str | None) -> str:
    """A line of rejects.jsonl: source, key, split, reason, detail."""
    row: dict[str, Any] = {
        "source": reject.source, "key": reject.key, "split": split, "reason": reject.reason, "detail": reject.detail,
    }  # fmt: skip
    return COMPACT(row)
