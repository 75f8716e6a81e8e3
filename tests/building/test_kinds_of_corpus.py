"""The same photographs give the same shards, wherever they lie, and however many read them."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build, replay

KINDS = ["zip", "tar", "list", "parts"]


def packed(kind: str, photos: Path, folder: Path) -> Any:
    """The source of these photographs as a kind of corpus in `folder`."""
    paths = sorted(path for path in photos.rglob("*") if path.is_file())
    names = {path.relative_to(photos).as_posix(): path for path in paths}
    if kind == "zip":
        with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in names.items():
                archive.write(path, name)
        return folder / "all.zip"
    if kind == "tar":
        with tarfile.open(folder / "all.tar", "w") as archive:
            for name, path in names.items():
                archive.add(path, name)
        return folder / "all.tar"
    if kind == "list":
        (folder / "list.txt").write_text("".join(f"{name}\n" for name in reversed(names)))
        return {"path": folder / "list.txt", "root": photos}
    for album in ("album0", "album1"):
        with tarfile.open(folder / f"{album}.tar", "w") as archive:
            for name, path in names.items():
                if name.startswith(f"{album}/"):
                    archive.add(path, path.name)
    return folder / "album{0..1}.tar"


def shards(contents: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in contents.items() if name.endswith(".tar")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_shards_wherever_they_lie(
    kind: str,
    photos: Path,
    recipe: dict[str, Any],
    expected: dict[str, bytes],
    contents: Callable[[Path], dict[str, bytes]],
    tmp_path: Path,
) -> None:
    (tmp_path / "packed").mkdir()
    source = packed(kind, photos, tmp_path / "packed")
    build(recipe, source, tmp_path / "out", workers=2 if kind == "parts" else 1)
    assert shards(contents(tmp_path / "out")) == shards(expected)
    key = "album1/03/c1"
    assert np.array_equal(replay(tmp_path / "out", key).degraded, replay(tmp_path / "out", key, photos).degraded)
