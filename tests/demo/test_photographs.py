"""Files of anybody's on the page: shown, or refused in one line with the cure."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from degrade.codecs import encode_jpeg, encode_png
from degrade.demo import photographs
from degrade.demo.errors import DemoError
from degrade.demo.photographs import Given, Samples
from degrade.demo.pictures import Asked
from degrade.recipes import load_recipe

SMALL = load_recipe({"recipe": 1, "name": "small", "frame": {"size": 64}, "steps": ["target", "scratches", "jpeg"]})
WHOLE = load_recipe({"recipe": 1, "name": "whole", "steps": ["target", "grayscale"]})


def gradient(height: int, width: int) -> np.ndarray:
    down, across = np.mgrid[:height, :width]
    return np.stack([down * 2, across * 2, 200 - down], axis=2).astype(np.uint8)


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def rgba() -> bytes:
    return saved(Image.fromarray(np.dstack([gradient(80, 90), np.full((80, 90), 128, np.uint8)])), "PNG")


def sixteen_bits() -> bytes:
    return encode_png(gradient(80, 90).astype(np.uint16) * 257, filtered=True)


GOOD: dict[str, Callable[[], bytes]] = {
    "gray": lambda: encode_jpeg(gradient(80, 90)[:, :, :1].copy(), 90),
    "rgba": rgba,
    "sixteen bits": sixteen_bits,
    "cmyk": lambda: saved(Image.fromarray(gradient(80, 90)).convert("CMYK"), "JPEG"),
    "palette": lambda: saved(Image.fromarray(gradient(80, 90)).quantize(16), "PNG"),
    "tiff": lambda: saved(Image.fromarray(gradient(80, 90)), "TIFF"),
    "webp": lambda: saved(Image.fromarray(gradient(80, 90)), "WEBP"),
}
BAD: dict[str, bytes] = {
    "nothing": b"",
    "a text": b"no picture at all",
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a gif": b"GIF89a" + bytes(20),
    "a pdf": b"%PDF-1.7",
    "cut short": encode_jpeg(gradient(80, 90), 90)[:400],
    "a bomb": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + bytes(40),
}


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_of_picture_is_shown(kind: str) -> None:
    photograph = Given("Some Scan.png", GOOD[kind]())
    shown = Asked(photograph, SMALL, None, 0, {}).shown()
    assert photograph.about == "Some Scan.png, 90 × 80 px"
    for picture in (shown.clean, shown.degraded, shown.mask, shown.classes):
        assert picture.dtype == np.uint8
        assert picture.shape == shown.clean.shape == (256, 256, 3)  # a small one is magnified
    assert shown.record["photo"] == photograph.key


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_picture_is_refused_in_a_line(kind: str) -> None:
    with pytest.raises(DemoError) as caught:
        Given("holiday.jpg", BAD[kind])
    assert str(caught.value).startswith("holiday.jpg cannot be shown; ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\me\\scan.tif", "scan.tif"),
        ("", "photograph"),
        ("/", "photograph"),
        ("a\0b\n.png", "a\0b\n.png"),
        ("名前.jpg", "名前.jpg"),
    ],
)
def test_names_are_only_names(given: str, name: str) -> None:
    photograph = Given(given, GOOD["gray"]())
    assert photograph.name == name
    assert photograph.key.isascii()
    assert "/" not in photograph.key


def test_a_small_photograph_is_refused_with_the_cure() -> None:
    photograph = Given("stamp.png", encode_png(gradient(20, 30), filtered=True))
    with pytest.raises(DemoError, match=r"stamp.png: 30×20 pixels.* at least 64; take a larger one"):
        Asked(photograph, SMALL, None, 0, {}).shown()


@pytest.mark.slow
def test_a_large_scan_is_shown_in_the_size_of_a_page() -> None:
    scan = Given("scan.jpg", encode_jpeg(np.tile(gradient(100, 125), (40, 40, 1)), 80))
    assert scan.height * scan.width == 20_000_000
    assert Asked(scan, SMALL, None, 0, {}).shown().clean.shape == (256, 256, 3)
    smaller = Given("scan.jpg", encode_jpeg(np.tile(gradient(100, 125), (12, 12, 1)), 80))
    assert Asked(smaller, WHOLE, None, 0, {}).shown().degraded.shape == (819, 1024, 3)


def test_a_photograph_that_would_take_minutes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "LARGEST_WHOLE_PIXELS", 7000)
    photograph = Given("scan.png", encode_png(gradient(80, 90), filtered=True))
    with pytest.raises(DemoError, match=r"whole keeps a photograph's size.*choose a recipe that cuts it"):
        Asked(photograph, WHOLE, None, 0, {}).shown()
    assert Asked(photograph, SMALL, None, 0, {}).shown().said


def test_the_samples_are_those_of_every_build() -> None:
    samples = Samples()
    thumbnails = samples.thumbnails(64)
    assert next(key for _, key in thumbnails) == "astronaut"
    assert len(thumbnails) == len(samples) > 5
    assert all(max(picture.shape) <= 64 for picture, _ in thumbnails)
    assert samples[0].key == "astronaut"
    for place in (-1, len(samples)):
        with pytest.raises(DemoError, match="there is no sample"):
            samples[place]
