"""Processes that look, and that may die of what they see."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.codecs import encode_jpeg
from degrade.corpus import open_corpus
from degrade.screening import ScreeningError
from degrade.screening.crew import look
from degrade.screening.examine import Criteria

Scene = Callable[..., np.ndarray]

DEADLY = """
import os, signal
from dataclasses import dataclass
from degrade.corpus import FolderCorpus

@dataclass(frozen=True)
class Deadly(FolderCorpus):
    def read(self, photograph):
        if "kill" in photograph.source:
            os.kill(os.getpid(), signal.SIGKILL)
        if "exit" in photograph.source:
            os._exit(3)
        if "memory" in photograph.source:
            raise MemoryError
        return super().read(photograph)
"""


@pytest.fixture
def deadly(tmp_path: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A corpus of forty photographs and those of the given names, which harm whoever reads them."""
    (tmp_path / "deadly_corpus.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("deadly_corpus")
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(40):
        (photos / f"{number:02d}.jpg").write_bytes(encode_jpeg(scene(number, 64, 64), 90))

    def corpus(*names: str) -> Any:
        for name in names:
            (photos / name).write_bytes(encode_jpeg(scene(100, 64, 64), 90))
        return module.Deadly(photos)

    return corpus


@pytest.mark.slow
def test_a_file_that_kills_is_a_finding(deadly: Callable[..., Any]) -> None:
    corpus = deadly("05_kill.jpg", "20_exit.jpg")
    photographs = sorted(corpus.listing().photographs, key=lambda photograph: photograph.source)
    counts: list[int] = []
    examined = look(corpus, photographs, Criteria(), 2, counts.append)
    crashed = {
        photograph.source: each.findings
        for photograph, each in zip(photographs, examined, strict=True)
        if not each.digest
    }
    assert {source: [(f.kind, f.to_data()["reason"]) for f in findings] for source, findings in crashed.items()} == {
        "05_kill.jpg": [("unusable", "crashed")],
        "20_exit.jpg": [("unusable", "crashed")],
    }
    assert "SIGKILL" in crashed["05_kill.jpg"][0].words
    assert "exit code 3" in crashed["20_exit.jpg"][0].words
    assert sum(counts) == 42
    well = [photograph for photograph in photographs if photograph.source not in crashed]
    alone = look(open_corpus(corpus.root), well, Criteria(), 1, counts.append)
    assert [each for each in examined if each.digest] == alone


@pytest.mark.parametrize("workers", [1, 2])
def test_memory_that_runs_out_is_one_error(deadly: Callable[..., Any], workers: int) -> None:
    corpus = deadly("memory.jpg")
    with pytest.raises(ScreeningError, match=r"memory ran out at memory.jpg .*fewer workers"):
        look(corpus, list(corpus.listing().photographs), Criteria(), workers, lambda _: None)


def test_processes_that_cannot_begin_are_an_error(deadly: Callable[..., Any], tmp_path: Path) -> None:
    corpus = deadly()
    (tmp_path / "deadly_corpus.py").write_text("raise SystemExit(7)")
    (tmp_path / "deadly_corpus.py").touch()
    with pytest.raises(ScreeningError, match="exit code 7 before it could begin"):
        look(corpus, list(corpus.listing().photographs), Criteria(), 2, lambda _: None)
