"""Damaged inputs of every kind in every format, built by the command line: each ends in pairs or in rejects.jsonl."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from degrade.building import replay
from degrade.codecs import REASONS
from degrade.corpus.names import source_of
from degrade.shards import open_pairs, verify
from degrade.shards.layout import REJECTS

FORMATS = {
    "jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF", "tiff": "TIFF", "bmp": "BMP",
    "jp2": "JPEG2000", "avif": "AVIF",
}  # fmt: skip
NAMES = (
    "überschrift ☂", "a\nnew line", "tab\tand \x1b[31mcolour", "back\\slash", " spaces ", "-rf", "名前", "🎞",
    "e\u0301 and \u00e9", "quote\"s'", "%s {0} $HOME", "x" * 200, "dots..", "A.B",
)  # fmt: skip
PAIRS = "pairs"
BAD_BYTES = frozenset(REASONS)
WEBP_LONGEST = 16383
"""Pixels (RFC 9649)."""

Outcomes = dict[str, frozenset[str]]
"""What each input may come to: `PAIRS`, or the reasons of a reject."""


class Inputs:
    """A folder of inputs, and what each of them may come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outcomes: Outcomes = {}
        folder.mkdir()

    def path(self, name: str, *outcomes: str) -> Path:
        """Where the input `name` is to be made."""
        source = source_of(name)
        assert source not in self.outcomes
        self.outcomes[source] = frozenset(outcomes)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    def file(self, name: str, data: bytes, *outcomes: str) -> None:
        self.path(name, *outcomes).write_bytes(data)


def picture(kind: str, size: tuple[int, int] = (90, 80), **options: Any) -> bytes:
    """A file of (width, height) pixels."""
    rows, columns, layers = np.ogrid[: size[1], : size[0], :3]
    waves = rows * 3 + columns * 2 + layers * 60 + rows * columns // 17
    file = io.BytesIO()
    Image.fromarray((waves % 256).astype(np.uint8)).save(file, kind, **options)
    return file.getvalue()


# --- headers that promise 50 000 × 50 000 pixels ----------------------------------------------------------------------


def huge(kind: str) -> bytes:
    """A small picture whose header says 50 000 × 50 000 pixels."""
    return {
        "JPEG": _huge_jpeg, "PNG": _huge_png, "WEBP": _huge_webp, "TIFF": _huge_tiff, "BMP": _huge_bmp,
        "JPEG2000": _huge_jp2, "AVIF": _huge_avif,
    }[kind]()  # fmt: skip


def _huge_jpeg() -> bytes:
    data = bytearray(picture("JPEG"))
    frame = data.index(b"\xff\xc0") + 5
    data[frame : frame + 4] = struct.pack(">HH", 50_000, 50_000)
    return bytes(data)


def _huge_png() -> bytes:
    data = bytearray(picture("PNG"))
    data[16:24] = struct.pack(">II", 50_000, 50_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def _huge_webp() -> bytes:
    canvas = (49_999).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + canvas + picture("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _huge_tiff() -> bytes:
    data = bytearray(picture("TIFF"))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, entry)[0] in (256, 257):  # ImageWidth, ImageLength
            struct.pack_into("<HII", data, entry + 2, 4, 1, 50_000)
    return bytes(data)


def _huge_bmp() -> bytes:
    data = bytearray(picture("BMP"))
    data[18:26] = struct.pack("<ii", 50_000, 50_000)
    return bytes(data)


def _huge_jp2() -> bytes:
    data = bytearray(picture("JPEG2000"))
    struct.pack_into(">II", data, data.index(b"ihdr") + 4, 50_000, 50_000)
    struct.pack_into(">II", data, data.index(b"\xff\x4f\xff\x51") + 8, 50_000, 50_000)
    return bytes(data)


def _huge_avif() -> bytes:
    data = bytearray(picture("AVIF"))
    struct.pack_into(">II", data, data.index(b"ispe") + 8, 50_000, 50_000)
    return bytes(data)


# --- the inputs -------------------------------------------------------------------------------------------------------


def add_bad_bytes(inputs: Inputs) -> None:
    """Files whose bytes are no sound picture."""
    for suffix, kind in FORMATS.items():
        whole = picture(kind)
        inputs.file(f"empty.{suffix}", b"", "empty")
        inputs.file(f"text.{suffix}", b"<!doctype html><title>404</title>\n", "not_an_image")
        inputs.file(f"zeros.{suffix}", bytes(4096), "not_an_image")
        inputs.file(f"huge.{suffix}", huge(kind), "too_large", "corrupt")
        for share in (1, 10, 50, 95):
            inputs.file(f"cut_{share}.{suffix}", whole[: len(whole) * share // 100], *BAD_BYTES)
        for place in (5, 45, 80):
            middle = len(whole) * place // 100
            scratched = whole[:middle] + bytes(range(255, 225, -1)) + whole[middle + 30 :]
            inputs.file(f"scratched_{place}.{suffix}", scratched, PAIRS, *BAD_BYTES)


def add_odd_sizes(inputs: Inputs) -> None:
    """Sound pictures that are too small."""
    for suffix, kind in FORMATS.items():
        longest = WEBP_LONGEST if kind == "WEBP" else 20_000
        for size in ((1, 1), (longest, 3), (3, longest), (63, 200)):
            inputs.file(f"{size[0]}x{size[1]}.{suffix}", picture(kind, size), "too_small")


def add_wrong_suffixes(inputs: Inputs) -> None:
    """Sound pictures of one format under the name of another."""
    for suffix, own in FORMATS.items():
        for kind in dict.fromkeys(FORMATS.values()):
            if kind != own:
                inputs.file(f"in_truth_{kind}.{suffix}", picture(kind), PAIRS)
        inputs.file(f"in_truth_GIF.{suffix}", picture("GIF"), "unsupported")


def add_odd_names(inputs: Inputs) -> None:
    """Sound and empty files with names that are hard to say; those that this file system has no room for are left."""
    sound, suffixes = picture("JPEG"), list(FORMATS)
    for number, name in enumerate(NAMES):
        suffix = suffixes[number % len(suffixes)]
        inputs.file(f"named {name}.{suffix.upper()}", sound, PAIRS)
        inputs.file(f"folder {name}/{name}.{suffix}", b"", "empty")
    try:
        (inputs.folder / os.fsdecode(b"probe \xff")).touch()
    except OSError:
        return
    for number, suffix in enumerate(FORMATS):
        inputs.file(os.fsdecode(b"not utf-8 \xff\xfe.") + suffix, sound if number % 2 else b"", PAIRS, "empty")


def add_no_files(inputs: Inputs) -> None:
    """Folders, links and pipes with the names of pictures."""
    for suffix in FORMATS:
        inputs.path(f"folder.{suffix}", "a_folder").mkdir()
        inputs.path(f"loop.{suffix}", "symlink_loop").symlink_to(f"loop.{suffix}")
        inputs.path(f"there.{suffix}", "symlink_loop").symlink_to(f"back.{suffix}")
        inputs.path(f"back.{suffix}", "symlink_loop").symlink_to(f"there.{suffix}")
        inputs.path(f"nowhere.{suffix}", "broken_link").symlink_to("gone")
        inputs.path(f"to_folder.{suffix}", "a_folder").symlink_to(".")
        os.mkfifo(inputs.path(f"pipe.{suffix}", "not_a_file"))
    inputs.file("folder.jpg/within.jpg", picture("JPEG"), PAIRS)
    (inputs.folder / "circle").symlink_to(".")  # a link to a folder: passed by, and counted


def add_locked(inputs: Inputs) -> None:
    """What may not be read."""
    for suffix, kind in FORMATS.items():
        inputs.file(f"locked.{suffix}", picture(kind), "unreadable")
        (inputs.folder / f"locked.{suffix}").chmod(0)
    folder = inputs.path("locked", "unreadable_folder")
    folder.mkdir()
    (folder / "within.jpg").write_bytes(picture("JPEG"))
    folder.chmod(0)


def add_sound(inputs: Inputs) -> None:
    for suffix, kind in FORMATS.items():
        inputs.file(f"sound.{suffix}", picture(kind), PAIRS)


@pytest.fixture
def inputs(tmp_path: Path) -> Iterator[Inputs]:
    """All of them."""
    made = Inputs(tmp_path / "photos")
    for add in (
        add_sound, add_bad_bytes, add_odd_sizes, add_wrong_suffixes, add_odd_names, add_no_files, add_locked
    ):  # fmt: skip
        add(made)
    yield made
    (made.folder / "locked").chmod(0o700)


# --- the build --------------------------------------------------------------------------------------------------------


def found_outcomes(out: Path) -> list[tuple[str, str]]:
    """(source, outcome) of every input, as the output tells it."""
    pairs = open_pairs(out)
    rejects = [json.loads(line) for line in (out / REJECTS).read_text("ascii").splitlines()]
    return [(pair.row["source"], PAIRS) for pair in pairs] + [(row["source"], row["reason"]) for row in rejects]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_damaged_input_is_accounted_for(
    inputs: Inputs,
    command: Callable[..., subprocess.CompletedProcess[str]],
    bound_by_permissions: Callable[[], None] | None,
    tmp_path: Path,
    workers: str,
) -> None:
    damaged = [source for source, outcomes in inputs.outcomes.items() if outcomes != {PAIRS}]
    assert len(damaged) >= 100
    done = command(
        "build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "out", "--workers", workers, "--json",
        preexec_fn=bound_by_permissions,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for word in ("Traceback", "Warning", "error", "\x1b"):
        assert word not in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])

    found = found_outcomes(tmp_path / "out")
    times = Counter(source for source, _ in found)
    pairs = {source for source, outcome in found if outcome == PAIRS}
    assert times == {source: 2 if source in pairs else 1 for source in inputs.outcomes}
    unexpected = {source: outcome for source, outcome in found if outcome not in inputs.outcomes[source]}
    assert not unexpected
    assert told["pairs"] == 2 * len(pairs)
    assert sum(told["rejects"].values()) == len(inputs.outcomes) - len(pairs)
    assert told["ignored"]["symlinked_folder"] == 1
    assert verify(tmp_path / "out").ok


def test_a_photograph_with_an_odd_name_is_made_again(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    inputs = Inputs(tmp_path / "photos")
    add_odd_names(inputs)
    done = command("build", "--recipe", "tiny.yaml", "--source", "photos", "--out", "out", "--workers", "1")
    assert done.returncode == 0, done.stderr
    for pair in open_pairs(tmp_path / "out"):
        assert (replay(tmp_path / "out", pair.key).degraded == pair.degraded).all()
