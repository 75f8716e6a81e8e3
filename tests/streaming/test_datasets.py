"""The library datasets: pairs as an IterableDataset that resumes, and a function that maps examples to pairs."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import degrade
from degrade.errors import MissingExtra
from degrade.streaming import StreamError
from degrade.streaming import datasets as adaptor
from degrade.streaming.transform import pixel_key

datasets = pytest.importorskip("datasets")
NAMES = ("clean", "degraded", "mask")


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def equal(examples: Any, pairs: Any) -> bool:
    return all(
        example["key"] == pair.key
        and all(np.array_equal(example[name], degrade.as_arrays(pair, NAMES)[name]) for name in NAMES)
        for example, pair in zip(examples, pairs, strict=True)
    )


# --- pairs on the fly -------------------------------------------------------------------------------------------------


def test_examples_are_the_pairs(photos: Path, recipe: dict[str, Any]) -> None:
    dataset = adaptor.iterable(recipe, photos, shards=3)
    assert isinstance(dataset, datasets.IterableDataset)
    assert dataset.num_shards == 3
    assert equal(dataset, degrade.Pairs(recipe, photos))
    assert equal(adaptor.iterable(recipe, photos, epoch=2), degrade.Pairs(recipe, photos, epoch=2))
    example = next(iter(adaptor.iterable(recipe, photos, size=32, dtype="float32", layout="CHW")))
    assert example["degraded"].shape == (1, 32, 32)
    assert example["degraded"].dtype == np.float32


def test_shuffled_it_has_the_order_of_a_stream(photos: Path, recipe: dict[str, Any]) -> None:
    for epoch in (0, 1):
        shuffled = adaptor.iterable(recipe, photos, shuffle=True, epoch=epoch, shards=4)
        assert equal(shuffled, degrade.stream(recipe, photos, shuffle=True, epoch=epoch))


@pytest.mark.parametrize("shuffle", [False, True])
def test_it_resumes_exactly(photos: Path, recipe: dict[str, Any], shuffle: bool) -> None:
    keys = [example["key"] for example in adaptor.iterable(recipe, photos, shuffle=shuffle, shards=3)]
    for taken in (1, 6, len(keys) - 1):
        dataset = adaptor.iterable(recipe, photos, shuffle=shuffle, shards=3)
        examples = iter(dataset)
        got = [next(examples)["key"] for _ in range(taken)]
        again = adaptor.iterable(recipe, photos, shuffle=shuffle, shards=3)
        again.load_state_dict(pickle.loads(pickle.dumps(dataset.state_dict())))
        assert got + [example["key"] for example in again] == keys


def test_nodes_share_it_without_overlap(photos: Path, recipe: dict[str, Any]) -> None:
    from datasets.distributed import split_dataset_by_node

    whole = adaptor.iterable(recipe, photos, shards=4)
    parts = [[e["key"] for e in split_dataset_by_node(whole, rank, 2)] for rank in range(2)]
    assert sorted(parts[0] + parts[1]) == sorted(e["key"] for e in whole)
    assert all(parts)


@pytest.mark.slow
def test_workers_of_a_loader_share_it(photos: Path, recipe: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    from degrade.streaming.torch import Collate

    dataset = adaptor.iterable(recipe, photos, shards=4)
    expected = {example["key"]: example["degraded"] for example in dataset}
    loader = torch.utils.data.DataLoader(dataset, batch_size=2, num_workers=2, collate_fn=Collate(dtype="uint8"))
    there = {key: image for batch in loader for key, image in zip(batch["key"], batch["degraded"].numpy(), strict=True)}
    assert there.keys() == expected.keys()
    assert all(np.array_equal(there[key].transpose(1, 2, 0), expected[key]) for key in expected)


def test_a_bad_photograph_is_left_out(
    tmp_path: Path, make_picture: Any, recipe: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(make_picture(number)[: 100 if number == 2 else None])
    recipe["output"] = {"splits": {"train": 1.0}}
    keys = {example["key"] for example in adaptor.iterable(recipe, tmp_path)}
    assert keys == {"0", "1", "3"}
    assert "left out 2.jpg: " in caplog.text


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, photos: Path, recipe: dict[str, Any]) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match=r'pip install "degrade\[hub\]"'):
        adaptor.iterable(recipe, photos)


def test_mistakes_say_their_cure(photos: Path, recipe: dict[str, Any]) -> None:
    with pytest.raises(StreamError, match="shards is 0; give a whole number from 1"):
        adaptor.iterable(recipe, photos, shards=0)
    with pytest.raises(degrade.DegradeError, match="no 'masks'"):
        adaptor.iterable(recipe, photos, members=("masks",))


# --- map --------------------------------------------------------------------------------------------------------------

RECIPE = {"recipe": 1, "name": "mapped", "steps": ["grayscale", "target", {"grain": {"strength": 0.1}}, "scratches"]}


def images(number: int = 3) -> list[Any]:
    random = np.random.default_rng(0)
    return [Image.fromarray(random.integers(0, 256, (66, 70, 3), np.uint8)) for _ in range(number)]


def table() -> Any:
    columns = {"image": images(), "name": ["a", "b/c", "d"], "label": [1, 2, 3]}
    features = datasets.Features(image=datasets.Image(), name=datasets.Value("string"), label=datasets.Value("int64"))
    return datasets.Dataset.from_dict(columns, features=features)


@pytest.mark.parametrize("batched", [False, True])
def test_map_adds_columns_of_images(batched: bool) -> None:
    mapped = table().map(adaptor.Degrade(RECIPE, key="name"), batched=batched)
    assert mapped.column_names == ["image", "name", "label", *NAMES]
    assert all(isinstance(mapped.features[name], datasets.Image) for name in NAMES)
    loaded = degrade.load_recipe(RECIPE)
    for row, image in zip(mapped, images(), strict=True):
        pair = loaded(np.asarray(image), key=row["name"])
        assert np.array_equal(np.asarray(row["degraded"]), pair.degraded[:, :, 0])
        assert np.array_equal(np.asarray(row["clean"]), pair.clean[:, :, 0])
        assert np.array_equal(np.asarray(row["mask"]), pair.mask)


def test_with_transform_and_streams_take_it_too() -> None:
    expected = degrade.load_recipe(RECIPE)(np.asarray(images()[1]), key=pixel_key(np.asarray(images()[1])))
    function = adaptor.Degrade(RECIPE, output="array", members=("degraded", "key"), keep=("label",))
    row = table().with_transform(function)[1]
    assert list(row) == ["label", "degraded", "key"]
    assert row["label"] == 2
    lazy = row["degraded"]
    streamed = list(table().to_iterable_dataset().map(function))[1]["degraded"]
    assert np.array_equal(lazy, expected.degraded)
    assert np.array_equal(np.asarray(streamed), expected.degraded)


def test_pictures_of_any_mode_and_files_as_they_are(photos: Path) -> None:
    function = adaptor.Degrade(RECIPE, output="array", members=("clean",))
    see_through = Image.new("RGBA", (70, 66), (255, 0, 0, 0))
    assert (function({"image": see_through})["clean"] == 255).all()
    for mode in ("CMYK", "P", "LA", "1", "YCbCr"):
        assert function({"image": images(1)[0].convert("L").convert(mode)})["clean"].shape == (66, 70, 1)
    path = next(photos.rglob("*.jpg"))
    decoded = function({"image": {"bytes": path.read_bytes(), "path": None}})["clean"]
    assert np.array_equal(decoded, function({"image": degrade.codecs.decode(path.read_bytes()).pixels})["clean"])


def test_functions_survive_pickle_and_say_what_is_wrong() -> None:
    function = adaptor.Degrade(RECIPE, key="name", output="array")
    example = {"image": images(1)[0], "name": "a"}
    again = pickle.loads(pickle.dumps(function))
    assert np.array_equal(again(example)["degraded"], function(example)["degraded"])
    with pytest.raises(StreamError, match="no column 'name', but image; name another column"):
        function({"image": images(1)[0]})
    with pytest.raises(StreamError, match=r"holds str, no pictures; cast_column"):
        adaptor.Degrade(RECIPE)({"image": "a.jpg"})
    with pytest.raises(StreamError, match="choose image or array"):
        adaptor.Degrade(RECIPE, output="pil")  # type: ignore[arg-type]
