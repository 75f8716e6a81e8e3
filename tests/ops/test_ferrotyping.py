"""Ferrotyping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from degrade.engine.damage import DamageClass
from degrade.engine.kernels.shared import damp_at
from degrade.engine.key import Key
from degrade.engine.pair import Pair
from degrade.ops.ferrotyping import Ferrotyping

SIDE = 256


def pair(key: str = "a", value: float = 0.4, side: int = SIDE, **fields: Any) -> Pair:
    return Ferrotyping(**{"coverage": 0.15, **fields}).pair(np.full((side, side, 1), value, np.float32), key=key)


def test_islands_cover_about_what_is_said() -> None:
    for coverage in (0.05, 0.2):
        shares = [(pair(str(k), coverage=coverage, torn=0).mask > 60).mean() for k in range(24)]
        assert np.mean(shares) == pytest.approx(coverage, rel=0.4)


def test_gloss_brightens_whites_and_deepens_blacks_without_loss() -> None:
    for value, sign in ((0.85, 1), (0.15, -1)):
        p = pair("b", value, coverage=0.3, torn=0, gloss=0.06, deepening=0.15)
        inside = p.mask == p.mask.max()
        assert (sign * (p.degraded[inside] - np.float32(value))).mean() > 0.004
        assert not p.loss.any()
        assert set(np.unique(p.classes)) == {0, DamageClass.STAIN}


def test_torn_emulsion_is_lost_within_islands_and_shows_paper() -> None:
    shares = []
    for key in "bcdefg":
        islands, torn = pair(key, coverage=0.3, torn=0), pair(key, coverage=0.3, torn=0.4)
        lost = torn.loss > 250
        assert islands.mask[lost].all()
        assert not lost.any() or torn.degraded[lost].mean() == pytest.approx(0.86, abs=0.06)
        assert (torn.classes[lost] == DamageClass.PEEL).all()
        shares.append((lost.sum(), (islands.mask > 60).sum()))
    lost_in_all, stuck = np.sum(shares, axis=0)
    assert lost_in_all / stuck == pytest.approx(0.4, abs=0.25)


def test_it_sticks_where_the_print_was_damp() -> None:
    dry, wet = [], []
    for key in range(16):
        stuck = pair(str(key), torn=0).mask > 60
        k0, k1 = Key(0, str(key)).at("shared", "damp").pair()
        places = (np.arange(0, SIDE, 16) + 8) / SIDE
        damp = np.array([[damp_at(x, y, k0, k1) for x in places] for y in places])
        here = stuck[8::16, 8::16]
        dry.append(here[damp < 0.5].mean())
        wet.append(here[damp >= 0.5].mean())
    assert np.nanmean(wet) > 1.3 * np.nanmean(dry)


def test_coverage_0_is_the_identity() -> None:
    p = pair(coverage=0)
    assert (p.degraded == np.float32(0.4)).all()
    assert not p.mask.any()


@pytest.mark.parametrize("torn", [0.0, 0.4])
def test_it_is_the_same_at_twice_the_resolution(torn: float) -> None:
    least = most = 0.0
    for key in "abcdef":
        small = pair(key, torn=torn, coverage=0.2).mask.astype(float)
        large = pair(key, torn=torn, coverage=0.2, side=2 * SIDE).mask.astype(float)
        shrunk = large.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        least, most = least + np.minimum(small, shrunk).sum(), most + np.maximum(small, shrunk).sum()
    assert most > 0
    assert least / most > 0.9
