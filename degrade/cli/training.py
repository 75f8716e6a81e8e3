"""What a training says while it runs: a bar on a terminal, a line an epoch, events for programs."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from degrade.cli.console import emit, printable, say
from degrade.cli.progress import terminal
from degrade.train.watching import Watcher

_REDRAW_S = 0.1


class Shown(Watcher):
    """A line an epoch. As a context manager it leaves the terminal as it was."""

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def message(self, text: str) -> None:
        say(text)

    def epoch_done(self, row: dict[str, float], best: bool) -> None:
        psnr = f", PSNR {row['val_psnr']:.2f} dB" if "val_psnr" in row else ""
        word = " (best)" if best else ""
        losses = f"loss {row['train_loss']:.5g}, validation {row['val_loss']:.5g}{word}"
        self.message(f"epoch {row['epoch']:.0f}: {losses}{psnr}")

    def close(self) -> None:
        """Take away what is shown."""


class Drawn(Shown):
    """A bar over all steps besides, drawn by the events alone: no thread beside which a process is forked."""

    def __init__(self, console: Console) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[facts]}"),
            TimeRemainingColumn(), console=console, auto_refresh=False, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._drawn = 0.0
        self._facts = ""

    def started(self, epochs: int, steps: int, done: int) -> None:
        self._epochs, self._steps = epochs, steps
        self._bar.start()
        self._task = self._bar.add_task("training", total=epochs * steps, completed=done, facts="")

    def stepped(self, epoch: int, step: int, loss: float | None, images_per_second: float) -> None:
        now = time.monotonic()
        if self._task is None or now - self._drawn < _REDRAW_S:
            return
        self._drawn = now
        if loss is not None:
            self._facts = f"loss {loss:.4g} · {images_per_second:.0f} pictures/s"
        done = (epoch - 1) * self._steps + step
        described = f"epoch {epoch}/{self._epochs}"
        self._bar.update(self._task, completed=done, description=described, facts=self._facts, refresh=True)

    def message(self, text: str) -> None:
        self._bar.console.print(printable(text), markup=False, highlight=False, emoji=False, soft_wrap=True)

    def close(self) -> None:
        self._bar.stop()


class Events(Watcher):
    """Passes each event on, and prints epochs as JSON lines on stdout."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def started(self, epochs: int, steps: int, done: int) -> None:
        emit({"event": "started", "epochs": epochs, "steps": steps, "done": done})
        self._shown.started(epochs, steps, done)

    def stepped(self, epoch: int, step: int, loss: float | None, images_per_second: float) -> None:
        self._shown.stepped(epoch, step, loss, images_per_second)

    def epoch_done(self, row: dict[str, float], best: bool) -> None:
        emit({"event": "epoch", **row, "best": best})
        self._shown.epoch_done(row, best)

    def message(self, text: str) -> None:
        self._shown.message(text)


def shown_training() -> Shown:
    """A bar and lines if stderr is a terminal, else lines."""
    console = terminal()
    return Drawn(console) if console else Shown()
