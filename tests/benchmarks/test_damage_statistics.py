"""What generated photographs measure lies where real ones do."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

import degrade

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "damage_statistics.py"
PHOTOS = 300
"""Photographs of each figure: fewer have too few scratches to hold a median to 5 %."""


@pytest.fixture(scope="module")
def statistics(script_of: Callable[[str], ModuleType]) -> ModuleType:
    return script_of("benchmarks/damage_statistics.py")


@pytest.mark.long
def test_every_figure_lies_within_its_span() -> None:
    command = [sys.executable, str(SCRIPT), "--photos", str(PHOTOS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.count("holds") >= 16
    assert "does not hold" not in done.stdout, done.stdout


def test_an_outline_is_that_of_the_thing_however_soft(statistics: ModuleType) -> None:
    """Discs of 20 and 40 px, faint and strong, one of them cut off by the edge."""
    frame = np.zeros((400, 400), np.float32)
    for x, y, radius, height in ((100, 100, 10, 60), (300, 120, 20, 200), (200, 300, 20, 100), (398, 300, 20, 200)):
        cv2.circle(frame, (x, y), radius, height, -1)
    layer = cv2.GaussianBlur(frame, (0, 0), 2).astype(np.uint8)
    found = sorted(diameter * statistics.UNIT for diameter, _ in statistics.outlines(layer))
    assert found == pytest.approx([20, 40, 40], rel=0.05)


def test_a_fibre_that_crosses_itself_keeps_its_width(statistics: ModuleType) -> None:
    frame = np.zeros((300, 300), np.uint8)
    for start, end in (((50, 150), (250, 150)), ((150, 50), (150, 250))):
        stroke = np.zeros_like(frame)
        cv2.line(stroke, start, end, 90, 5)
        frame = frame + stroke
    ((diameter, _),) = statistics.outlines(cv2.GaussianBlur(frame, (0, 0), 1.0))
    assert np.pi / 4 * (diameter * statistics.UNIT) ** 2 == pytest.approx(np.count_nonzero(frame), rel=0.1)


def test_what_the_edge_may_cut_off_counts_more(statistics: ModuleType) -> None:
    frame = np.zeros((200, 200), np.uint8)
    frame[99:102, 50:150] = 200
    ((_, weight),) = statistics.outlines(frame)
    assert weight == pytest.approx(200 * 200 / (100 * 197))


@pytest.mark.parametrize("kind", ["dust", "long hair", "scratch"])
def test_one_kind_alone_lies_as_in_the_whole_recipe(
    statistics: ModuleType, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """What is measured is what the recipe generates: all that one kind covers is there in the whole frame."""
    monkeypatch.setattr(statistics, "FRAME", 512)
    statistics._alone.cache_clear()
    recipe = degrade.load_recipe("film_35mm_negative")
    card = np.full((512, 512, 1), 128, np.uint8)
    seen = 0
    for key in range(4):
        alone = statistics._layer(kind, key)
        whole = recipe(card, key=str(key), apart=True).layers.get(statistics.KINDS[kind][0], np.zeros_like(alone))
        assert (whole >= alone).all()
        seen += np.count_nonzero(alone)
    statistics._alone.cache_clear()
    assert seen > 0


def test_coarser_dust_is_told(statistics: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table can fail: dust a tenth larger lies beyond its span, that of the recipe within."""

    def median(larger: float) -> Any:
        recipe = statistics._alone("dust")
        (step,) = recipe.steps
        coarse = dataclasses.replace(recipe, steps=(dataclasses.replace(step, dust_um=step.dust_um.value * larger),))
        monkeypatch.setattr(statistics, "_alone", lambda _: coarse)
        monkeypatch.setattr(statistics, "KINDS", {"dust": statistics.KINDS["dust"]})
        row = next(iter(statistics.film(12)))
        monkeypatch.undo()
        return row

    assert median(1.0).holds
    assert not median(1.1).holds
