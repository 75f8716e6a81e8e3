from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.codecs import decode
from degrade.engine.damage import DamageClass
from degrade.pages.palette import CLASS_COLOURS
from degrade.preview import Example, example_of, page
from degrade.recipes import dump, load_recipe

RECIPE = {
    "recipe": 1,
    "name": "r",
    "steps": [
        "target",
        {"coarse_dropout": {"holes": 2, "size_frac": [0.2, 0.3]}, "label": "holes"},
        {"folds": {"count": 1, "width_mm": 3}},
        {"grain": None, "p": 0},
        {"jpeg": {"quality": 80}},
    ],
}
VOID = {"meta", "img", "input"}


class Reader(HTMLParser):
    """Every tag with its attributes, and whether each closes where it should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def source() -> npt.NDArray[np.uint8]:
    y, x = np.mgrid[:90, :120]
    return np.stack([x * 2, y * 2, x + y], axis=2).astype(np.uint8)


def example(apart: bool = True, **changes: Any) -> Example:
    pair = load_recipe({**RECIPE, **changes})(source(), key="album/0042", apart=apart)
    return example_of(pair, source())


@pytest.fixture(scope="module")
def written() -> str:
    return page([example(), example(seed=2)], "r", "About it.", 64, dump(load_recipe(RECIPE)))


def test_it_stands_alone(written: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[\w+/=]+", "", written))
    read = Reader(written)
    assert read.all("img")
    assert all(re.match(r"data:image/(png|jpeg);base64,", image["src"] or "") for image in read.all("img"))
    assert all("src" not in script for script in read.all("script"))
    assert read.all("link") == []
    policy = next(meta["content"] or "" for meta in read.all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_its_bytes_are_those_of_its_examples(written: str) -> None:
    assert written == page([example(), example(seed=2)], "r", "About it.", 64, dump(load_recipe(RECIPE)))


def test_every_picture_decodes_at_the_size_that_is_said(written: str) -> None:
    for image in Reader(written).all("img"):
        data = base64.b64decode((image["src"] or "").partition("base64,")[2])
        height, width = decode(data).pixels.shape[:2]
        assert (str(width), str(height)) == (image["width"], image["height"])
        assert image["alt"]


def test_each_pair_has_its_pictures_and_overlays(written: str) -> None:
    read = Reader(written)
    assert [section["id"] for section in read.all("section")] == ["pair-1", "pair-2"]
    for alt in ("clean", "degraded", "mask of the damage", "loss of the damage", "classes of the damage"):
        assert sum(image["alt"] == alt for image in read.all("img")) == 2
    choices = [(radio["name"], radio["class"]) for radio in read.all("input")]
    assert choices[:4] == [("overlay-1", name) for name in ("none", "mask", "loss", "classes")]
    assert f"rgb{CLASS_COLOURS[DamageClass.FOLD]}" in written
    assert f"rgb{CLASS_COLOURS[DamageClass.TAPE]}" not in written


def test_every_step_is_in_the_table_with_units_and_coverage(written: str) -> None:
    rows = re.findall(r"<tr.*?</tr>", written.partition('id="pair-2"')[0])[1:]
    assert [re.findall(r'scope="row">(\w+)', row)[0] for row in rows] == ["target", "holes", "folds", "grain", "jpeg"]
    holes, folds, grain = rows[1:4]
    assert "<small>coarse_dropout</small>" in holes
    assert "width_mm <b>3</b> <span class=unit>mm on the print</span>" in folds
    assert "what folds covers" in folds
    assert re.search(r'<span class="coverage" tabindex="0">\d+\.\d%<img', holes)
    assert "<tr class=skipped>" in grain
    assert "<td class=fired>no</td>" in grain
    assert "what grain covers" not in grain


def test_the_recipe_is_on_it_and_loads_again(written: str, tmp_path: Path) -> None:
    from html import unescape

    text = re.findall(r"<code>(.*?)</code>", written, re.DOTALL)[0]
    (tmp_path / "r.yaml").write_text(unescape(text))
    assert load_recipe(tmp_path / "r.yaml").fingerprint == load_recipe(RECIPE).fingerprint


def test_words_cannot_become_markup() -> None:
    evil = '<img src=x onerror=alert(1)>&"'
    one = example()
    steps = [{"label": evil, "op": evil, "fired": True, "drawn": {evil: evil}}]
    shown = Example(evil, one.pictures, one.mask, one.classes, steps, [(evil, source())], one.loss, {}, {"era": evil})
    read = Reader(page([shown], evil, evil, 64, evil))
    assert all("onerror" not in attrs for _, attrs in read.tags)


def test_a_pair_without_damage_or_masks() -> None:
    bare = Example("k", {"clean": source(), "degraded": source()[:, :, :1]})
    untouched = example_of(load_recipe({"recipe": 1, "name": "r", "steps": ["grayscale"]})(source(), key="k"))
    for shown in (bare, untouched):
        written = page([shown], "t")
        Reader(written)
        assert "No damage in the masks." in written
    assert "<details>" not in page([bare], "t")


def test_a_repeated_step_shows_what_all_its_rounds_cover() -> None:
    steps = [{"repeat": [{"coarse_dropout": {"holes": 1}}], "times": 2}]
    shown = example(steps=steps)
    assert [step["label"] for step in shown.steps] == ["coarse_dropout[0]", "coarse_dropout[1]"]
    assert page([shown], "t").count('class="coverage"') == 2


def test_the_story_is_told() -> None:
    shown = Example("k", {"clean": source(), "degraded": source()}, story={"age": 0.51234, "era": "1900s"})
    assert "Story: age 0.5123, era 1900s" in page([shown], "t")
