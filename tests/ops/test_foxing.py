from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import binary_fill_holes, label

import degrade
from degrade.engine.kernels.contours import CELLS
from degrade.engine.kernels.shared import damp_at
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace

Foxing = degrade.degradations()["foxing"]
SIDE = 512
PX_PER_MM = np.hypot(SIDE, SIDE) / 180
LIGHT = np.full((SIDE, SIDE, 3), 0.8, np.float32)
ROUND = {"bullseyes": 0, "spots": 5, "clusters": 12}


def pair(key: str = "a", image: Any = LIGHT, **fields: Any) -> degrade.Pair:
    return Foxing(**fields).pair(image, key=key)


def left_by(attraction: npt.NDArray[np.float32], key: str) -> npt.NDArray[np.uint8]:
    """The mask of foxing on a print where water left a tide line."""
    with borrowed_workspace() as workspace:
        photo = Photo(LIGHT, workspace)
        photo.root = Key(0, key)
        photo.traces["tide"] = [attraction]
        Foxing(clusters=20, spread_mm=1.0, strength=0.6).run(photo, photo.root)
        return photo.mask


def test_spots_are_rust_brown() -> None:
    p = pair(clusters=20, strength=0.6)
    lost = (LIGHT - p.degraded)[p.mask > 100].mean(axis=0)
    assert lost[0] < lost[1] < lost[2]
    assert (p.degraded <= LIGHT).all()


def test_diameters_are_log_normal_in_millimetres() -> None:
    sizes = []
    for key in range(12):
        mask = pair(str(key), clusters=6, spots=2, spread_mm=40, diameter_mm=1.5, bullseyes=0, strength=0.8).mask
        labelled, found = label(mask > 0.3 * mask.max(initial=1))
        sizes += [2 * (np.count_nonzero(labelled == n + 1) / np.pi) ** 0.5 / PX_PER_MM for n in range(found)]
    logs = np.log([size for size in sizes if size > 0.5])
    assert 0.7 < np.exp(np.median(logs)) < 2.2
    assert 0.25 < logs.std() < 0.8


def test_they_gather_where_the_print_was_damp() -> None:
    damp, everywhere = [], []
    for key in range(10):
        mask = pair(str(key), clusters=30, spread_mm=2).mask.astype(float)
        k0, k1 = Key(0, str(key)).at("shared", "damp").pair()
        places = (np.arange(0, SIDE, 16) + 0.5) / SIDE
        field = np.array([[damp_at(x, y, np.uint32(k0), np.uint32(k1)) for x in places] for y in places])
        weights = mask[::16, ::16]
        damp.append((field * weights).sum() / max(weights.sum(), 1))
        everywhere.append(field.mean())
    assert np.mean(damp) > np.mean(everywhere) + 0.08


def test_twice_as_many_along_tide_lines() -> None:
    near = np.zeros((CELLS + 2, CELLS + 2), np.float32)
    near[:, : CELLS // 2] = 1
    ratio, plain = 0.0, 0.0
    for key in "abcdefghijklmnop":
        masks = [left_by(field, key) > 40 for field in (near, np.zeros_like(near))]
        ratio += np.count_nonzero(masks[0][:, : SIDE // 2]) - np.count_nonzero(masks[1][:, : SIDE // 2])
        plain += np.count_nonzero(masks[1][:, : SIDE // 2])
    assert 0.15 * plain < ratio < 0.7 * plain


def test_bulls_eyes_have_a_ring() -> None:
    """Hollow spots: the mask's centre is weaker than what surrounds it."""

    def hollow(share: float) -> float:
        found = []
        for key in range(8):
            fields = {"clusters": 8, "spots": 3, "spread_mm": 40, "diameter_mm": 6, "strength": 0.8}
            mask = pair(str(key), **fields, bullseyes=share).mask.astype(float)
            labelled, number = label(mask > 0.35 * mask.max(initial=1))
            for spot in range(1, number + 1):
                size = np.count_nonzero(labelled == spot)
                if size > 60:
                    filled = binary_fill_holes(labelled == spot)
                    found.append(np.count_nonzero(filled) > 1.05 * size)
        return float(np.mean(found))

    assert hollow(1.0) > hollow(0.0) + 0.1


def test_strength_and_number_add_to_it() -> None:
    few, more, stronger = (
        sum(pair(str(key), **ROUND | fields).mask.sum(dtype=np.int64) for key in range(4))
        for fields in ({"strength": 0.2}, {"strength": 0.2, "clusters": 24}, {"strength": 0.5})
    )
    assert more > 1.5 * few
    assert stronger > 1.5 * few


@pytest.mark.parametrize("fields", [{"clusters": 0}, {"strength": 0}, {"spots": 0}])
def test_without_effect_it_is_the_identity(fields: dict[str, Any]) -> None:
    p = pair(**fields)
    assert np.array_equal(p.degraded, LIGHT)
    assert not p.mask.any()
