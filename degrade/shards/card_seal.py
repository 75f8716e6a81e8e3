"""Whether a card is as it was written, or somebody's own: one that was edited is never overwritten."""

from __future__ import annotations

import hashlib

_MARK = "as written by degrade; a card that was edited is never overwritten: "


def sealed(text: str) -> str:
    """`text` with a mark at its end, which no longer fits when somebody edits it."""
    return f"{text}\n<!-- {_MARK}{_seal(text)} -->\n"


def is_as_written(text: str) -> bool:
    """Whether nobody has edited a card since it was written; one that is edited is somebody's own."""
    before, mark, after = text.replace("\r\n", "\n").rpartition(f"\n<!-- {_MARK}")
    return bool(mark) and after.strip() == f"{_seal(before)} -->"


def _seal(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16, person=b"degrade.card").hexdigest()
