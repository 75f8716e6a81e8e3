from __future__ import annotations

import math

import pytest

from degrade.train.stopping import Stopping


def epochs_until_stop(stopping: Stopping, losses: list[float]) -> int:
    for epoch, loss in enumerate(losses, 1):
        stopping.update(epoch, loss)
        if stopping.stop:
            return epoch
    return len(losses)


def falling_until(best: int, length: int) -> list[float]:
    return [0.2 - 0.01 * epoch if epoch <= best else 0.05 + 0.001 * epoch for epoch in range(1, length + 1)]


def test_best_at_16_with_patience_20_stops_after_36() -> None:
    stopping = Stopping(patience=20, min_delta=1e-3)
    assert epochs_until_stop(stopping, falling_until(16, 100)) == 36
    assert stopping.best_epoch == 16
    assert stopping.best_loss == pytest.approx(0.04)


def test_what_improves_by_no_more_than_min_delta_does_not_count_for_patience_but_may_be_best() -> None:
    stopping = Stopping(patience=2, min_delta=0.1)
    assert stopping.update(1, 1.0)
    assert stopping.update(2, 0.95)
    assert not stopping.stop
    assert stopping.update(3, 0.90625)
    assert stopping.stop
    assert (stopping.best_epoch, stopping.best_loss) == (3, 0.90625)


def test_small_steps_add_up_since_the_last_that_counted() -> None:
    stopping = Stopping(patience=2, min_delta=0.1)
    for epoch, loss in enumerate((1.0, 0.94, 0.88, 0.84), 1):
        stopping.update(epoch, loss)
    assert stopping.waited == 1
    assert stopping.reference == 0.88


def test_of_equal_losses_the_first_is_best() -> None:
    stopping = Stopping()
    assert [stopping.update(epoch, loss) for epoch, loss in enumerate((2.0, 1.0, 1.0), 1)] == [True, True, False]
    assert stopping.best_epoch == 2


def test_without_patience_it_never_stops() -> None:
    assert epochs_until_stop(Stopping(), [1.0] * 500) == 500


def test_a_restored_one_goes_on_alike() -> None:
    losses = falling_until(5, 40)
    whole, first, second = Stopping(patience=9), Stopping(patience=9), Stopping(patience=9)
    epochs_until_stop(whole, losses[:10])
    for epoch, loss in enumerate(losses[:7], 1):
        first.update(epoch, loss)
    second.restore(first.state())
    for epoch, loss in enumerate(losses[7:10], 8):
        second.update(epoch, loss)
    assert second == whole
    assert not math.isinf(second.best_loss)
