"""Folders of textures: their pictures belong to the plan, and their places on this machine to no output."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import BuildError, build, replay
from degrade.codecs import encode_png
from degrade.recipes import load_recipe
from degrade.shards import open_pairs
from degrade.shards.manifest import read_manifest
from degrade.textures import bank
from degrade.textures.errors import TextureError

Contents = Callable[[Path], dict[str, bytes]]


def scan(path: Path, number: int) -> None:
    rows, columns = np.ogrid[:60, :50]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(((rows * number + columns * 5) % 256).astype(np.uint8)[:, :, None], False))


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four scans in the current folder, in a process that has not heard of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bank, "_places", {})
    monkeypatch.setattr(bank, "_sources", {})
    for number in range(4):
        scan(tmp_path / "scans" / f"{number}.png", number + 3)
    return tmp_path / "scans"


def with_folder(recipe: dict[str, Any], source: Any) -> dict[str, Any]:
    return recipe | {"steps": ["target", {"one_of": [{"texture": {"source": source, "strength": 0.7}}]}]}


@pytest.mark.parametrize("given", ["./scans", "absolute"])
def test_other_pictures_are_another_plan(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path, given: str
) -> None:
    source = str(scans) if given == "absolute" else given
    before = build(with_folder(recipe, source), photos, tmp_path / "out", limit=3)
    assert build(with_folder(recipe, source), photos, tmp_path / "out", limit=3).plan == before.plan
    size = (scans / "0.png").stat().st_size
    scan(scans / "0.png", 50)
    (scans / "0.png").write_bytes((scans / "0.png").read_bytes().ljust(size, b"\0"))
    with pytest.raises(BuildError, match="was built by another plan") as caught:
        build(with_folder(recipe, source), photos, tmp_path / "out", limit=3)
    assert ("the files in ./scans" if given == "./scans" else "scans#") in str(caught.value)
    assert build(with_folder(recipe, source), photos, tmp_path / "out", limit=3, overwrite=True).plan != before.plan


@pytest.mark.parametrize("choice", [False, True])
def test_no_absolute_path_is_in_an_output(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path, contents: Contents, choice: bool
) -> None:
    source = {"choice": [str(scans), "dust"], "weights": [3, 1]} if choice else str(scans)
    build(with_folder(recipe, source), photos, tmp_path / "out", limit=4)
    files = contents(tmp_path / "out")
    files |= {path.name: path.read_bytes() for path in (tmp_path / "out" / ".degrade").rglob("*") if path.is_file()}
    for name, data in files.items():
        assert str(tmp_path).encode() not in data, name
    [name] = read_manifest(tmp_path / "out")["plan"]["contents"]
    drawn = {json.loads(pair.row["steps"])[-1]["drawn"]["source"] for pair in open_pairs(tmp_path / "out")}
    assert name in drawn <= {name, "dust"}
    for path in (tmp_path / "out" / "data").iterdir():
        with tarfile.open(path) as tar:
            assert str(tmp_path) not in str(tar.getmembers())


def test_the_place_of_a_folder_changes_nothing(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path, contents: Contents
) -> None:
    moved = tmp_path / "elsewhere" / "scans"
    shutil.copytree(scans, moved)
    first = build(with_folder(recipe, str(scans)), photos, tmp_path / "first")
    second = build(
        with_folder(recipe, str(moved)), photos, tmp_path / "second", workers=2, start_method="spawn"
    )  # its workers hear of the folder from the job
    assert first.plan == second.plan
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_the_pairs_are_those_of_the_recipe_alone(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path
) -> None:
    from degrade.codecs import decode

    made = load_recipe(with_folder(recipe, str(scans)))
    build(made, photos, tmp_path / "out", limit=2)
    for stored in open_pairs(tmp_path / "out"):
        image = decode((photos / stored.row["source"]).read_bytes()).pixels
        alone = made(image, key=stored.row["photo"], copy=stored.row["copy"], split=stored.split)
        assert (replay(tmp_path / "out", stored.key).degraded == alone.degraded).all()
        assert (alone.degraded != alone.clean).any()


@pytest.mark.parametrize("given", ["./scans", "absolute"])
def test_replay_finds_the_folder_from_anywhere(
    recipe: dict[str, Any],
    photos: Path,
    tmp_path: Path,
    scans: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
) -> None:
    build(with_folder(recipe, str(scans) if given == "absolute" else given), photos, tmp_path / "out", limit=1)
    key = open_pairs(tmp_path / "out")[0].key
    bank._places.clear()
    bank._sources.clear()
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    assert replay(tmp_path / "out", key).key == key
    assert not bank._places

    scans.rename(tmp_path / "away" / "scans")  # gone from where it was, but here by its name
    assert replay(tmp_path / "out", key).key == key
    scan(tmp_path / "away" / "scans" / "0.png", 99)
    bank._sources.clear()
    for number in range(1, 4):
        scan(tmp_path / "away" / "scans" / f"{number}.png", 99)
    if given == "absolute":
        with pytest.raises(TextureError, match="has other pictures"):
            replay(tmp_path / "out", key)
    else:
        with pytest.raises(BuildError, match="the same folders of textures"):
            replay(tmp_path / "out", key)
    shutil.rmtree(tmp_path / "away" / "scans")
    bank._sources.clear()
    with pytest.raises(TextureError):
        replay(tmp_path / "out", key)


def test_the_recipe_in_a_manifest_is_built_again(
    recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path, contents: Contents
) -> None:
    build(with_folder(recipe, str(scans)), photos, tmp_path / "out", limit=2)
    written = read_manifest(tmp_path / "out")["recipe"]
    bank._places.clear()
    bank._sources.clear()
    build(written, photos, tmp_path / "again", limit=2)
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_a_folder_that_is_not_there(recipe: dict[str, Any], photos: Path, tmp_path: Path, scans: Path) -> None:
    with pytest.raises(TextureError, match="no such texture or folder"):
        build(with_folder(recipe, str(tmp_path / "nowhere")), photos, tmp_path / "out")
    assert not (tmp_path / "out").exists()
