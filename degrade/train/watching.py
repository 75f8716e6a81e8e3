"""What a training tells while it runs."""

from __future__ import annotations


class Watcher:
    """Hears of a training and does nothing; subclasses show it. Called in the first process only."""

    def started(self, epochs: int, steps: int, done: int) -> None:
        """There are `epochs` of `steps` each, of which `done` steps in all were made before."""

    def stepped(self, epoch: int, step: int, loss: float | None, images_per_second: float) -> None:
        """A step of epoch `epoch` (from 1) is done; the loss is looked at now and then, and else None."""

    def epoch_done(self, row: dict[str, float], best: bool) -> None:
        """An epoch has ended with these figures (a row of history.csv)."""

    def message(self, text: str) -> None:
        """One line for people."""
