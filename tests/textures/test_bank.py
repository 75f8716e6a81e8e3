"""The bank: what a name means."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_png
from degrade.textures import bank
from degrade.textures.folder import Folder
from degrade.textures.shipped import Shipped


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "_sources", {})


def test_a_shipped_name_comes_before_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dust").mkdir()
    (tmp_path / "dust" / "a.png").write_bytes(encode_png(np.zeros((4, 4, 1), np.uint8), True))
    monkeypatch.chdir(tmp_path)
    assert isinstance(bank.find("dust"), Shipped)
    assert isinstance(bank.find("./dust"), Folder)


def test_a_source_is_looked_up_once() -> None:
    assert bank.find("paper") is bank.find("paper")


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(bank.TextureError, match="did you mean 'scratches'"):
        bank.find("scratchs")
    with pytest.raises(bank.TextureError, match="dust, paper, scratches") as caught:
        bank.find("nothing like it")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.source) == (str(caught.value), "nothing like it")


@pytest.mark.usefixtures("own_cache")
def test_preparing_looks_again_and_makes_every_sheet(tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    picture = encode_png(np.zeros((4, 4, 1), np.uint8), True)
    (scans / "a.png").write_bytes(picture)
    assert bank.prepare(str(scans)).names == ("a.png",)
    (scans / "b.png").write_bytes(picture)
    assert bank.find(str(scans)).names == ("a.png",)
    assert bank.prepare(str(scans)).names == bank.find(str(scans)).names == ("a.png", "b.png")
    assert len(list((tmp_path / "cache" / "textures").rglob("*.npy"))) == 2
    (scans / "c.png").write_bytes(b"rubbish")
    with pytest.raises(bank.TextureError, match=r"c\.png"):
        bank.prepare(str(scans))
