"""What docs/streaming.md tells to type, typed."""

from __future__ import annotations

import re
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import degrade
from degrade.recipes.check import check

PAGE = Path(__file__).resolve().parents[2] / "docs" / "streaming.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
NEEDED = {"torch": ("torch", "torchdata"), "webdataset": ("webdataset",), "datasets": ("datasets",)}
"""What the adaptors need that have the module's name."""


def needed_by(block: str) -> set[str]:
    """The libraries that a block imports, by itself or through an adaptor."""
    imported = set(re.findall(r"^(?:import|from) (\w+)", block, re.MULTILINE)) - {"degrade", "itertools", "numpy"}
    adaptors = re.findall(r"degrade\.streaming\.(\w+)", block)
    return imported.union(*(NEEDED.get(name, ()) for name in adaptors))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # others' own: deprecated names, files left open
def test_every_snippet_runs(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "photos").symlink_to(photos)
    with tarfile.open("clean.tar", "w") as tar:
        for path in sorted(photos.rglob("*.jpg")):
            tar.add(path, path.name)
    small = {"recipe": 1, "name": "pairs", "frame": {"size": 64}, "steps": ["grayscale", "target", "grain"]}
    degrade.build({**small, "output": {"splits": {"train": 1.0}}}, source=photos, out="pairs", workers=1)
    if find_spec("datasets"):
        import datasets

        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    names: dict[str, Any] = {"__name__": "snippet"}
    ran = 0
    for block in BLOCKS:
        if all(find_spec(library) for library in needed_by(block)):
            exec(compile(block, str(PAGE), "exec"), names)
            ran += 1
    assert ran >= 4
    output = capsys.readouterr().out
    if ran >= len(BLOCKS) - 2:  # all but torchvision's and kornia's
        assert "torch.Size([4, 1, 64, 64]) torch.float32 torch.Size([4, 1, 64, 64])" in output
        assert "[(4, 64, 64, 1), (4, 64, 64, 1), (4, 64, 64, 1)]" in output


def test_the_recipe_is_sound() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    import yaml

    recipe = degrade.load_recipe(yaml.safe_load(text))
    assert recipe.moves_clean
    if find_spec("albumentations"):
        assert not check(recipe)
