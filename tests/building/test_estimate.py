"""What a build would make and cost."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from degrade.building import BuildError, build
from degrade.building.estimate import estimate
from degrade.recipes import load_recipe

PARQUET = pytest.param(
    "parquet", marks=pytest.mark.skipif(find_spec("pyarrow") is None, reason="pyarrow is not installed")
)
RECIPE: dict[str, Any] = {
    "recipe": 1, "name": "t", "frame": {"size": 64}, "steps": ["target", {"salt_and_pepper": {"amount": 0.02}}],
    "output": {"copies": 2, "pairs_per_shard": 6, "splits": {"train": 0.7, "val": 0.3}},
}  # fmt: skip


def test_an_estimate_is_near_the_build(tmp_path: Path) -> None:
    found = estimate(RECIPE, "sample", machines=2)
    report = build(load_recipe(RECIPE), "sample", tmp_path / "out", workers=1)
    assert (found.photographs, found.pairs, found.shards) == (report.photographs, report.pairs, report.shards)
    assert found.splits == report.splits
    assert (found.sampled, found.sample_rejects) == (9, 0)
    assert abs(found.shard_bytes - report.size) <= 10_240 * report.shards + 0.001 * report.size
    index = (tmp_path / "out" / "index.jsonl").stat().st_size
    assert 0.8 * index < found.index_bytes < 1.2 * index
    assert found.listing_bytes == (tmp_path / "out" / ".degrade" / "listing.jsonl").stat().st_size
    assert found.hours == found.hours_here / 2
    assert found.hours_here > 0
    assert found.advice == []


@pytest.mark.parametrize("format", ["tar", PARQUET, "folder", "aligned"])
def test_every_format_has_its_own_overhead(tmp_path: Path, format: str) -> None:
    members = {"members": ["clean", "degraded"]} if format == "aligned" else {}
    recipe = RECIPE | {"output": {**RECIPE["output"], **members, "pairs_per_shard": 100, "format": format}}
    found = estimate(recipe, "sample")
    report = build(load_recipe(recipe), "sample", tmp_path / "out", workers=1)
    slack = {"tar": 10_240, "parquet": 14_000}.get(format, 0)  # ends of shards
    assert -0.005 * report.size <= report.size - found.shard_bytes <= slack * report.shards + 0.005 * report.size
    index = (tmp_path / "out" / "index.jsonl").stat().st_size
    assert 0.9 * index < found.index_bytes < 1.1 * index


def test_too_many_files_are_told_with_the_cure() -> None:
    recipe = RECIPE | {"output": {"copies": 2, "format": "folder"}}
    assert estimate(recipe, "sample", sample=1).advice == []
    many = {**RECIPE, "steps": ["target"], "output": {"copies": 600, "format": "folder"}}
    (advice,) = estimate(many, "sample", sample=1).advice
    assert advice.startswith("16,200 pictures are more than the 10,000 files a folder")
    assert "--format tar or parquet" in advice


def test_a_short_sample_is_enough() -> None:
    found = estimate(RECIPE, "sample", sample=3, limit=7)
    assert (found.photographs, found.pairs, found.sampled) == (7, 14, 3)


def test_photographs_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture")
    with pytest.raises(BuildError, match="none of 3 photographs gives a pair"):
        estimate(RECIPE, tmp_path)


@pytest.mark.parametrize("wrong", [{"machines": 0}, {"sample": 0}, {"limit": 0}, {"machines": True}])
def test_numbers_from_1(wrong: dict[str, Any]) -> None:
    with pytest.raises(BuildError, match="whole number from 1"):
        estimate(RECIPE, "sample", **wrong)


def test_an_empty_source(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no photographs"):
        estimate(RECIPE, tmp_path)
