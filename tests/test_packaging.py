"""What gets installed: one import name, with the shipped recipes and textures, however it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from degrade._version import __version__

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("recipes", "textures")

# Printed by an installed copy: where it lies, and the files that it finds.
REPORT = """
import json, pathlib, sys
import degrade
from degrade.resources import shipped, shipped_names
print(json.dumps({
    "package": str(pathlib.Path(degrade.__file__).resolve().parent),
    **{kind: {name: (shipped(kind) / f"{name}.yaml").read_text("utf-8") for name in shipped_names(kind)}
       for kind in ("recipes", "textures")},
}))
"""


def project() -> dict[str, Any]:
    stated: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return stated


def sources() -> dict[str, dict[str, str]]:
    """The shipped files as the repository has them: kind -> name -> text."""
    return {kind: {path.stem: path.read_text("utf-8") for path in (ROOT / kind).glob("*.yaml")} for kind in SHIPPED}


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def build_wheel(source: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as site-packages would have it."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    return archive


@pytest.mark.slow
def test_degrade_is_the_only_import_of_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert tops == {"degrade", f"degrade-{__version__}.dist-info"}


@pytest.mark.slow
def test_the_wheel_has_every_module_and_its_types(wheel: Path) -> None:
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "degrade").rglob("*.py")}
    there = set(names_in(wheel))
    assert here <= there
    assert "degrade/py.typed" in there
    assert {f"degrade/realism/reference/old_photographs.{kind}" for kind in ("npz", "json")} <= there
    assert {name for name in there if name.endswith(".py")} == here


@pytest.mark.slow
def test_a_wheel_finds_the_shipped_files(unpacked: Path, tmp_path: Path) -> None:
    report = json.loads(run(sys.executable, "-c", REPORT, cwd=tmp_path, PYTHONPATH=str(unpacked)))
    assert Path(report.pop("package")) == (unpacked / "degrade").resolve()
    assert report == sources()
    assert all(report.values())


@pytest.mark.slow
def test_a_checkout_finds_the_shipped_files(tmp_path: Path) -> None:
    report = json.loads(run(sys.executable, "-c", REPORT, cwd=tmp_path, PYTHONPATH=str(ROOT)))
    assert Path(report.pop("package")) == ROOT / "degrade"
    assert report == sources()


@pytest.mark.slow
def test_an_editable_install_finds_the_shipped_files(tmp_path: Path) -> None:
    """The wheel of an editable install holds a `.pth` file, which `site` reads as it does in site-packages."""
    site = tmp_path / "site"
    build = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    run(sys.executable, "-c", build, cwd=ROOT)
    (editable,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(editable) as archive:
        archive.extractall(site)
    # -S: the environment that runs the tests may itself hold an installed copy; its folders follow ours.
    installed = f"import site, sys; site.addsitedir({str(site)!r}); sys.path += {sys.path!r}\n{REPORT}"
    report = json.loads(run(sys.executable, "-S", "-c", installed, cwd=tmp_path, PYTHONPATH=""))
    assert Path(report.pop("package")) == ROOT / "degrade"
    assert report == sources()


@pytest.mark.slow
def test_the_command_of_the_wheel_starts(unpacked: Path, tmp_path: Path) -> None:
    start = "from importlib.metadata import distribution as d; (e,) = d('degrade').entry_points; e.load()(['--help'])"
    assert "build" in run(sys.executable, "-c", start, cwd=tmp_path, PYTHONPATH=str(unpacked))


@pytest.mark.slow
def test_the_wheel_says_what_it_is(unpacked: Path) -> None:
    folder = unpacked / f"degrade-{__version__}.dist-info"
    metadata = message_from_string((folder / "METADATA").read_text("utf-8"))
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Provides-Extra", [])) == set(project()["optional-dependencies"])
    assert (folder / "licenses" / "LICENSE").read_text("utf-8") == (ROOT / "LICENSE").read_text("utf-8")


@pytest.mark.slow
def test_the_sdist_makes_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # not in the first releases of Python 3.11
        archive.extractall(tmp_path)
    again = build_wheel(tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "again")
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(again) as theirs:
        assert {name: ours.read(name) for name in ours.namelist()} == {
            name: theirs.read(name) for name in theirs.namelist()
        }


@pytest.mark.slow
def test_the_sdist_has_the_tests(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")} <= names
    assert {".ci/run", "cli.py", "constraints.txt", "README.md", "LICENSE"} <= names


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    stated = [line for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in stated)}


def requirements() -> list[Requirement]:
    stated = project()
    groups = [stated["dependencies"], *stated["optional-dependencies"].values()]
    stated_ones = [Requirement(line) for group in groups for line in group]
    return [one for one in stated_ones if one.name != "degrade"]  # an extra that gathers others


@pytest.mark.parametrize("requirement", sorted({*requirements()}, key=str), ids=str)
def test_every_dependency_has_a_pin_within_its_range(requirement: Requirement) -> None:
    version = pins().get(canonicalize_name(requirement.name))
    assert version is not None, f"constraints.txt has no line for {requirement.name}"
    assert requirement.specifier.contains(version)


def test_only_headless_opencv_is_asked_for() -> None:
    """Both `opencv-python` and `opencv-python-headless` own cv2/: with both, removing one breaks the other."""
    asked = {canonicalize_name(requirement.name) for requirement in requirements()} | set(pins())
    assert {name for name in asked if "opencv" in name} == {"opencv-python-headless"}
    assert "albumentationsx" not in asked
