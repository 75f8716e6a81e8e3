from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import Result

from degrade.codecs import encode_png


def specked(folder: str) -> None:
    """Two scans of gray paper with 8 specks of 3 px each."""
    Path(folder).mkdir()
    for number in range(2):
        paper = np.full((120, 160, 1), 128, np.uint8)
        for row in range(2):
            for column in range(4):
                y, x = 20 + 50 * row + number, 20 + 35 * column
                paper[y : y + 3, x : x + 3] = 230
        (Path(folder) / f"{number}.png").write_bytes(encode_png(paper, True))


def test_a_bank_that_a_build_uses(
    run: Callable[..., Result], json_lines: Callable[..., list[dict[str, Any]]], photos: Path
) -> None:
    specked("scans")
    result = run("harvest", "scans", "--out", "dirt", "--licence", "ours")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split()[:4] == ["dust", "16", "8", "a"]
    assert "16 cut-outs from 2 scans in dirt" in result.stderr
    [told] = json_lines("harvest", "scans", "--out", "dirt", "--overwrite", "--json")
    assert told["cutouts"] == {"dust": 16}
    assert told["rates"]["dust"]["mean"] == 8
    built = run("build", "--recipe", "dirt/recipe.yaml", "--source", "photos", "--out", "pairs", "--workers", "1")
    assert built.exit_code == 0, built.stderr


def test_wrong_usage_is_one_line(error: Callable[..., str]) -> None:
    specked("scans")
    assert "there is no source" in error("harvest", "nowhere", "--out", "dirt", code=2)
    assert "give one of --masks and --restored" in error(
        "harvest", "scans", "--out", "dirt", "--masks", "scans", "--restored", "scans", code=2
    )
    assert "degrade harvest" in error("build", "--recipe", _recipe(), "--source", "scans", code=2)


def _recipe() -> str:
    Path("one.yaml").write_text("recipe: 1\nname: one\nsteps:\n  - target\n  - harvested: {bank: ./dirt}\n")
    return "one.yaml"
