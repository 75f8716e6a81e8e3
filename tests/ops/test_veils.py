"""Ageing that comes and goes over the print: mottle, edges, a mat's ghost, silver mirroring."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace
from degrade.ops.edge_fade import EdgeFade
from degrade.ops.mat_ghost import MatGhost
from degrade.ops.mottle import Mottle
from degrade.ops.silver_mirroring import SilverMirroring

SIDE = 256
VEILS: dict[str, Any] = {
    "mottle": Mottle(strength=0.1),
    "edge_fade": EdgeFade(amount=0.3, reach_frac=0.1),
    "mat_ghost": MatGhost(amount=0.5),
    "silver_mirroring": SilverMirroring(amount=0.2, reach_frac=0.1),
}


def flat(value: float, side: int = SIDE) -> np.ndarray:
    return np.full((side, side, 1), value, np.float32)


def change(op: Any, value: float, key: str = "a", side: int = SIDE) -> np.ndarray:
    return (op.pair(flat(value, side), key=key).degraded[:, :, 0] - np.float32(value)).astype(float)


@pytest.mark.parametrize("op", VEILS.values(), ids=VEILS)
def test_it_is_the_same_at_twice_the_resolution(op: Any) -> None:
    small, large = change(op, 0.4), change(op, 0.4, side=2 * SIDE)
    assert np.abs(small).max() > 0.02
    shrunk = large.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
    assert np.abs(small - shrunk).mean() < 0.05 * np.abs(small).mean()


@pytest.mark.parametrize("op", VEILS.values(), ids=VEILS)
def test_a_patch_shows_its_part_of_the_print(op: Any) -> None:
    whole = op.pair(flat(0.4), key="a").degraded[64:192, 32:160]
    with borrowed_workspace() as workspace:
        photo = Photo(flat(0.4)[64:192, 32:160], workspace, print_box=(-64, 192, -32, 224))
        op.run(photo, Key(0, "a"))
        assert photo.pixels == pytest.approx(whole, abs=2e-3)


def test_mottle_has_the_strength_it_says_in_density_and_spares_white() -> None:
    spread = [np.log10(1 + change(Mottle(strength=0.05), 0.4, k) / 0.4).std() for k in "abcdefgh"]
    density = -np.log10(((0.4 + 0.055) / 1.055) ** 2.4)
    assert np.mean(spread) * 2.4 == pytest.approx(0.05 * density, rel=0.4)
    assert np.abs(change(Mottle(strength=0.05), 1.0)).max() < 0.002


def test_edges_fade_or_darken_by_the_sign_and_the_middle_stays() -> None:
    fields = {"reach_frac": 0.05, "unevenness": 0}
    for amount, sign in ((-0.2, 1), (0.2, -1)):
        moved = sign * change(EdgeFade(amount=amount, **fields), 0.5)
        profile = moved[SIDE // 2]
        assert profile[0] > 0.03
        assert profile[0] > profile[10] > profile[25] > profile[60] > -1e-4
        assert profile[SIDE // 2] < 0.002


def test_under_a_mat_the_print_is_as_it_was() -> None:
    op = MatGhost(amount=0.4, cover="mat", margin_frac=0.15, burn=0, tilt_deg=0)
    moved = change(op, 0.6)
    assert np.abs(moved[:20]).max() < 1e-4
    assert np.abs(moved[SIDE // 2, SIDE // 4 : -SIDE // 4]).min() > 0.02
    burnt = change(MatGhost(amount=0.4, cover="mat", margin_frac=0.15, burn=0.3, tilt_deg=0), 0.6)
    assert burnt.min() < moved.min() - 0.03


def test_mirroring_brightens_blacks_towards_blue_and_no_whites() -> None:
    op = SilverMirroring(amount=0.1, reach_frac=0.08, wrinkle=0)
    assert np.abs(change(op, 1.0)).max() < 1e-3
    assert change(op, 0.1).max() > change(op, 0.6).max() > 0
    edge = op(np.full((SIDE, SIDE, 3), 0.1, np.float32))[SIDE // 2, 0]
    assert edge[0] < edge[1] < edge[2]


def test_mirroring_reaches_far_in_mid_side_and_hardly_at_corners() -> None:
    moved = np.mean([change(SilverMirroring(amount=0.2, reach_frac=0.08, wrinkle=0), 0.1, k) for k in "abcdef"], axis=0)
    inwards = 20
    assert moved[inwards, SIDE // 2] > 1.5 * moved[inwards, SIDE // 20 + inwards]


def test_mirroring_stops_at_a_mat() -> None:
    mat = MatGhost(amount=0.01, cover="mat", margin_frac=0.1, burn=0)
    sheen = SilverMirroring(amount=0.3, reach_frac=0.3, wrinkle=0)
    matted = degrade.Sequence([mat, sheen]).pair(flat(0.1), key="a").degraded[:, :, 0]
    assert matted[SIDE // 2, 4] > 0.2
    assert matted[60:-60, 60:-60].max() < 0.12
    assert degrade.Sequence([sheen]).pair(flat(0.1), key="a").degraded[SIDE // 2, 60, 0] > 0.2


@pytest.mark.parametrize("name", VEILS)
def test_without_strength_it_is_the_identity(name: str) -> None:
    op = type(VEILS[name])(**{"strength" if name == "mottle" else "amount": 0})
    assert np.array_equal(op(flat(0.4)), flat(0.4))
