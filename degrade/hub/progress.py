"""What a push or a pull tells while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Planned:
    """What is about to happen.

    Attributes
    ----------
    files, size : int
        To be sent or fetched, and their bytes.
    kept : int
        Files that are in place already.
    stale : int
        Files of another build that are to be removed.
    """

    files: int
    size: int
    kept: int
    stale: int = 0


class Progress:
    """Its methods are called as things happen, from one thread; by themselves they do nothing."""

    def planned(self, planned: Planned) -> None:
        """Again after a failure, with what is left."""

    def advanced(self, size: int) -> None:
        """So many more bytes were sent or fetched."""

    def moved(self, name: str, size: int) -> None:
        """A file has been sent or fetched."""

    def committed(self, commit: str, files: int) -> None:
        """So many files were committed together."""

    def waiting(self, seconds: float, why: str) -> None:
        """Something failed that may pass; the next attempt comes after these seconds."""

    def checking(self) -> None:
        """What has arrived is compared with the manifest."""
