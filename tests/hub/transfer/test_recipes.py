"""Recipes alone: pushed, and loaded as what anybody may have written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.recipes import RecipeError, load_recipe
from degrade.recipes.fetching import HubFile, hub_file, refuse_places
from degrade.recipes.text import LARGEST_BYTES
from tests.hub.server.app import HubServer
from tests.hub.server.repositories import File
from tests.hub.transfer.conftest import NAME

Script = Callable[..., list[Any]]
URL = f"hf://datasets/{NAME}/mine.yaml"
TEXT = """# A comment that stays.
recipe: 1
name: mine
about: For the tests.
steps:
  - grayscale
  - target
  - salt_and_pepper: {amount: 0.02}
"""


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("hf://datasets/u/n/recipe.yaml", HubFile("dataset", "u/n", "", "recipe.yaml")),
        ("hf://datasets/u/n@v1/a/b.yml", HubFile("dataset", "u/n", "v1", "a/b.yml")),
        ("hf://datasets/u/n@refs%2Fpr%2F1/b.yml", HubFile("dataset", "u/n", "refs/pr/1", "b.yml")),
        ("hf://u/n/recipe.yaml@C+visible", HubFile("model", "u/n", "", "recipe.yaml", "C+visible")),
    ],
)
def test_urls(url: str, file: HubFile) -> None:
    assert hub_file(url) == file


@pytest.mark.parametrize("url", ["hf://", "hf://datasets/u/n", "hf://datasets/u/n/x.py", "hf://datasets/u/n/../x.yaml"])
def test_what_names_no_recipe(url: str) -> None:
    with pytest.raises(RecipeError, match=r"names no recipe; expected hf://datasets/USER/NAME/recipe\.yaml"):
        load_recipe(url)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "/home/somebody/photos"}, "may not name photographs"),
        ({"source": {"path": "s3://bucket/photos"}}, "may not name photographs"),
        ({"steps": [{"texture": {"source": "./scans"}}]}, "may not name the folder './scans'"),
        (
            {"steps": [{"one_of": [{"texture": {"source": {"choice": ["dust", "/etc"]}}}, "grain"]}]},
            "the folder '/etc'",
        ),
    ],
)
def test_a_recipe_of_somebody_else_names_no_place(change: dict[str, Any], words: str) -> None:
    recipe = load_recipe({"recipe": 1, "name": "theirs", "steps": ["grain"]} | change)
    with pytest.raises(RecipeError, match="save it as a file, look at it") as caught:
        refuse_places(recipe, "hf://…")
    assert words in str(caught.value)


def test_shipped_textures_and_photographs_are_no_place() -> None:
    refuse_places(load_recipe("aged_photo"), "hf://…")
    refuse_places(load_recipe({"recipe": 1, "name": "theirs", "source": "sample", "steps": ["grain"]}), "hf://…")


@pytest.mark.slow
def test_a_recipe_goes_and_comes(hub: HubServer, tmp_path: Path, degrade: Callable[..., Any]) -> None:
    (tmp_path / "mine.yaml").write_text(TEXT)
    done = degrade("push", "mine.yaml", NAME, "--tag", "v1")
    assert hub.read(NAME, "mine.yaml").decode() == TEXT
    assert {*hub.files(NAME)} == {"mine.yaml", "README.md"}
    assert f"degrade build --recipe {URL}" in hub.read(NAME, "README.md").decode()
    assert "1 tag" not in done.stderr
    assert "no mistakes" in degrade("check", URL).stderr
    assert "no mistakes" in degrade("check", URL.replace("/mine.yaml", "@v1/mine.yaml")).stderr
    asked = len(hub.requests)
    assert "nothing to send" in degrade("push", "mine.yaml", NAME).stderr
    assert not [request for request in hub.requests[asked:] if request.route == "commit"]
    built = degrade("build", "--recipe", URL, "--out", "out", "--limit", "2", "--workers", "1")
    assert "2 pairs" in built.stderr


@pytest.mark.slow
def test_beside_pairs_a_recipe_touches_nothing_else(
    hub: HubServer, finished: Path, tmp_path: Path, script: Any
) -> None:
    (tmp_path / "mine.yaml").write_text(TEXT)
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    before = hub.files(NAME)
    script(f"degrade.push('mine.yaml', {NAME!r})")
    after = hub.files(NAME)
    assert {*after} - {*before} == {"mine.yaml"}
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_the_place_of_photographs_stays_here(hub: HubServer, tmp_path: Path, degrade: Callable[..., Any]) -> None:
    (tmp_path / "mine.yaml").write_text(TEXT + f"source: {tmp_path}/secret\n")
    degrade("push", "mine.yaml", NAME)
    degrade("push", "aged_photo", "tester/shipped")
    for name in (NAME, "tester/shipped"):
        assert not [file for file in hub.files(name) if b"secret" in hub.read(name, file)]
    assert {*hub.files("tester/shipped")} == {"aged_photo.yaml", "README.md"}
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.png").write_bytes(
        next(iter(Path(__file__).parents[2].rglob("goldens/*.png"))).read_bytes()
    )
    (tmp_path / "own.yaml").write_text(TEXT + "  - texture: {source: ./scans}\n")
    done = degrade("push", "own.yaml", NAME, fails=True)
    assert "takes textures from ./scans, which others do not have" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"recipe: 1\nname: x\nsteps: [grain]\nsource: /etc\n", "may not name photographs"),
        (b"recipe: 1\nname: x\nsteps: !!python/object:os.system [ls]\n", "tags"),
        (b"recipe: 1\nname: x\nsteps:\n  - include: /etc/passwd\n", "include"),
        (b"#" * (LARGEST_BYTES + 1), "a recipe of more than"),
        (b"x" * (50 << 20), "a recipe of more than"),
        (b"\xff\xd8\xff", "not UTF-8"),
    ],
)
def test_what_anybody_may_have_put_there(hub: HubServer, degrade: Callable[..., Any], data: bytes, words: str) -> None:
    repository = hub.hub.repositories
    degrade("push", "aged_photo", NAME)
    files = dict(repository["dataset", NAME].at("main").files)
    repository["dataset", NAME].commit("main", files | {"mine.yaml": File(data)}, "theirs")
    done = degrade("check", URL, fails=True)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_nothing_is_fetched_unless_it_was_named(hub: HubServer, tmp_path: Path, degrade: Callable[..., Any]) -> None:
    (tmp_path / "mine.yaml").write_text(TEXT)
    degrade("check", "mine.yaml")
    degrade("check", "aged_photo")
    assert hub.requests == []
