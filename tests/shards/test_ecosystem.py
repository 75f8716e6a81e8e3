"""What others' readers make of an output: datasets, webdataset, pandas."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from degrade.building import build
from degrade.codecs import decode_png, encode_jpeg
from degrade.shards import open_pairs
from degrade.shards.layout import CARD, metadata_file
from degrade.shards.manifest import read_manifest
from degrade.shards.members import COLUMNS

pytestmark = pytest.mark.slow
FORMATS = ("tar", "parquet", "folder", "aligned")
MASKS = ("mask", "classes")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("ecosystem")
    rows, columns, layers = np.ogrid[:72, :80, :3]
    for number in range(9):
        picture = ((rows * (2 + number) + columns * (1 + number % 4) + layers * 60) % 256).astype(np.uint8)
        path = folder / "photos" / f"album{number % 2}" / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_jpeg(picture, 90))
    for format in FORMATS:
        members = ["clean", "degraded"] if format == "aligned" else ["clean", "degraded", *MASKS]
        output = {"format": format, "members": members, "image": "png", "copies": 2, "pairs_per_shard": 4}
        steps: list[Any] = ["target", "grayscale", {"salt_and_pepper": {"amount": 0.02}}]
        recipe = {
            "recipe": 1, "name": "tiny", "frame": {"size": 48}, "steps": steps,
            "output": output | {"splits": {"train": 0.6, "held_out": 0.4}},
        }  # fmt: skip
        assert build(recipe, folder / "photos", folder / format).pairs == 18
    return {format: folder / format for format in FORMATS}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Readers have warnings of their own, which are not ours to mend."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def by_key(rows: Any, format: str) -> dict[str, dict[str, Any]]:
    return {(row["json"] if format == "tar" else row)["key"]: row for row in rows}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("streaming", [False, True])
def test_datasets(outputs: dict[str, Path], tmp_path: Path, offline: None, format: str, streaming: bool) -> None:
    datasets = pytest.importorskip("datasets")
    out = outputs[format]
    loaded = datasets.load_dataset(str(out), streaming=streaming, cache_dir=str(tmp_path))
    assert set(loaded) == {"train", "held_out"}
    for split in loaded:
        pairs = open_pairs(out, split)
        rows = by_key(loaded[split], format)
        assert set(rows) == set(pairs.keys)
        for pair in pairs:
            row = rows[pair.key]
            columns = row["json"] if format == "tar" else row
            assert {name: columns[name] for name in COLUMNS} == pair.row
            if format == "aligned":
                assert row["image"].size == (96, 48)
                assert np.array_equal(np.asarray(row["image"])[:, :48], pair.clean)
                continue
            dot = ".png" if format == "tar" else ""
            assert np.array_equal(np.asarray(row[f"clean{dot}"]), pair.clean)
            assert np.array_equal(np.asarray(row[f"degraded{dot}"]), pair.degraded[:, :, 0])
            for name in MASKS:
                assert row[f"{name}{dot}"].mode == "L"
                assert np.array_equal(np.asarray(row[f"{name}{dot}"]), getattr(pair, name))


@pytest.mark.parametrize("format", FORMATS)
def test_the_features_are_those_of_the_card(
    outputs: dict[str, Path], tmp_path: Path, offline: None, format: str
) -> None:
    datasets = pytest.importorskip("datasets")
    yaml = pytest.importorskip("yaml")
    head = yaml.safe_load((outputs[format] / CARD).read_text("utf-8").split("---\n")[1])
    features = datasets.Features._from_yaml_list(head["dataset_info"]["features"])
    loaded = datasets.load_dataset(str(outputs[format]), split="train", cache_dir=str(tmp_path))
    assert loaded.features == features


def test_features_in_parquet_are_as_datasets_writes_them(outputs: dict[str, Path], offline: None) -> None:
    datasets = pytest.importorskip("datasets")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = next(iter(sorted((outputs["parquet"] / "data").glob("*.parquet"))))
    schema = parquet.read_schema(path)
    features = datasets.Features.from_arrow_schema(schema)
    assert json.loads(schema.metadata[b"huggingface"]) == json.loads(features.arrow_schema.metadata[b"huggingface"])
    assert schema == features.arrow_schema


def test_row_groups_and_page_index(outputs: dict[str, Path]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for path in (outputs["parquet"] / "data").glob("*.parquet"):
        group = parquet.ParquetFile(path).metadata.row_group(0)
        assert all(group.column(number).has_offset_index for number in range(group.num_columns))


def test_many_row_groups_and_pages(tmp_path: Path) -> None:
    """Noise of 200 kB in groups of a hundred: several pages a group, several groups a shard."""
    parquet = pytest.importorskip("pyarrow.parquet")
    from degrade.shards.storage import open_storage
    from degrade.shards.writers import open_writer

    row = {name: kind() for name, (kind, _) in COLUMNS.items()}
    noise = np.random.Generator(np.random.Philox(1))
    held = {f"k{number}": noise.bytes(1000 + 1500 * number) for number in range(230)}
    (tmp_path / "data").mkdir()
    members = ("clean.jpg", "json", "mask.png")
    shard = "data/train-00000-of-00001.parquet"
    with open_writer("parquet", open_storage(tmp_path), shard, "train", members) as writer:
        for key, data in held.items():
            text = json.dumps(row | {"key": key}).encode()
            writer.add(key, [("clean.jpg", data), ("json", text), ("mask.png", data[:100])])
        sealed = writer.commit()
    file = (tmp_path / shard).read_bytes()
    assert sealed.size == len(file)
    assert parquet.ParquetFile(io.BytesIO(file)).num_row_groups == 3
    for number, (key, data) in enumerate(held.items()):
        assert writer.index.keys[number] == key
        for suffix, expected in (("clean.jpg", data), ("mask.png", data[:100])):
            _, offset, size = writer.index.place(suffix, number)
            assert file[offset : offset + size] == expected


def test_webdataset(outputs: dict[str, Path], offline: None) -> None:
    wds = pytest.importorskip("webdataset")
    out = outputs["tar"]
    pairs = open_pairs(out, "train")
    shards = [str(path) for path in sorted((out / "data").glob("train-*.tar"))]
    masks = [wds.handle_extension(f"{name}.png", decode_png) for name in MASKS]
    samples = list(wds.WebDataset(shards, shardshuffle=False).decode(*masks, "rgb8"))
    assert [sample["__key__"] for sample in samples] == list(pairs.keys)
    for sample, pair in zip(samples, pairs, strict=True):
        assert sample["json"] == pair.row
        assert np.array_equal(sample["clean.png"], pair.clean)
        for name in MASKS:
            assert sample[f"{name}.png"].shape == (48, 48, 1)
            assert np.array_equal(sample[f"{name}.png"][:, :, 0], getattr(pair, name))


def test_pandas_reads_parquet(outputs: dict[str, Path]) -> None:
    pandas = pytest.importorskip("pandas")
    out = outputs["parquet"]
    frame = pandas.concat(pandas.read_parquet(path) for path in sorted((out / "data").glob("train-*.parquet")))
    assert [*frame.columns][4:] == [*COLUMNS]
    for (_, row), pair in zip(frame.iterrows(), open_pairs(out, "train"), strict=True):
        assert {name: row[name] for name in COLUMNS} == pair.row
        for name in ("clean", "degraded", *MASKS):
            assert row[name]["path"] == f"{pair.key}.{name}.png"
            picture = Image.open(io.BytesIO(row[name]["bytes"]))
            assert picture.mode == ("RGB" if name == "clean" else "L")
            assert np.array_equal(np.asarray(picture).reshape(48, 48, -1), getattr(pair, name).reshape(48, 48, -1))


def test_pandas_reads_the_metadata_of_folders(outputs: dict[str, Path]) -> None:
    pandas = pytest.importorskip("pandas")
    out = outputs["folder"]
    frame = pandas.read_json(out / metadata_file("train"), lines=True)
    pairs = open_pairs(out, "train")
    assert list(frame["key"]) == list(pairs.keys)
    for _, row in frame.iterrows():
        mask = Image.open(out / "data" / "train" / row["mask_file_name"])
        assert mask.mode == "L"
        assert np.array_equal(np.asarray(mask), pairs.by_key(row["key"]).mask)


def test_trainers_that_list_two_folders(outputs: dict[str, Path]) -> None:
    """BasicSR and traiNNer pair files of equal names in two flat folders; pix2pix takes every picture below one."""
    out = outputs["folder"] / "data" / "train"
    listed = [sorted(path.name for path in (out / side).iterdir()) for side in ("clean", "degraded")]
    assert listed[0] == listed[1]
    assert len(listed[0]) == read_manifest(outputs["folder"])["counts"]["splits"]["train"]["pairs"]
    aligned = outputs["aligned"] / "data" / "train"
    assert {path.suffix for path in aligned.rglob("*")} == {".png", ".jsonl"}
