"""What a build says while it runs: a bar on a terminal, a few lines elsewhere, events for programs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from degrade.building import Planned, Progress, ShardDone
from degrade.cli.console import COMPILING, counted, emit, printable, say

_REDRAW_S = 0.1
_TELL_S = 30.0
"""Seconds between lines, where there is no terminal to draw a bar on."""


class Shown(Progress):
    """Counts what is done; subclasses show it. As a context manager it leaves the terminal as it was."""

    def __init__(self) -> None:
        self.total = self.photographs = self.pairs = self.rejects = 0
        self._compiling = False
        self._start_counting()

    def _start_counting(self) -> None:
        """Let the rate hold from now on."""
        self._started, self._before = time.monotonic(), self.pairs

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def rate(self) -> float:
        """Pairs a second, without the time that was spent on compiling."""
        return (self.pairs - self._before) / max(time.monotonic() - self._started, 1e-3)

    def planned(self, planned: Planned) -> None:
        self.total = planned.todo_photographs
        self._start_counting()
        there = f", {counted(planned.resumed, 'shard')} finished before" if planned.resumed else ""
        workers = f", {counted(planned.workers, 'worker')}" if planned.workers else ""
        self.message(
            f"{counted(planned.photographs, 'photograph')}, {counted(planned.pairs, 'pair')} in "
            f"{counted(planned.shards, 'shard')}{there}{workers}"
        )

    def compiling(self) -> None:
        self._compiling = True
        self.message(COMPILING)

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        self.photographs += photographs
        self.pairs += pairs
        self.rejects += rejects
        if self._compiling:
            self._compiling = False
            self._start_counting()
        self.update()

    def message(self, text: str) -> None:
        """Say one line."""
        say(text)

    def update(self) -> None:
        """Show the counts as they are now."""

    def close(self) -> None:
        """Take away what is shown."""


class Drawn(Shown):
    """A bar with rate, time left and rejects. It is drawn by the events alone, without a thread, beside which a process
    must not be forked."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(), console=console, auto_refresh=False, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._drawn = 0.0

    def planned(self, planned: Planned) -> None:
        super().planned(planned)
        self._bar.start()
        self._task = self._bar.add_task("photographs", total=self.total, facts="")
        self._bar.refresh()

    def finishing(self) -> None:
        if self._task is not None:
            self._bar.update(self._task, description="writing the index", completed=self.total, refresh=True)

    def message(self, text: str) -> None:
        self._bar.console.print(printable(text), markup=False, highlight=False, emoji=False, soft_wrap=True)

    def update(self) -> None:
        if self._task is None:
            return
        rejected = f" · {self.rejects} rejected" if self.rejects else ""
        now = time.monotonic()
        due = now - self._drawn > _REDRAW_S
        self._drawn = now if due else self._drawn
        self._bar.update(
            self._task, completed=self.photographs, facts=f"{self.rate:.1f} pairs/s{rejected}", refresh=due
        )

    def close(self) -> None:
        self._bar.stop()


class Told(Shown):
    """A line now and then, for logs."""

    def _start_counting(self) -> None:
        super()._start_counting()
        self._told = self._started

    def update(self) -> None:
        now = time.monotonic()
        if now - self._told < _TELL_S:
            return
        self._told = now
        rejected = f", {self.rejects:,} rejected" if self.rejects else ""
        self.message(f"{self.photographs:,} of {counted(self.total, 'photograph')}, {self.rate:.1f} pairs/s{rejected}")


class Events(Progress):
    """Passes each event on, and prints it as a JSON line on stdout."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def planned(self, planned: Planned) -> None:
        emit({"event": "planned", **dataclasses.asdict(planned), "out": str(planned.out)})
        self._shown.planned(planned)

    def compiling(self) -> None:
        self._shown.compiling()

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        self._shown.advanced(photographs, pairs, rejects)

    def shard_done(self, shard: ShardDone) -> None:
        emit({"event": "shard", **dataclasses.asdict(shard)})

    def finishing(self) -> None:
        self._shown.finishing()


def shown_progress() -> Shown:
    """A bar if stderr is a terminal, else lines."""
    console = terminal()
    return Drawn(console) if console else Told()


@contextmanager
def counting(things: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; gives what is to be called with how many `things` are done, and of how many."""
    console = terminal()
    if console is None:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task(things, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total, refresh=True)


def terminal() -> Console | None:
    """The terminal behind stderr, if there is one that can be drawn on."""
    console = Console(stderr=True)
    return console if console.is_terminal and not console.is_dumb_terminal else None
