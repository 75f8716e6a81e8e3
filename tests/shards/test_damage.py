"""Statistics of the damage, and the card that shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build
from degrade.codecs import encode_png
from degrade.recipes.dumping import dump, dump_data
from degrade.recipes.loading import load_recipe
from degrade.shards import damage, open_pairs
from degrade.shards.card import Published, card_text
from degrade.shards.card_seal import is_as_written, sealed
from degrade.shards.damage import DamageStatistics, damage_statistics
from degrade.shards.manifest import read_manifest


class Rows(list[Any]):
    """Pairs of which only the columns are known."""

    def __init__(self, *rows: tuple[float, list[dict[str, Any]]]) -> None:
        super().__init__(Row({"coverage": coverage, "steps": json.dumps(steps)}) for coverage, steps in rows)


class Row:
    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row


def step(op: str, fired: bool = True, label: str = "", **drawn: Any) -> dict[str, Any]:
    return {"label": label or op, "op": op, "fired": fired, "drawn": drawn}


def test_shares_and_means() -> None:
    found = damage_statistics(
        Rows(
            (0.5, [step("scratches"), step("hair", False), step("grain")]),
            (0.25, [step("scratches"), step("hair"), step("grain")]),
            (0.0, [step("scratches", False), step("hair", False), step("grain")]),
            (0.25, [step("scratches", False), step("hair"), step("grain")]),
        )  # type: ignore[arg-type]
    )
    assert found == DamageStatistics(
        4, 0.25, 0.75, {"scratch": 0.5, "hair": 0.5},
        {("scratches", "scratches"): 0.5, ("hair", "hair"): 0.5, ("grain", "grain"): 1.0},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("drawn", "classes"),
    [
        ({"source": "dust", "shows": "auto"}, ["dust"]),
        ({"source": "paper", "shows": "auto"}, []),
        ({"source": "./not/on/this/machine", "shows": "auto"}, ["dirt"]),
        ({"source": "./not/on/this/machine", "shows": "stain"}, ["stain"]),
        ({"source": "./not/on/this/machine", "shows": "nothing"}, []),
    ],
)
def test_a_texture_has_the_class_of_its_source(drawn: dict[str, Any], classes: list[str]) -> None:
    assert [*damage_statistics(Rows((0.1, [step("texture", **drawn)]))).classes] == classes  # type: ignore[arg-type]


def test_a_step_of_another_version_has_no_class() -> None:
    found = damage_statistics(Rows((0.1, [step("no_such_op")])))  # type: ignore[arg-type]
    assert found.classes == {}
    assert found.steps == {("no_such_op", "no_such_op"): 1.0}


def test_of_many_pairs_some_are_looked_at_spread_evenly(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = open_pairs(finished)
    whole = damage_statistics(pairs)
    assert whole.pairs == len(pairs)
    monkeypatch.setattr(damage, "MOST_PAIRS", 5)
    some = damage_statistics(pairs)
    assert some.pairs == 5
    coverages = [pairs[number * len(pairs) // 5].row["coverage"] for number in range(5)]
    assert some.coverage == pytest.approx(sum(coverages) / 5)
    assert damage_statistics(pairs) == some


def test_a_card_knows_whether_it_was_edited(finished: Path) -> None:
    card = (finished / "README.md").read_text("utf-8")
    assert is_as_written(card)
    assert is_as_written(card.replace("\n", "\r\n"))
    assert not is_as_written(card.replace("Reading", "Reading it"))
    assert not is_as_written(card + "\nMine.\n")
    assert not is_as_written("# Mine\n")
    assert is_as_written(sealed(card))


def test_the_card_of_the_hub_names_the_dataset(finished: Path) -> None:
    manifest = read_manifest(finished)
    text = dump_data(manifest["recipe"])
    card = card_text(manifest, text, Published("user/name", damage_statistics(open_pairs(finished)), True))
    assert "hf://datasets/user/name/recipe.yaml" in card
    assert "(contact_sheet.png)" in card
    assert "(contact_sheet.png)" not in card_text(manifest, text)
    assert "user/name" not in card_text(manifest, text)
    assert text == dump(load_recipe(manifest["recipe"]))


@pytest.mark.parametrize(
    ("licences", "named"),
    [
        (["CC0-1.0"], "cc0-1.0"),
        (["CC BY 4.0", "cc-by-4.0"], "cc-by-4.0"),
        (["CC0-1.0", "MIT"], None),
        (["ask my aunt"], None),
        ([""], None),
    ],
)
def test_a_licence_that_the_hub_knows_stands_in_the_head(
    finished: Path, licences: list[str], named: str | None
) -> None:
    sources = [{"name": "s", "licence": one, "origin": "", "photographs": 1} for one in licences]
    card = card_text(read_manifest(finished) | {"sources": sources}, "")
    assert (f"\nlicense: {named}\n" in card) == (named is not None)
    assert ("\nlicense:" in card) == (named is not None)


def test_folders_of_textures_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    recipe = {"recipe": 1, "name": "tiny", "steps": ["target", {"texture": {"source": str(folder)}}]}
    folder.mkdir()
    (folder / "a.png").write_bytes(encode_png(np.full((80, 80), 90, np.uint8), filtered=False))
    build(recipe, "sample", tmp_path / "out", limit=1, workers=1)
    manifest = read_manifest(tmp_path / "out")
    card = card_text(manifest, "", Published("user/name", DamageStatistics(1, 0, 0, {}, {}), False))
    assert "and the folders of textures `scans#" in card
    assert str(tmp_path) not in card
    assert "--recipe recipe.yaml" in card
