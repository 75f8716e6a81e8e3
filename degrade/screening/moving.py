"""Moving files out of a folder: nothing is deleted, nothing is overwritten, and a file is never in neither place."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from degrade.corpus import Corpus
from degrade.corpus.names import path_of, source_of
from degrade.screening.errors import ScreeningError


class Chosen(Protocol):
    """What was found of a file that is to be moved."""

    @property
    def source(self) -> str:
        """The file."""
        ...

    @property
    def kind(self) -> str:
        """What was found."""
        ...


@dataclass(frozen=True)
class Moved:
    """A file that was moved, or would be.

    Attributes
    ----------
    source : str
        Where it was, relative to the source.
    to : str
        Where it is, relative to the folder that it was moved to: the same path, but for a number where another file
        has that.
    findings : tuple of str
        The kinds for which it was moved.
    """

    source: str
    to: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A file that was chosen, but stays.

    Attributes
    ----------
    source : str
    reason : str
        "not_a_file": a folder, a pipe, one of several pictures in a file; "linked": a link leads to it; "failed": the
        system refused.
    detail : str
        In words.
    """

    source: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Mover:
    """Moves files from one folder to another.

    Parameters
    ----------
    root : Path
        The source.
    to : Path
        Absolute. Made when the first file is moved.
    """

    root: Path
    to: Path

    @classmethod
    def of(cls, corpus: Corpus, to: str | os.PathLike[str]) -> Mover:
        """The mover of a corpus. Raises ScreeningError for one that is no local folder, and for a folder that lies
        within it or around it: what was moved would be found again."""
        whole: Any = corpus
        while (inner := getattr(whole, "inner", None)) is not None:  # some of another corpus' photographs
            whole = inner
        root = getattr(whole, "root", None)
        if not isinstance(root, Path) or not root.is_dir():
            cure = "give the folder itself as the source"
            raise ScreeningError(f"files can be moved out of a local folder only, not out of {corpus.name}", cure, 2)
        there, here = Path(to).expanduser().resolve(), root.resolve()
        if there.is_relative_to(here) or here.is_relative_to(there):
            cure = "choose a folder beside the source"
            raise ScreeningError(f"{to} lies within the source, or around it", cure, 2)
        if there.exists() and not there.is_dir():
            raise ScreeningError(f"{to} is no folder", "choose another one to move to", 2)
        return cls(root, there)

    def move(
        self, chosen: Sequence[Chosen], sources: Iterable[str], dry_run: bool = False
    ) -> tuple[list[Moved], list[Held]]:
        """Move the files of the chosen findings; with `dry_run` only say which.

        Parameters
        ----------
        chosen : sequence of Finding or the like
            In order of the sources.
        sources : iterable of str
            All files of the source, to know which links lead where.
        """
        kinds: dict[str, list[str]] = {}
        for finding in chosen:
            kinds.setdefault(finding.source, []).append(finding.kind)
        linked = self._links((source for source in sources if source not in kinds), bool(kinds))
        moved, held = [], []
        taken: set[Path] = set()
        for source, why in kinds.items():
            reason = self._reason_to_stay(source, linked)
            if reason is not None:
                held.append(Held(source, *reason))
                continue
            try:
                to = self._move(source, taken, dry_run)
            except OSError as error:
                held.append(Held(source, "failed", f"it cannot be moved ({error.strerror or error}); mend that"))
            else:
                moved.append(Moved(source, source_of(str(to.relative_to(self.to))), tuple(why)))
        return moved, held

    def _links(self, staying: Iterator[str], wanted: bool) -> dict[Path, str]:
        """The files that links lead to which stay, and one of these links."""
        links: dict[Path, str] = {}
        for source in staying if wanted else ():
            path = self.root / path_of(source)
            if path.is_symlink():
                links.setdefault(path.resolve(), source)
        return links

    def _reason_to_stay(self, source: str, linked: dict[Path, str]) -> tuple[str, str] | None:
        path = self.root / path_of(source)
        try:
            found = path.lstat()
        except OSError as error:
            return "not_a_file", f"it is no file of its own ({error.strerror or error})"
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISLNK(found.st_mode):
            return "not_a_file", "only files are moved"
        if stat.S_ISREG(found.st_mode) and linked and (link := linked.get(path.resolve())) is not None:
            return "linked", f"the link {link} leads to it, and would lead to nothing"
        return None

    def _move(self, source: str, taken: set[Path], dry_run: bool) -> Path:
        """Move one file; gives where it is. Raises OSError."""
        wanted = self.to / path_of(source)
        if dry_run:
            to = next(name for name in _names(wanted) if name not in taken and not os.path.lexists(name))
            taken.add(to)
            return to
        wanted.parent.mkdir(parents=True, exist_ok=True)
        to = next(name for name in _names(wanted) if _claimed(name))
        try:
            _carry(self.root / path_of(source), to)
        except BaseException:
            if os.path.lexists(self.root / path_of(source)) and to.lstat().st_size == 0:
                to.unlink()  # our own empty file; had the photograph been moved, it would be no longer there
            raise
        return to


def _names(wanted: Path) -> Iterator[Path]:
    """A path, then the same with ever new numbers before its suffix."""
    yield wanted
    for number in count(2):
        yield wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")


def _claimed(path: Path) -> bool:
    """Make an empty file that nobody had before; False if there is something."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def _carry(path: Path, to: Path) -> None:
    """Put the file at `path` in the place of our own empty file at `to`. Raises OSError."""
    if path.is_symlink():
        _carry_link(path, to)
        return
    try:
        path.replace(to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry_far(path, to)


def _carry_link(path: Path, to: Path) -> None:
    """A link leads where it led, from its new place too."""
    target = path.readlink()
    new = _beside(to)
    new.unlink()
    try:
        new.symlink_to(target if target.is_absolute() else os.path.relpath(path.parent.resolve() / target, to.parent))
        new.replace(to)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    path.unlink()


def _carry_far(path: Path, to: Path) -> None:
    """To another disk: the file is removed when its copy is whole and on that disk."""
    new = _beside(to)
    try:
        shutil.copy2(path, new)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(to)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    path.unlink()


def _beside(path: Path) -> Path:
    """An empty file of ours in the same folder, for the time until all is there."""
    return next(name for name in _names(path.with_name(f".{path.name}.moving")) if _claimed(name))
