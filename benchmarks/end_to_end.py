"""Photographs to pairs, from files to shards: ours, the same work in albumentations, and the ceiling.

    python benchmarks/end_to_end.py [--photos 400] [--side 512] [--rounds 5] [--recipe R] [--arrays] [--json]

All contenders read the same JPEG files (quality 95, 4:2:0), have a process of their own with one thread, and write tar
files with the same members. They take turns within each round, and each quotient is taken within its round. The ceiling
decodes and encodes RGB with the same codecs, degrades nothing, and passes the clean bytes through. `--arrays` leaves
files and codecs out: pictures in memory in, pictures out.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import statistics
import tarfile
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import peers
from photographs import crops, write_corpus
from timing import apart, in_turns, ratio

import degrade
from degrade.codecs import decode, encode_jpeg

QUALITY = {"plain_list": 50, "aged_gray": 75, "aged_photo": 80, "aged_rgb": 75}


@dataclasses.dataclass(frozen=True)
class Task:
    """One recipe of ours and how albumentations' users would do the same."""

    recipe: str
    gray: bool
    clean: str
    """What their clean member is: "bytes" as read, or "gray" encoded anew."""
    mask: bool

    def transform(self, side: int) -> Any:
        """Their pipeline."""
        return peers.plain_list(side) if self.recipe == "plain_list" else peers.aged(side, gray=self.gray)


TASKS = (
    Task("plain_list", True, "bytes", mask=False),
    Task("aged_gray", True, "bytes", mask=False),
    Task("aged_photo", True, "gray", mask=True),
    Task("aged_rgb", False, "bytes", mask=False),
)


def their_build(task: Task, files: Sequence[Path], side: int, folder: Path) -> None:
    """albumentations, as a careful user runs it: fast codecs, a seed a picture, tarfile."""
    composed = task.transform(side)
    mask = np.zeros((side, side), np.uint8)
    with tarfile.open(fresh(folder, ".tar"), "w", format=tarfile.USTAR_FORMAT) as tar:
        for number, file in enumerate(files):
            data = file.read_bytes()
            image = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            composed.set_random_seed(number)
            damaged = composed(image=image)["image"]
            if task.gray:
                damaged = damaged[:, :, 0]
            members = [("degraded.jpg", _jpeg(damaged, QUALITY[task.recipe]))]
            if task.clean == "gray":
                members.append(("clean.jpg", _jpeg(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 95)))
            else:
                members.append(("clean.jpg", data))
            if task.mask:
                members.append(("mask.png", cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()))
            members.append(("json", json.dumps({"key": file.stem, "seed": number}).encode()))
            for suffix, content in members:
                entry = tarfile.TarInfo(f"{file.stem}.{suffix}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))


def _jpeg(image: Any, quality: int) -> bytes:
    coded = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", coded, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def ceiling(files: Sequence[Path], folder: Path, quality: int) -> None:
    """Decode RGB, encode RGB, pass the clean bytes through; no degradation."""
    from degrade.shards.tar import TarWriter

    with TarWriter(fresh(folder, ".tar")) as tar:
        for file in files:
            data = file.read_bytes()
            picture = decode(data)
            again = encode_jpeg(picture.pixels, quality)
            for suffix, member in (("clean.jpg", data), ("degraded.jpg", again), ("json", b"{}")):
                tar.add(f"{file.stem}.{suffix}", member)
        tar.commit()


def our_build(recipe: Any, source: Path, folder: Path) -> None:
    """`degrade.build`, its plan, manifest, index and fsyncs included."""
    degrade.build(recipe, source=source, out=fresh(folder), workers=1)


def fresh(folder: Path, suffix: str = "") -> Path:
    """A path in `folder` where nothing is: clearing away what was written before is no part of the work."""
    return folder / f"{len(list(folder.iterdir()))}{suffix}"


def plain(name: str) -> Any:
    """The shipped recipe without a frame, so that nobody resizes, and with one copy of each photograph."""
    recipe = degrade.load_recipe(name)
    return dataclasses.replace(recipe, frame=None, output=dataclasses.replace(recipe.output, copies=1))


def files_to_shards(task: Task, photos: int, side: int, rounds: int, folder: Path) -> dict[str, Any]:
    """One row: pairs a second of ours, of albumentations and of the ceiling."""
    source = folder / "photos"
    if not source.exists():
        write_corpus(source, photos, side)
    files = sorted(source.iterdir())
    recipe = plain(task.recipe)
    work = {
        "ours": partial(our_build, recipe, source, folder),
        "albumentations": partial(their_build, task, files, side, folder),
        "ceiling": partial(ceiling, files, folder, QUALITY[task.recipe]),
    }
    row = _row(task.recipe, apart(work, rounds), photos)
    row["degrading_to_codecs"] = round(statistics.median(degrading_to_codecs(recipe, files) for _ in range(rounds)), 2)
    return row


def degrading_to_codecs(recipe: Any, files: Sequence[Path]) -> float:
    """The time of all steps but the last, jpeg, as a share of the time of the codecs around them."""
    degrading = dataclasses.replace(recipe, steps=recipe.steps[:-1])
    between = around = 0.0
    degrading.make(decode(files[0].read_bytes()).pixels, key="", dtype=np.uint8)  # compiles, uncounted
    for file in files:
        data = file.read_bytes()
        start = time.perf_counter()
        pixels = decode(data).pixels
        decoded = time.perf_counter()
        degraded = degrading.make(pixels, key=file.stem, dtype=np.uint8).degraded
        made = time.perf_counter()
        encode_jpeg(degraded, QUALITY[recipe.name])
        around += decoded - start + time.perf_counter() - made
        between += made - decoded
    return between / around


def arrays(name: str, transform: Any, side: int, rounds: int) -> dict[str, Any]:
    """The same without files and codecs: pictures in memory, one after the other."""
    images = crops(8, side)
    recipe = plain(name)
    degrading = dataclasses.replace(recipe, steps=recipe.steps[:-1])  # the last one, jpeg, is a codec

    def ours() -> None:
        for number, image in enumerate(images):
            degrading(image, key=str(number))

    def theirs() -> None:
        for image in images:
            transform(image=image)

    return _row(f"{name} from arrays", in_turns({"ours": ours, "albumentations": theirs}, rounds, 0.2), len(images))


def _row(name: str, times: dict[str, list[float]], photos: int) -> dict[str, Any]:
    rates = {who: photos / statistics.median(seconds) for who, seconds in times.items()}
    row: dict[str, Any] = {"work": name, **{f"{who}_pairs_per_s": round(rate, 1) for who, rate in rates.items()}}
    row["times_albumentations"] = round(ratio(times["albumentations"], times["ours"]), 2)
    if "ceiling" in times:
        row["of_ceiling"] = round(ratio(times["ceiling"], times["ours"]), 3)
    return row


def main() -> None:
    """Print one row a recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipe", choices=[task.recipe for task in TASKS])
    parser.add_argument("--arrays", action="store_true")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows: Iterable[dict[str, Any]]
    if chosen.arrays:
        gray = {"plain_list": peers.plain_list(chosen.side), "aged_gray": peers.aged(chosen.side, gray=True)}
        rows = (arrays(name, transform, chosen.side, chosen.rounds) for name, transform in gray.items())
    else:
        folder = tempfile.TemporaryDirectory()
        shape = chosen.photos, chosen.side, chosen.rounds, Path(folder.name)
        rows = (files_to_shards(task, *shape) for task in TASKS if chosen.recipe in (None, task.recipe))
    for row in rows:
        if chosen.json:
            print(json.dumps(row))
        else:
            print(f"{chosen.side} px  " + "  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
