from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import label

import degrade
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

Floats = npt.NDArray[np.float32]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
GRAY = np.full((SIDE, SIDE, 1), 0.4, np.float32)


def pair(key: str = "a", image: Floats = GRAY, **fields: Any) -> degrade.Pair:
    return degrade.Scratches(**fields).pair(image, key=key)


def covered(**fields: Any) -> float:
    """Mean area of the soft mask, in pixels, over a few photos."""
    return float(np.mean([pair(str(index), **fields).mask.sum(dtype=np.int64) / 255 for index in range(8)]))


def axis_of(weights: npt.NDArray[np.floating[Any]]) -> tuple[npt.NDArray[np.floating[Any]], Any]:
    """(centre, variances and directions) of the weights' distribution over the plane, the longest axis last."""
    rows, columns = np.nonzero(weights)
    w = weights[rows, columns].astype(float)
    points = np.stack([columns, rows], axis=1)
    centre = np.average(points, axis=0, weights=w)
    return centre, np.linalg.eigh(np.cov(points.T, aweights=w))


# --- straight lines, the ablation -------------------------------------------------------------------------------------


def test_straight_lines_are_white_opaque_and_of_the_width() -> None:
    for index in range(6):
        p = pair(str(index), straight=True, count=1, length_mm=40, width_mm=1.0, depth=0.1)
        if p.mask.max() == 0:
            continue
        (_, (variances, _)) = axis_of(p.mask)
        assert variances[0] ** 0.5 * 12**0.5 == pytest.approx(PX_PER_MM, rel=0.15)
        assert (p.degraded[p.mask == 255] == 1).all()
        assert np.array_equal(p.loss, p.mask)


def test_dark_straight_lines_are_black() -> None:
    p = pair(straight=True, count=9, length_mm=40, width_mm=1.0, polarity="dark")
    assert (p.degraded[p.mask == 255] == 0).all()


def test_one_straight_line_a_drag() -> None:
    for index in range(8):
        mask = pair(str(index), straight=True, count=1, bundle=20, length_mm=20, width_mm=0.5).mask
        assert label(mask, np.ones((3, 3)))[1] <= 1


# --- what a scratch does ----------------------------------------------------------------------------------------------


def test_light_scratches_lighten_and_dark_ones_darken() -> None:
    light, dark = pair(count=20, polarity="light"), pair(count=20, polarity="dark")
    assert (light.degraded >= GRAY).all()
    assert (light.degraded > GRAY + 0.05).any()
    assert (dark.degraded <= GRAY).all()
    assert (dark.degraded < GRAY - 0.05).any()


def test_mixed_scratches_are_the_light_and_the_dark_ones() -> None:
    counts = np.array([0, 0])
    for index in range(6):
        change = pair(str(index), count=30, polarity="mixed").degraded - GRAY
        counts += [np.count_nonzero(change > 0.02), np.count_nonzero(change < -0.02)]
    assert counts[1] > 0.1 * counts[0]
    assert counts[0] > counts[1]


def test_depth_decides_how_much_of_the_picture_is_lost() -> None:
    shallow, deep, bare = (pair(count=20, depth=depth) for depth in (0.3, 0.7, 1.0))
    assert np.array_equal(shallow.mask, deep.mask)
    assert (shallow.degraded <= deep.degraded).all()
    assert (deep.degraded <= bare.degraded).all()
    assert shallow.loss.sum() < deep.loss.sum() < bare.loss.sum()
    assert np.array_equal(bare.loss, bare.mask)


def test_scratches_on_paper_white_hardly_show() -> None:
    paper = np.full((SIDE, SIDE, 1), 0.86, np.float32)
    assert np.abs(pair(image=paper, count=30).degraded - paper).max() < 0.03


def test_colour_scratches_show_cream_paper() -> None:
    p = pair(image=np.zeros((SIDE, SIDE, 3), np.float32), count=30, depth=1)
    red, green, blue = p.degraded[p.mask > 200].mean(axis=0)
    assert red > green > blue > 0.4


@pytest.mark.parametrize("fields", [{"count": 0}, {"depth": 0}, {"depth": 0, "polarity": "dark"}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, GRAY)
    assert not p.mask.any()


def test_all_of_it_is_classed_as_scratch() -> None:
    p = pair(count=30, polarity="mixed")
    assert set(np.unique(p.classes)) == {0, int(degrade.DamageClass.SCRATCH)}


# --- how many, how long, how wide -------------------------------------------------------------------------------------


def test_area_grows_with_count_length_width_and_bundle() -> None:
    usual = {"count": 12, "length_mm": 7, "width_mm": 0.2, "bundle": 3}
    base = covered(**usual)
    assert base > 50
    assert covered(**usual | {"count": 24}) == pytest.approx(2 * base, rel=0.4)
    assert covered(**usual | {"length_mm": 14}) == pytest.approx(2 * base, rel=0.35)
    assert covered(**usual | {"width_mm": 0.4}) == pytest.approx(2 * base, rel=0.2)
    assert covered(**usual | {"bundle": 6}) == pytest.approx(2 * base, rel=0.4)


def test_another_drag_leaves_the_first_ones_alone() -> None:
    six, seven = pair(count=6).mask.astype(int), pair(count=7).mask.astype(int)
    assert (seven >= six).all()
    assert (seven > six).any()


def test_sizes_are_millimetres_of_the_format() -> None:
    op = degrade.Scratches(straight=True, count=40, length_mm=3, width_mm=0.4)
    large, small = (
        op.pair(GRAY, key="a", format=name).mask.sum(dtype=np.int64) for name in ("carte_de_visite", "print_18x24")
    )
    assert large / small == pytest.approx((300 / 105) ** 2, rel=0.35)


# --- what a scratch looks like ----------------------------------------------------------------------------------------


def test_scratches_fade_in_and_out() -> None:
    """Laid over each other by their own length, single scratches are strongest in their middle."""
    profile = np.zeros(10)
    for index in range(60):
        mask = pair(str(index), count=1, bundle=1, length_mm=25, width_mm=0.6, curvature=0).mask.astype(float)
        inner = mask[40:-40, 40:-40].sum()
        if inner < 0.999 * mask.sum() or inner == 0:
            continue
        centre, (_, directions) = axis_of(mask)
        rows, columns = np.nonzero(mask)
        along = (np.stack([columns, rows], axis=1) - centre) @ directions[:, 1]
        place = (along - along.min()) / max(np.ptp(along), 1)
        weights = mask[rows, columns]
        profile += np.histogram(place, 10, (0, 1), weights=weights / weights.sum())[0]
    assert profile.sum() > 10
    assert profile[[0, -1]].max() < 0.5 * profile[3:7].mean()


def test_the_scratches_of_a_bundle_are_nearly_parallel() -> None:
    turns: list[float] = []
    for index in range(24):
        mask = pair(str(index), count=1, bundle=32, length_mm=8, width_mm=0.12, curvature=0).mask
        labelled, found = label(mask > 20, np.ones((3, 3)))
        angles = []
        for number in range(1, found + 1):
            part = np.where(labelled == number, mask, 0)
            if np.count_nonzero(part) < 25:
                continue
            _, (variances, directions) = axis_of(part)
            if variances[1] > 100 * variances[0]:
                angles.append(2 * np.arctan2(directions[1, 1], directions[0, 1]))
        if len(angles) >= 3:
            mean = np.angle(np.mean(np.exp(1j * np.array(angles))))
            turns += list(np.abs(np.angle(np.exp(1j * (np.array(angles) - mean)))) / 2)
    assert len(turns) > 20
    assert np.degrees(np.median(turns)) < 4


def test_curvature_bends_them() -> None:
    def waist(curvature: float) -> float:
        """Mean ratio of the short axis to the long one."""
        found = []
        for index in range(30):
            mask = pair(str(index), count=1, bundle=1, length_mm=40, width_mm=0.3, curvature=curvature).mask
            if mask.sum(dtype=np.int64) > 255 * 20:
                _, (variances, _) = axis_of(mask)
                found.append((variances[0] / variances[1]) ** 0.5)
        return float(np.median(found))

    assert waist(0.02) > 2 * waist(0.0)


def test_they_lie_all_over_the_print() -> None:
    where = sum((pair(str(index), count=40, length_mm=4).mask > 30).astype(int) for index in range(8))
    quarters = [where[y : y + 256, x : x + 256].sum() for y in (0, 256) for x in (0, 256)]
    assert min(quarters) > 0.5 * max(quarters)


def test_a_patch_shows_what_the_whole_print_has_there() -> None:
    op = degrade.Scratches(count=60, depth=1)
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY[128:384, 192:448], workspace, print_box=(-128, 384, -192, 320))
        op.run(photo, Key(0, "a"))
        patch = photo.mask.astype(float)
    whole = op.pair(GRAY, key="a").mask[128:384, 192:448].astype(float)
    assert whole.sum() > 255 * 50
    assert np.abs(patch - whole).sum() < 0.02 * whole.sum()
