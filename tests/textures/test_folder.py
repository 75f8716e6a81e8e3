"""Textures of the user's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_jpeg, encode_png
from degrade.engine.damage import DamageClass
from degrade.textures.errors import TextureError
from degrade.textures.folder import Folder

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    root = tmp_path / "scans"
    (root / "more").mkdir(parents=True)
    (root / ".hidden").mkdir()
    ramp = np.arange(40 * 60, dtype=np.uint32).reshape(40, 60) * 27 % 256
    gray = ramp.astype(np.uint8)[:, :, None]
    colour = np.dstack([gray, gray // 2, 255 - gray])
    deep = (ramp * 257).astype(np.uint16)[:, :, None]
    for name, data in {
        "gray.png": encode_png(gray, True),
        "colour.PNG": encode_png(colour, True),
        "more/deep.png": encode_png(deep, True),
        "more/photo.jpeg": encode_jpeg(colour, 95),
        ".hidden/x.png": encode_png(gray, True),
        "._gray.png": b"rubbish",
        "notes.txt": b"rubbish",
    }.items():
        (root / name).write_bytes(data)
    return root


def test_pictures_are_found_by_their_suffix_and_hidden_ones_left_out(scans: Path) -> None:
    folder = Folder(str(scans))
    assert folder.names == ("colour.PNG", "gray.png", "more/deep.png", "more/photo.jpeg")
    assert folder.shows is DamageClass.DIRT
    assert folder.px_per_mm is None


def test_they_are_gray_and_eight_bits(scans: Path) -> None:
    folder = Folder(str(scans))
    gray, deep, colour = (folder.sheet(n).levels[0][1] for n in ("gray.png", "more/deep.png", "colour.PNG"))
    assert np.array_equal(gray, deep)
    exact = 0.299 * gray + 0.587 * (gray // 2) + 0.114 * (255 - gray.astype(float))
    assert np.abs(colour - exact).max() <= 0.51


def test_a_large_one_is_halved(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.textures.folder.LARGEST_PX", 20)
    assert Folder(str(scans)).sheet("gray.png").levels[0][1].shape == (10, 15)


def test_a_changed_file_is_read_again(scans: Path) -> None:
    before = Folder(str(scans)).sheet("gray.png").levels[0][1].copy()
    (scans / "gray.png").write_bytes(encode_png(np.zeros((5, 5, 1), np.uint8), True))
    assert Folder(str(scans)).sheet("gray.png").levels[0][1].shape != before.shape


def test_the_digest_follows_names_and_bytes(scans: Path) -> None:
    digests = {Folder(str(scans)).digest}
    (scans / "gray.png").rename(scans / "grey.png")
    digests.add(Folder(str(scans)).digest)
    (scans / "grey.png").write_bytes(encode_png(np.zeros((50, 50, 1), np.uint8), True))
    digests.add(Folder(str(scans)).digest)
    retouched = bytearray((scans / "more" / "deep.png").read_bytes())
    retouched[-20] ^= 1
    (scans / "more" / "deep.png").write_bytes(retouched)
    digests.add(Folder(str(scans)).digest)
    assert len(digests) == 4
    (scans / "notes.txt").write_bytes(b"no picture")
    assert Folder(str(scans)).digest in digests
    assert Folder(str(scans.rename(scans.with_name("moved")))).digest in digests


def test_a_bad_picture_says_which_and_what_to_do(scans: Path) -> None:
    (scans / "bad.png").write_bytes((scans / "gray.png").read_bytes()[:60])
    with pytest.raises(TextureError, match=r"bad\.png: .*; .*again") as caught:
        Folder(str(scans)).sheet("bad.png")
    assert caught.value.source == str(scans)
    assert caught.value.exit_code == 2


def test_a_picture_that_vanishes_says_so(scans: Path) -> None:
    folder = Folder(str(scans))
    (scans / "gray.png").unlink()
    with pytest.raises(TextureError, match=r"gray\.png cannot be read"):
        folder.sheet("gray.png")


def test_an_empty_folder_and_a_missing_one_say_so(tmp_path: Path) -> None:
    with pytest.raises(TextureError, match="no picture in it; put some in"):
        Folder(str(tmp_path / "cache"))
    with pytest.raises(TextureError, match="no such texture or folder"):
        Folder(str(tmp_path / "nowhere"))
