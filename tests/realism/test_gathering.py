"""Sets of pictures become tables of numbers, wherever the pictures are, and what cannot be measured is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg, encode_png
from degrade.realism import FeatureTable, RealismError, features_of
from degrade.realism.features.names import family_of

Scenes = Callable[..., dict[str, np.ndarray]]


def test_the_numbers_are_the_same_for_any_number_of_workers(scenes: Scenes) -> None:
    pictures = scenes(5)
    one, three = (features_of(pictures, workers=workers) for workers in (1, 3))
    assert one.values.tobytes() == three.values.tobytes()
    assert one.keys == three.keys == tuple(pictures)
    assert one.patches is not None
    assert three.patches is not None
    assert one.patches.values.tobytes() == three.patches.values.tobytes()
    assert np.array_equal(one.variants["resaved"], three.variants["resaved"])


def test_a_folder_is_measured_and_what_cannot_be_is_told(tmp_path: Path, scenes: Scenes) -> None:
    for key, picture in scenes(3).items():
        folder = tmp_path / "album"
        folder.mkdir(exist_ok=True)
        (folder / f"{key}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    (tmp_path / "small.png").write_bytes(encode_png(np.zeros((50, 60, 1), np.uint8), False))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    seen: list[tuple[int, int]] = []
    table = features_of(tmp_path, variants=(), progress=lambda done, of: seen.append((done, of)))
    assert len(table) == 3
    assert set(table.sources) == {"album"}
    assert {one.source for one in table.left_out} == {"small.png", "broken.jpg", "empty.png"}
    assert {one.reason for one in table.left_out} == {"too_small", "truncated", "empty"}
    assert seen[-1][0] == seen[-1][1]
    assert "3 left out" in repr(table)


def test_a_folder_with_no_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(RealismError, match="there is no picture; give photographs"):
        features_of(tmp_path)
    (tmp_path / "small.png").write_bytes(encode_png(np.zeros((50, 60, 1), np.uint8), False))
    with pytest.raises(RealismError, match=r"the one picture cannot be measured \(small.png: 60×50 px"):
        features_of(tmp_path)


@pytest.mark.parametrize(
    ("pictures", "options", "said"),
    [
        (np.zeros((500, 500), np.uint8), {}, "a single picture is no set"),
        (7, {}, "int is no set of pictures"),
        ([3], {}, "entry 0 is a int"),
        ([], {}, "there is no picture"),
        ([np.zeros((500, 500), np.uint8)], {"workers": 0}, "workers is 0"),
        ([np.zeros((500, 500), np.uint8)], {"variants": ["old"]}, "no variant 'old'"),
        ([np.zeros((500, 500), np.uint8)], {"member": "mask"}, "member is 'mask'"),
    ],
)
def test_mistakes_are_told(pictures: object, options: dict[str, object], said: str) -> None:
    with pytest.raises(RealismError, match=said):
        features_of(pictures, **options)  # type: ignore[arg-type]


def test_pictures_that_look_alike_are_one_group(scenes: Scenes) -> None:
    pictures = list(scenes(3).values())
    again = np.clip(pictures[1].astype(int) + 8, 0, 255).astype(np.uint8)
    table = features_of([*pictures, again], variants=())
    assert table.groups == (table.keys[0], table.keys[1], table.keys[2], table.keys[1])


def test_pairs_are_measured_by_either_member() -> None:
    recipe = {"recipe": 1, "name": "n", "frame": {"size": 512}, "output": {"copies": 2, "splits": {"train": 1.0}},
              "steps": ["grayscale", "target", {"gaussian_noise": {"sigma": 0.1}}]}  # fmt: skip
    pairs = degrade.Pairs(recipe, "sample", limit=2)
    degraded, clean = (features_of(pairs, member=member, variants=()) for member in ("degraded", "clean"))
    assert len(degraded) == len(clean) == 4
    assert len(set(degraded.keys)) == 4
    assert len(set(degraded.groups)) == 2
    level = "common.noise.flattest.level"
    assert (degraded.column(level) > clean.column(level) + 0.5).all()


def test_stored_pairs_are_measured_as_they_were_made(tmp_path: Path) -> None:
    steps = ["grayscale", {"gaussian_noise": {"sigma": 0.1}}]
    output = {"members": ["clean", "degraded"], "image": "png", "splits": {"train": 1.0}}
    recipe = {"recipe": 1, "name": "n", "frame": {"size": 512}, "steps": steps, "output": output}
    degrade.build(recipe, source="sample", out=tmp_path / "out", workers=1, limit=2)
    stored = features_of(degrade.open_pairs(tmp_path / "out"), variants=())
    made = features_of(degrade.Pairs(recipe, "sample", limit=2), variants=())
    assert stored.keys == made.keys
    assert stored.values.tobytes() == made.values.tobytes()
    with pytest.raises(RealismError, match="the pairs are read as arrays"):
        features_of(degrade.open_pairs(tmp_path / "out", read={"members": ["degraded"]}))


def test_pairs_that_cannot_be_made_are_left_out(tmp_path: Path, scenes: Scenes) -> None:
    for key, picture in scenes(2).items():
        (tmp_path / f"{key}.jpg").write_bytes(encode_jpeg(picture[:, :, None], 95))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    recipe = {"recipe": 1, "name": "n", "steps": ["grayscale"], "output": {"splits": {"train": 1.0}}}
    table = features_of(degrade.Pairs(recipe, tmp_path), variants=())
    assert sorted(table.keys) == ["p0000", "p0001"]
    assert [(one.source, one.reason) for one in table.left_out] == [("broken.jpg", "truncated")]


def test_scans_of_every_kind_are_measured(tmp_path: Path, scenes: Scenes) -> None:
    """CMYK, a profile of another colour space, 16 bits, and alpha, as scanners and editors write them."""
    from PIL import Image, ImageCms

    gray = scenes(1)["p0000"]
    colour = Image.fromarray(np.stack([gray, gray // 2 + 60, 255 - gray], axis=2))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    colour.save(tmp_path / "profile.tif", icc_profile=profile)
    colour.save(tmp_path / "odd.tif", icc_profile=b"no profile at all")
    colour.convert("CMYK").save(tmp_path / "cmyk.tif")
    Image.fromarray(gray).convert("LA").save(tmp_path / "alpha.png")
    (tmp_path / "deep.png").write_bytes(encode_png(gray[:, :, None].astype(np.uint16) * 257, True))
    table = features_of(tmp_path, variants=())
    assert set(table.keys) == {"profile", "odd", "cmyk", "alpha", "deep"}
    assert np.array_equal(table.values[table.keys.index("alpha")], table.values[table.keys.index("deep")])
    assert np.array_equal(table.values[table.keys.index("odd")], table.values[table.keys.index("profile")])


def test_a_table_can_be_taken_apart_and_kept(tmp_path: Path, scenes: Scenes) -> None:
    table = features_of(scenes(4))
    some = table.take([2, 0])
    assert some.keys == (table.keys[2], table.keys[0])
    assert some.patches is not None
    assert table.patches is not None
    assert np.array_equal(some.patches.values[some.patches.photo == 0], table.patches.values[table.patches.photo == 2])
    assert np.array_equal(table.as_variant("resaved").values, table.variants["resaved"])
    with pytest.raises(RealismError, match="not measured resized"):
        features_of(scenes(1), variants=()).as_variant("resized")
    assert {family_of(table.names[place]) for place in table.columns(["tone"])} == {"tone"}
    table.save(tmp_path / "t.npz")
    kept = FeatureTable.load(tmp_path / "t.npz")
    assert kept.values.tobytes() == table.values.tobytes()
    assert (kept.keys, kept.groups, kept.sources) == (table.keys, table.groups, table.sources)
    assert set(kept.variants) == set(table.variants)
    (tmp_path / "other.npz").write_bytes(b"nothing")
    with pytest.raises(RealismError, match="is no table of features"):
        FeatureTable.load(tmp_path / "other.npz")


@pytest.mark.slow
def test_a_scan_of_twenty_megapixels_is_measured(scenes: Scenes) -> None:
    scan = cv2.resize(scenes(1)["p0000"], (5472, 3648), interpolation=cv2.INTER_CUBIC)
    table = features_of([np.repeat(scan[:, :, None], 3, axis=2).astype(np.uint16) * 257])
    assert np.isfinite(table.values).all()
