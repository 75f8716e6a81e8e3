from __future__ import annotations

from typing import Any

import pytest

from degrade.train.schedules import factor
from degrade.train.settings import Settings


def rates(schedule: str, epochs: int, parts: int = 1, **more: Any) -> list[float]:
    settings = Settings(data="pairs", schedule=schedule, epochs=epochs, **more)
    return [factor(settings, step / parts) for step in range(epochs * parts)]


def test_constant() -> None:
    assert rates("constant", 3) == [1, 1, 1]


def test_exponential_changes_with_each_epoch() -> None:
    assert rates("exponential", 3, parts=2) == pytest.approx([1, 1, 0.95, 0.95, 0.95**2, 0.95**2])
    assert rates("exponential", 3, decay=0.5) == [1, 0.5, 0.25]


def test_linear_holds_and_then_falls_to_zero() -> None:
    assert rates("linear", 6, hold_epochs=2) == pytest.approx([1, 1, 1, 0.75, 0.5, 0.25])
    assert rates("linear", 4) == [1, 0.75, 0.5, 0.25]


def test_cosine_rises_and_then_falls() -> None:
    found = rates("cosine", 10, parts=4, warmup_epochs=2.0)
    assert found[:8] == pytest.approx([step / 8 for step in range(8)])
    assert found[8] == 1
    assert found[8:] == sorted(found[8:], reverse=True)
    assert found[24] == pytest.approx(0.5)
    assert 0 < found[-1] < 0.01
