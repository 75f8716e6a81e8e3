"""The errors of streaming."""

from __future__ import annotations

from typing import Any

from degrade.errors import CuredError, DegradeError


class StreamError(CuredError):
    """Pairs that cannot be streamed as they were asked for."""

    exit_code = 2


class PairError(DegradeError):
    """A photograph of which no pair can be made.

    Attributes
    ----------
    source : str
        The photograph's path, relative to the corpus.
    key : str
        The photograph's key.
    reason : str
        A stable slug, as in a build's rejects.jsonl.
    detail : str
        What happened, in words.
    cure : str
        What to do about it.

    Notes
    -----
    A data loader's worker hands an error over as one text, from which it can be made too.
    """

    def __init__(self, source: str, key: str = "", reason: str = "", detail: str = "", cure: str = "") -> None:
        super().__init__(source, key, reason, detail, cure)
        self.source = source
        self.key = key
        self.reason = reason
        self.detail = detail
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.source}: {self.detail}; {self.cure}" if self.detail else self.source

    def __reduce__(self) -> Any:
        return type(self), self.args
