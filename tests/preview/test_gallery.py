from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from degrade.codecs import decode_jpeg
from degrade.ops import degradations
from degrade.recipes import shipped_recipes

ROOT = Path(__file__).resolve().parents[2]
OPS = ("grayscale", "coarse_dropout", "fade")


@pytest.fixture(scope="module")
def gallery(script_of: Callable[[str], ModuleType]) -> ModuleType:
    return script_of("docs/update_gallery.py")


def pictures_of(page: str) -> list[str]:
    return re.findall(r"!\[.*?\]\((.*?)\)", page)


def test_the_page_of_ops(gallery: ModuleType, tmp_path: Path) -> None:
    ops = [op for op in degradations().values() if op.name in OPS]
    page = gallery.ops_page(ops, tmp_path)
    assert re.findall(r"^#+ (\w+)$", page, re.MULTILINE) == [
        "Scene",
        "grayscale",
        "Ageing",
        "fade",
        "Wear",
        "coarse_dropout",
    ]
    assert "| `size_frac` | `[0.05, 0.2]` | a number in [0, 1] | fraction of the short side | " in page
    assert "References: ITU-R BT.601-7" in page
    sizes = {name: decode_jpeg((tmp_path / name).read_bytes()).shape[1] for name in pictures_of(page)}
    assert list(sizes) == [f"op_{op.name}.jpg" for op in ops]
    assert sizes["op_coarse_dropout.jpg"] > sizes["op_fade.jpg"] > 3 * 256 > sizes["op_grayscale.jpg"]
    assert all(file.stat().st_size <= 60_000 for file in tmp_path.iterdir())
    before = [file.read_bytes() for file in sorted(tmp_path.iterdir())]
    assert gallery.ops_page(ops, tmp_path) == page
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == before


def test_the_page_of_recipes(gallery: ModuleType, tmp_path: Path) -> None:
    recipes = [recipe for recipe in shipped_recipes() if recipe.name == "faces_noise"]
    page = gallery.recipes_page(recipes, tmp_path)
    (name,) = pictures_of(page)
    assert recipes[0].about in page
    assert decode_jpeg((tmp_path / name).read_bytes()).shape[2] == 3
    assert (tmp_path / name).stat().st_size <= 150_000


def test_every_op_and_recipe_has_its_place(
    gallery: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "_write_jpeg", lambda *_: None)
    monkeypatch.setattr(gallery, "_strip", lambda *_: None)
    monkeypatch.setattr(gallery, "_recipe_sheet", lambda *_: None)
    gallery.main(["--out", str(tmp_path / "new")])
    ops, recipes = ((tmp_path / "new" / name).read_text("utf-8") for name in ("ops.md", "recipes.md"))
    assert all(f"### {name}\n" in ops for name in degradations())
    assert all(f"## {recipe.name}\n" in recipes for recipe in shipped_recipes())
