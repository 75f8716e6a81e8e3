"""What docs/reading.md tells to type, typed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reading.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
NEEDED = ("torch", "torchdata", "grain")
RECIPE: dict[str, Any] = {
    "recipe": 1, "name": "pairs", "frame": {"size": 64}, "steps": ["target", "scratches"], "output": {"copies": 2},
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # torchdata looks at every name that torch has, deprecated ones too
@pytest.mark.parametrize("needed", [None, *NEEDED])
def test_every_snippet_runs(
    finished_pairs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], needed: str | None
) -> None:
    """The snippets that need no library, and those that need one more, in their order."""
    if needed is not None:
        pytest.importorskip(needed)
    monkeypatch.chdir(finished_pairs.parent)
    names: dict[str, Any] = {"__name__": "snippet"}
    ran = 0
    for block in BLOCKS:
        imported = {name for name in NEEDED if re.search(rf"^(import|from) {name}\b", block, re.MULTILINE)}
        if not imported or (needed in imported and (needed == "torchdata") == ("torchdata" in imported)):
            exec(compile(block, str(PAGE), "exec"), names)
            ran += 1
    assert ran == 3 + (needed is not None)
    assert "{'clean': (3, 64, 64), 'degraded': (3, 64, 64), 'mask': (1, 64, 64)}" in capsys.readouterr().out


@pytest.fixture(scope="module")
def finished_pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reading") / "pairs"
    build(RECIPE, "sample", out, workers=1)
    return out
