from __future__ import annotations

import io
import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image

from degrade.codecs import decode
from degrade.train import CheckpointError, Restorer, TrainError, restore

torch = pytest.importorskip("torch")
Array = npt.NDArray[Any]
EXISTING: tuple[Any, ...] = ("refuse", "skip", "replace")


def picture(channels: int = 3, dtype: Any = np.uint8) -> Array:
    y, x = np.mgrid[:40, :60]
    eight = np.stack([x * 4, y * 6, x + y][:channels], axis=2).astype(np.uint8)
    return eight if dtype == np.uint8 else eight.astype(np.uint16) * 257


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    (folder / "album").mkdir(parents=True)
    notes = Image.Exif()
    notes[315], notes[274] = "Somebody", 6
    Image.fromarray(picture()).save(folder / "a.jpg", exif=notes, dpi=(300, 300), quality=95)
    Image.fromarray(picture()).save(folder / "album/b.png", dpi=(300, 300))
    deep = np.ascontiguousarray(picture(3, np.uint16)[:, :, ::-1])
    (folder / "deep.png").write_bytes(cv2.imencode(".png", deep)[1].tobytes())
    tifffile.imwrite(
        folder / "deep.tif", picture(3, np.uint16), photometric="rgb", resolution=(600, 600), resolutionunit=2
    )
    return folder


class Negative(torch.nn.Module):  # type: ignore[misc]
    """What a restored picture is made of can be told."""

    def forward(self, given: Any) -> Any:
        return 1 - given


@pytest.fixture
def negative() -> Restorer:
    return Restorer(Negative(), "rgb", "negative", device="cpu", tile_px=32, overlap_px=8)


def test_every_picture_keeps_its_name_size_depth_and_notes(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    out = tmp_path / "out"
    done = restore(scans, out, negative)
    assert not done.failed
    names = ["a.jpg", "album/b.png", "deep.png", "deep.tif"]
    assert sorted(str(outcome.target.relative_to(out)) for outcome in done.restored if outcome.target) == names
    for name in names:
        before, after = (decode((folder / name).read_bytes()).pixels for folder in (scans, out))
        assert before.dtype == after.dtype
        assert before.shape == after.shape
        largest = np.iinfo(before.dtype).max
        assert np.abs((largest - before).astype(int) - after).max() <= (8 if name == "a.jpg" else 1)
    with Image.open(out / "a.jpg") as jpeg:
        assert (jpeg.getexif()[315], jpeg.getexif()[274], jpeg.size) == ("Somebody", 6, (60, 40))
        assert [round(float(d)) for d in jpeg.info["dpi"]] == [300, 300]
    with tifffile.TiffFile(out / "deep.tif") as tiff:
        page: Any = tiff.pages[0]
        assert page.tags["XResolution"].value == (600, 1)


def test_it_restores_by_a_checkpoint(trained: Path, scans: Path, tmp_path: Path) -> None:
    done = restore(scans / "a.jpg", tmp_path / "out", trained, device="cpu")
    assert [outcome.target for outcome in done.restored] == [tmp_path / "out/a.jpg"]


def test_the_page_shows_before_and_after(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    done = restore(scans, tmp_path / "out", negative)
    assert done.page == tmp_path / "out/restored.html"
    page = done.page.read_text("utf-8")
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[\w+/=]+", "", page))
    assert page.count('alt="before"') == page.count('alt="after"') == 4
    assert str(tmp_path) not in page
    assert restore(scans, tmp_path / "other", negative, page=False).page is None
    assert not (tmp_path / "other/restored.html").exists()


def test_a_bad_file_does_not_stop_the_others(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    (scans / "aa.png").write_text("no picture")
    (scans / "ab.jpg").write_bytes((scans / "a.jpg").read_bytes()[:300])
    told: list[Any] = []
    done = restore(scans, tmp_path / "out", negative, progress=lambda *each: told.append(each[1:]))
    assert len(done.restored) == 4
    assert {outcome.source.name for outcome in done.failed} == {"aa.png", "ab.jpg"}
    assert all(outcome.error and outcome.target is None for outcome in done.failed)
    assert told == [(n, 6) for n in range(1, 7)]
    assert not (tmp_path / "out/aa.png").exists()


def test_originals_are_never_overwritten(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    before = {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()}
    for images, out in ((scans, scans), (scans / "a.jpg", scans), (scans / "album", scans / "album")):
        for existing in EXISTING:
            with pytest.raises(TrainError, match="would be overwritten"):
                restore(images, out, negative, existing=existing)
    link = tmp_path / "link"
    link.symlink_to(scans)
    with pytest.raises(TrainError, match="would be overwritten"):
        restore(scans, link, negative, existing="replace")
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a.png").symlink_to(scans / "a.jpg")  # becomes a.jpg, which is an original
    done = restore([tmp_path / "x/a.png"], tmp_path / "x2", negative)
    assert [outcome.target for outcome in done.restored] == [tmp_path / "x2/a.jpg"]
    assert {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()} == before


def test_a_renamed_target_is_no_original_either(scans: Path, negative: Restorer) -> None:
    shutil.copy(scans / "a.jpg", scans / "a.png")  # a JPEG by its bytes: its restored file would be a.jpg
    done = restore([scans / "a.png", scans / "a.jpg"], scans / "out", negative)
    assert len(done.restored) == 1
    (failed,) = done.failed
    assert "is there already" in failed.error
    inside = restore([scans / "a.png"], scans / "elsewhere", negative)
    assert [outcome.target for outcome in inside.restored] == [scans / "elsewhere/a.jpg"]


def test_files_that_are_there_stay_unless_it_is_said(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    out = tmp_path / "out"
    restore(scans, out, negative)
    (out / "a.jpg").write_text("mine")
    with pytest.raises(TrainError, match="is there already"):
        restore(scans, out, negative)
    assert (out / "a.jpg").read_text() == "mine"
    assert not restore(scans, out, negative, existing="replace").failed
    assert (out / "a.jpg").read_bytes().startswith(b"\xff\xd8")


def test_what_was_cut_off_goes_on(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    out = tmp_path / "out"

    def cut_off(_: Any, done: int, __: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(scans, out, negative, progress=cut_off)
    made = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    assert len(made) == 2
    done = restore(scans, out, negative, existing="skip")
    assert (len(done.restored), done.kept) == (2, 2)
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_the_results_below_a_folder_are_not_its_pictures(scans: Path, negative: Restorer) -> None:
    first = restore(scans, scans / "restored", negative)
    again = restore(scans, scans / "restored", negative, existing="replace")
    assert [outcome.source for outcome in again.outcomes] == [outcome.source for outcome in first.outcomes]


def test_all_pages_of_a_tiff(tmp_path: Path, negative: Restorer) -> None:
    pages = [picture(), 255 - picture()]
    with tifffile.TiffWriter(tmp_path / "album.tif") as file:
        for page in pages:
            file.write(page, photometric="rgb")
    done = restore(tmp_path / "album.tif", tmp_path / "out", negative)
    assert [outcome.target.name for outcome in done.restored if outcome.target] == ["album.tif", "album.page2.tif"]
    for page, name in zip(pages, ("album.tif", "album.page2.tif"), strict=True):
        assert (decode((tmp_path / "out" / name).read_bytes()).pixels == 255 - page).all()
    assert done.page is not None


def test_what_could_not_be_kept_is_told(scans: Path, tmp_path: Path) -> None:
    gray = Restorer(Negative(), "gray", "negative", device="cpu")
    (outcome,) = restore(scans / "album/b.png", tmp_path / "out", gray).restored
    assert "gray" in outcome.note
    assert Image.open(io.BytesIO((tmp_path / "out/b.png").read_bytes())).mode == "RGB"
    Image.fromarray(picture()).save(scans / "c.webp")
    (outcome,) = restore(scans / "c.webp", tmp_path / "out", gray).restored
    assert outcome.target == tmp_path / "out/c.png"
    assert "PNG" in outcome.note


def test_without_a_checkpoint_it_says_how_to_train_one(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainError, match="degrade train --recipe"):
        restore(scans, tmp_path / "out")
    shutil.copytree(trained, tmp_path / "run")
    with pytest.raises(TrainError, match="add --checkpoint run"):
        restore(scans, tmp_path / "out")


def test_what_cannot_be_restored(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    with pytest.raises(TrainError, match="there is no"):
        restore(scans / "nothing.jpg", tmp_path / "out", negative)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainError, match="no pictures to restore"):
        restore(tmp_path / "empty", tmp_path / "out", negative)
    (scans / "more").mkdir()
    shutil.copy(scans / "a.jpg", scans / "more/a.jpg")
    with pytest.raises(TrainError, match="would both become"):
        restore([scans / "a.jpg", scans / "more/a.jpg"], tmp_path / "out", negative)
    with pytest.raises(CheckpointError):
        restore(scans, tmp_path / "out", tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


def test_a_picture_given_twice_is_restored_once(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    done = restore([scans / "a.jpg", scans / "album/../a.jpg", scans], tmp_path / "out", negative)
    assert len(done.restored) == 4


def test_a_folder_that_cannot_be_made(scans: Path, tmp_path: Path, negative: Restorer) -> None:
    from degrade.shards.errors import WriteError

    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError):
        restore(scans, tmp_path / "file/out", negative)


def test_alpha_is_kept(tmp_path: Path, negative: Restorer) -> None:
    alpha = np.tile(np.arange(60, dtype=np.uint8) * 4, (40, 1))[:, :, None]
    Image.fromarray(np.concatenate([picture(), alpha], axis=2), "RGBA").save(tmp_path / "a.png")
    restore(tmp_path / "a.png", tmp_path / "out", negative)
    found = np.asarray(Image.open(io.BytesIO((tmp_path / "out/a.png").read_bytes())))
    assert (found[:, :, 3:] == alpha).all()
    assert (found[:, :, :3] == 255 - picture()).all()
