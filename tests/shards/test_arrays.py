"""Pairs as arrays: stored and just made alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from degrade.building import build, replay
from degrade.codecs import encode_png
from degrade.recipes import load_recipe
from degrade.shards import ReadError, as_arrays, open_pairs

RECIPE: dict[str, Any] = {
    "recipe": 1,
    "name": "tiny",
    "seed": 3,
    "steps": [{"target": "before"}, "target", {"crack_network": {}}, {"dust_on_negative": {}}, "grayscale"],
    "output": {"image": "png16", "members": ["clean", "degraded", "mask", "loss", "classes", "layers"]},
}
ALL = ("clean", "degraded", "mask", "loss", "classes", "layers", "clean.before")


Pixels = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def photographs() -> dict[str, Pixels]:
    rows, columns = np.mgrid[:72, :96]
    colour = np.stack([rows * 900, columns * 600, (rows + columns) * 380], axis=2).astype(np.uint16)
    return {"colour": colour, "gray": colour[:, :, 2:]}


@pytest.fixture(scope="module")
def out(photographs: dict[str, Pixels], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for name, picture in photographs.items():
        (folder / f"{name}.png").write_bytes(encode_png(picture, filtered=True))
    build(RECIPE, folder, folder.parent / "arrays-out", workers=1)
    return folder.parent / "arrays-out"


@pytest.mark.parametrize("layout", ["HWC", "CHW"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("size", [None, 20, [24, 128]])
@pytest.mark.parametrize("key", ["colour", "gray"])
def test_stored_and_just_made_alike(
    out: Path, photographs: dict[str, Pixels], key: str, size: Any, dtype: str, layout: str
) -> None:
    stored = open_pairs(out).by_key(key)
    made = load_recipe(RECIPE)(photographs[key], key=key, apart=True)
    read, again = stored.read(ALL, size, dtype, layout), as_arrays(made, ALL, size, dtype, layout)
    assert list(read) == list(again) == list(ALL)
    assert read["mask"].any()
    height, width = (72, 96) if size is None else (size, size) if isinstance(size, int) else size
    targets = {"clean": made.clean, "clean.before": made.targets["before"]}
    channels = {"layers": 2, **{name: pixels.shape[2] for name, pixels in targets.items()}}
    for name, pixels in read.items():
        assert np.array_equal(pixels, again[name]), name
        depth = channels.get(name, 1)
        assert pixels.shape == ((height, width, depth) if layout == "HWC" else (depth, height, width))
        assert pixels.dtype == ("uint8" if name == "classes" else dtype)
        assert pixels.flags.c_contiguous
        assert pixels.flags.writeable


def test_what_is_read_is_nobody_elses(out: Path, photographs: dict[str, Pixels]) -> None:
    made = load_recipe(RECIPE)(photographs["gray"], key="gray", apart=True)
    for pair in (made, open_pairs(out).by_key("gray")):
        for pixels in as_arrays(pair, ALL).values():
            pixels[:] = 0
        assert all(as_arrays(pair, ALL)[name].any() for name in ALL)


def test_sixteen_bits_become_eight_or_floats(out: Path, photographs: dict[str, Pixels]) -> None:
    pair = open_pairs(out).by_key("colour")
    exact = photographs["colour"] / 65535
    assert np.array_equal(pair.read(["clean"])["clean"], np.round(exact * 255))
    floats = pair.read(["clean"], dtype="float32")["clean"]
    assert np.abs(floats - exact).max() < 1e-7
    assert 0 <= floats.min() <= floats.max() <= 1


def test_layouts_and_dtypes_hold_the_same(out: Path) -> None:
    pair = open_pairs(out).by_key("colour")
    base = pair.read(["degraded", "mask", "layers"], 40, "float32")
    for name, pixels in pair.read(["degraded", "mask", "layers"], 40, np.float32, "CHW").items():
        assert np.array_equal(pixels.transpose(1, 2, 0), base[name])
    for name, pixels in pair.read(["mask", "layers"], 40).items():
        assert np.array_equal(pixels, np.round(base[name] * 255))


def test_sizes(out: Path) -> None:
    """Means are kept where a picture gets smaller, classes stay classes, and enlarging stays in the range."""
    pair = open_pairs(out).by_key("colour")
    small, large = pair.read(ALL, [36, 48], "float32"), pair.read(ALL, [144, 192], "float32")
    whole = pair.read(ALL, dtype="float32")
    for name in ("clean", "degraded", "mask", "loss", "layers"):
        assert np.allclose(small[name].mean(axis=(0, 1)), whole[name].mean(axis=(0, 1)), atol=0.003), name
        assert large[name].max() <= whole[name].max()
    for read in (small, large):
        assert set(np.unique(read["classes"])) <= set(np.unique(whole["classes"]))


def test_a_smaller_degraded_picture_stays_so(tmp_path: Path) -> None:
    scaled = {**RECIPE, "frame": {"size": 64}, "steps": ["target", "grayscale"], "output": {"scale": 2, "image": "png"}}
    build(scaled, "sample", tmp_path / "out", limit=1)
    stored = open_pairs(tmp_path / "out")[0]
    for pair in (stored, replay(tmp_path / "out", stored.key)):
        shapes = {name: read.shape for name, read in as_arrays(pair, size=[48, 96]).items()}
        assert shapes == {"clean": (48, 96, 3), "degraded": (24, 48, 1), "mask": (48, 96, 1)}
        assert as_arrays(pair, ["degraded"], size=[48, 96])["degraded"].shape == (24, 48, 1)
        assert as_arrays(pair, ["degraded"])["degraded"].shape == (32, 32, 1)


def test_numbers_come_along(out: Path, photographs: dict[str, Pixels]) -> None:
    pair = open_pairs(out).by_key("gray")
    assert pair.read(["key", "json", "record"]) == {"key": "gray", "json": pair.row, "record": pair.record}
    made = load_recipe(RECIPE)(photographs["gray"], key="gray", apart=True)
    assert as_arrays(made, ["key", "record"]) == {"key": "gray", "record": made.record}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"members": ["clean", "maks"]}, "a pair has no 'maks'; choose of clean, degraded, mask"),
        ({"members": []}, "name one at least"),
        ({"members": ["mask", "mask"]}, "none twice"),
        ({"members": ["clean."]}, "a pair has no 'clean.'"),
        ({"dtype": "float16"}, "choose uint8 or float32"),
        ({"dtype": "floot"}, "choose uint8 or float32"),
        ({"layout": "NHWC"}, "choose HWC or CHW"),
        ({"size": 0}, "a number of pixels from 1"),
        ({"size": [64]}, "a number of pixels from 1"),
        ({"size": [64.0, 64]}, "a number of pixels from 1"),
    ],
)
def test_impossible_readings(out: Path, asked: dict[str, Any], expected: str) -> None:
    with pytest.raises(ReadError, match=expected) as caught:
        open_pairs(out)[0].read(**asked)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_members_that_a_pair_does_not_have(out: Path, photographs: dict[str, Pixels], finished: Path) -> None:
    with pytest.raises(ReadError, match=r"a pair of t[a-z]+ has no layers, it has classes, clean, deg"):
        open_pairs(finished).by_key("coffee").read(["layers"])
    with pytest.raises(ReadError, match=r"a pair of train has no clean\.after, it has .*clean\.before"):
        open_pairs(out).by_key("gray").read(["clean.after"])
    made = load_recipe(RECIPE)(photographs["gray"], key="gray", apart=True)
    for name in ("clean.after", "json"):
        with pytest.raises(ReadError, match=rf"gray has no {name}, it has clean, degraded, mask, .*clean\.before"):
            as_arrays(made, [name])
