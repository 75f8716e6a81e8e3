from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import find_objects, label

import degrade

IMAGE = np.full((120, 160, 3), 0.5, np.float32)
Mask = npt.NDArray[np.uint8]


def hole_of(mask: Mask) -> tuple[slice, ...]:
    """The one rectangle that a mask holds."""
    labelled, found = label(mask)
    assert found == 1
    hole: tuple[slice, ...] = find_objects(labelled)[0]
    assert (mask[hole] == 255).all()
    return hole


def sides(mask: Mask) -> tuple[int, int]:
    rows, columns = hole_of(mask)
    return rows.stop - rows.start, columns.stop - columns.start


def masks(count: int = 40, shape: tuple[int, ...] = IMAGE.shape, **fields: Any) -> list[Mask]:
    op, image = degrade.CoarseDropout(**fields), np.full(shape, 0.5, np.float32)
    return [op.pair(image, key=str(index)).mask for index in range(count)]


def test_squares_of_exactly_the_size_in_pixels() -> None:
    assert {sides(mask) for mask in masks(holes=1, size_px=12, variation=0)} == {(12, 12)}


def test_the_fraction_is_of_the_short_side() -> None:
    assert {sides(mask) for mask in masks(holes=1, size_frac=0.25, variation=0)} == {(30, 30)}


def test_height_and_width_vary_apart_over_the_whole_range() -> None:
    found = np.array([sides(mask) for mask in masks(300, holes=1, size_px=16, variation=0.375)])
    assert found.min() == 10
    assert found.max() == 22
    assert abs(found.mean() - 16) < 0.5
    assert abs(np.corrcoef(found.T)[0, 1]) < 0.25


def test_each_hole_is_drawn_by_itself_and_they_are_as_many_as_asked_for() -> None:
    mask = masks(1, (2000, 2000), holes=12, size_px=9, variation=0.5)[0]
    labelled, found = label(mask)
    assert found == 12
    shapes = {tuple(s.stop - s.start for s in hole) for hole in find_objects(labelled)}
    assert len(shapes) > 3


def test_another_hole_leaves_the_first_ones_alone() -> None:
    three, four = (masks(1, holes=count, size_px=8)[0] for count in (3, 4))
    assert np.array_equal(three, three & four)
    assert np.count_nonzero(four) > np.count_nonzero(three)


def test_within_the_picture_every_place_is_reached_and_every_hole_is_whole() -> None:
    found = [hole_of(mask) for mask in masks(400, (20, 24), holes=1, size_px=6, variation=0)]
    assert {(r.stop - r.start, c.stop - c.start) for r, c in found} == {(6, 6)}
    assert {r.start for r, _ in found} == set(range(15))
    assert {c.start for _, c in found} == set(range(19))


def test_over_the_border_centres_lie_anywhere_and_holes_are_cut() -> None:
    found = [hole_of(mask) for mask in masks(400, (20, 24), holes=1, size_px=6, variation=0, over_border=True)]
    rows = {(r.start, r.stop) for r, _ in found}
    assert {r.stop - r.start for r, _ in found} == {3, 4, 5, 6}
    assert (0, 3) in rows
    assert (16, 20) in rows
    assert len(rows) == 20


def test_a_hole_may_cover_everything() -> None:
    assert masks(1, (7, 9), holes=1, size_px=100, variation=0)[0].all()
    assert masks(1, (1, 1), holes=1)[0].all()


@pytest.mark.parametrize("fill", ["value", "mean", "noise"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_masks_hold_the_holes_and_nothing_else(fill: str, channels: int) -> None:
    image = np.full((60, 80, channels), 0.3, np.float32)
    image[:30] = 0.9
    pair = degrade.CoarseDropout(holes=4, size_px=9, fill=fill, value=(1, 0, 0.4)).pair(image, key="a")
    lost = pair.mask > 0
    assert 0 < lost.mean() < 0.5
    assert np.array_equal((pair.degraded != pair.clean).any(axis=2), lost)
    assert np.array_equal(pair.loss, pair.mask)
    assert np.array_equal(pair.classes, np.where(lost, int(degrade.DamageClass.DROPOUT), 0))


def test_the_value_shows() -> None:
    pair = degrade.CoarseDropout(holes=2, value=(1, 0.25, 0)).pair(IMAGE, key="a")
    assert (pair.degraded[pair.mask > 0] == np.float32([1, 0.25, 0])).all()
    gray = degrade.CoarseDropout(holes=2, value=(1, 1, 1)).pair(IMAGE[:, :, :1], key="a")
    assert (gray.degraded[gray.mask > 0] == 1).all()


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([1, 3]), st.integers(0, 99))
def test_the_mean_is_the_pictures_by_channel(height: int, width: int, channels: int, seed: int) -> None:
    image = np.random.default_rng(seed).random((height, width, channels), np.float32)
    pair = degrade.CoarseDropout(holes=1, size_px=3, fill="mean").pair(image, key="a")
    shown = pair.degraded[pair.mask > 0]
    assert np.allclose(shown, image.astype(np.float64).mean(axis=(0, 1)), atol=2e-6)
    assert (shown == shown[0]).all()


def test_noise_is_uniform_and_differs_from_pixel_to_pixel() -> None:
    pair = degrade.CoarseDropout(holes=1, size_px=60, variation=0, fill="noise").pair(IMAGE, key="a")
    shown = pair.degraded[pair.mask > 0].astype(np.float64)
    assert abs(shown.mean() - 0.5) < 0.02
    assert abs(shown.std() - np.sqrt(1 / 12)) < 0.01
    assert np.abs(np.corrcoef(shown.T)[np.triu_indices(3, 1)]).max() < 6 / np.sqrt(len(shown))


def test_no_hole_is_the_identity() -> None:
    pair = degrade.CoarseDropout(holes=0).pair(IMAGE)
    assert np.array_equal(pair.degraded, IMAGE)
    assert not pair.mask.any()


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"size_px": 12, "size_frac": 0.3}, "size_frac"),
        ({"size_px": (0, 12)}, "size_px"),
        ({"size_px": degrade.Normal(8, 4)}, "size_px"),
        ({"size_px": degrade.Choice([0, 12])}, "size_px"),
    ],
)
def test_the_size_comes_from_one_field_alone(fields: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(degrade.ParameterError) as raised:
        degrade.CoarseDropout(**fields)
    assert [name for name, _ in raised.value.problems] == [at_fault]


@pytest.mark.parametrize("size", [12, (8, 12), degrade.LogNormal(10, 0.3), degrade.Choice([8, 16])])
def test_sizes_in_pixels_may_vary(size: Any) -> None:
    assert masks(3, holes=1, size_px=size)
