"""What a build tells when it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Report:
    """The outcome of a build, or, of a dry run, what one would do.

    Attributes
    ----------
    out : Path or str
        The folder, absolute, or the URL, without what is secret in it.
    plan : str
        The plan's hash.
    photographs : int
        Photographs of this build, or of this part.
    pairs : int
        Pairs in its shards, those of earlier runs included; planned ones in a dry run.
    splits : dict
        Pairs by split.
    rejects : dict
        Inputs without pairs, by reason.
    ignored : dict
        Entries of the source that make no claim to be photographs, by reason.
    shards, resumed : int
        Shards of this build or part, and how many of them were there before.
    size : int
        Bytes of the shards.
    workers : int
        Processes that built; 0 where nothing was left to do.
    finished : bool
        Whether manifest, index and card are written.
    dry_run : bool
    part : (i, n) or None
    seconds : float
        Wall time; it stands in no file.
    """

    out: Path | str
    plan: str
    photographs: int
    pairs: int
    splits: dict[str, int]
    rejects: dict[str, int]
    ignored: dict[str, int]
    shards: int
    resumed: int
    size: int = 0
    workers: int = 0
    finished: bool = False
    dry_run: bool = False
    part: tuple[int, int] | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def rejected(self) -> int:
        """Inputs without pairs."""
        return sum(self.rejects.values())

    @property
    def exit_code(self) -> int:
        """0, or 1 if there were photographs and all were rejected."""
        return 1 if self.photographs and not self.pairs else 0

    def to_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "out": str(self.out), "plan": self.plan, "photographs": self.photographs, "pairs": self.pairs,
            "splits": self.splits, "rejects": self.rejects, "ignored": self.ignored, "shards": self.shards,
            "resumed": self.resumed, "size": self.size, "workers": self.workers, "finished": self.finished,
            "dry_run": self.dry_run, "part": list(self.part) if self.part else None,
            "seconds": round(self.seconds, 3),
        }  # fmt: skip
