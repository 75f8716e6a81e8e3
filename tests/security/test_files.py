"""Files of strangers: they ask for much memory, or name other files."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.building import build
from degrade.codecs import CodecError, decode, decode_jpeg, encode_jpeg, encode_png
from degrade.codecs.errors import FREE_PIXELS, MOST_PER_BYTE, check_size
from degrade.engine.record import ReplayError
from degrade.jsontext import from_json
from degrade.recipes import RecipeError, load_recipe
from degrade.shards import ShardError, open_pairs, verify
from degrade.shards.layout import INDEX, MANIFEST
from degrade.shards.manifest import manifest_bytes, read_manifest

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "frame": {"size": 16, "min_side": 8},
    "steps": ["target", {"gaussian_noise": {"sigma": 0.1}}],
    "output": {"pairs_per_shard": 2},
}
ELSEWHERE = ("../../secret.tar", "/etc/hostname", "/dev/zero", "data/../../secret.tar", "index.jsonl", "", 7, None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output of two pairs, not to be changed."""
    folder = tmp_path_factory.mktemp("security")
    (folder / "photographs").mkdir()
    for number in range(2):
        picture = np.full((20, 24, 3), 40 * number, np.uint8)
        (folder / "photographs" / f"{number}.jpg").write_bytes(encode_jpeg(picture, 90))
    build(RECIPE, str(folder / "photographs"), folder / "out", workers=1)
    return folder / "out"


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """The same, to be broken."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


# --- memory -----------------------------------------------------------------------------------------------------------


def hollow(format: str) -> bytes:
    """A file of a few bytes whose header says 200 million pixels."""
    side = struct.pack(">I", 14_000)
    if format == "png":
        head = b"IHDR" + side + side + b"\x08\2\0\0\0"
        whole = encode_png(np.zeros((8, 8, 3), np.uint8), False)
        return whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:]
    jpeg = encode_jpeg(np.zeros((16, 16, 3), np.uint8), 90, "420")
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + side[2:] + side[2:] + jpeg[at + 4 :]


@pytest.mark.parametrize("format", ["jpeg", "png"])
def test_a_few_bytes_cannot_ask_for_many_pixels(format: str) -> None:
    for read in (decode, decode_jpeg) if format == "jpeg" else (decode,):
        with pytest.raises(CodecError) as caught:
            read(hollow(format))
        assert caught.value.reason == "too_large"
        assert "196 million pixels" in str(caught.value)


def test_empty_pictures_of_usual_sizes_are_read() -> None:
    white = np.full((4000, 4100, 3), 255, np.uint8)
    assert white.shape[0] * white.shape[1] < FREE_PIXELS
    for data in (encode_jpeg(white, 50, "420"), encode_png(white, True)):
        assert decode(data).pixels.shape == white.shape


def test_the_limit_grows_with_the_file() -> None:
    stored = 100_000
    check_size(MOST_PER_BYTE, stored, stored)
    with pytest.raises(CodecError, match="no photograph of 100,000 bytes"):
        check_size(MOST_PER_BYTE + 1, stored, stored)


def test_an_index_cannot_ask_for_memory(out: Path) -> None:
    line = json.loads((out / INDEX).read_text().splitlines()[0])
    place = line["members"]["clean.jpg"]
    place["sizes"] = [1 << 40] * len(place["sizes"])
    (out / INDEX).write_text(json.dumps(line) + "\n")
    with pytest.raises(ShardError, match="ends before byte"):
        open_pairs(out)[0].member("clean.jpg")


def test_a_frame_of_too_many_pixels() -> None:
    with pytest.raises(RecipeError, match="at most 300,000,000 pixels"):
        load_recipe(RECIPE | {"frame": {"size": [100_000, 100_000]}})


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, b"[" * 200_000])
def test_nested_json_is_an_error_like_any(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        from_json(text)


@pytest.mark.parametrize("text", ['{"seed": NaN}', "[-Infinity]", "[1e999]", b'{"a": [Infinity]}'])
def test_numbers_that_are_not_finite_are_no_json(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        from_json(text)


@pytest.mark.parametrize("name", [INDEX, MANIFEST])
def test_nested_files_of_an_output(out: Path, name: str) -> None:
    (out / name).write_text("[" * 200_000)
    with pytest.raises(ShardError):
        len(open_pairs(out)) if name == INDEX else read_manifest(out)


# --- other files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_index_names_nothing_elsewhere(out: Path, name: object) -> None:
    (out.parent / "secret.tar").write_bytes(b"secret")
    line = json.loads((out / INDEX).read_text().splitlines()[0])
    (out / INDEX).write_text(json.dumps(line | {"shard": name}) + "\n")
    with pytest.raises(ShardError, match="damaged"):
        open_pairs(out)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_manifest_names_nothing_elsewhere(out: Path, name: object) -> None:
    facts = {key: value for key, value in read_manifest(out).items() if key not in ("manifest", "sha256")}
    facts["shards"][0]["file"] = name
    (out / MANIFEST).write_bytes(manifest_bytes(facts))
    with pytest.raises(ShardError, match="damaged"):
        verify(out)


def test_links_in_an_output_lead_no_further_than_its_readers_may(out: Path) -> None:
    """A link is followed as the system does: what it leads to is checked like any shard, and told of as bytes."""
    shard = next((out / "data").iterdir())
    shard.unlink()
    shard.symlink_to("/etc/hostname")
    found = verify(out)
    assert not found.ok
    assert any("bytes" in problem.what for problem in found.problems)


# --- numbers that go into compiled code -------------------------------------------------------------------------------


def changed(record: dict[str, Any], **values: Any) -> dict[str, Any]:
    return json.loads(json.dumps(record)) | values


def test_a_record_is_checked_before_it_is_replayed(finished: Path) -> None:
    picture = np.full((20, 24, 3), 7, np.uint8)
    pair = degrade.load_recipe(RECIPE)(picture, key="a")
    assert np.array_equal(degrade.replay_record(picture, pair.record).degraded, pair.degraded)
    frame, steps = pair.record["frame"], pair.record["steps"]
    noise = next(step for step in steps if step["op"] == "gaussian_noise")
    wrong = [
        changed(pair.record, frame=frame | {"size": [1 << 20, 1 << 20]}),
        changed(pair.record, frame=frame | {"cut": [0, 0, 999, 999]}),
        changed(pair.record, frame=frame | {"into": [0, 0, 17, 17]}),
        changed(pair.record, frame=frame | {"zoom": 0.0}),
        changed(pair.record, format="none"),
        changed(pair.record, channels=[2, 9]),
        changed(pair.record, steps=[noise | {"drawn": noise["drawn"] | {"sigma": 1e30}}]),
        changed(pair.record, steps=[noise | {"drawn": noise["drawn"] | {"sigma": "much"}}]),
        changed(pair.record, steps=7),
        [],
    ]
    for record in wrong:
        with pytest.raises(ReplayError):
            degrade.replay_record(picture, record)  # type: ignore[arg-type]
