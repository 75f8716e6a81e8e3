from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from degrade.building import Planned, ShardDone
from degrade.cli import progress
from degrade.cli.console import COMPILING
from degrade.cli.progress import Drawn, Events, Shown, Told, counting, shown_progress
from degrade.corpus import Reject

PLANNED = Planned(Path("/out"), photographs=2000, pairs=4000, shards=4, resumed=1, todo_photographs=1500, workers=2)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def run_through(shown: Shown, clock: Clock) -> None:
    """1500 photographs, 3 of them bad, in 100 seconds."""
    with shown:
        shown.planned(PLANNED)
        shown.compiling()
        for _ in range(100):
            clock.now += 1
            shown.advanced(15, 30, 0)
        shown.advanced(0, 0, 3)
        shown.finishing()


def test_in_a_log_it_tells_a_line_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    run_through(Told(), clock)
    assert capsys.readouterr().err.splitlines() == [
        "2,000 photographs, 4,000 pairs in 4 shards, 1 shard finished before, 2 workers",
        COMPILING,
        "465 of 1,500 photographs, 30.0 pairs/s",
        "915 of 1,500 photographs, 30.0 pairs/s",
        "1,365 of 1,500 photographs, 30.0 pairs/s",
    ]


def test_on_a_terminal_it_draws_a_bar_with_rate_time_left_and_rejects(clock: Clock) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    shown = Drawn(console)
    run_through(shown, clock)
    drawn = screen.getvalue()
    assert "2,000 photographs" in drawn
    assert COMPILING in drawn
    assert "750/1500 30.0 pairs/s" in drawn
    assert "writing the index" in drawn
    assert drawn.endswith("\x1b[?25h") or "\x1b[?25h" in drawn  # the cursor is back


def test_rejects_are_shown(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    for shown in (Told(), Drawn(Console(file=screen, force_terminal=True, width=100, color_system=None))):
        with shown:
            shown.planned(PLANNED)
            clock.now += 60
            shown.advanced(10, 14, 3)
    assert "10 of 1,500 photographs, 0.2 pairs/s, 3 rejected" in capsys.readouterr().err
    assert "3 rejected" in screen.getvalue()


def test_a_message_is_never_markup(clock: Clock) -> None:
    screen = io.StringIO()
    Drawn(Console(file=screen, force_terminal=True, width=20, color_system=None)).message("[bold]x[/] \x1b[31m :smile:")
    assert screen.getvalue() == "[bold]x[/] \\x1b[31m :smile:\n"


def test_neither_planning_nor_compiling_counts_in_the_rate(clock: Clock) -> None:
    shown = Told()
    clock.now += 1000
    shown.planned(PLANNED)
    shown.advanced(1, 2, 0)
    clock.now += 4
    assert shown.rate == pytest.approx(0.5)
    shown.compiling()
    clock.now += 1000
    shown.advanced(1, 2, 0)
    clock.now += 4
    shown.advanced(5, 10, 0)
    assert shown.rate == pytest.approx(2.5)


def test_events_are_json_lines_and_pass_on(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    events = Events(Told())
    events.planned(PLANNED)
    events.compiling()
    events.advanced(1, 2, 0)
    reject = Reject("a.png", "a", "truncated", "the file ends")
    events.shard_done(ShardDone(0, "data/train-00000-of-00004.tar", 500, 998, 123, (reject,)))
    events.finishing()
    said = capsys.readouterr()
    planned, shard = (json.loads(line) for line in said.out.splitlines())
    assert (planned["event"], planned["out"], planned["pairs"]) == ("planned", "/out", 4000)
    assert (shard["event"], shard["pairs"], shard["rejects"][0]["reason"]) == ("shard", 998, "truncated")
    assert said.err.splitlines()[1] == COMPILING


def test_bars_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(shown_progress(), Told)
    with counting("shards") as count:
        count(1, 2)
    assert capsys.readouterr().err == ""
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(progress, "terminal", lambda: terminal)
    assert isinstance(shown_progress(), Drawn)
    with counting("shards") as count:
        count(1, 2)
    assert "shards" in screen.getvalue()
    assert "1/2" in screen.getvalue()
