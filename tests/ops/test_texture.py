"""Textures over photographs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import encode_png
from degrade.engine.damage import DamageClass
from degrade.engine.degradation import ParameterError
from degrade.engine.distributions import Choice
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.units import FORMATS
from degrade.engine.workspace import borrowed_workspace
from degrade.ops.texture import BLENDS, Texture
from degrade.textures.errors import TextureError

KEYS = [f"photo {i}" for i in range(4)]
every_blend = pytest.mark.parametrize("blend", BLENDS)
COVERING = ("dust", "scratches")


def gray(value: float, side: int = 256) -> np.ndarray:
    return np.full((side, side), value, np.float32)


def folder_of(root: Path, *pictures: np.ndarray) -> str:
    root.mkdir()
    for index, picture in enumerate(pictures):
        (root / f"{index}.png").write_bytes(encode_png(np.ascontiguousarray(picture[:, :, None]), True))
    return str(root)


def scan(seed: int, shape: tuple[int, int] = (300, 400)) -> np.ndarray:
    """A dark picture with soft bright blots, as scans of dirt are."""
    down, across = np.indices(shape)
    places = np.random.default_rng(seed).random((40, 3))
    blots = [
        np.exp(-((down - y * shape[0]) ** 2 + (across - x * shape[1]) ** 2) / (8 + 60 * size)) for y, x, size in places
    ]
    return (np.clip(np.sum(blots, 0), 0, 1) * 240).astype(np.uint8)


@every_blend
@pytest.mark.parametrize("source", COVERING)
def test_each_blend_shows_and_only_where_the_mask_says(source: str, blend: str) -> None:
    image = np.random.default_rng(0).integers(20, 230, (256, 320, 3), dtype=np.uint8)
    for key in KEYS:
        pair = Texture(source=source, blend=blend, strength=0.8).pair(image, key=key)
        assert (pair.degraded != image).any()
        assert np.array_equal(pair.degraded[pair.mask == 0], image[pair.mask == 0])
        shown = np.unique(pair.classes[pair.mask > 0])
        assert shown.tolist() == [DamageClass.DUST if source == "dust" else DamageClass.SCRATCH]
        assert not pair.classes[pair.mask == 0].any()
        assert (pair.loss <= pair.mask).all()


@pytest.mark.parametrize(
    ("blend", "sign"), [("add", 1), ("screen", 1), ("lighten", 1), ("darken", -1), ("multiply", -1)]
)
@pytest.mark.parametrize("source", COVERING)
def test_dust_and_scratches_lighten_or_darken_as_the_blend_says(source: str, blend: str, sign: int) -> None:
    change = Texture(source=source, blend=blend, strength=0.9)(gray(0.5), key=KEYS[0]) - 0.5
    assert (np.sign(change[change != 0]) == sign).all()
    assert (change != 0).any()


def test_alpha_lays_the_colour_of_lint_on_dark_and_bright() -> None:
    dark, bright = (Texture(blend="alpha", strength=1)(gray(v), key=KEYS[0]) for v in (0.1, 0.98))
    assert dark.max() > 0.5
    assert bright.min() < 0.95
    assert dark.min() == np.float32(0.1)
    assert bright.max() == np.float32(0.98)


@every_blend
@pytest.mark.parametrize("source", [*COVERING, "paper"])
def test_no_strength_is_the_identity(source: str, blend: str) -> None:
    image = np.random.default_rng(1).random((40, 50, 3), np.float32)
    pair = Texture(source=source, blend=blend, strength=0).pair(image, key=KEYS[0])
    assert np.array_equal(pair.degraded, image)
    assert not pair.mask.any()


@pytest.mark.parametrize(
    ("blend", "tone"), [("add", 0), ("screen", 0), ("lighten", 0), ("darken", 255), ("multiply", 255)]
)
def test_the_tone_that_changes_nothing(tmp_path: Path, blend: str, tone: int) -> None:
    source = folder_of(tmp_path / "even", np.full((30, 40), tone, np.uint8))
    image = np.random.default_rng(1).random((40, 50, 3), np.float32)
    pair = Texture(source=source, blend=blend, strength=1).pair(image, key=KEYS[0])
    assert np.array_equal(pair.degraded, image)
    assert not pair.mask.any()
    assert not pair.classes.any()


def test_tones_under_alpha_are_mixed_in(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "even", np.full((30, 40), 51, np.uint8))
    pair = Texture(source=source, blend="alpha", strength=0.25).pair(gray(0.6, 40), key=KEYS[0])
    assert np.abs(pair.degraded - (0.75 * 0.6 + 0.25 * 0.2)).max() < 1e-6
    assert (pair.mask == 255).all()
    assert (pair.loss == 64).all()


def test_a_mask_tells_what_is_covered_and_the_loss_how_much_is_gone() -> None:
    weak, strong = (Texture(strength=s).pair(gray(0.5), key=KEYS[0]) for s in (0.2, 1.0))
    assert np.array_equal(weak.mask, strong.mask)
    assert np.array_equal(strong.loss, strong.mask)
    assert np.abs(weak.loss - 0.2 * weak.mask).max() <= 0.5 + 1e-3


def test_paper_is_a_surface_without_masks() -> None:
    op = Texture(source="paper", blend="multiply", strength=0.3)
    pair = op.pair(gray(0.6), key=KEYS[0])
    assert not pair.mask.any()
    assert not pair.classes.any()
    relative = pair.degraded / 0.6
    assert 0.9 < relative.mean() < 1
    assert 0.004 < relative.std() < 0.03
    assert op.damage_of(op.draw(Key())) is None


@pytest.mark.parametrize(
    ("source", "shows", "expected"),
    [
        ("dust", "auto", DamageClass.DUST),
        ("dust", "stain", DamageClass.STAIN),
        ("dust", "nothing", None),
        ("paper", "dirt", DamageClass.DIRT),
    ],
)
def test_the_class_can_be_said(source: str, shows: str, expected: DamageClass | None) -> None:
    op = Texture(source=source, shows=shows, blend="multiply", strength=0.9)
    pair = op.pair(gray(0.5), key=KEYS[0])
    assert op.damage_of(op.draw(Key())) is expected
    assert set(np.unique(pair.classes)) - {0} == ({int(expected)} if expected else set())
    assert (pair.degraded != np.float32(0.5)).any()


def overlap(op: Texture, key: str, **more: Any) -> float:
    """Soft intersection over union of the masks at 512 and at 1024 px; 1 where neither shows anything, as may be on a
    frame of a few millimetres, and there alone."""
    coarse, fine = (op.pair(gray(0.5, side), key=key, **more).mask.astype(float) for side in (512, 1024))
    fine = fine.reshape(512, 2, 512, 2).mean((1, 3))
    both = np.maximum(coarse, fine).sum()
    assert both or more.get("format") in ("cine_8mm", "cine_16mm")
    return float(np.minimum(coarse, fine).sum() / both) if both else 1.0


@pytest.mark.parametrize("source", COVERING)
@pytest.mark.parametrize("format", FORMATS)
def test_the_same_key_gives_the_same_damage_at_every_resolution(source: str, format: str) -> None:
    assert all(overlap(Texture(source=source), key, format=format) >= 0.9 for key in KEYS[:2])


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_so_does_a_folder(tmp_path: Path, scale: float) -> None:
    op = Texture(source=folder_of(tmp_path / "scans", scan(1), scan(2, (700, 500))), scale=scale)
    assert all(overlap(op, key) >= 0.9 for key in KEYS)


def test_sizes_are_those_of_the_print() -> None:
    """On a print that is larger the same things are smaller, and more of them are seen."""
    sizes = []
    for format in ("print_10x15", "print_18x24"):
        masks = [Texture(source="dust").pair(gray(0.5, 512), key=key, format=format).mask for key in KEYS]
        sizes.append(np.mean([(mask > 64).sum() for mask in masks]))
    assert sizes[0] > sizes[1]


def test_scale_enlarges() -> None:
    def length(scale: float) -> float:
        mask = Texture(source="scratches", scale=scale).pair(gray(0.5, 512), key=KEYS[0]).mask / 255
        return float(np.abs(np.diff(mask, axis=0)).sum() / mask.sum())

    assert length(0.5) > 1.2 * length(2.0)


def test_a_folders_picture_covers_the_whole_print(tmp_path: Path) -> None:
    ramp = np.repeat(np.linspace(0, 255, 500).astype(np.uint8)[None], 200, 0)
    op = Texture(source=folder_of(tmp_path / "ramp", ramp), blend="add", strength=1)
    for key in KEYS:
        out = op(np.zeros((100, 250), np.float32), key=key)
        row = out[0] if out[0, 0] < out[0, -1] else out[0, ::-1]
        assert np.abs(row - np.linspace(0, 1, 250)).max() < 0.01
        square = op(np.zeros((100, 100), np.float32), key=key)
        assert np.ptp(square) == pytest.approx(0.4, abs=0.01)


def test_splits_share_no_sheet(tmp_path: Path) -> None:
    """Each picture of the folder has a tone of its own, which tells which one was taken."""
    source = folder_of(tmp_path / "tones", *(np.full((9, 9), 10 * i, np.uint8) for i in range(1, 25)))
    op = Texture(source=source, blend="alpha", strength=1)
    seen: dict[str, set[int]] = {}
    for split in ("train", "val", "test"):
        for index in range(60):
            with borrowed_workspace() as workspace:
                photo = Photo(np.zeros((4, 4, 1), np.uint8), workspace)
                photo.split = split
                op.run(photo, Key(0, str(index)))
                seen.setdefault(split, set()).add(int(photo.rounded(np.uint8)[0, 0, 0]))
    assert all(seen.values())
    assert len(set.union(*seen.values())) == sum(map(len, seen.values()))
    assert len(seen["train"]) > 8


def test_a_patch_shows_its_part_of_the_print() -> None:
    def mask_of(shape: tuple[int, int], box: tuple[int, int, int, int] | None) -> np.ndarray:
        with borrowed_workspace() as workspace:
            photo = Photo(np.zeros((*shape, 1), np.uint8), workspace, print_box=box)
            Texture(strength=1.0).run(photo, Key(0, "patch"))
            return photo.mask

    whole = mask_of((600, 400), None)
    patch = mask_of((128, 160), (-200, 400, -100, 300))
    assert patch.any()
    assert np.array_equal(patch, whole[200:328, 100:260])


def test_every_source_that_may_be_drawn_is_prepared(tmp_path: Path) -> None:
    op = Texture(source=Choice(["paper", "dust", "paper"]))
    assert op.sources() == ("paper", "dust")
    missing = Texture(source=Choice(["dust", str(tmp_path / "nowhere")]))
    with pytest.raises(TextureError, match="no such texture or folder"):
        missing.prepare()


def test_a_source_must_be_named() -> None:
    with pytest.raises(ParameterError, match="source"):
        Texture(source="")
    with pytest.raises(ParameterError, match="source"):
        Texture(source=None)


def test_a_missing_source_is_one_line_with_the_cure() -> None:
    with pytest.raises(TextureError, match="did you mean 'paper'"):
        Texture(source="papr")(gray(0.5, 8))


def test_colour_folders_do_not_colour_a_gray_picture(tmp_path: Path) -> None:
    pair = Texture(source=folder_of(tmp_path / "scans", scan(1)), blend="screen").pair(gray(0.3, 64), key=KEYS[0])
    assert pair.degraded.shape == (64, 64, 1)


def test_the_record_is_plain() -> None:
    record = Texture(strength=(0.2, 0.7)).pair(gray(0.5, 16), key=KEYS[0]).record
    assert json.loads(json.dumps(record)) == record
