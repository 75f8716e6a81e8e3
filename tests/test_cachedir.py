"""The user's cache folder: where it is, and that nothing breaks where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from degrade.cachedir import user_cache

linux_only = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the XDG folders are those of Linux and its kin"
)


@pytest.fixture(autouse=True)
def no_choice_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DEGRADE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home" / "local"))


def test_the_variable_names_the_folder_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "deep" / "mine"))
    assert user_cache() == tmp_path / "deep" / "mine"
    assert (tmp_path / "deep" / "mine").is_dir()


def test_a_relative_folder_does_not_move_with_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEGRADE_CACHE", "here")
    assert user_cache() == tmp_path / "here"


def test_the_default_lies_below_the_home_and_is_made(tmp_path: Path) -> None:
    folder = user_cache()
    assert folder is not None
    assert folder.is_dir()
    assert folder.name == "degrade"
    assert folder.is_relative_to(tmp_path / "home")


@linux_only
def test_xdg_is_heeded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert user_cache() == tmp_path / "xdg" / "degrade"


@linux_only
def test_a_relative_xdg_is_ignored_as_its_specification_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_cache() == tmp_path / "home" / ".cache" / "degrade"


def test_a_folder_that_cannot_be_made_gives_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "file" / "below"))
    assert user_cache() is None


def test_a_file_in_its_place_gives_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DEGRADE_CACHE", str(tmp_path / "file"))
    assert user_cache() is None


def test_a_folder_that_cannot_be_written_gives_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write anywhere")
    monkeypatch.setenv("DEGRADE_CACHE", str(locked))
    assert user_cache() is None


def test_no_home_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("LOCALAPPDATA")
    assert user_cache() is None
