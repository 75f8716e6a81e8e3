"""Bad inputs: each ends in rejects.jsonl with a reason, none stops a build, none vanishes."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from degrade.building import Progress, ShardDone, build
from degrade.corpus import Reject, open_corpus
from degrade.recipes import Recipe
from degrade.shards import open_pairs, verify
from degrade.shards.layout import REJECTS
from degrade.shards.manifest import read_manifest

Picture = Callable[[int], bytes]


def saved(mode: str, size: tuple[int, int], kind: str, **options: Any) -> bytes:
    rows, columns = np.ogrid[: size[1], : size[0]]
    gray = Image.fromarray(((rows + columns) % 256).astype(np.uint8))
    file = io.BytesIO()
    gray.convert(mode).save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def damaged_files(good: bytes) -> dict[str, bytes]:
    """Forty files that give no pairs, by name."""
    files = {
        "empty.jpg": b"",
        "text.png": b"not a picture at all\n",
        "html.jpg": b"<!doctype html><title>404</title>",
        "gif.png": saved("L", (90, 90), "GIF"),
        "pdf.jpg": b"%PDF-1.7\n",
        "zeros.bmp": bytes(5000),
        "one_pixel.png": saved("L", (1, 1), "PNG"),
        "flat.jpg": saved("L", (20_000, 3), "JPEG"),
        "narrow.jpg": saved("RGB", (63, 200), "JPEG"),
        "bomb.png": png_header(50_000, 50_000),
        "no_pixels.png": png_header(0, 10),
        "signature.jpg": good[:3],
        "upside_down.jpg": good[::-1],
        "hole.jpg": good[:400] + bytes(200),
        "half_a_name\nwith a newline.jpg": good[: len(good) // 2],
        "überschrift ☂.jpg": good[: len(good) // 3],
        "SHOUTING.JPG": b"",
        "folder/deep/er.tiff": b"II*\0",
    }
    for kind, suffix in (("PNG", "png"), ("TIFF", "tif"), ("BMP", "bmp"), ("WEBP", "webp"), ("JPEG", "jpeg")):
        whole = saved("RGB", (90, 80), kind)
        for share in (2, 30, 60, 90):
            files[f"cut_{share}.{suffix}"] = whole[: len(whole) * share // 100]
    return files


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / REJECTS).read_text().splitlines()]


def test_every_input_ends_in_pairs_or_in_rejects(recipe: dict[str, Any], tmp_path: Path, make_picture: Picture) -> None:
    folder = tmp_path / "photos"
    good = make_picture(1)
    bad = damaged_files(good)
    fine = {
        "good.jpg": good,
        "wrong_name.png": good,
        "webp.jpg": saved("RGB", (90, 80), "WEBP"),
        "gray.png": saved("L", (90, 80), "PNG"),
        "palette.png": saved("P", (90, 80), "PNG"),
        "cmyk.jpg": saved("CMYK", (90, 80), "JPEG"),
        "deep.png": saved("I;16", (90, 80), "PNG"),
        "alpha.png": saved("RGBA", (90, 80), "PNG"),
        "upper.JPG": make_picture(2),
    }
    for name, data in (bad | fine).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "a_folder.jpg").mkdir()
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    os.mkfifo(folder / "pipe.jpg")

    report = build(recipe, folder, tmp_path / "out", workers=1)
    sources = [row["source"] for row in rows(tmp_path / "out")]
    assert Counter(sources) == Counter([*bad, "a_folder.jpg", "loop.jpg", "nowhere.jpg", "pipe.jpg"])
    assert {pair.row["source"] for pair in open_pairs(tmp_path / "out")} == set(fine)
    assert report.pairs == 2 * len(fine)
    assert report.rejected == len(bad) + 4
    assert report.exit_code == 0
    assert verify(tmp_path / "out").ok


def test_reasons_are_slugs_and_details_are_plain(recipe: dict[str, Any], tmp_path: Path, make_picture: Picture) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    wanted = {
        "empty.jpg": "empty", "text.png": "not_an_image", "cut_60.jpeg": "truncated", "one_pixel.png": "too_small",
        "bomb.png": "too_large", "gif.png": "unsupported",
    }  # fmt: skip
    files = damaged_files(make_picture(1))
    for name in wanted:
        (folder / name).write_bytes(files[name])
    (folder / "good.jpg").write_bytes(make_picture(1))
    (folder / "a_folder.jpg").mkdir()
    report = build(recipe, folder, tmp_path / "out")
    found = {row["source"]: row for row in rows(tmp_path / "out")}
    assert {name: row["reason"] for name, row in found.items()} == wanted | {"a_folder.jpg": "a_folder"}
    assert report.rejects == Counter(row["reason"] for row in found.values())
    for row in found.values():
        assert list(row) == ["source", "key", "split", "reason", "detail"]
        assert row["detail"]
        assert "\n" not in row["detail"]
        assert str(tmp_path) not in row["detail"]
    assert found["a_folder.jpg"]["split"] is None
    counts = read_manifest(tmp_path / "out")["counts"]
    assert (counts["rejects"], counts["rejected"]) == (report.rejects, report.rejected)


def test_sizes_below_the_frame_s_least_are_too_small(recipe: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for side in (99, 100):
        (folder / f"{side}.png").write_bytes(saved("L", (side, 300), "PNG"))
    build(recipe | {"frame": {"size": 64, "min_side": 100}}, folder, tmp_path / "out")
    assert [row["source"] for row in rows(tmp_path / "out")] == ["99.png"]


def test_a_wholly_rejected_shard_has_no_file(recipe: dict[str, Any], tmp_path: Path, make_picture: Picture) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(make_picture(number) if number < 2 else b"")
    recipe["output"] = {"pairs_per_shard": 1, "splits": {"train": 1.0}}
    report = build(recipe, folder, tmp_path / "out")
    shards = read_manifest(tmp_path / "out")["shards"]
    assert Counter(shard["pairs"] for shard in shards) == {0: 4, 1: 2}
    assert [(tmp_path / "out" / shard["file"]).exists() for shard in shards] == [shard["pairs"] > 0 for shard in shards]
    assert all(shard["sha256"] is None for shard in shards if not shard["pairs"])
    assert verify(tmp_path / "out").ok
    assert build(recipe, folder, tmp_path / "out").resumed == report.shards == 6


def test_all_rejected_is_exit_code_one(recipe: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(b"")
    report = build(recipe, folder, tmp_path / "out")
    assert (report.exit_code, report.pairs, report.finished) == (1, 0, True)
    assert len(rows(tmp_path / "out")) == 3
    assert len(open_pairs(tmp_path / "out")) == 0
    assert verify(tmp_path / "out").ok


class Odd(Exception):
    """Whatever an op may raise."""


def test_whatever_a_photograph_provokes_is_its_own_reject(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Recipe.make

    def failing(self: Recipe, image: Any, *, key: str, copy: int = 0, **rest: Any) -> Any:
        if key == "album1/03" and copy == 1:  # the first copy has gone well
            raise Odd(f"at {object()}\nin {tmp_path}" + "x" * 999)
        return whole(self, image, key=key, copy=copy, **rest)

    monkeypatch.setattr(Recipe, "make", failing)
    report = build(recipe, photos, tmp_path / "out", workers=1)
    [row] = rows(tmp_path / "out")
    assert (row["source"], row["key"], row["reason"]) == ("album1/03.jpg", "album1/03", "failed")
    assert row["detail"].startswith("Odd: at <object object at 0x…> in ")
    assert len(row["detail"]) <= 300
    assert report.pairs == 26
    assert not [key for key in open_pairs(tmp_path / "out").keys if key.startswith("album1/03")]


def test_a_photograph_that_goes_away_is_a_reject(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, make_picture: Picture
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(make_picture(number))

    class Disturbance(Progress):
        def compiling(self) -> None: ...

        def planned(self, planned: Any) -> None:
            (folder / "0.jpg").unlink()
            (folder / "1.jpg").write_bytes(b"shorter")

    build(recipe, folder, tmp_path / "out", progress=Disturbance())
    found = {row["source"]: row["reason"] for row in rows(tmp_path / "out")}
    assert found == {"0.jpg": "vanished", "1.jpg": "changed"}


def test_progress_hears_of_each(recipe: dict[str, Any], tmp_path: Path, make_picture: Picture) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.jpg").write_bytes(make_picture(number) if number else b"")

    class Log(Progress):
        def __init__(self) -> None:
            self.sums = np.zeros(3, int)
            self.rejects: list[Reject] = []
            self.names: list[str] = []

        def planned(self, planned: Any) -> None:
            self.names.append("planned")
            assert (planned.photographs, planned.pairs, planned.todo_photographs) == (5, 10, 5)

        def advanced(self, photographs: int, pairs: int, rejects: int) -> None:
            self.sums += (photographs, pairs, rejects)

        def shard_done(self, shard: ShardDone) -> None:
            self.names.append(shard.file)
            self.rejects += shard.rejects

        def finishing(self) -> None:
            self.names.append("finishing")

    log = Log()
    report = build(recipe, folder, tmp_path / "out", workers=2, start_method="fork", progress=log)
    assert list(log.sums) == [5, 8, 1]
    assert [(one.source, one.reason) for one in log.rejects] == [("0.jpg", "empty")]
    assert (log.names[0], log.names[-1], len(log.names)) == ("planned", "finishing", report.shards + 2)


def test_the_listing_of_the_samples_is_complete(recipe: dict[str, Any], tmp_path: Path) -> None:
    report = build(recipe, out=tmp_path / "out")
    assert report.photographs == len(open_corpus("sample").listing().photographs)
    assert report.rejects == {}
