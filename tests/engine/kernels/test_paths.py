from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.engine.kernels.draw import lattice
from degrade.engine.kernels.paths import PER_SEGMENT, draw_break, draw_relief, draw_rim, tangents_along

Floats = npt.NDArray[np.float32]
SIDE = 128
EMPTY = (0, 0, 0, 0)
BENT = [(4, 20), (12, 22), (20, 20), (27, 15), (33, 17), (38, 24), (44, 33), (52, 37), (60, 38)]
"""Corners in mm of a path that turns both ways."""
NOISE = lattice(3, 4)


class Path:
    """A path through `corners`, with even half widths, on a print whose corner lies at `corner`."""

    corner = (np.float32(0), np.float32(0))

    def __init__(self, corners: Any, plus: float = 1.0, minus: float = 1.0, offset: float = 0.0) -> None:
        self.nodes = np.array(corners, np.float32)
        self.tangents = np.empty_like(self.nodes)
        tangents_along(self.nodes, self.tangents)
        count = (len(self.nodes) - 1) * PER_SEGMENT + 1
        self.offset, self.plus, self.minus = (np.full(count, v, np.float32) for v in (offset, plus, minus))

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.nodes, axis=0).T).sum())

    def broken(self, scale: float = 2.0, roughness: float = 0.0, subsamples: int = 2, side: int = SIDE) -> Any:
        coverage = np.zeros((side, side), np.uint8)
        box = draw_break(
            coverage, side, side, self.nodes, self.tangents, self.offset, self.plus, self.minus,
            scale, roughness, subsamples, self.corner, NOISE,
        )  # fmt: skip
        return within(coverage, box)

    def rim(self, scale: float = 2.0, spread: float = 2.0, amount: float = 1.0) -> Any:
        coverage = np.zeros((SIDE, SIDE), np.uint8)
        box = draw_rim(
            coverage, SIDE, SIDE, self.nodes, self.tangents, self.offset, self.plus, self.minus,
            scale, spread, amount, self.corner, NOISE,
        )  # fmt: skip
        return within(coverage, box)

    def relief(self, shade: Any, scale: float = 2.0, sigma: float = 2.0) -> Any:
        relief = np.zeros((SIDE, SIDE), np.float32)
        shades = np.broadcast_to(np.float32(shade), len(self.nodes)).copy()
        box = draw_relief(relief, SIDE, SIDE, self.nodes, self.tangents, shades, scale, sigma)
        return within(relief, box)


def within(drawn: Any, box: Any) -> Any:
    """`drawn`, after a look that nothing was drawn outside the box that the kernel gave."""
    outside = drawn.copy()
    outside[box[0] : box[1], box[2] : box[3]] = 0
    assert not outside.any()
    return drawn


def area_in_mm2(coverage: Any, scale: float) -> float:
    return float(coverage.sum(dtype=np.int64)) / 255 / scale**2


# --- breaks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [0.0, 0.06, 0.125, 0.25, 0.33])
@pytest.mark.parametrize("half", [0.02, 0.1, 0.6])
def test_an_even_break_covers_length_times_width(turns: float, half: float) -> None:
    along = np.array([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)])
    path = Path([(32 + t * along[0], 32 + t * along[1]) for t in np.linspace(-24, 24, 13)], half, half)
    assert area_in_mm2(path.broken(), 2) == pytest.approx(48 * 2 * half, rel=0.04)


@pytest.mark.parametrize("subsamples", [1, 2])
def test_corners_leave_no_gap_and_no_overlap(subsamples: int) -> None:
    path = Path(BENT, 1.2, 1.2)
    drawn = path.broken(subsamples=subsamples)
    assert area_in_mm2(drawn, 2) == pytest.approx(path.length * 2.4, rel=0.03)
    steps = np.linspace(0.02, 0.98, 400) * (len(BENT) - 1)
    x, y = (np.interp(steps, range(len(BENT)), axis) for axis in np.array(BENT, float).T)
    assert drawn[(y * 2).astype(int), (x * 2).astype(int)].min() == 255


def test_a_path_reads_the_same_from_either_end() -> None:
    there, back = Path(BENT, 1.5, 0.4, 0.3), Path(BENT[::-1], 0.4, 1.5, -0.3)
    assert np.abs(there.broken().astype(int) - back.broken()).max() <= 2


def test_plus_lies_to_the_right_of_the_direction_of_travel() -> None:
    drawn = Path([(10, 32), (30, 32), (50, 32)], plus=3, minus=0).broken()
    assert drawn[64:70, 30:90].min() == 255
    assert not drawn[:64].any()
    assert not Path([(50, 32), (30, 32), (10, 32)], plus=3, minus=0).broken()[64:].any()


def test_the_offset_moves_the_break_alone() -> None:
    moved = Path([(10, 32), (30, 32), (50, 32)], 1, 1, offset=4).broken()
    assert np.array_equal(moved, Path([(10, 36), (30, 36), (50, 36)]).broken())


def test_a_closed_break_is_not_drawn() -> None:
    path = Path(BENT, 0, 0)
    coverage = np.zeros((SIDE, SIDE), np.uint8)
    arrays = (path.nodes, path.tangents, path.offset, path.plus, path.minus)
    assert draw_break(coverage, SIDE, SIDE, *arrays, 2.0, 0.75, 2, path.corner, NOISE) == EMPTY
    assert draw_rim(coverage, SIDE, SIDE, *arrays, 2.0, 0.75, 1.0, path.corner, NOISE) == EMPTY
    assert not coverage.any()


def test_a_path_beside_the_picture_draws_nothing() -> None:
    assert not Path([(-30, -9), (-10, -8), (90, -9)], 2, 2).broken(roughness=1).any()


def test_noise_makes_the_edges_rough_and_keeps_the_middle() -> None:
    path = Path([(4, 32), (32, 32), (60, 32)], 2, 2)
    smooth, rough = path.broken(scale=8, side=512), path.broken(scale=8, side=512, roughness=0.75)
    assert area_in_mm2(rough, 8) == pytest.approx(area_in_mm2(smooth, 8), rel=0.05)
    heights = (rough > 127).sum(axis=0)[60:450]
    assert heights.std() > 0.4
    # No edge moves further than the largest noise times CHIP_MM, which is 2.1 pixels here.
    assert np.ptp(heights) <= 2 * 2 * 2.2 + 2
    assert rough[248:264, 60:450].min() == 255


def test_noise_goes_along_with_the_print() -> None:
    here, there = Path(BENT, 0.8, 0.5), Path(np.array(BENT) - [5, 3], 0.8, 0.5)
    there.corner = (np.float32(-5), np.float32(-3))
    for draw in (lambda path: path.broken(roughness=0.75), lambda path: path.rim()):
        whole, part = draw(here).astype(int), draw(there).astype(int)
        assert np.abs(whole[6:, 10:] - part[:-6, :-10]).sum() < 0.002 * part.sum()
        assert np.count_nonzero(part) > 500


def test_breaks_are_the_same_at_twice_the_resolution() -> None:
    path = Path(BENT, 0.35, 0.25)
    small, large = path.broken(4, 0.75, side=256), path.broken(8, 0.75, side=512)
    shrunk = large.reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.minimum(small, shrunk).sum() / np.maximum(small, shrunk).sum() > 0.93


def test_a_tiny_picture_is_no_trouble() -> None:
    coverage = np.zeros((1, 8), np.uint8)
    path = Path(BENT)
    arrays = (path.nodes, path.tangents, path.offset, path.plus, path.minus)
    assert draw_break(coverage, 1, 1, *arrays, 0.01, 0.75, 2, path.corner, NOISE) == (0, 1, 0, 1)


# --- soil -------------------------------------------------------------------------------------------------------------


def test_soil_keeps_to_the_break_and_its_rims() -> None:
    path = Path(BENT, 1, 1)
    soil, near = path.rim(spread=1.5), Path(BENT, 3.5, 3.5).broken()
    assert soil.any()
    assert not soil[near == 0].any()


def test_soil_comes_in_patches_and_in_proportion() -> None:
    path = Path(BENT, 1, 1)
    full, half = path.rim().astype(int), path.rim(amount=0.5).astype(int)
    inside = path.broken() == 255
    assert full[inside].std() > 40
    assert (full[inside] == 0).any()
    assert np.abs(2 * half - full).max() <= 3


# --- relief -----------------------------------------------------------------------------------------------------------


def test_relief_is_light_on_one_flank_and_as_dark_on_the_other() -> None:
    relief = Path([(0, 32), (32, 32), (64, 32)]).relief(0.1, scale=2)
    lit, dark = relief[64:, 20:100], relief[:64, 20:100]
    assert lit.min() >= 0
    assert dark.max() <= 0
    assert np.allclose(lit, -dark[::-1], atol=1e-6)
    assert lit.max() == pytest.approx(0.1, rel=0.02)


def test_relief_turns_over_with_its_sign_and_adds_up() -> None:
    path = Path(BENT)
    assert np.array_equal(path.relief(-0.2), -path.relief(0.2))
    assert np.allclose(path.relief(0.2), 2 * path.relief(0.1), atol=1e-7)


def test_relief_runs_on_through_corners() -> None:
    """No pixel stands out against its neighbours, as one would that is lit twice or not at all."""
    relief = Path(BENT).relief(0.1)
    steps = np.abs(np.diff(relief, axis=0))
    inside = np.s_[:, 12:116]
    assert steps[inside].max() < 0.05


def test_relief_follows_its_shades_along_the_path() -> None:
    relief = Path([(0, 32), (16, 32), (32, 32), (48, 32), (64, 32)]).relief([0, 0, 0.1, 0.2, 0.2])
    peaks = relief.max(axis=0)
    assert not peaks[:30].any()
    assert (np.diff(peaks[34:94]) > 0).all()
    assert peaks[100] == pytest.approx(0.2, rel=0.02)


def test_a_path_without_shade_has_no_box() -> None:
    path = Path(BENT)
    relief = np.zeros((SIDE, SIDE), np.float32)
    shades: Floats = np.zeros(len(BENT), np.float32)
    assert draw_relief(relief, SIDE, SIDE, path.nodes, path.tangents, shades, 2.0, 2.0) == EMPTY
