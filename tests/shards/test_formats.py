"""The formats: the same pairs from each, and the same promises."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.building import BuildError, build, replay
from degrade.codecs import decode_png, encode_jpeg, encode_png
from degrade.recipes import load_recipe
from degrade.shards import MissingExtra, StorageError, open_pairs, verify
from degrade.shards.index import ShardIndex, read_index
from degrade.shards.layout import is_shard_file, member_file, member_pattern, metadata_file, shard_file
from degrade.shards.manifest import read_manifest

NAMES = ("tar", "parquet", "folder", "aligned")
NO_ARROW = find_spec("pyarrow") is None
PARQUET = pytest.param("parquet", marks=pytest.mark.skipif(NO_ARROW, reason="pyarrow is not installed"))
FORMATS = [PARQUET if name == "parquet" else name for name in NAMES]
RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 7,
    "frame": {"size": 48},
    "steps": [
        {"grain": {}}, {"target": "grainy"}, "target", "grayscale", {"salt_and_pepper": {"amount": 0.02}}, {"jpeg": {}},
    ],
    "output": {
        "copies": 2,
        "pairs_per_shard": 4,
        "members": ["clean", "degraded", "mask", "classes", "layers", "instances"],
        "splits": {"train": 0.4, "test": 0.6},
    },
}  # fmt: skip
Contents = Callable[[Path], dict[str, bytes]]


def recipe(format: str, **output: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(RECIPE))
    made["output"] |= {"format": format, **output}
    if format == "aligned":
        made["output"]["members"] = ["clean", "degraded"]
        made["steps"].remove({"target": "grainy"})
    return made


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine photographs in nested folders, one of them damaged."""
    folder = tmp_path_factory.mktemp("formats") / "photos"
    rows, columns, layers = np.ogrid[:72, :80, :3]
    for number in range(9):
        picture = ((rows * (2 + number) + columns * (1 + number % 4) + layers * 60) % 256).astype(np.uint8)
        path = folder / f"album{number % 2}" / "inner" / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_jpeg(picture, 90))
    (folder / "album0" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return folder


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> dict[str, Path]:
    """A finished output in each format, not to be changed."""
    folder = tmp_path_factory.mktemp("outputs")
    made = [name for name in NAMES if not (NO_ARROW and name == "parquet")]
    for name in made:
        build(recipe(name), photos, folder / name, workers=1)
    return {name: folder / name for name in made}


@pytest.fixture
def copied(outputs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """An output to break."""
    return lambda format: Path(shutil.copytree(outputs[format], tmp_path / format))


def contents(out: Path) -> dict[str, bytes]:
    paths = (path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file())
    return {str(path): (out / path).read_bytes() for path in paths if path.parts[0] != ".degrade"}


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", [PARQUET, "folder"])
def test_the_same_pairs_as_from_tars(outputs: dict[str, Path], format: str) -> None:
    tars, pairs = open_pairs(outputs["tar"]), pickle.loads(pickle.dumps(open_pairs(outputs[format])))
    assert list(pairs.keys) == list(tars.keys)
    assert len(pairs) == 18
    for ours, theirs in zip(pairs, tars, strict=True):
        assert ours.suffixes == theirs.suffixes
        assert ours.split == theirs.split
        for suffix in theirs.suffixes:
            if suffix != "json":
                assert ours.member(suffix) == theirs.member(suffix)
        assert ours.row | {"fingerprint": ""} == theirs.row | {"fingerprint": ""}
        assert json.loads(ours.member("json")) == ours.row
        assert list(ours.layers) == list(theirs.layers) == ["salt_and_pepper"]
        assert np.array_equal(ours.target("grainy"), theirs.target("grainy"))


def test_sides_of_aligned_pictures(outputs: dict[str, Path], tmp_path: Path, photos: Path) -> None:
    lossless = recipe("aligned", image="png")
    build(lossless, photos, tmp_path / "aligned")
    lossless["output"] |= {"format": "tar"}
    build(lossless, photos, tmp_path / "tar")
    pairs = open_pairs(tmp_path / "aligned", "train")
    assert all(pair.suffixes == ("aligned.png", "json") for pair in pairs)
    for pair, other in zip(pairs, open_pairs(tmp_path / "tar", "train"), strict=True):
        assert pair.pictures == {"clean", "degraded"}
        assert np.array_equal(pair.clean, other.clean)
        assert other.degraded.shape == (48, 48, 1)
        assert np.array_equal(pair.degraded, np.repeat(other.degraded, 3, axis=2))  # as many channels as the clean one
        assert decode_png(pair.member("aligned.png")).shape == (48, 96, 3)


@pytest.mark.parametrize("format", FORMATS)
def test_replay_gives_every_byte_again(outputs: dict[str, Path], format: str) -> None:
    for pair in open_pairs(outputs[format])[::5]:
        assert replay(outputs[format], pair.key).key == pair.key


@pytest.mark.parametrize("format", FORMATS)
def test_the_index_says_where_each_picture_is(outputs: dict[str, Path], format: str) -> None:
    out = outputs[format]
    for line in read_index(out):
        for number, key in enumerate(line.keys):
            for suffix in line.members:
                file, offset, size = line.place(suffix, number)
                data = (out / file).read_bytes()[offset:][:size]
                start = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG", "json": b"{"}[suffix.rpartition(".")[2]]
                assert data.startswith(start)
                assert len(data) == size
                assert suffix == "json" or data == open_pairs(out).by_key(key).member(suffix)


def test_folders_hold_the_same_names(outputs: dict[str, Path]) -> None:
    out = outputs["folder"]
    names = {folder.name: {path.stem for path in folder.iterdir()} for folder in (out / "data" / "train").glob("*/")}
    assert set(names) == {"clean", "clean_grainy", "degraded", "mask", "classes", "layers"}
    keys = {key.replace("/", "~") for key in open_pairs(out, "train").keys}
    assert all(stems == keys for stems in names.values())
    rows = [json.loads(line) for line in (out / metadata_file("train")).read_text().splitlines()]
    assert {row["key"].replace("/", "~") for row in rows} == keys
    for row in rows:
        named = [value for name, value in row.items() if name.endswith("_file_name")]
        assert len(named) == 6
        assert all((out / "data" / "train" / value).is_file() for value in named)


def test_no_two_keys_share_a_file() -> None:
    keys = ["a/b", "a_b", "a-b", "a/b/c1", "a/b_c1", "ab"]
    assert len({member_file(member_pattern("train", "clean.jpg"), key) for key in keys}) == len(keys)


def test_names_of_shards() -> None:
    assert all(is_shard_file(shard_file("train", 3, 17, name)) for name in NAMES)
    assert len({shard_file("train", 3, 17, format) for format in ("tar", "parquet", "folder")}) == 3


@pytest.mark.parametrize("file", ["/etc/passwd", "data/../../x", "data/train/*", "README.md", "data/train/x/../*.jpg"])
def test_an_index_names_no_files_elsewhere(file: str) -> None:
    place = {"file": file, "offsets": [0], "sizes": [1]}
    line = {"shard": "data/train-00000-of-00001", "split": "train", "pairs": 1, "keys": ["a"], "members": {"x": place}}
    with pytest.raises(ValueError, match="no data of an output"):
        ShardIndex.from_line(json.dumps(line))


# --- the same bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_any_number_of_workers_and_parts(outputs: dict[str, Path], photos: Path, tmp_path: Path, format: str) -> None:
    build(recipe(format), photos, tmp_path / "workers", workers=3, engine="threads")
    assert contents(tmp_path / "workers") == contents(outputs[format])
    for part in ("2/2", "1/2"):
        build(recipe(format), photos, tmp_path / "parts", part=part)
    build(recipe(format), photos, tmp_path / "parts")
    assert contents(tmp_path / "parts") == contents(outputs[format])


@pytest.mark.parametrize("format", FORMATS)
def test_a_second_run_changes_nothing(copied: Callable[[str], Path], photos: Path, format: str) -> None:
    out = copied(format)
    before = contents(out)
    stamps = {path: path.stat().st_mtime_ns for path in (out / "data").rglob("*.*g")}
    report = build(recipe(format), photos, out)
    assert (report.resumed, report.rejected) == (report.shards, 1)
    assert contents(out) == before
    assert {path: path.stat().st_mtime_ns for path in (out / "data").rglob("*.*g")} == stamps


@pytest.mark.parametrize("format", ["folder", "aligned"])
@pytest.mark.parametrize("how", ["lost", "cut", "metadata", "half"])
def test_what_is_lost_is_made_again(copied: Callable[[str], Path], photos: Path, format: str, how: str) -> None:
    out = copied(format)
    before = contents(out)
    victim = sorted((out / "data" / "train").rglob("*.jpg"))[3]
    if how == "lost":
        victim.unlink()
    if how == "cut":
        victim.write_bytes(victim.read_bytes()[:-1])
    if how == "metadata":
        (out / metadata_file("train")).unlink()
    if how == "half":  # as kill -9 leaves a shard: no ledger, some files in place, some half-written
        for ledger in (out / ".degrade" / "ledgers").iterdir():
            ledger.unlink()
        victim.rename(victim.with_name(f".{victim.name}.tmp"))
        (out / "data" / ".train-00000-of-00004.tmp").touch()
    build(recipe(format), photos, out)
    assert contents(out) == before


@pytest.mark.parametrize("format", ["folder", "aligned"])
def test_pictures_of_photographs_that_are_now_rejected_go(tmp_path: Path, photos: Path, format: str) -> None:
    mine = Path(shutil.copytree(photos, tmp_path / "photos"))
    out = tmp_path / "out"
    build(recipe(format), mine, out)
    victim = mine / "album1" / "inner" / "03.jpg"
    victim.write_bytes(bytes(victim.stat().st_size))  # of the same size, so that the plan is the same
    for ledger in (out / ".degrade" / "ledgers").iterdir():
        ledger.unlink()
    report = build(recipe(format), mine, out)
    assert report.rejected == 2
    assert not [path for path in (out / "data").rglob("*03*") if path.is_file()]
    assert verify(out).ok


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("memory", [True, False])
def test_overwriting_leaves_nothing_but_others_files(
    copied: Callable[[str], Path], photos: Path, format: str, memory: bool
) -> None:
    out = copied(format)
    if not memory:
        shutil.rmtree(out / ".degrade")
    own = out / "data" / "train" / "clean" / "my notes.txt"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("mine")
    build(recipe("tar", copies=1), photos, out, overwrite=True)
    assert own.read_text() == "mine"
    others = {name for name in contents(out) if name.startswith("data/") and not name.endswith(".tar")}
    assert others == {"data/train/clean/my notes.txt"}
    assert not (out / "data" / "test").exists()
    assert all(pair.key.count("/c") == 0 for pair in open_pairs(out))


@pytest.mark.parametrize("format", FORMATS)
def test_a_shard_without_pairs_has_no_files(tmp_path: Path, format: str) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(5):
        whole = encode_jpeg(np.full((70, 70, 3), number * 40, np.uint8), 90)
        (folder / f"{number}.jpg").write_bytes(whole if number == 0 else whole[:300])
    report = build(recipe(format, pairs_per_shard=1, copies=1, splits={"train": 1.0}), folder, tmp_path / "out")
    assert (report.pairs, report.shards) == (1, 5)
    assert verify(tmp_path / "out").ok
    assert len(open_pairs(tmp_path / "out")) == 1


@pytest.mark.parametrize("format", FORMATS)
def test_remote_outputs_are_the_same(
    outputs: dict[str, Path], photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, format: str
) -> None:
    import fsspec

    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "cache"))
    url = f"memory://formats/{format}"
    build(recipe(format), photos, url, workers=1)
    memory = fsspec.filesystem("memory")
    found = {name.split(f"/{format}/")[1]: memory.cat_file(name) for name in memory.find(f"/formats/{format}")}
    assert {name: data for name, data in found.items() if not name.startswith(".degrade")} == contents(outputs[format])
    again = build(recipe(format), photos, url, workers=1)
    assert again.resumed == again.shards > 1
    assert verify(url).ok
    assert [pair.row for pair in open_pairs(url)] == [pair.row for pair in open_pairs(outputs[format])]
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.suffix in (".tar", ".jpg", ".parquet")]


@pytest.mark.parametrize(
    ("format", "at"), [pytest.param("parquet", 9, marks=PARQUET.marks), ("folder", 9), ("folder", 40), ("aligned", 14)]
)
def test_a_send_that_fails_is_made_up_for(
    outputs: dict[str, Path], photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, format: str, at: int
) -> None:
    import fsspec

    from degrade.shards.storage_remote import RemoteStorage

    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "cache"))
    whole, sent = RemoteStorage._send, []

    def failing(self: RemoteStorage, name: str, send: Any) -> None:
        sent.append(name)
        if len(sent) > at:
            raise ConnectionResetError("gone")
        whole(self, name, send)

    url = f"memory://failing/{format}{at}"
    with monkeypatch.context() as patch:
        patch.setattr(RemoteStorage, "_send", failing)
        with pytest.raises(StorageError, match="run the same command again"):
            build(recipe(format), photos, url, workers=1)
    memory = fsspec.filesystem("memory")

    def found() -> dict[str, bytes]:
        names = memory.find(f"/failing/{format}{at}")
        there = {name.split(f"/{format}{at}/")[1]: bytes(memory.cat_file(name)) for name in names}
        return {name: data for name, data in there.items() if not name.startswith(".degrade")}

    assert found().items() <= contents(outputs[format]).items()
    build(recipe(format), photos, url, workers=1)
    assert found() == contents(outputs[format])


# --- verify -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_fresh_output_is_in_order(outputs: dict[str, Path], format: str) -> None:
    found = verify(outputs[format])
    assert found.problems == ()
    assert found.pairs == 18


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.0, 0.2, 0.41, 0.7, 0.99999])
def test_any_flipped_byte_is_found(copied: Callable[[str], Path], format: str, share: float) -> None:
    out = copied(format)
    files = sorted(path for path in (out / "data").rglob("*") if path.is_file())
    path = files[int(share * len(files))]
    whole = path.read_bytes()
    place = int(share * len(whole))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
    assert verify(out).exit_code == 1


@pytest.mark.parametrize("format", FORMATS)
def test_missing_and_foreign_files_are_found(copied: Callable[[str], Path], format: str) -> None:
    out = copied(format)
    lost = sorted(path for path in (out / "data").rglob("*") if path.is_file())[1]
    lost.unlink()
    (out / "data" / "more.jpg").write_bytes(b"x")
    words = [str(problem) for problem in verify(out).problems]
    assert "data/more.jpg: it is not in the manifest" in words
    assert any(lost.name in problem for problem in words)


def test_digests_of_folders_can_be_had_without_us(outputs: dict[str, Path]) -> None:
    out = outputs["folder"]
    line = next(read_index(out))
    whole = hashlib.sha256()
    for number in range(len(line.keys)):
        for suffix in line.members:
            file, offset, size = line.place(suffix, number)
            data = (out / file).read_bytes()
            whole.update(data[offset:][: size + 1] if suffix == "json" else data)
    assert whole.hexdigest() == read_manifest(out)["shards"][0]["sha256"]


def test_a_metadata_line_that_names_other_files(copied: Callable[[str], Path]) -> None:
    out = copied("folder")
    path = out / metadata_file("test")
    path.write_text(path.read_text().replace('"clean/', '"clone/', 1))
    assert any("names other files" in str(problem) for problem in verify(out).problems)


# --- depth ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_from_source_to_pair(tmp_path: Path, format: str, channels: int) -> None:
    rows, columns, layers = np.ogrid[:70, :90, :channels]
    deep = (rows * 811 + columns * 97 + layers * 20011 + 5).astype(np.uint16)
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "png.png").write_bytes(encode_png(deep, filtered=True))
    cv2.imwrite(str(folder / "tiff.tif"), deep[:, :, ::-1])
    steps = {"steps": ["target", {"salt_and_pepper": {"amount": 0.01}}], "frame": None}
    gray = {"steps": ["grayscale", *steps["steps"]]} if channels == 1 else {}
    build(recipe(format, image="png16", members=["clean", "degraded"]) | steps | gray, folder, tmp_path / "out")
    pairs = open_pairs(tmp_path / "out")
    assert len(pairs) == 4
    for pair in pairs:
        assert pair.clean.dtype == pair.degraded.dtype == np.uint16
        assert np.array_equal(pair.clean, deep)
        same = (pair.degraded == deep).all(axis=2)
        assert 0.95 < same.mean() < 1
        assert pair.row["depth"] == 16
    assert verify(tmp_path / "out").ok
    build(recipe(format, image="png", members=["clean", "degraded"]) | steps | gray, folder, tmp_path / "eight")
    eight = open_pairs(tmp_path / "eight")[0].clean
    assert eight.dtype == np.uint8
    assert np.abs(eight.astype(float) - deep / 257).max() <= 0.5 + 1e-9


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"format": "folders"}, "expected one of tar, parquet, folder, aligned, not 'folders'.*did you mean.*folder"),
        ({"format": "aligned"}, r"expected \[clean, degraded\]"),
        ({"format": "aligned", "members": ["clean", "degraded"], "scale": 2}, "expected 1 in the format aligned"),
    ],
)
def test_impossible_outputs(output: dict[str, Any], words: str) -> None:
    from degrade.recipes import RecipeError

    with pytest.raises(RecipeError, match=words):
        load_recipe({"recipe": 1, "steps": ["target"], "output": output})


def test_aligned_pictures_have_one_clean_side() -> None:
    from degrade.recipes import RecipeError

    output = {"format": "aligned", "members": ["clean", "degraded"]}
    with pytest.raises(RecipeError, match="aligned hold one clean picture"):
        load_recipe({"recipe": 1, "steps": [{"target": "early"}, "target"], "output": output})


@pytest.mark.skipif(NO_ARROW, reason="pyarrow is not installed, so there is no output to read without it")
def test_parquet_without_pyarrow(
    photos: Path, tmp_path: Path, outputs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"""pip install "degrade\[parquet\]""") as caught:
        build(recipe("parquet"), photos, tmp_path / "out")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "out").exists()
    pair = open_pairs(outputs["parquet"])[0]
    assert pair.clean.shape == (48, 48, 3)  # pictures need nothing but the index
    with pytest.raises(MissingExtra):
        pair.row  # noqa: B018


def test_another_format_is_another_plan(outputs: dict[str, Path], photos: Path) -> None:
    with pytest.raises(BuildError, match=r"output\.format none, now folder"):
        build(recipe("folder"), photos, outputs["tar"])
