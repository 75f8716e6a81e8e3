"""Builds from pairs that exist already, and of photographs that have no clean picture."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import BuildError, build, replay
from degrade.codecs import decode, encode_jpeg, encode_png
from degrade.engine.pair import luma
from degrade.recipes import load_recipe
from degrade.recipes.given import SizesDiffer
from degrade.recipes.replaying import replay_record
from degrade.shards import open_pairs, verify

Contents = Callable[[Path], dict[str, bytes]]
NUMBER = 8


def scene(number: int, height: int = 72, width: int = 88) -> np.ndarray:
    rows, columns, layers = np.ogrid[:height, :width, :3]
    waves = rows * (2 + number % 5) + columns * (1 + number % 7) + layers * 50 + rows * columns * number // 97
    return (waves % 256).astype(np.uint8)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Any]:
    """Eight pairs of a clean picture and its negative, as a source."""
    for side in ("input", "target"):
        for number in range(NUMBER):
            path = tmp_path / side / f"film{number % 2}" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_jpeg(scene(number) if side == "target" else 255 - scene(number), 90))
    return {"pairs": {"input": str(tmp_path / "input"), "target": str(tmp_path / "target")}}


@pytest.fixture
def plain() -> dict[str, Any]:
    """A recipe without steps, that keeps the size."""
    return {"recipe": 1, "name": "plain", "steps": [], "output": {"pairs_per_shard": 3}}


def file_of(source: dict[str, Any], side: str, row: dict[str, Any]) -> bytes:
    return (Path(source["pairs"][side]) / row["source"]).read_bytes()


def test_given_pairs_are_their_own_files(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path) -> None:
    report = build(plain, folders, tmp_path / "out")
    assert report.pairs == NUMBER
    assert verify(tmp_path / "out").ok
    for stored in open_pairs(tmp_path / "out"):
        assert stored.row["domain"] == "pair"
        assert stored.member("clean.jpg") == file_of(folders, "target", stored.row)
        assert stored.member("degraded.jpg") == file_of(folders, "input", stored.row)
        assert not stored.mask.any()


@pytest.mark.parametrize(
    "steps",
    [
        [],
        ["grayscale", "target"],
        ["grayscale", "target", {"grain": {}}, {"salt_and_pepper": {}}, {"jpeg": {}}],
        [{"gaussian_noise": {}}, {"elastic": {"both": True}}, "target", {"rotate": {"both": True}}, {"scratches": {}}],
        [{"scratches": {}}, {"rotate": {"both": True}}],
        [{"fade": {}}, {"target": "faded"}, {"grain": {}}, "target", {"folds": {}}],
    ],
)
@pytest.mark.parametrize("image", ["jpg", "png16"])
def test_replay(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path, steps: list[Any], image: str) -> None:
    recipe = plain | {
        "steps": steps,
        "frame": {"size": 64, "fit": "patch", "flip": 0.5, "rotate_deg": [-2, 2]},
        "output": {"copies": 2, "image": image, "splits": {"train": 0.5, "test": 0.5}},
    }
    build(recipe, folders, tmp_path / "out", limit=3)
    assert verify(tmp_path / "out").ok
    for stored in open_pairs(tmp_path / "out", split="train"):
        assert replay(tmp_path / "out", stored.key).record == stored.record
    if image == "jpg":
        ours, theirs = (decode(file_of(folders, side, stored.row)).pixels for side in ("input", "target"))
        again = replay_record(ours, stored.record, theirs)
        assert np.array_equal(again.mask, stored.mask)
        with pytest.raises(ValueError, match="target was given"):
            replay_record(ours, stored.record)


def test_the_frame_is_the_same_for_both(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path) -> None:
    recipe = plain | {"frame": {"size": [40, 50], "fit": "patch", "flip": 0.5}, "output": {"image": "png"}}
    for number in range(NUMBER):
        path = Path(folders["pairs"]["input"]) / f"film{number % 2}" / f"{number}.jpg"
        target = decode(Path(folders["pairs"]["target"], *path.parts[-2:]).read_bytes()).pixels
        path.write_bytes(encode_png(255 - target, filtered=True))
    build(recipe, folders, tmp_path / "out")
    for stored in open_pairs(tmp_path / "out"):
        assert np.array_equal(stored.degraded, 255 - stored.clean)


def test_what_stands_before_the_target_happens_to_both(
    folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path
) -> None:
    recipe = plain | {"steps": ["grayscale", "target", {"levels": {}}], "output": {"image": "png"}}
    build(recipe, folders, tmp_path / "out")
    for stored in open_pairs(tmp_path / "out"):
        alone = load_recipe(recipe)(decode(file_of(folders, "target", stored.row)).pixels, key=stored.row["photo"])
        assert stored.clean.shape == (72, 88, 1)
        assert np.array_equal(stored.clean, alone.clean)
        assert not np.array_equal(stored.clean, stored.degraded)


def test_the_same_bytes_with_any_workers(
    folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path, contents: Contents
) -> None:
    recipe = plain | {"steps": ["target", {"salt_and_pepper": {}}], "frame": {"size": 48}}
    one, two = tmp_path / "one", tmp_path / "two"
    build(recipe, folders, one, workers=1)
    build(recipe, folders, two, workers=2, engine="threads")
    assert contents(one) == contents(two)


def test_what_is_no_pair_is_rejected(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path) -> None:
    inputs, targets = (Path(folders["pairs"][side]) for side in ("input", "target"))
    (inputs / "film0" / "0.jpg").unlink()
    (targets / "film1" / "1.jpg").unlink()
    (targets / "film0" / "2.jpg").write_bytes(encode_jpeg(scene(2, 72, 89), 90))
    (targets / "film1" / "3.jpg").write_bytes(b"")
    report = build(plain, folders, tmp_path / "out")
    rejects = map(json.loads, (tmp_path / "out" / "rejects.jsonl").read_text().splitlines())
    assert {reject["source"]: reject["reason"] for reject in rejects} == {
        "film0/0.jpg": "no_input", "film1/1.jpg": "no_target", "film0/2.jpg": "sizes_differ", "film1/3.jpg": "empty",
    }  # fmt: skip
    assert report.pairs == NUMBER - 4


def test_another_target_is_another_build(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path) -> None:
    build(plain, folders, tmp_path / "out")
    (Path(folders["pairs"]["target"]) / "film0" / "0.jpg").write_bytes(encode_jpeg(scene(9), 91))
    with pytest.raises(BuildError, match="another"):
        build(plain, folders, tmp_path / "out")


def test_names_may_differ_in_the_suffix(folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path) -> None:
    for path in Path(folders["pairs"]["input"]).rglob("*.jpg"):
        path.write_bytes(encode_png(decode(path.read_bytes()).pixels, filtered=True))
        path.rename(path.with_suffix(".png"))
    folders["pairs"]["match"] = "stem"
    assert build(plain, folders, tmp_path / "out").pairs == NUMBER


def test_pairs_and_their_output_may_move_together(
    folders: dict[str, Any], plain: dict[str, Any], tmp_path: Path
) -> None:
    home = tmp_path / "a"
    for side, place in folders["pairs"].items():
        shutil.copytree(place, home / side)
    build(plain, {"pairs": {side: str(home / side) for side in ("input", "target")}}, home / "out")
    home.rename(tmp_path / "b")
    key = next(open_pairs(tmp_path / "b" / "out").keys)
    assert replay(tmp_path / "b" / "out", key).record["given"] == "pair"


def test_three_domains_in_one_build(
    folders: dict[str, Any], photos: Path, plain: dict[str, Any], tmp_path: Path, contents: Contents
) -> None:
    source = [
        {"path": str(photos), "name": "old", "domain": "real"},
        {"path": str(photos), "name": "new", "domain": "clean"},
        {"path": str(photos), "name": "damaged"},
        folders | {"name": "film"},
    ]
    recipe = plain | {
        "frame": {"size": 64, "flip": 0.5},
        "steps": ["grayscale", {"fade": {}}, "target", {"salt_and_pepper": {}}, {"tone": {}}],
        "output": {"copies": 2, "image": "png", "pairs_per_shard": 10},
    }
    build(recipe, source, tmp_path / "out", workers=1)
    assert verify(tmp_path / "out").ok
    made = load_recipe(recipe)
    seen = set()
    for stored in open_pairs(tmp_path / "out"):
        domain = stored.row["domain"]
        seen.add(domain)
        assert (stored.clean.shape[2], stored.degraded.shape[2]) == made.channels
        if domain in ("real", "clean"):
            assert stored.row["coverage"] == 0
            assert np.array_equal(stored.clean[:, :, 0], luma(stored.degraded))
            assert [step["op"] for step in json.loads(stored.row["steps"])] == (
                [] if domain == "real" else ["grayscale", "fade", "target"]
            )
        else:
            assert stored.row["coverage"] > 0
    assert seen == {"real", "clean", "synthetic", "pair"}
    for key in list(open_pairs(tmp_path / "out").keys)[::5]:
        replay(tmp_path / "out", key)
    build(recipe, source, tmp_path / "again", workers=2, engine="threads")
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_a_real_photograph_is_its_own_file(photos: Path, tmp_path: Path) -> None:
    recipe = {"recipe": 1, "name": "any", "steps": ["target", {"salt_and_pepper": {}}]}
    build(recipe, {"path": str(photos), "domain": "real"}, tmp_path / "out", limit=3)
    for stored in open_pairs(tmp_path / "out"):
        own = (photos / stored.row["source"]).read_bytes()
        assert stored.member("clean.jpg") == stored.member("degraded.jpg") == own


def test_pictures_of_other_sizes_are_refused() -> None:
    with pytest.raises(SizesDiffer, match="88×72 pixels, its target 89×72"):
        load_recipe({"recipe": 1, "name": "any", "steps": []})(scene(1), target=scene(1, 72, 89))
