from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from degrade.engine.key import Key
from degrade.realism import RealismError
from degrade.realism.fitting.aligning import ROUNDS, aligned
from degrade.realism.fitting.halves import halves
from degrade.realism.fitting.judged import Figures, cost_of
from degrade.realism.fitting.knobs import Knob, Settings
from degrade.realism.fitting.searching import searched
from degrade.realism.fitting.trials import FILE, Trials
from degrade.train.bootstrap import Interval

KNOBS = tuple(Knob("op", field, "scale", 2.0, reading) for field, reading in (("a", "a"), ("b", "b"), ("c", "")))
TRUE = {"op.a": 0.8, "op.b": -0.6, "op.c": 0.5}


class World:
    """Gaps that follow from how far knobs are from the truth, each knob acting on several."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.asked: list[Settings] = []
        self._dies_at = dies_at

    def __call__(self, settings: Settings) -> Figures:
        if len(self.asked) == self._dies_at:
            raise KeyboardInterrupt
        self.asked.append(dict(settings))
        off = {name: settings.get(name, 0.0) - value for name, value in TRUE.items()}
        gaps = {
            "a": 2 * off["op.a"] + 0.5 * off["op.b"],
            "b": 1.5 * off["op.b"] - 0.3 * off["op.a"] + 0.2 * off["op.a"] ** 2,
        }
        bits = 0.4 * min(abs(off["op.c"]), 1.0)
        cost = cost_of(bits, 0.0, gaps, 3.0)
        return Figures(10, 10, Interval(0.5 + bits), Interval(0.0), 0.5, gaps, bits, 3.0, cost)


def fitted(folder: Path, world: World, count: int = 30) -> tuple[Settings, Figures]:
    trials = Trials(folder, {"of": "world"}, world)
    estimated, figures = aligned(KNOBS[:2], trials)
    return searched(KNOBS, estimated, figures, trials, count, Key(3), lambda _: False)


def test_known_parameters_are_estimated(tmp_path: Path) -> None:
    world = World()
    estimated, _ = aligned(KNOBS[:2], Trials(tmp_path, {}, world))
    assert world({}).gaps["a"] == pytest.approx(2 * -0.8 + 0.5 * 0.6)
    assert estimated["op.a"] == pytest.approx(0.8, abs=0.1)
    assert estimated["op.b"] == pytest.approx(-0.6, abs=0.1)
    assert len(world.asked) == 1 + 2 + ROUNDS + 1


def test_the_rest_is_searched(tmp_path: Path) -> None:
    settings, figures = fitted(tmp_path, World(), 60)
    assert settings["op.c"] == pytest.approx(0.5, abs=0.25)
    assert figures.cost < World()({}).cost / 3


def test_nothing_to_estimate(tmp_path: Path) -> None:
    assert aligned([], Trials(tmp_path, {}, World())) == ({}, World()({}))


def test_estimates_that_cost_more_are_not_gone_on_from(tmp_path: Path) -> None:
    def judged(settings: Settings) -> Figures:
        figures = World()(settings)
        return dataclasses.replace(figures, cost=figures.cost + 9 * bool(settings))

    assert aligned(KNOBS[:2], Trials(tmp_path, {}, judged)) == ({}, judged({}))


@pytest.mark.parametrize("dies_at", [0, 1, 4, 8, 20])
def test_killed_and_repeated_equals_uninterrupted(tmp_path: Path, dies_at: int) -> None:
    whole = World()
    expected = fitted(tmp_path / "whole", whole)
    first, second = World(dies_at), World()
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "killed", first)
    with (tmp_path / "killed" / FILE).open("a") as file:
        file.write('{"trial": 99, "stage": "cut o')
    assert fitted(tmp_path / "killed", second) == expected
    assert first.asked + second.asked == whole.asked


def test_a_longer_search_goes_on_from_a_shorter(tmp_path: Path) -> None:
    fitted(tmp_path, World(), 0)
    more = World()
    assert fitted(tmp_path, more) == fitted(tmp_path / "new", World())
    assert len(more.asked) == 30


def test_a_search_that_goes_another_way_replaces_what_follows(tmp_path: Path) -> None:
    first = Trials(tmp_path, {}, World())
    for turn in (0.1, 0.2, 0.3):
        first("x", {"op.a": turn})
    other = World()
    second = Trials(tmp_path, {}, other)
    for turn in (0.1, 0.4):
        second("x", {"op.a": turn})
    assert other.asked == [{"op.a": 0.4}]
    lines = (tmp_path / FILE).read_text().splitlines()
    assert [json.loads(line)["settings"]["op.a"] for line in lines[1:]] == [0.1, 0.4]


def test_another_fits_trials_are_refused(tmp_path: Path) -> None:
    Trials(tmp_path, {"of": "one"}, World())("x", {})
    with pytest.raises(RealismError, match=r"trials of another fit.*remove"):
        Trials(tmp_path, {"of": "other"}, World())


def test_time_counts_over_runs(tmp_path: Path) -> None:
    first = Trials(tmp_path, {}, World())
    first("x", {"op.a": 1.0})
    second = Trials(tmp_path, {}, World())
    assert second.resumed == 1
    second("x", {"op.a": 1.0})
    assert second.seconds == first.seconds


@pytest.mark.parametrize("seed", range(3))
def test_halves(seed: int) -> None:
    groups = [f"g{n // 2}" for n in range(41)]
    sources = ["one" if n < 24 else "two" if n < 34 else "three" for n in range(41)]
    first, second = halves(groups, sources, Key(seed))
    assert sorted([*first, *second]) == list(range(41))
    of_first, of_second = ({groups[row] for row in rows} for rows in (first, second))
    assert not of_first & of_second
    assert abs(len(of_first) - len(of_second)) <= 1
    assert {sources[row] for row in first} == {sources[row] for row in second} == set(sources)
    again = halves(groups, sources, Key(seed))
    assert np.array_equal(first, again[0])
    assert not np.array_equal(first, halves(groups, sources, Key(seed + 100))[0])
