from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import degrade

WaterDamage = degrade.degradations()["water_damage"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
GRAY = np.full((SIDE, SIDE, 3), 0.4, np.float32)
NOTHING = {"silt": 0, "dissolved": 0, "stuck": 0, "cockle": 0}
PEEL, STAIN = int(degrade.DamageClass.PEEL), int(degrade.DamageClass.STAIN)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return WaterDamage(**NOTHING | fields).pair(GRAY, key=key)


def lost(**fields: Any) -> float:
    """Mean share of the print whose content is gone."""
    return float(np.mean([pair(str(key), reach_mm=60, **fields).loss.mean() / 255 for key in range(6)]))


def region(key: str) -> npt.NDArray[np.bool_]:
    return pair(key, reach_mm=50, silt=0.5).mask > 0


def test_all_of_it_lies_in_one_region_from_an_edge() -> None:
    for key in "abcd":
        wet = region(key)
        assert max(wet[0].mean(), wet[-1].mean(), wet[:, 0].mean(), wet[:, -1].mean()) > 0.9
        assert 0.15 < wet.mean() < 0.8
        stuck = pair(key, reach_mm=50, stuck=0.3).mask > 0
        assert np.count_nonzero(stuck & ~wet) <= 0.02 * np.count_nonzero(stuck)


def test_silt_darkens_and_browns_most_at_the_bound() -> None:
    p = pair(reach_mm=50, silt=0.4)
    change = (GRAY - p.degraded)[p.mask > 0]
    assert (change >= -1e-6).all()
    assert change[:, 0].mean() < change[:, 2].mean()
    wet = p.mask > 0
    border = wet & ~(np.roll(wet, 8, 0) & np.roll(wet, -8, 0) & np.roll(wet, 8, 1) & np.roll(wet, -8, 1))
    border[:9], border[-9:], border[:, :9], border[:, -9:] = False, False, False, False
    assert p.mask[border].mean() > 1.3 * p.mask[wet].mean()


def test_shares_say_how_much_is_lost() -> None:
    assert lost(stuck=0.05) < lost(stuck=0.2) < lost(stuck=0.5)
    assert lost(dissolved=0.1) < lost(dissolved=0.3) < lost(dissolved=0.6)


def test_what_stuck_is_bare_paper_and_what_dissolved_is_soft() -> None:
    stuck, dissolved = pair(reach_mm=60, stuck=0.4), pair(reach_mm=60, dissolved=0.4)
    assert set(np.unique(stuck.classes)) <= {0, PEEL}
    assert set(np.unique(dissolved.classes)) <= {0, STAIN}
    partly = [np.mean((p.loss > 20) & (p.loss < 235)) / np.mean(p.loss > 20) for p in (stuck, dissolved)]
    assert partly[0] < 0.2
    assert partly[1] > 0.4
    assert stuck.degraded[stuck.loss > 240].mean() > 0.7


def test_cockling_lights_and_darkens() -> None:
    change = pair(reach_mm=60, cockle=0.1).degraded - GRAY
    assert change.max() > 0.01
    assert change.min() < -0.01
    assert np.abs(change).max() <= 0.1 * 0.4 + 1e-3


def test_without_effect_it_is_the_identity() -> None:
    p = pair(reach_mm=40)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()
