"""Shards made by several threads: what goes wrong in one ends the build, and each has what it cannot share."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from degrade.building import BuildError, Progress, ShardDone, build
from degrade.building import run as run_module
from degrade.corpus import Corpus, FolderCorpus, Listing, Photograph, open_corpus
from degrade.shards import WriteError

Contents = Callable[[Path], dict[str, bytes]]


class Stopping(Progress):
    """Stops a build at its second shard, and knows from which threads it was told."""

    def __init__(self) -> None:
        self.told_by: set[str] = set()
        self.done = 0

    def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
        self.told_by.add(threading.current_thread().name)

    def shard_done(self, shard: ShardDone) -> None:
        self.told_by.add(threading.current_thread().name)
        self.done += 1
        if self.done == 2:
            raise KeyboardInterrupt


def left_behind(out: Path) -> list[str]:
    return [path.name for path in out.rglob("*.tmp")] + [
        thread.name for thread in threading.enumerate() if thread.name.startswith("degrade")
    ]


def test_an_interrupted_build_leaves_nothing_and_goes_on(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, expected: dict[str, bytes]
) -> None:
    progress = Stopping()
    with pytest.raises(KeyboardInterrupt):
        build(recipe, photos, tmp_path / "out", workers=2, engine="threads", progress=progress)
    assert progress.told_by == {threading.current_thread().name}
    assert left_behind(tmp_path / "out") == []
    assert build(recipe, photos, tmp_path / "out", workers=2, engine="threads").resumed >= 2
    assert contents(tmp_path / "out") == expected


def test_a_failure_in_a_thread_is_the_build_s(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(recipe, photos, out, workers=1)
    shard = sorted(out.glob("data/*.tar"))[1]
    shard.unlink()
    shard.mkdir()  # where nothing can be renamed to
    (shard / "mine").touch()
    with pytest.raises(WriteError, match=shard.name):
        build(recipe, photos, out, workers=2, engine="threads")
    assert left_behind(out) == []


class OneReader(FolderCorpus):
    """A corpus that only one thread may ever read from, as one with an open archive."""

    readers: set[int]

    def read(self, photograph: Photograph) -> bytes:
        self.__dict__.setdefault("readers", set()).add(threading.get_ident())
        assert len(self.readers) == 1
        return super().read(photograph)


def test_each_thread_reads_from_a_corpus_of_its_own(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "open_corpus", OneReader)
    report = build(recipe, photos, tmp_path / "out", workers=3, engine="threads")
    assert not report.rejects


class Unpicklable:
    """A corpus that is bound to its process."""

    def __init__(self, inner: Corpus) -> None:
        self._inner, self._lock = inner, threading.Lock()

    name = "bound"

    def listing(self) -> Listing:
        return self._inner.listing()

    def read(self, photograph: Photograph) -> bytes:
        return self._inner.read(photograph)


def test_a_corpus_that_cannot_be_copied(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "open_corpus", lambda source: Unpicklable(open_corpus(source)))
    assert build(recipe, photos, tmp_path / "one", workers=1).finished
    with pytest.raises(BuildError, match="the corpus bound cannot be given to several workers") as caught:
        build(recipe, photos, tmp_path / "out", workers=2, engine="threads")
    assert caught.value.exit_code == 2


def test_files_of_all_kinds(
    recipe: dict[str, Any], tmp_path: Path, contents: Contents, make_picture: Callable[[int], bytes]
) -> None:
    source = tmp_path / "photos"
    source.mkdir()
    for number in range(24):
        with Image.open(io.BytesIO(make_picture(number))) as image:
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if number % 2 else None
            image.save(source / f"{number:02d}.{('png', 'webp', 'tif', 'bmp')[number % 4]}", icc_profile=profile)
    (source / "cut.png").write_bytes((source / "00.png").read_bytes()[:200])
    report = build(recipe, source, tmp_path / "one", workers=1)
    assert report.rejected == 1
    build(recipe, source, tmp_path / "four", workers=4, engine="threads")
    assert contents(tmp_path / "four") == contents(tmp_path / "one")
