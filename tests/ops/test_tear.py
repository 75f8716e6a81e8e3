from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
GRAY = np.full((SIDE, SIDE, 3), 0.3, np.float32)


def pair(key: str, **fields: Any) -> degrade.Pair:
    return degrade.Tear(**{"count": 1} | fields).pair(GRAY, key=key)


def line(key: str, **fields: Any) -> np.ndarray:
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY, workspace)
        photo.root = Key(0, key)
        degrade.Tear(**{"count": 1} | fields).run(photo, photo.root)
        (trace,) = photo.traces["tears"]
        return trace


def test_it_runs_in_from_the_edge() -> None:
    for index in range(12):
        x, y = line(str(index), length_frac=0.4)[0]
        assert min(x, y, 1 - x, 1 - y) == pytest.approx(-0.008, abs=0.004)
        p = pair(str(index), length_frac=0.4)
        rim = np.concatenate([p.mask[:3].ravel(), p.mask[-3:].ravel(), p.mask[:, :3].ravel(), p.mask[:, -3:].ravel()])
        assert rim.any()


def test_the_trace_is_where_the_damage_is() -> None:
    for index in range(6):
        trace = line(str(index), length_frac=0.5)
        assert trace.dtype == np.float32
        rows, columns = np.nonzero(pair(str(index), length_frac=0.5, relief=0).mask > 128)
        places = np.stack([columns, rows], axis=1) / SIDE
        nearest = np.hypot(*(places[:, None] - trace[None]).transpose(2, 0, 1)).min(axis=1)
        assert nearest.max() < 0.05


def test_the_line_is_rough_on_all_scales() -> None:
    """Its mean square deviation over a distance grows as the distance to about 2 · 0.67."""
    slopes = []
    for index in range(20):
        trace = line(str(index), length_frac=0.9).astype(float)
        ahead = trace[-1] - trace[0]
        away = (trace - trace[0]) @ np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
        steps = np.array([2, 4, 8])
        curvature = [
            np.mean((away[: -2 * s] - 2 * away[s:-s] + away[2 * s :]) ** 2) for s in steps if 2 * s < len(away)
        ]
        if len(curvature) == 3:
            slopes.append(np.polyfit(np.log(steps), np.log(curvature), 1)[0] / 2)
    assert len(slopes) > 10
    assert 0.4 < np.median(slopes) < 1.3


def test_the_gap_shows_one_backing_and_the_lips_show_paper() -> None:
    p = pair("b", length_frac=0.5, gap_mm=5, strip_mm=1.5, relief=0, overlap=0)
    torn = p.degraded[p.loss >= 250]
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.MATERIAL_LOSS)}
    values, counts = np.unique(torn.round(3), axis=0, return_counts=True)
    assert counts.max() > 0.1 * len(torn)
    assert len(values) > 20


def test_it_gapes_at_the_edge_and_closes_towards_the_tip() -> None:
    wider = 0
    for index in range(10):
        trace = line(str(index), length_frac=0.5, gap_mm=3)
        lost = pair(str(index), length_frac=0.5, gap_mm=3, relief=0).loss / 255
        areas = []
        for part in (trace[1 : len(trace) // 3], trace[2 * len(trace) // 3 :]):
            x0, y0 = (np.clip(part.min(axis=0) - 0.01, 0, 1) * SIDE).astype(int)
            x1, y1 = (np.clip(part.max(axis=0) + 0.01, 0, 1) * SIDE).astype(int) + 1
            areas.append(lost[y0:y1, x0:x1].sum() / len(part))
        wider += areas[0] > areas[1]
    assert wider >= 8


def moved(key: str, **fields: Any) -> tuple[degrade.Pair, np.ndarray, np.ndarray]:
    """A tear in a picture whose values tell where they come from: the pair, how many mm content has come, and where
    nothing else was done to it."""
    rows, columns = np.indices((SIDE, SIDE), np.float32)
    chart = np.stack([rows / SIDE, columns / SIDE, np.full_like(rows, 0.5)], axis=2) * 0.8 + 0.1
    p = degrade.Tear(**{"count": 1, "length_frac": 0.5, "strip_mm": 0.2, "relief": 0} | fields).pair(chart, key=key)
    shift = (p.degraded - chart)[:, :, :2] / 0.8 * SIDE / PX_PER_MM
    return p, np.hypot(shift[:, :, 0], shift[:, :, 1]), (p.loss == 0) & (np.abs(p.degraded[:, :, 2] - 0.5) < 1e-4)


def test_the_flap_beside_the_tear_has_slid() -> None:
    for key in "abcdef":
        p, far, alone = moved(key, gap_mm=0, shift_mm=1.0, overlap=0)
        kept = alone & (p.mask > 0)
        assert 0.4 < far[kept].max() < 1.4
        # The mask says how far: 1 mm is all of it.
        assert np.percentile(np.abs(np.minimum(far, 1)[kept] - p.mask[kept] / 255), 95) < 0.04
        assert far[p.mask == 0].max() == 0


def test_without_shift_and_gap_nothing_moves() -> None:
    p, far, alone = moved("a", gap_mm=0, shift_mm=0)
    assert p.mask.any()
    assert far[alone].max() == 0


def test_a_gap_hides_nothing_of_the_picture() -> None:
    """The flap takes what lay where the gap is along: right beside the gap the content is that of its other lip."""
    for key in "abc":
        _, far, alone = moved(key, gap_mm=2, shift_mm=0, overlap=0)
        assert far[alone].max() > 1.2


def test_a_flap_that_lies_over_the_other_side_leaves_no_gap_and_casts_a_shadow() -> None:
    image = np.full((SIDE, SIDE, 1), 0.5, np.float32)
    fields = {"count": 1, "length_frac": 0.5, "gap_mm": 0, "strip_mm": 0.01, "relief": 0}
    over = [degrade.Tear(**fields, shift_mm=1.5, overlap=1).pair(image, key=str(index)) for index in range(8)]
    flat = [degrade.Tear(**fields, shift_mm=0, overlap=1).pair(image, key=str(index)) for index in range(8)]
    assert sum((p.degraded < 0.46).sum() for p in over) > 3 * sum((p.degraded < 0.46).sum() for p in flat)
    assert sum((p.loss == 255).sum() for p in over) > 2 * sum((p.loss == 255).sum() for p in flat)


def test_earlier_damage_goes_along_with_the_flap() -> None:
    tear = degrade.Tear(count=1, length_frac=0.9, gap_mm=3, shift_mm=0, overlap=0, strip_mm=0.05, relief=0)
    found = 0
    for key in "abcdef":
        with borrowed_workspace() as workspace:
            photo = Photo(GRAY, workspace)
            photo.root = Key(0, key)
            for at in range(20, SIDE, 40):
                photo.coverage[at : at + 3, :SIDE] = 255
                photo.coverage[:, at : at + 3] = 255
            photo.stain(photo.coverage, (0, SIDE, 0, SIDE), degrade.DamageClass.STAIN, density=(1.0, 1.0, 1.0))
            before = photo.mask
            tear.run(photo, photo.root)
            stained = photo.pixels[:, :, 0] < 0.15
            kept = photo.loss == 0
            dark = stained & kept & (before == 0)
            found += dark.sum()
            assert (photo.mask[dark] > 0).all()
            assert (photo.classes[dark] > 0).all()
    assert found > 50


def test_length_is_in_short_sides() -> None:
    """Each tear's length is the typical one times 0.4 to 1.4; a line is a little longer than its ends are apart."""
    reaches = [np.hypot(*(t[-1] - t[0])) for t in (line(str(i), length_frac=0.3) for i in range(40))]
    assert min(reaches) > 0.1
    assert max(reaches) < 0.5
    assert 0.22 < np.median(reaches) < 0.34


@pytest.mark.parametrize("nothing", [{"count": 0}, {"length_frac": 0}])
def test_nothing_is_the_identity(nothing: dict[str, Any]) -> None:
    p = pair("a", **nothing)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()
