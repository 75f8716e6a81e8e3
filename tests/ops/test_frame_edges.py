"""A print on its backing."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.engine.compose import Sequence
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.workspace import borrowed_workspace
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.frame_edges import FrameEdges

GRAY = np.full((200, 300, 3), 0.5, np.float32)
STRAIGHT = {"angle_deg": 0, "margin_frac": 0.04}


def backing_of(out: np.ndarray) -> np.ndarray:
    return np.abs(out - 0.5).max(axis=2) > 0.02


def test_margin_and_angle_0_are_the_identity() -> None:
    image = np.random.default_rng(0).random((30, 40, 3), dtype=np.float32)
    assert np.array_equal(FrameEdges(margin_frac=0, angle_deg=0)(image), image)


def test_as_much_backing_shows_as_is_asked_for() -> None:
    for key in "abc":
        shown = backing_of(FrameEdges(**STRAIGHT, backing="black")(GRAY, key=key))
        assert shown.all(axis=1).sum() == pytest.approx(0.04 * 200, abs=2)
        assert not shown[20:-20, 30:-30].any()
    askew = backing_of(FrameEdges(margin_frac=0, angle_deg=1.5, backing="black")(GRAY))
    assert 0.001 < askew.mean() < 0.05


def test_backings_differ_and_album_paper_has_fibres() -> None:
    fields = {**STRAIGHT, "margin_frac": 0.1, "shadow": 0}
    outs = {name: FrameEdges(**fields, backing=name)(GRAY, key="a") for name in ("white", "black", "album")}
    shown = outs["black"].max(axis=2) < 0.12
    assert outs["white"][shown].mean() > 0.9
    assert outs["black"][shown].mean() < 0.15
    assert outs["white"][shown].std(axis=0).max() < 0.01
    assert outs["album"][shown].std(axis=0).max() > 0.01


def test_the_shadow_darkens_the_backing_along_one_side() -> None:
    without, with_shadow = (
        FrameEdges(**{**STRAIGHT, "margin_frac": 0.1}, backing="white", shadow=s, shadow_mm=1.5)(GRAY, key="b")
        for s in (0, 0.5)
    )
    darker = without - with_shadow
    assert darker.min() >= 0
    assert darker.max() > 0.1
    assert not darker[40:-40, 60:-60].any()


def test_the_backing_is_no_damage_and_asks_for_no_change() -> None:
    image = np.random.default_rng(1).random((80, 90, 3), dtype=np.float32)
    pair = Sequence([CoarseDropout(holes=6, size_px=9), FrameEdges(backing="album")]).pair(image, key="a")
    changed = (pair.clean != pair.degraded).any(axis=2)
    assert changed.any()
    assert (pair.mask[changed] > 0).all()
    plain = FrameEdges(margin_frac=0.1, backing="album").pair(image, key="a")
    assert np.array_equal(plain.clean, plain.degraded)
    assert not plain.mask.any()
    assert np.array_equal(FrameEdges(both=False).pair(image).clean, image)


def test_a_patch_from_within_a_print_shows_no_backing() -> None:
    with borrowed_workspace() as workspace:
        photo = Photo(GRAY, workspace, print_box=(-500, 900, -500, 900))
        FrameEdges(margin_frac=0.1, backing="black").run(photo, Key(0, "a"))
        assert not backing_of(photo.pixels).any()
        edge = Photo(GRAY, workspace, print_box=(0, 900, -500, 900))
        FrameEdges(margin_frac=0.1, backing="black").run(edge, Key(0, "a"))
        assert backing_of(edge.pixels)[:2].mean() > 0.5
        assert not backing_of(edge.pixels)[-60:].any()
