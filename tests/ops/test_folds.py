from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import degrade
from degrade.engine.kernels import torn
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

Floats = npt.NDArray[np.float32]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
GRAY = np.full((SIDE, SIDE, 1), 0.4, np.float32)
FOLD, PEEL = int(degrade.DamageClass.FOLD), int(degrade.DamageClass.PEEL)
BREAK = {"relief": 0, "soil": 0, "flakes": 0, "rubbing": 0}
"""The break alone, without what surrounds it."""


def pair(key: str = "a", image: Floats = GRAY, **fields: Any) -> degrade.Pair:
    return degrade.Folds(**{"count": 1} | fields).pair(image, key=key)


def lost(p: degrade.Pair) -> npt.NDArray[np.float64]:
    return p.loss.astype(np.float64) / 255


def ridge(p: degrade.Pair) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(centres, widths) of the break along its longer way; centres are NaN where it is closed."""
    field = lost(p)
    rows, columns = np.nonzero(field)
    if np.ptp(rows) > np.ptp(columns):
        field = field.T
    widths = field.sum(axis=0)
    centres = (field * np.arange(len(field))[:, None]).sum(axis=0) / np.where(widths > 0.2, widths, np.nan)
    return centres, widths


# --- the crease -------------------------------------------------------------------------------------------------------


def test_a_bend_that_did_not_break_is_shading_alone() -> None:
    p = pair(kind="full", severity=-2, soil=0, flakes=0, relief=0.15)
    assert not p.loss.any()
    assert set(np.unique(p.classes)) == {0, FOLD}
    change = (p.degraded - GRAY)[:, :, 0]
    assert 0.02 < change.max() <= 0.16 * 0.4 * 1.6
    assert change.min() < -0.02


def test_one_flank_is_lit_and_the_other_is_dark() -> None:
    signs = set()
    for index in range(8):
        change = (pair(str(index), kind="full", severity=-2, soil=0, relief=0.2).degraded - GRAY)[:, :, 0]
        rows, columns = np.nonzero(change)
        if np.ptp(rows) > np.ptp(columns):
            change = change.T
        lit = (np.where(change > 0, change, 0) * np.arange(SIDE)[:, None]).sum(0) / np.maximum(change, 0).sum(0)
        dark = (np.where(change < 0, change, 0) * np.arange(SIDE)[:, None]).sum(0) / np.minimum(change, 0).sum(0)
        middle = slice(60, SIDE - 60)
        sides = np.sign(lit - dark)[middle]
        assert np.abs(np.median(sides)) == 1
        assert (sides == np.median(sides)).mean() > 0.98
        assert 0.6 < np.median(np.abs(lit - dark)[middle]) / PX_PER_MM < 3
        signs.add(np.median(sides))
    assert signs == {-1.0, 1.0}


def test_relief_scales_the_shading() -> None:
    weak, strong = (
        np.abs(pair(kind="full", severity=-2, soil=0, relief=relief).degraded - GRAY).max() for relief in (0.1, 0.2)
    )
    assert strong == pytest.approx(2 * weak, rel=0.01)


# --- the break --------------------------------------------------------------------------------------------------------


def test_severity_opens_the_break() -> None:
    def area(severity: float) -> float:
        fields = {"kind": "full", "severity": severity, "width_mm": 0.5, **BREAK}
        return float(np.mean([lost(pair(str(index), **fields)).sum() for index in range(5)]))

    areas = [area(severity) for severity in (-1.5, -0.3, 0.1, 0.5, 0.9)]
    assert areas[0] < 1
    assert all(after > 1.5 * before for before, after in pairwise(areas))
    assert areas[-1] == pytest.approx(127 * 0.5 * 0.9 * PX_PER_MM**2, rel=0.4)


def test_width_is_in_millimetres() -> None:
    narrow, wide = (
        sum(lost(pair(str(index), kind="full", severity=0.9, width_mm=width, **BREAK)).sum() for index in range(4))
        for width in (0.5, 1.5)
    )
    assert wide / narrow == pytest.approx(3, rel=0.2)


def test_the_break_comes_and_goes() -> None:
    """Contrast along cracks of real prints varies by .47 to .86 of its mean."""
    variation = []
    for index in range(8):
        _, widths = ridge(pair(str(index), kind="full", severity=0.3, width_mm=0.5, **BREAK))
        inner = widths[20:-20]
        variation.append(inner.std() / inner.mean())
    assert 0.4 < np.median(variation) < 1.1


def test_a_fold_is_straight_over_the_print_and_ragged_along_it() -> None:
    for index in range(8):
        centres, _ = ridge(pair(str(index), kind="full", severity=0.9, width_mm=0.5, **BREAK))
        place = np.flatnonzero(np.isfinite(centres))
        assert len(place) > 0.9 * (np.ptp(place) + 1)
        bow = centres[place] - np.polyval(np.polyfit(place, centres[place], 1), place)
        assert 0.0005 * len(place) < bow.std() < 0.012 * len(place)
        assert np.abs(np.diff(centres[place])).std() > 0.05


def test_bare_paper_is_cream_and_lighter_than_shadows() -> None:
    black = np.zeros((SIDE, SIDE, 3), np.float32)
    for index in range(4):
        p = pair(str(index), image=black, kind="full", severity=0.9, width_mm=1.0, relief=0, soil=0)
        red, green, blue = p.degraded[p.loss == 255].mean(axis=0)
        assert red > green > blue
        assert 0.55 < green < 0.9
        # The paper's fibres keep it from being flat.
        assert p.degraded[p.loss == 255][:, 1].std() > 0.01


def test_soil_darkens_breaks_and_rims_and_is_in_the_mask() -> None:
    kept = {"kind": "full", "severity": 0.7, "width_mm": 0.6, "relief": 0, "flakes": 0}
    clean, soiled = pair(**kept, soil=0), pair(**kept, soil=1.0)
    assert (soiled.degraded <= clean.degraded).all()
    assert (soiled.degraded < clean.degraded - 0.1).any()
    assert (soiled.degraded < GRAY - 0.05).any()
    assert np.count_nonzero(soiled.mask) > np.count_nonzero(clean.mask)
    assert np.array_equal(soiled.loss, clean.loss)


def test_rubbed_ridges_are_scratched_across() -> None:
    kept = {"kind": "full", "severity": 0.0, "relief": 0, "soil": 0, "flakes": 0}
    scratch = int(degrade.DamageClass.SCRATCH)
    amounts = []
    for rubbing in (0, 20, 80):
        pairs = [pair(str(index), rubbing=rubbing, **kept) for index in range(4)]
        amounts.append(sum(lost(p)[p.classes == scratch].sum() for p in pairs))
    assert amounts[0] == 0
    assert amounts[2] == pytest.approx(4 * amounts[1], rel=0.35)
    rows, columns = np.nonzero(pairs[0].classes == scratch)
    ridge_of = pair("0", **kept | {"severity": 0.9, "rubbing": 0})
    centres, _ = ridge(ridge_of)
    along, across = (rows, columns) if np.ptp(rows) > np.ptp(columns) else (columns, rows)
    away = np.abs(across - np.interp(along, np.arange(SIDE)[np.isfinite(centres)], centres[np.isfinite(centres)]))
    assert 0.3 < np.median(away) / PX_PER_MM < 1.5


def test_broken_emulsion_shows_the_same_paper_as_other_losses() -> None:
    black = np.zeros((SIDE, SIDE, 3), np.float32)
    for key in "ab":
        fold = pair(key, image=black, kind="full", severity=0.9, width_mm=2.0, relief=0, soil=0, flakes=0)
        loss = degrade.Loss(count=30, width_mm=3, soil=0, shadow=0, depth=1).pair(black, key=key)
        one, other = (p.degraded[p.loss == 255].mean(axis=0) for p in (fold, loss))
        assert one == pytest.approx(other, abs=0.015)


def test_the_light_comes_from_where_all_relief_of_the_print_is_lit_from() -> None:
    """The flank of an upright fold that is lit changes sides with the light, by which other damage casts shadows."""
    op = degrade.Folds(count=1, kind="full", severity=-2, soil=0, relief=0.2)
    sides: dict[str, set[float]] = {}
    for key, print_ in product(map(str, range(12)), map(str, range(8))):
        with borrowed_workspace() as workspace:
            photo = Photo(GRAY, workspace)
            photo.root = Key(0, print_)
            op.run(photo, Key(0, key))
            change = photo.pixels[:, :, 0] - GRAY[:, :, 0]
            right, down = torn.shadow_of(photo, 1.0)
        rows, columns = np.nonzero(change)
        if np.ptp(rows) > 400 and np.ptp(columns) < 60 and abs(right) > 0.3 * down:
            leaning = (change[rows, columns] * (columns - columns.mean())).sum()
            sides.setdefault(key, set()).add(float(np.sign(leaning * right)))
    assert len(sides) > 2
    assert all(len(found) == 1 for found in sides.values())
    assert set.union(*sides.values()) == {-1.0, 1.0}


# --- kinds and places -------------------------------------------------------------------------------------------------


def test_a_full_fold_crosses_the_print() -> None:
    for index in range(10):
        mask = pair(str(index), kind="full", severity=0.9, width_mm=0.6).mask > 0
        edges = [mask[:3].any(), mask[-3:].any(), mask[:, :3].any(), mask[:, -3:].any()]
        assert sum(edges) >= 2


def test_a_dog_ear_stays_in_its_corner() -> None:
    corners = set()
    for index in range(16):
        mask = pair(str(index), kind="corner", severity=0.9).mask > 0
        rows, columns = np.nonzero(mask)
        corner = (bool(rows.mean() > SIDE / 2), bool(columns.mean() > SIDE / 2))
        corners.add(corner)
        reach = 0.45 * SIDE + 6 * PX_PER_MM
        assert (np.abs(rows - corner[0] * SIDE) < reach).all()
        assert (np.abs(columns - corner[1] * SIDE) < reach).all()
    assert len(corners) == 4


def test_a_bend_thins_out_towards_its_ends() -> None:
    ends = middle = 0.0
    for index in range(40):
        p = pair(str(index), kind="bend", severity=1.2, width_mm=0.5, **BREAK)
        mask = lost(p)
        rows, columns = np.nonzero(mask)
        if len(rows) < 40 or min(rows.min(), columns.min()) < 20 or max(rows.max(), columns.max()) > SIDE - 20:
            continue
        points = np.stack([columns, rows], axis=1).astype(float)
        weights = mask[rows, columns]
        points -= np.average(points, axis=0, weights=weights)
        along = points @ np.linalg.eigh(np.cov(points.T, aweights=weights))[1][:, 1]
        place = (along - along.min()) / np.ptp(along)
        ends += weights[(place < 0.1) | (place > 0.9)].sum() / weights.sum()
        middle += weights[(place > 0.4) & (place < 0.6)].sum() / weights.sum()
    assert middle > 0.5
    assert ends < 0.35 * middle


def test_mixed_folds_are_of_every_kind() -> None:
    def crosses(mask: npt.NDArray[np.bool_]) -> bool:
        return bool((mask[:3].any() and mask[-3:].any()) or (mask[:, :3].any() and mask[:, -3:].any()))

    found = [crosses(pair(str(index), severity=0.9, relief=0.2).mask > 0) for index in range(40)]
    assert 10 <= sum(found) <= 30


def test_two_full_folds_mostly_cross() -> None:
    crossing = 0
    for index in range(12):
        mask = pair(str(index), count=2, kind="full", severity=0.9, width_mm=0.6).mask > 0
        crossing += mask[:3].any() and mask[-3:].any() and mask[:, :3].any() and mask[:, -3:].any()
    assert crossing >= 8


def test_another_fold_leaves_the_lines_of_the_first_ones() -> None:
    fields = {"kind": "full", "severity": 0.9, **BREAK}
    one, two = (pair("b", count=count, **fields).mask.astype(int) for count in (1, 2))
    assert (two >= one).all()
    assert (two > one).any()


def test_emulsion_comes_off_where_folds_cross() -> None:
    fields = {"kind": "full", "severity": 0.9, "width_mm": 0.6, **BREAK}
    peeled = [pair(str(index), count=2, **fields).classes == PEEL for index in range(6)]
    assert sum(patch.any() for patch in peeled) >= 4
    for patch in peeled:
        rows, columns = np.nonzero(patch)
        assert len(rows) == 0 or (np.ptp(rows) < 20 * PX_PER_MM and np.ptp(columns) < 20 * PX_PER_MM)
    assert not (pair(count=1, **fields).classes == PEEL).any()


def test_flakes_are_lost_emulsion_beside_the_break() -> None:
    def peeled(flakes: float) -> int:
        fields = {"kind": "full", "severity": 0.9, "relief": 0, "soil": 0, "flakes": flakes}
        return sum(np.count_nonzero(pair(str(index), **fields).classes == PEEL) for index in range(5))

    assert peeled(0) == 0
    few, many = peeled(4), peeled(40)
    assert 0 < few < many


# --- the frame --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"count": 0}, {"severity": -2, "relief": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()


def test_without_soil_and_relief_the_mask_is_the_loss() -> None:
    p = pair(kind="full", severity=0.9, relief=0, soil=0)
    assert p.loss.any()
    assert np.array_equal(p.loss, p.mask)


def test_the_break_alone_is_the_same_at_twice_the_resolution() -> None:
    least = most = 0.0
    for key in "abcdef":
        op = degrade.Folds(count=2, severity=0.5, relief=0, soil=0)
        small = op.pair(GRAY, key=key).mask.astype(np.float64)
        large = op.pair(np.full((2 * SIDE, 2 * SIDE, 1), 0.4, np.float32), key=key).mask.astype(np.float64)
        shrunk = large.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        least, most = least + np.minimum(small, shrunk).sum(), most + np.maximum(small, shrunk).sum()
    assert least / most > 0.9


def test_a_patch_shows_the_folds_of_the_whole_print() -> None:
    op = degrade.Folds(count=3, kind="full", severity=-2, soil=0, flakes=0, relief=0.2)
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY[128:384, 192:448], workspace, print_box=(-128, 384, -192, 320))
        photo.root = Key(0, "a")
        op.run(photo, Key(0, "a"))
        patch = photo.mask.astype(float)
    whole = op.pair(GRAY, key="a").mask[128:384, 192:448].astype(float)
    assert whole.sum() > 255 * 100
    assert np.abs(patch - whole).sum() < 0.02 * whole.sum()
