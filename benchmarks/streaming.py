"""Pairs in memory, as a training loop takes them: ours on the fly, the same work in albumentations, and built shards.

    python benchmarks/streaming.py [--sides 64 128 256 512] [--photos 200] [--rounds 15] [--part jpeg|arrays|shards]
                                   [--json]

jpeg: the same JPEG files (quality 95, 4:2:0) to a clean and a damaged picture in memory, through the plain list, its
JPEG included: `degrade.stream`, `degrade.Pairs`, and a data set with an albumentations pipeline. arrays: pictures in
memory to damaged pictures in memory, without a codec, and without masks, since albumentations makes none. shards: pairs
read out of built tar shards through the index, against the bare decoding of the same bytes. All have one thread and
take turns within each round.

albumentations works on the gray picture in three channels, as `ToGray` leaves it, like in `benchmarks/end_to_end.py`;
its JPEG is the gray file of one of them, which OpenCV writes and reads (`ImageCompression` would code all three). That
is what the figures wanted are meant against. A second row has the quotient against the same list in a single channel
(`ToGray(num_output_channels=1)`), which is faster, the more so the larger the picture.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import end_to_end
import numpy as np
import peers
from photographs import crops, write_corpus
from timing import in_turns, ratio

import degrade
from degrade.codecs import decode_jpeg, decode_png
from degrade.engine.process import keep_freed_memory
from degrade.shards.reader import StoredPairs

RECIPE = "plain_list"
TIMES_FROM_JPEG = 4.0
TIMES_FROM_ARRAYS = {64: 5.0, 256: 15.0, 512: 15.0}
OF_BARE_DECODING = 0.9
_SECONDS = 0.1  # short turns: what else the machine does falls on all of them alike
THREE, ONE = "albumentations", "one channel"
PARTS = ("jpeg", "arrays", "shards")


@dataclasses.dataclass(frozen=True)
class Row:
    """One quotient of the table.

    Attributes
    ----------
    work : str
    rates : dict
        Pairs a second, by contender.
    quotient : float
        How many times the last contender's rate the first one has: the median of the rounds' quotients.
    wanted : float or None
        At least so much.
    """

    work: str
    rates: dict[str, float]
    quotient: float
    wanted: float | None

    @property
    def verdict(self) -> str:
        """Whether it is enough."""
        if self.wanted is None:
            return ""
        return f"{'reached' if self.quotient >= self.wanted else 'MISSED'} (≥ {self.wanted:g})"


def rows_of(
    work: str, contenders: dict[str, Callable[[], object]], pairs: int, rounds: int, wanted: float | None
) -> Iterator[Row]:
    """Let the contenders take turns; the first is ours, the last is what it is measured against; then once more against
    albumentations in one channel, where that takes part."""
    times = in_turns(contenders, rounds, _SECONDS)
    first, *_, last = contenders
    rates = {name: pairs / float(np.median(seconds)) for name, seconds in times.items()}
    yield Row(work, rates, ratio(times[last], times[first]), wanted)
    if ONE in times:
        yield Row(f"{work}, {ONE}", {}, ratio(times[ONE], times[first]), None)


# --- from JPEG files --------------------------------------------------------------------------------------------------


def one_channel(side: int) -> Any:
    """Their plain list with a gray picture of one channel."""
    return peers.A.Compose([peers.A.ToGray(num_output_channels=1, p=1), *peers.plain_list(side).transforms[1:]])


def after_jpeg(gray: Any) -> Any:
    """A gray picture saved and opened again, as the last of their transforms."""
    data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, end_to_end.QUALITY[RECIPE]])[1]
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def theirs(files: Sequence[Path], transform: Any) -> None:
    """A data set over albumentations as a careful user writes it: a fast codec, a seed a picture."""
    for number, file in enumerate(files):
        read = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        clean = cv2.cvtColor(read, cv2.COLOR_BGR2RGB)
        transform.set_random_seed(number)
        damaged = transform(image=clean)["image"]
        _ = clean, after_jpeg(damaged if damaged.ndim == 2 else damaged[:, :, 0])


def taken(pairs: degrade.Stream | degrade.Pairs) -> None:
    """An epoch, each picture of it as an array."""
    for pair in pairs:
        _ = pair.clean, pair.degraded


def from_jpeg(side: int, photos: int, rounds: int, folder: Path) -> Iterator[Row]:
    """Files in, pictures out."""
    source = write_corpus(folder / f"photos{side}", photos, side)
    asked: Any = {"members": ("clean", "degraded")}
    recipe = end_to_end.plain(RECIPE)
    contenders: dict[str, Callable[[], object]] = {
        "stream": partial(taken, degrade.stream(recipe, source, shuffle=True, **asked)),
        "Pairs": partial(taken, degrade.Pairs(recipe, source, **asked)),
        ONE: partial(theirs, sorted(source.iterdir()), one_channel(side)),
        THREE: partial(theirs, sorted(source.iterdir()), peers.plain_list(side)),
    }
    return rows_of(f"from JPEG, {side} px", contenders, photos, rounds, TIMES_FROM_JPEG)


# --- from arrays ------------------------------------------------------------------------------------------------------


def from_arrays(side: int, rounds: int) -> Iterator[Row]:
    """Pictures in, pictures out: `Recipe.make`, through which a loop feeds arrays of its own and says what it wants."""
    images = crops(8, side)
    recipe = end_to_end.plain(RECIPE)
    degrading = dataclasses.replace(recipe, steps=recipe.steps[:-1])  # the last one, jpeg, is a codec

    def ours() -> None:
        for number, image in enumerate(images):
            pair = degrading.make(image, key=str(number), layers=())
            _ = pair.clean, pair.degraded

    def theirs(transform: Any) -> None:
        for image in images:
            _ = image, transform(image=image)["image"]

    contenders = {
        "recipe": ours,
        ONE: partial(theirs, one_channel(side)),
        THREE: partial(theirs, peers.plain_list(side)),
    }
    return rows_of(f"from arrays, {side} px", contenders, len(images), rounds, TIMES_FROM_ARRAYS.get(side))


# --- from shards ------------------------------------------------------------------------------------------------------


def bare(members: Sequence[tuple[bytes, ...]]) -> None:
    """Decode the bytes of pairs that lie in memory."""
    for clean, degraded, mask in members:
        _ = decode_jpeg(clean), decode_jpeg(degraded), decode_png(mask)


def read(pairs: StoredPairs) -> None:
    """All pairs as arrays."""
    for pair in pairs:
        pair.read(("clean", "degraded", "mask"))


def from_shards(side: int, photos: int, rounds: int, folder: Path) -> Iterator[Row]:
    """Built shards in, pictures out."""
    source = write_corpus(folder / f"photos{side}", photos, side)
    recipe = end_to_end.plain("aged_photo")
    degrade.build(recipe, source, folder / f"built{side}", workers=1)
    pairs = degrade.open_pairs(folder / f"built{side}")
    suffixes = ("clean.jpg", "degraded.jpg", "mask.png")
    members = [tuple(pair.member(suffix) for suffix in suffixes) for pair in pairs]
    contenders: dict[str, Callable[[], object]] = {
        "open_pairs": partial(read, pairs),
        "bare decoding": partial(bare, members),
    }
    return rows_of(f"built shards, {side} px", contenders, photos, rounds, OF_BARE_DECODING)


# --- the table --------------------------------------------------------------------------------------------------------


def rows(parts: Sequence[str], sides: Sequence[int], photos: int, rounds: int, folder: Path) -> Iterator[Row]:
    """Every row that is asked for, as it comes."""
    for side in sides:
        if "jpeg" in parts:
            yield from from_jpeg(side, photos, rounds, folder)
        if "arrays" in parts:
            yield from from_arrays(side, rounds)
        if "shards" in parts:
            yield from from_shards(side, photos, rounds, folder)


def main() -> None:
    """Print one row a kind of work and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs="+", default=[64, 128, 256, 512])
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    keep_freed_memory()
    parts = PARTS if chosen.part is None else (chosen.part,)
    with tempfile.TemporaryDirectory() as folder:
        for found in rows(parts, chosen.sides, chosen.photos, chosen.rounds, Path(folder)):
            if chosen.json:
                print(json.dumps(dataclasses.asdict(found) | {"verdict": found.verdict}), flush=True)
                continue
            rates = "  ".join(f"{name} {rate:7.0f}/s" for name, rate in found.rates.items())
            print(f"{found.work:37}{found.quotient:7.2f}  {found.verdict:18}{rates}", flush=True)


if __name__ == "__main__":
    main()
