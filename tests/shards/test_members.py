"""A pair as files: what is stored, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from degrade.codecs import decode, decode_jpeg, decode_png, encode_jpeg, encode_png
from degrade.recipes import Recipe, load_recipe
from degrade.shards.members import COLUMNS, PhotoEncoder, record_of, suffixes

ROWS, COLUMNS_, LAYERS = np.ogrid[:80, :96, :3]
COLOUR = ((ROWS * 3 + COLUMNS_ * 2 + LAYERS * 70) % 256).astype(np.uint8)


def recipe(steps: list[Any], **output: Any) -> Recipe:
    return load_recipe({"recipe": 1, "name": "t", "steps": steps, "output": output})


def members(made: Recipe, file: bytes, **where: Any) -> dict[str, bytes]:
    decoded = decode(file, luma=made.reads_luma)
    pair = made.of_photograph(decoded, key="a/b", apart=made.output.apart, **where)
    return dict(PhotoEncoder("a/b.jpg", decoded, made.output, suffixes(made)).members(pair))


def test_untouched_clean_pictures_are_the_photograph_s_own_bytes() -> None:
    file = encode_jpeg(COLOUR, 91)
    stored = members(recipe([{"salt_and_pepper": {}}], members=["clean"]), file)
    assert stored["clean.jpg"] == decode(file).jpeg
    assert (decode_jpeg(stored["clean.jpg"]) == decode(file).pixels).all()


@pytest.mark.parametrize(
    ("steps", "output", "gray"),
    [
        (["grayscale", "target"], {}, False),
        ([{"salt_and_pepper": {}}], {"image": "png"}, False),
        ([{"salt_and_pepper": {}}], {}, True),  # a gray photograph where the clean side has three channels
    ],
)
def test_what_is_not_the_photograph_itself_is_encoded(steps: list[Any], output: dict[str, Any], gray: bool) -> None:
    file = encode_jpeg(COLOUR[:, :, :1] if gray else COLOUR, 91)
    made = recipe(steps, members=["clean"], **output)
    [name] = [suffix for suffix in suffixes(made) if suffix != "json"]
    stored = members(made, file)[name]
    assert stored != decode(file).jpeg
    pixels = (decode_jpeg if name.endswith("jpg") else decode_png)(stored)
    assert pixels.shape == (80, 96, made.channels[0])


def test_a_last_jpeg_step_gives_the_member() -> None:
    made = recipe([{"jpeg": {"quality": 31}}], members=["degraded"])
    file = encode_jpeg(COLOUR, 91)
    pair = made.make(decode(file).pixels, key="a/b", dtype=np.uint8)
    stored = members(made, file)["degraded.jpg"]
    assert stored == pair.degraded_jpeg
    assert (decode_jpeg(stored) == pair.degraded).all()


def test_sixteen_bits_are_kept() -> None:
    deep = COLOUR.astype(np.uint16) * 257 + 3
    stored = members(recipe([{"grain": {}}], image="png16"), encode_png(deep, filtered=True))
    assert (decode_png(stored["clean.png"]) == deep).all()
    assert decode_png(stored["degraded.png"]).dtype == np.uint16
    assert json.loads(stored["json"])["depth"] == 16


def test_masks_are_stored_even_if_empty() -> None:
    stored = members(recipe(["target"], members=["mask", "loss", "classes"]), encode_jpeg(COLOUR, 91))
    assert list(stored) == ["classes.png", "json", "loss.png", "mask.png"]
    for name in ("classes.png", "loss.png", "mask.png"):
        assert (decode_png(stored[name]) == np.zeros((80, 96, 1), np.uint8)).all()


def test_the_json_is_flat_complete_and_gives_the_record_back() -> None:
    made = recipe([{"salt_and_pepper": {"amount": 0.1}}, {"grain": {}, "p": 0.5}], copies=3)
    decoded = decode(encode_jpeg(COLOUR, 91))
    pair = made.make(decoded.pixels, key="a/b", copy=2, split="val", dtype=np.uint8)
    data = dict(PhotoEncoder("a/ü.jpg", decoded, made.output, suffixes(made)).members(pair))["json"]
    row = json.loads(data.decode("ascii"))
    assert list(row) == list(COLUMNS)
    assert [type(value) for value in row.values()] == [kind for kind, _ in COLUMNS.values()]
    assert record_of(row) == pair.record
    expected = {"key": "a/b/c2", "photo": "a/b", "source": "a/ü.jpg", "copy": 2, "split": "val", "width": 96}
    assert expected.items() <= row.items()
    assert row["coverage"] == pytest.approx(np.count_nonzero(pair.mask) / pair.mask.size, abs=1e-6)


def test_the_order_of_suffixes() -> None:
    every = recipe(["grain"], members=["clean", "degraded", "mask", "loss", "classes"])
    assert suffixes(every) == ("classes.png", "clean.jpg", "degraded.jpg", "json", "loss.png", "mask.png")
    assert suffixes(recipe(["grain"], members=["clean"], image="png16")) == ("clean.png", "json")
