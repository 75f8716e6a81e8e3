"""Where compiled kernels are kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from degrade.engine.kernels import kernel

FolderFor = Callable[[Path], Path | None]


@pytest.fixture
def folder_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderFor:
    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "cache"))

    def folder_for(package: Path) -> Path | None:
        """The folder that a copy of the module in `package` would take."""
        with monkeypatch.context() as patch:
            patch.setattr(kernel, "__file__", str(package / "engine" / "kernels" / "kernel.py"))
            return kernel.cache_folder.__wrapped__()

    return folder_for


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Two small sources where kernels live."""
    for home in ("engine/kernels", "textures"):
        (tmp_path / "degrade" / home).mkdir(parents=True)
        (tmp_path / "degrade" / home / "a.py").write_text("one = 1\n")
    return tmp_path / "degrade"


def test_the_same_sources_at_the_same_place_share_a_folder(folder_for: FolderFor, package: Path) -> None:
    before = folder_for(package)
    assert before is not None
    assert before.is_dir()
    assert folder_for(package) == before


@pytest.mark.parametrize("home", ["engine/kernels", "textures"])
def test_an_edited_helper_moves_all_kernels(folder_for: FolderFor, package: Path, home: str) -> None:
    before = folder_for(package)
    (package / home / "a.py").write_text("one = 2\n")
    assert folder_for(package) != before


def test_two_checkouts_of_the_same_sources_do_not_share(folder_for: FolderFor, package: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(package, tmp_path / "other"))
    assert folder_for(package) != folder_for(other)


def test_without_a_cache_there_is_none(
    folder_for: FolderFor, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "file" / "below"))
    assert folder_for(package) is None
