"""The manual: it builds strictly, and what it tells to type is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import degrade
from degrade.cli import main
from degrade.errors import MissingExtra
from degrade.ops import degradations
from degrade.recipes.source import source_problems
from tests.docs.manual import DOCS, PAGES, ROOT, Block, blocks_of, furnish

TYPED_BY = {
    "clusters.md": "tests/building/test_clusters.py",
    "own_op.md": "tests/test_plugins.py",
    "reading.md": "tests/shards/test_reading_docs.py",
    "streaming.md": "tests/streaming/test_streaming_docs.py",
    "testing.md": "tests/testing/test_testing_docs.py",
}
"""Pages whose code has a test of its own."""
MINUTES = ("tasks/family_photos.md", "tasks/lab_scans.md", "screening.md")
"""Pages that train, fit, or start many processes."""


def name_of(page: Path) -> str:
    return os.path.relpath(page, DOCS)


OTHERS = [page for page in PAGES if name_of(page) not in TYPED_BY]
TYPED_HERE = [
    pytest.param(page, id=name_of(page), marks=[pytest.mark.long] if name_of(page) in MINUTES else [])
    for page in OTHERS
    if any(block.kind in ("python", "sh") and not block.elsewhere for block in blocks_of(page))
]


@pytest.mark.parametrize(("page", "test"), TYPED_BY.items())
def test_tests_of_single_pages_name_them(page: str, test: str) -> None:
    assert page in (ROOT / test).read_text("utf-8")
    assert (DOCS / page).exists()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    for block in blocks_of(page):
        for _tool, *words in (words for words in block.commands if words[0] == "degrade"):
            name = next(word for word in words if word in main.commands)
            known = {option for at in main.commands[name].params for option in at.opts} | {"--plugin"}
            assert {word for word in words if word.startswith("--")} <= known, words


@pytest.mark.parametrize("page", OTHERS, ids=name_of)
def test_yaml_says_what_is_understood(page: Path) -> None:
    for block in blocks_of(page):
        if block.kind == "yaml" and not block.elsewhere:
            assert not problems_of(yaml.safe_load(block.text)), block.text


def problems_of(data: Any) -> list[Any]:
    """What is wrong with a recipe, steps of one, its output, or a source."""
    if isinstance(data, dict) and {"recipe", "steps"} <= set(data):
        degrade.load_recipe(data)
        return []
    if isinstance(data, dict) and set(data) <= {"source", "output"}:
        degrade.load_recipe({"recipe": 1, "steps": ["grain"], **data})
        return []
    if isinstance(data, list) and all(set(step) & set(degradations()) for step in data):
        degrade.load_recipe({"recipe": 1, "steps": data})
        return []
    return list(source_problems(data))


@pytest.mark.slow
@pytest.mark.parametrize("page", TYPED_HERE)
@pytest.mark.filterwarnings("ignore")  # others' own
def test_what_is_to_be_typed_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    furnish(tmp_path, page.read_text("utf-8"))
    names: dict[str, Any] = {"__name__": "page", "image": np.full((96, 128, 3), 128, np.uint8)}
    for block in blocks_of(page):
        if not block.elsewhere:
            try:
                type_in(block, page, tmp_path, names)
            except MissingExtra as error:
                pytest.skip(str(error))


def type_in(block: Block, page: Path, world: Path, names: dict[str, Any]) -> None:
    """Run a block as a reader would: commands in a shell, Python in one session, recipes into files."""
    if block.kind == "python":
        exec(compile(block.text, str(page), "exec"), names)
    if block.kind == "yaml" and isinstance(data := yaml.safe_load(block.text), dict) and "name" in data:
        (world / f"{data['name']}.yaml").write_text(block.text, "utf-8")
    for words in block.commands:
        assert words[0] == "degrade", f"{words}: mark what is not typed here by <!-- elsewhere: why -->"
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=world, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        if "pip install" in done.stderr:
            pytest.skip(done.stderr)
        assert done.returncode == 0, f"{words}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    """Strictly: every page is in the navigation, no link or anchor is dead, every public name has its place."""
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    reference = "".join(page.read_text("utf-8") for page in (tmp_path / "site/reference").glob("*.html"))
    for name in ("degrade.building.run.build", "degrade.engine.key.Key", "degrade.train.loop.train"):
        assert f'id="{name}"' in reference
