from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.ndimage import label

import degrade

Ink = degrade.degradations()["ink"]
SIDE = 1024
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.85, np.float32)


def pair(key: str = "a", **fields: Any) -> degrade.Pair:
    return Ink(**{"kind": "handwriting"} | fields).pair(LIGHT, key=key)


def test_it_is_writing_and_darkens() -> None:
    for kind in ("handwriting", "round_stamp", "square_stamp"):
        p = pair(kind=kind)
        assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.WRITING)}
        assert (p.degraded <= LIGHT).all()
        assert not p.loss.any()


def test_a_caption_is_words_on_a_line() -> None:
    words = []
    for key in range(6):
        mask = pair(str(key), lines=1, size_mm=2.5, medium="ballpoint", strength=1).mask > 30
        rows, columns = np.nonzero(mask)
        if np.ptp(columns) < 200:
            continue
        level = rows - np.polyval(np.polyfit(columns, rows, 1), columns)
        assert level.std() / PX_PER_MM < 3
        words.append(label(mask, np.ones((3, 3)))[1] / (np.ptp(columns) / PX_PER_MM))
    # A word of a few letters of 2 mm each: one every 5 to 25 mm.
    assert len(words) >= 3
    assert 0.04 < np.median(words) < 0.25


def test_strokes_are_as_thin_as_a_pen() -> None:
    mask = pair(medium="ballpoint", lines=1, size_mm=2.5, strength=1).mask
    runs = [len(run) for row in mask > 100 for run in "".join("1" if v else " " for v in row).split()]
    assert 0.15 < np.median(runs) / PX_PER_MM < 0.9


def test_media_have_their_colours() -> None:
    def lost(**fields: Any) -> Any:
        p = pair(lines=2, strength=1, **fields)
        return (LIGHT - p.degraded)[p.mask > 120].mean(axis=0)

    red, green, blue = lost(medium="ballpoint")
    assert red > green > blue
    assert np.ptp(lost(medium="pencil")) < 0.06
    assert lost(medium="ink").mean() > lost(medium="pencil").mean()


def test_opaque_ink_on_the_negative_prints_white() -> None:
    gray = np.full((SIDE, SIDE, 1), 0.4, np.float32)
    p = Ink(kind="handwriting", medium="opaque", lines=2, strength=1).pair(gray, key="a")
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.WRITING)}
    assert (p.degraded >= gray).all()
    assert p.degraded[p.mask > 250].min() > 0.9
    assert "opaque" not in {Ink().draw(degrade.Key(0, str(key)))["medium"] for key in range(200)}


def test_a_round_stamp_is_as_wide_as_said() -> None:
    widths = []
    for key in range(8):
        rows, columns = np.nonzero(pair(str(key), kind="round_stamp", size_mm=3, strength=1).mask > 0)
        if len(rows) and min(rows.min(), columns.min()) > 3 and max(rows.max(), columns.max()) < SIDE - 4:
            widths.append(np.ptp(columns) / PX_PER_MM)
    assert np.median(widths) == pytest.approx(7 * 3, rel=0.08)


def test_another_line_leaves_the_key_of_the_first() -> None:
    assert pair(lines=2).mask.sum(dtype=np.int64) > 1.3 * pair(lines=1).mask.sum(dtype=np.int64)


@pytest.mark.parametrize("fields", [{"count": 0}, {"strength": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
