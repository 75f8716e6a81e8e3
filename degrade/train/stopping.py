"""When to stop, and which epoch is the best."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Stopping:
    """Watches the validation loss.

    Two questions, two answers: the best epoch is the arg-min of the loss, the first of equals. Patience runs out after
    `patience` epochs without an improvement by more than `min_delta` over the last one that counted as such, as Keras'
    EarlyStopping has it.

    Attributes
    ----------
    best_epoch : int
        From 1; 0 before the first.
    best_loss : float
    waited : int
        Epochs since what counts as an improvement.
    """

    patience: int | None = None
    min_delta: float = 0.0
    best_epoch: int = 0
    best_loss: float = math.inf
    reference: float = math.inf
    waited: int = 0

    def update(self, epoch: int, loss: float) -> bool:
        """Take the loss of `epoch` (from 1); whether it is the best one so far."""
        self.waited += 1
        if loss + self.min_delta < self.reference:
            self.reference, self.waited = loss, 0
        if loss < self.best_loss:
            self.best_epoch, self.best_loss = epoch, loss
            return True
        return False

    @property
    def stop(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.waited >= self.patience

    def state(self) -> list[float]:
        """What `restore` takes; `patience` and `min_delta` are settings."""
        return [self.best_epoch, self.best_loss, self.reference, self.waited]

    def restore(self, state: list[float]) -> None:
        """Go on where the training was whose `state` this is."""
        self.best_epoch, self.best_loss, self.reference, self.waited = (
            int(state[0]), float(state[1]), float(state[2]), int(state[3]),
        )  # fmt: skip
