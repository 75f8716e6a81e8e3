"""What a push or a pull says while it runs: a bar on a terminal, a few lines elsewhere, events for programs."""

from __future__ import annotations

import dataclasses
import time

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bar

from degrade.cli.console import counted, emit, printable, say
from degrade.cli.outputs import size_in_words
from degrade.hub import Planned, Progress

_TELL_S = 30.0
"""Seconds between lines, where there is no terminal to draw a bar on."""


class Shown(Progress):
    """Lines for people; as a context manager it leaves the terminal as it was."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self._told = time.monotonic()

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def planned(self, planned: Planned) -> None:
        self.total, self.done = planned.size, 0
        kept = f", {counted(planned.kept, 'file')} there before" if planned.kept else ""
        self.message(f"{counted(planned.files, 'file')}, {size_in_words(planned.size)}{kept}")

    def advanced(self, size: int) -> None:
        self.done += size
        self.update()

    def waiting(self, seconds: float, why: str) -> None:
        self.message(f"{why}; trying again in {seconds:.0f} s")

    def checking(self) -> None:
        self.message("comparing what has arrived with the manifest…")

    def message(self, text: str) -> None:
        """Say one line."""
        say(text)

    def update(self) -> None:
        """Show the counts as they are now."""
        now = time.monotonic()
        if now - self._told >= _TELL_S:
            self._told = now
            self.message(f"{size_in_words(self.done)} of {size_in_words(self.total)}")

    def close(self) -> None:
        """Take away what is shown."""


class Drawn(Shown):
    """A bar, drawn by the events alone."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            TimeRemainingColumn(), console=console, auto_refresh=False, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._task: TaskID | None = None

    def planned(self, planned: Planned) -> None:
        super().planned(planned)
        if self._task is None:
            self._bar.start()
            self._task = self._bar.add_task("files", total=planned.size)
        self._bar.reset(self._task, total=planned.size)
        self._bar.refresh()

    def message(self, text: str) -> None:
        self._bar.console.print(printable(text), markup=False, highlight=False, emoji=False, soft_wrap=True)

    def update(self) -> None:
        if self._task is not None:
            self._bar.update(self._task, completed=self.done, refresh=True)

    def close(self) -> None:
        self._bar.stop()


class Events(Progress):
    """Passes each event on, and prints it as a JSON line on stdout."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def planned(self, planned: Planned) -> None:
        emit({"event": "planned", **dataclasses.asdict(planned)})
        self._shown.planned(planned)

    def advanced(self, size: int) -> None:
        self._shown.advanced(size)

    def moved(self, name: str, size: int) -> None:
        emit({"event": "file", "file": name, "bytes": size})

    def committed(self, commit: str, files: int) -> None:
        emit({"event": "commit", "commit": commit, "files": files})

    def waiting(self, seconds: float, why: str) -> None:
        emit({"event": "waiting", "seconds": seconds, "why": why})
        self._shown.waiting(seconds, why)

    def checking(self) -> None:
        self._shown.checking()


def shown_transfer() -> Shown:
    """A bar if stderr is a terminal, else lines."""
    console = Console(stderr=True)
    return Drawn(console) if console.is_terminal and not console.is_dumb_terminal else Shown()
