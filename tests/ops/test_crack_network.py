from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

Floats = npt.NDArray[np.float64]
SIDE = 256
GRAY = np.full((SIDE, SIDE, 1), 0.35, np.float32)
ALONE = {"relief": 0, "bends": 0, "depth": 1.0}
"""The breaks alone, down to the paper."""
CRACK = int(degrade.DamageClass.CRACK)


def lost(key: str, image: npt.NDArray[np.float32] = GRAY, **fields: Any) -> Floats:
    return degrade.CrackNetwork(**ALONE | fields).pair(image, key=key).loss / 255


def traces(key: str, **fields: Any) -> dict[str, list[Any]]:
    """What the op leaves for later ones."""
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY, workspace)
        photo.root = Key(0, key)
        degrade.CrackNetwork(**ALONE | fields).run(photo, photo.root)
        return photo.traces


def from_edge() -> Floats:
    """How far each pixel lies from the edge, in short sides."""
    rows, columns = (np.indices((SIDE, SIDE)) + 0.5) / SIDE
    return np.minimum(np.minimum(rows, 1 - rows), np.minimum(columns, 1 - columns))


def test_cracks_are_as_much_denser_near_the_edge_as_on_real_prints() -> None:
    """2.8 times at .02 to .06 short sides from the edge as in the middle, measured on prints."""
    away = from_edge()
    near, inner = (away > 0.02) & (away < 0.06), away > 0.25
    prints = [lost(str(index)) for index in range(260)]
    ratio = np.mean([p[near].mean() for p in prints]) / np.mean([p[inner].mean() for p in prints])
    assert 2.3 < ratio < 3.3


def test_they_are_as_long_as_on_cracked_prints() -> None:
    """1.3 to 4.9 diagonals altogether."""
    lengths = []
    for index in range(30):
        steps = [np.hypot(*np.diff(line, axis=0).T).sum() for line in traces(str(index))["cracks"]]
        lengths.append(sum(steps) / 2**0.5)
    assert 1.3 < np.median(lengths) < 4.9


def test_most_cracks_that_meet_another_end_there() -> None:
    """A crack's end lies on another one far more often than it crosses one."""
    ends_at_one = inner_ends = 0
    for index in range(12):
        places = traces(str(index))
        junctions = np.array(places["junctions"])
        for line in places["cracks"]:
            if len(line) < 38 and line[-1].min() > 0.02 and line[-1].max() < 0.98:
                inner_ends += 1
                ends_at_one += bool((np.hypot(*(junctions - line[-1]).T) < 1e-4).any())
    assert inner_ends > 100
    assert ends_at_one > 0.12 * inner_ends


def test_daughters_leave_steeply() -> None:
    """At 72 ± 17 degrees from the crack that they leave."""
    angles = []
    for index in range(3):
        lines = traces(str(index), branching=4)["cracks"]
        for number, line in enumerate(lines):
            before = lines[:number]
            for other in before:
                start, ahead = other[:-1], np.diff(other, axis=0)
                reach = np.hypot(*ahead.T)
                share = ((line[0] - start) * ahead).sum(axis=1) / reach**2
                away = np.abs(ahead[:, 0] * (line[0] - start)[:, 1] - ahead[:, 1] * (line[0] - start)[:, 0]) / reach
                hit = np.flatnonzero((away < 1e-5) & (share > 0) & (share < 1))
                if hit.size:
                    own, along = line[1] - line[0], ahead[hit[0]]
                    cosine = abs(own @ along) / (np.hypot(*own) * np.hypot(*along))
                    angles.append(np.degrees(np.arccos(min(cosine, 1))))
                    break
    assert len(angles) > 40
    assert 60 < np.median(angles) < 82
    assert 6 < np.std(angles) < 25


def test_the_break_is_beaded() -> None:
    """Contrast varies by .47 to .86 of its mean along the cracks of real prints."""
    image = np.full((512, 512, 1), 0.3, np.float32)
    variation = []
    for index in range(10):
        p = degrade.CrackNetwork(**ALONE).pair(image, key=str(index))
        places = traces(str(index))["cracks"]
        for line in places:
            if len(line) < 14:
                continue
            columns, rows = np.clip((line * 512).astype(int), 1, 510).T
            window = [p.degraded[y - 1 : y + 2, x - 1 : x + 2].max() - 0.3 for y, x in zip(rows, columns, strict=True)]
            if np.mean(window) > 0.05:
                variation.append(np.std(window) / np.mean(window))
    assert len(variation) > 15
    assert 0.35 < np.median(variation) < 1.0


def test_severity_opens_them() -> None:
    areas = [sum(lost(str(i), severity=severity).sum() for i in range(8)) for severity in (-1.5, -0.4, 0.2, 0.8)]
    assert all(after > 1.5 * before for before, after in pairwise(areas))


def test_an_unbroken_bend_is_a_light_and_a_dark_flank() -> None:
    p = degrade.CrackNetwork(count=0, bends=12, relief=0.2).pair(GRAY, key="a")
    change = p.degraded - GRAY
    assert not p.loss.any()
    assert change.max() > 0.01
    assert change.min() < -0.01
    assert abs(change.sum()) < 0.3 * np.abs(change).sum()
    assert set(np.unique(p.classes)) == {0, CRACK}


def test_what_shows_is_cream() -> None:
    p = degrade.CrackNetwork(**ALONE, severity=1.2, width_mm=2.0).pair(np.zeros((SIDE, SIDE, 3), np.float32), key="a")
    red, green, blue = p.degraded[p.loss == 255].mean(axis=0)
    assert red > green > blue > 0.5


@pytest.mark.parametrize("nothing", [{"count": 0, "bends": 0}, {"depth": 0, "relief": 0}])
def test_nothing_is_the_identity(nothing: dict[str, Any]) -> None:
    p = degrade.CrackNetwork(**nothing).pair(GRAY, key="a")
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()


def test_a_patch_shows_what_the_whole_print_has_there() -> None:
    op = degrade.CrackNetwork(severity=0.5)
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY[64:192, 96:224], workspace, print_box=(-64, 192, -96, 160))
        photo.root = Key(0, "a")
        op.run(photo, photo.root)
        patch = photo.mask.astype(float)
    whole = op.pair(GRAY, key="a").mask[64:192, 96:224].astype(float)
    assert whole.sum() > 255 * 20
    assert np.abs(patch - whole).sum() < 0.15 * whole.sum()  # the roughness of edges runs from the picture's corner
