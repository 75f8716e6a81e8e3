"""Moving what was found: exactly that, never over another file, never lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import degrade
from degrade.codecs import encode_jpeg
from degrade.screening import Held, Moved, ScreeningError
from degrade.screening import moving as moving_module

Scene = Callable[..., np.ndarray]
Tree = dict[str, tuple[bytes, int]]

DEFECTS = [
    *("unusable", "duplicates", "near_duplicates", "misnamed", "too_small"),
    *("colourless", "compressed", "blurred", "cmyk", "deep"),
]
MOVABLE = {
    *("broken.jpg", "cut.jpg", "cut.png", "deep/empty.jpg", "deep/text.png", "heic.jpg", "z_copy.jpg"),
    *("z_half.png", "z_again.jpg", "z_brighter.jpg", "webp.jpg", "small.jpg", "gray.png", "poor.jpg"),
    *("was_poor.png", "enlarged.png", "inks.jpg", "sixteen.png"),
}


def tree(root: Path) -> Tree:
    """Every file and link below a folder: its bytes, or where it leads, and its time."""
    return {
        str(path.relative_to(root)): (
            os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes(),
            path.lstat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_exactly_what_was_found_is_moved(album: Path, tmp_path: Path) -> None:
    before, away = tree(album), tmp_path / "away" / "bad"
    found = degrade.screen(album, move_to=away, move=DEFECTS, min_sharpness=0.1)
    assert {moved.source for moved in found.moved} == MOVABLE
    assert {moved.to for moved in found.moved} == MOVABLE
    assert set(tree(away)) == MOVABLE
    assert set(tree(album)) == set(before) - MOVABLE
    assert found.held == (Held("folder.jpg", "not_a_file", "only files are moved"),)
    after = tree(away) | tree(album)
    assert {name: after[name] for name in before if name != "broken.jpg"} == {
        name: facts for name, facts in before.items() if name != "broken.jpg"
    }
    assert (album / "folder.jpg").is_dir()


def test_a_second_run_finds_nothing_more(album: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    degrade.screen(album, move_to=away, move=DEFECTS, min_sharpness=0.1)
    before = tree(tmp_path)
    again = degrade.screen(album, move_to=away, move=DEFECTS, min_sharpness=0.1)
    assert [finding.source for finding in again.findings] == ["folder.jpg"]
    assert again.moved == ()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("kind", ["unusable", "duplicate", "near_duplicate", "colourless"])
def test_only_the_chosen_findings_are_moved(album: Path, tmp_path: Path, kind: str) -> None:
    found = degrade.screen(album, move_to=tmp_path / "away", move=[kind])
    chosen = {finding.source for finding in found.findings if finding.kind == kind} - {"folder.jpg"}
    assert chosen
    assert set(tree(tmp_path / "away")) == chosen
    assert all(moved.findings == (kind,) for moved in found.moved)


def test_only_leaks_are_moved(tmp_path: Path, scene: Scene) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(20):
        (photos / f"{number}.jpg").write_bytes(encode_jpeg(scene(number % 2), 90))
    splits = {"train": 0.5, "test": 0.5}
    found = degrade.screen(photos, splits=splits, move_to=tmp_path / "away", move=["leaks"])
    assert {moved.source for moved in found.moved} == {finding.source for finding in found.leaks} != set()
    assert degrade.screen(photos, splits=splits).leaks == ()


def test_a_dry_run_touches_nothing(album: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    folders = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")] if path.is_dir()}
    found = degrade.screen(
        album, move_to=tmp_path / "away", move=DEFECTS, min_sharpness=0.1, dry_run=True, report=tmp_path / "r.jsonl"
    )
    assert {moved.to for moved in found.moved} == MOVABLE
    assert found.dry_run
    assert tree(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders


def test_nothing_is_overwritten(album: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    (away / "deep").mkdir(parents=True)
    for name in ("cut.jpg", "deep/empty.jpg", "deep/empty-2.jpg"):
        (away / name).write_bytes(b"of another day")
    planned = degrade.screen(album, move_to=away, dry_run=True)
    found = degrade.screen(album, move_to=away)
    assert planned.moved == found.moved
    to = {moved.source: moved.to for moved in found.moved}
    assert (to["cut.jpg"], to["deep/empty.jpg"], to["cut.png"]) == ("cut-2.jpg", "deep/empty-3.jpg", "cut.png")
    for name in ("cut.jpg", "deep/empty.jpg", "deep/empty-2.jpg"):
        assert (away / name).read_bytes() == b"of another day"
    assert (away / "deep/empty-3.jpg").read_bytes() == b""


def test_to_another_disk(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, away, rename = tree(album), tmp_path / "away", Path.replace

    def replace(path: Path, to: Path) -> Path:
        if path.is_relative_to(album):
            raise OSError(errno.EXDEV, "another disk")
        return rename(path, to)

    monkeypatch.setattr(moving_module.Path, "replace", replace)
    found = degrade.screen(album, move_to=away, move=DEFECTS, min_sharpness=0.1)
    assert {moved.source for moved in found.moved} == MOVABLE
    assert {name: tree(away)[name] for name in MOVABLE - {"broken.jpg"}} == {
        name: before[name] for name in MOVABLE - {"broken.jpg"}
    }
    assert set(tree(album)) == set(before) - MOVABLE
    assert set(tree(away)) == MOVABLE


def test_a_move_that_fails_leaves_everything(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(album)

    def refuse(path: Path, to: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(moving_module.Path, "replace", refuse)
    found = degrade.screen(album, move_to=tmp_path / "away")
    assert found.moved == ()
    assert {held.reason for held in found.held} == {"failed", "not_a_file"}
    assert tree(album) == before
    assert tree(tmp_path / "away") == {}


def test_a_file_in_the_place_of_a_folder(album: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "deep").write_bytes(b"a file")
    found = degrade.screen(album, move_to=away)
    assert {held.source for held in found.held if held.reason == "failed"} == {"deep/empty.jpg", "deep/text.png"}
    assert "cut.jpg" in {moved.source for moved in found.moved}


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_file_that_a_link_leads_to_stays(tmp_path: Path, scene: Scene) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "z.jpg").write_bytes(encode_jpeg(scene(1), 90))
    (photos / "a.jpg").symlink_to("z.jpg")
    before = tree(photos)
    found = degrade.screen(photos, move_to=tmp_path / "away")
    assert [held.reason for held in found.held] == ["linked"]
    assert "a.jpg" in found.held[0].detail
    assert tree(photos) == before
    assert found.moved == ()


def test_links_lead_where_they_led(tmp_path: Path, scene: Scene) -> None:
    photos = tmp_path / "photos"
    (photos / "below").mkdir(parents=True)
    (photos / "a.jpg").write_bytes(encode_jpeg(scene(1), 90))
    (photos / "below" / "b.jpg").symlink_to("../a.jpg")
    (photos / "c.jpg").symlink_to(photos / "a.jpg")
    found = degrade.screen(photos, move_to=tmp_path / "away" / "far")
    assert found.moved == (
        Moved("below/b.jpg", "below/b.jpg", ("duplicate",)),
        Moved("c.jpg", "c.jpg", ("duplicate",)),
    )
    for name in ("below/b.jpg", "c.jpg"):
        link = tmp_path / "away" / "far" / name
        assert link.is_symlink()
        assert link.resolve() == (photos / "a.jpg").resolve()
    assert set(tree(photos)) == {"a.jpg"}
    assert set(tree(tmp_path / "away")) == {"far/below/b.jpg", "far/c.jpg"}


def test_a_link_and_its_file_go_together(tmp_path: Path, scene: Scene) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "z.jpg").write_bytes(encode_jpeg(scene(1), 90))
    (photos / "y.jpg").symlink_to("z.jpg")
    (photos / "a.jpg").write_bytes(encode_jpeg(scene(1), 90))
    found = degrade.screen(photos, move_to=tmp_path / "away")
    assert [moved.source for moved in found.moved] == ["y.jpg", "z.jpg"]
    assert set(tree(photos)) == {"a.jpg"}


# --- where to ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["album/bad", "album", ".", "album/deep/x"])
def test_not_within_or_around_the_source(album: Path, tmp_path: Path, where: str) -> None:
    before = tree(tmp_path)
    with pytest.raises(ScreeningError, match="beside the source") as caught:
        degrade.screen(album, move_to=tmp_path / where)
    assert caught.value.exit_code == 2
    assert tree(tmp_path) == before


def test_not_by_a_link_into_the_source(album: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(album / "deep")
    with pytest.raises(ScreeningError, match="beside the source"):
        degrade.screen(album, move_to=tmp_path / "link")


def test_only_out_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ScreeningError, match="local folder") as caught:
        degrade.screen("sample", move_to=tmp_path / "away")
    assert caught.value.exit_code == 2


def test_not_into_a_file(album: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ScreeningError, match="no folder"):
        degrade.screen(album, move_to=tmp_path / "file")


def test_out_of_some_of_a_folder(album: Path, tmp_path: Path) -> None:
    source = {"path": str(album), "class_by": {"folder": 1}, "classes": ["deep"]}
    found = degrade.screen(source, move_to=tmp_path / "away", move=["unusable"])
    assert {"deep/empty.jpg", "deep/text.png"} <= {moved.source for moved in found.moved}
    assert set(tree(tmp_path / "away")) == {moved.source for moved in found.moved}


def test_not_out_of_a_mixture(album: Path, tmp_path: Path) -> None:
    with pytest.raises(ScreeningError, match="local folder"):
        degrade.screen([str(album), "sample"], move_to=tmp_path / "away")


def test_out_of_a_pattern(album: Path, tmp_path: Path) -> None:
    found = degrade.screen(str(album / "**/*.png"), move_to=tmp_path / "away")
    assert {moved.source for moved in found.moved} == {"cut.png", "deep/text.png"}
    assert set(tree(tmp_path / "away")) == {"cut.png", "deep/text.png"}
