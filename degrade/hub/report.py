"""What a push or a pull tells when it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class PushReport:
    """The outcome of a push, or, of a dry run, what one would do.

    Attributes
    ----------
    repository, revision : str
        ``user/name``, and the branch, or the pull request's revision.
    url : str
        As `degrade.open_pairs` takes it, or `degrade.load_recipe` where a recipe was pushed.
    commit : str
        The last one; "" where there is none yet.
    sent : list of (str, int)
        Names and bytes of the files that were sent by this run.
    kept : int
        Files that were there before.
    removed : list of str
        Files of another build.
    card : str
        "written", "edited" (yours, sent as it is) or "theirs" (edited on the Hub, left as it is).
    pull_request, tag : str or None
    private : bool
    dry_run : bool
    """

    repository: str
    revision: str
    url: str
    commit: str
    sent: list[tuple[str, int]] = field(default_factory=list)
    kept: int = 0
    removed: list[str] = field(default_factory=list)
    card: str = "written"
    pull_request: str | None = None
    tag: str | None = None
    private: bool = False
    dry_run: bool = False

    @property
    def size(self) -> int:
        """Bytes that were sent."""
        return sum(size for _, size in self.sent)

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "sent": [{"name": name, "bytes": size} for name, size in self.sent], "bytes": self.size}


@dataclass(frozen=True)
class PullReport:
    """The outcome of a pull.

    Attributes
    ----------
    repository, commit : str
        ``user/name``, and which commit of it was fetched.
    out : Path
        The folder, absolute.
    splits : dict
        Pairs by split.
    fetched, kept : int
        Files that were fetched by this run, and that were in place before.
    size : int
        Bytes that were fetched.
    """

    repository: str
    commit: str
    out: Path
    splits: dict[str, int]
    fetched: int
    kept: int
    size: int

    @property
    def pairs(self) -> int:
        """Of all its splits."""
        return sum(self.splits.values())

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "out": str(self.out), "pairs": self.pairs}
