from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.kernels import blots
from degrade.engine.kernels.draw import lattice

Mould = degrade.degradations()["mould"]
PX_PER_MM = 20.0
LIGHT = np.full((512, 512, 3), 0.75, np.float32)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return Mould(**fields).pair(LIGHT, key=key)


def colony(radius: float, key: int = 1) -> Any:
    """The threads of one colony in the middle of 400 px at 20 px/mm."""
    coverage, tips = np.zeros((400, 400), np.uint8), np.empty((blots.MOST_TIPS, 4), np.float32)
    blots.grow_colony(
        coverage, 400, 400, np.float32(200), np.float32(200), np.float32(radius), np.float32(PX_PER_MM),
        np.float32(0.8), np.float32(0.07), tips, np.uint32(key), np.uint32(key), np.uint32(2),
    )  # fmt: skip
    return coverage


def test_a_colony_is_round_and_thins_out() -> None:
    y, x = np.indices((400, 400)) - 200
    away = np.hypot(y, x) / PX_PER_MM
    for key in range(4):
        drawn = colony(4.0, key) > 40
        assert 2.2 < away[drawn].max() < 5
        inner, outer = drawn[away < 1.2].mean(), drawn[(away > 2.4) & (away < 3.4)].mean()
        assert inner > 1.5 * outer


def test_threads_are_thin() -> None:
    """Away from the middle most rows of a thread are a fraction of a millimetre wide."""
    y, x = np.indices((400, 400)) - 200
    outer = (colony(4.0) > 60) & (np.hypot(y, x) / PX_PER_MM > 1.6)
    runs = [len(run) for row in outer for run in "".join("1" if v else " " for v in row).split()]
    assert np.median(runs) / PX_PER_MM < 0.45


def test_size_is_in_millimetres() -> None:
    small, large = (np.count_nonzero(pair(colonies=9, radius_mm=radius, strength=0).mask) for radius in (1.0, 3.0))
    assert 3 < large / small < 14


def test_haloes_darken_and_threads_hide() -> None:
    halo = pair(colonies=9, strength=0)
    assert halo.mask.any()
    assert not halo.loss.any()
    assert (halo.degraded <= LIGHT).all()
    threads = pair(colonies=9, halo=0, strength=0.8, colour="dark")
    assert threads.loss.max() > 100
    assert np.array_equal(threads.loss, threads.mask)


def test_colours_are_those_of_fungi() -> None:
    found = {c: pair(colonies=9, halo=0, strength=1, colour=c, radius_mm=4) for c in ("dark", "green", "gray")}
    means = {c: p.degraded[p.mask > 200].mean() for c, p in found.items()}
    assert means["dark"] < means["green"] < means["gray"]
    red, green, blue = found["green"].degraded[found["green"].mask > 200].mean(axis=0)
    assert green > red > blue


def test_a_blot_has_its_radius_and_its_profile() -> None:
    coverage = np.zeros((200, 200), np.uint8)
    blots.blot(
        coverage, 200, 200, np.float32(100), np.float32(100), np.float32(30), np.float32(0.8), np.float32(2),
        np.float32(0), np.float32(0), np.float32(1), lattice(1, 2), np.empty(66, np.float32),
    )  # fmt: skip
    y, x = np.indices((200, 200)) + 0.5
    wanted = 204 * np.exp(-((x - 100) ** 2 + (y - 100) ** 2) / 900)
    assert np.abs(coverage - wanted).max() < 2.5


@pytest.mark.parametrize("fields", [{"colonies": 0}, {"strength": 0, "halo": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
