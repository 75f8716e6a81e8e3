"""What archives hold, and the names of it as sources.

A name in an archive is only a name: nothing is ever unpacked, so that `../../etc/passwd` is as harmless as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from degrade.corpus.names import source_of

_RESOURCE_FORKS = "__MACOSX"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive that is no folder.

    Attributes
    ----------
    parts : tuple of str
        Its name, by components: without empty ones and `.`, and with `__` for `..`.
    size : int
        Bytes when unpacked.
    offset : int
        Where in the archive it begins.
    bad : (reason, detail) or None
        Why it cannot be read.
    data : callable
        Reads it while the archive is being listed; raises ValueError if it is damaged.
    """

    parts: tuple[str, ...]
    size: int
    offset: int
    bad: tuple[str, str] | None
    data: Callable[[], bytes]

    @property
    def source(self) -> str:
        """The name as a source."""
        return source_of("/".join(self.parts))

    @property
    def is_hidden(self) -> bool:
        """Whether it, or a folder that it is in, begins with a dot or is what macOS adds."""
        return any(part.startswith(".") for part in self.parts) or _RESOURCE_FORKS in self.parts

    @property
    def field(self) -> str:
        """What the file is in its sample: the name from the first dot on, without that."""
        return self.parts[-1].partition(".")[2]

    @property
    def key(self) -> str:
        """What the files of one sample have in common: the name up to the first dot after the last slash."""
        *folders, name = self.parts
        return "/".join((*folders, name.partition(".")[0]))


def parts_of(name: str) -> tuple[str, ...]:
    """The components of a member's name."""
    return tuple("__" if part == ".." else part for part in name.split("/") if part not in ("", "."))


class DamagedArchive(Exception):
    """An archive that cannot be read from some place on; `what` says what is wrong, and what to do."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
