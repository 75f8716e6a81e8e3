"""The shipped files are found where they are, and their absence is an error with its cure."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from degrade import resources
from degrade.resources import Kind, MissingResourceError, shipped, shipped_names

KINDS: tuple[Kind, ...] = get_args(Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkout_reads_its_own_folders(kind: Kind) -> None:
    assert shipped(kind) == Path(__file__).resolve().parents[1] / kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_are_those_of_the_yaml_files(kind: Kind) -> None:
    names = shipped_names(kind)
    assert names
    assert names == sorted(names)
    assert all((shipped(kind) / f"{name}.yaml").is_file() for name in names)


@pytest.fixture
def installed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for site-packages, with the package installed in it."""
    package = tmp_path / "degrade"
    package.mkdir()
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    return tmp_path


def test_a_wheel_reads_the_package(installed_in: Path) -> None:
    library = installed_in / "degrade" / "recipes" / "library"
    library.mkdir(parents=True)
    (library / "b.yaml").touch()
    (library / "a.yaml").touch()
    (library / "notes.txt").touch()
    assert shipped("recipes") == library
    assert shipped_names("recipes") == ["a", "b"]


def test_a_strangers_folder_beside_the_package_is_not_ours(installed_in: Path) -> None:
    (installed_in / "recipes").mkdir()
    with pytest.raises(MissingResourceError, match="install degrade again") as caught:
        shipped("recipes")
    assert caught.value.kind == "recipes"
    assert caught.value.looked_in == (installed_in / "degrade" / "recipes" / "library", installed_in / "recipes")
