"""Made-up photographs, and a folder with every defect that is looked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from degrade.codecs import decode, encode_jpeg, encode_png

Scene = Callable[..., np.ndarray]


def make_scene(number: int, height: int = 160, width: int = 200) -> np.ndarray:
    """A picture of soft light and fine grain in colour, (height, width, 3) uint8, another for each number."""
    draws = np.random.default_rng(number)
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    light = np.zeros((height, width))
    for a in range(5):
        for b in range(5):
            light += draws.normal() / (1 + a + b) * np.cos(np.pi * (a * y + b * x) + draws.uniform(0, 6))
    light = (light - light.min()) / (light.max() - light.min()) * 170 + 30
    tint = np.array([12.0, 0.0, -14.0]) * np.cos(3 * x + number)[:, :, None]
    grain = draws.normal(0, 4, (height, width, 1))
    return np.clip(light[:, :, None] + tint + grain, 0, 255).astype(np.uint8)


def saved(pixels: np.ndarray, kind: str, mode: str | None = None, **options: object) -> bytes:
    """A file as Pillow writes it."""
    stream = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture(name="saved", scope="session")
def saved_fixture() -> Callable[..., bytes]:
    """`saved`."""
    return saved


@pytest.fixture(scope="session")
def scene() -> Scene:
    """`make_scene`."""
    return make_scene


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Two good photographs, and one file or more of every kind of finding."""
    files = {
        "good.jpg": encode_jpeg(make_scene(0), 92),
        "deep/good.png": encode_png(make_scene(1), filtered=True),
        "deep/empty.jpg": b"",
        "deep/text.png": b"no picture",
        "cut.jpg": encode_jpeg(make_scene(2), 92)[:-500],
        "cut.png": encode_png(make_scene(3), filtered=True)[:-500],
        "heic.jpg": b"\0\0\0\x18ftypheic" + bytes(40),
        "z_copy.jpg": encode_jpeg(make_scene(0), 92),
        "z_half.png": encode_png(cv2.resize(make_scene(0), (100, 80), interpolation=cv2.INTER_AREA), filtered=True),
        "z_again.jpg": encode_jpeg(make_scene(0), 60),
        "z_brighter.jpg": encode_jpeg(np.clip(make_scene(0).astype(int) + 15, 0, 255).astype(np.uint8), 92),
        "webp.jpg": saved(make_scene(4), "WEBP", quality=95),
        "small.jpg": encode_jpeg(make_scene(5, 40, 200), 92),
        "gray.png": encode_png(np.repeat(make_scene(6)[:, :, 1:2], 3, axis=2), filtered=True),
        "poor.jpg": encode_jpeg(make_scene(7), 20),
        "was_poor.png": encode_png(decode(encode_jpeg(make_scene(8), 8)).pixels, filtered=True),
        "enlarged.png": encode_png(cv2.resize(make_scene(9), (500, 400), interpolation=cv2.INTER_CUBIC), filtered=True),
        "inks.jpg": saved(make_scene(10), "JPEG", "CMYK", quality=92),
        "sixteen.png": encode_png(make_scene(11).astype(np.uint16) * 257, filtered=True),
        ".hidden.jpg": b"",
        "notes.txt": b"notes",
    }
    root = tmp_path / "album"
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "folder.jpg").mkdir()
    (root / "broken.jpg").symlink_to("nowhere.jpg")
    return root


@pytest.fixture(scope="session")
def in_the_album() -> dict[str, list[str]]:
    """What is to be found there, with a limit on sharpness."""
    return {
        "broken.jpg": ["unusable broken_link"],
        "cut.jpg": ["unusable truncated"],
        "cut.png": ["unusable truncated"],
        "deep/empty.jpg": ["unusable empty"],
        "deep/text.png": ["unusable not_an_image"],
        "enlarged.png": ["blurred"],
        "folder.jpg": ["unusable a_folder"],
        "gray.png": ["colourless"],
        "heic.jpg": ["unusable unsupported"],
        "inks.jpg": ["cmyk"],
        "poor.jpg": ["compressed 20"],
        "sixteen.png": ["deep"],
        "small.jpg": ["too_small 40"],
        "was_poor.png": ["compressed None"],
        "webp.jpg": ["misnamed webp"],
        "z_again.jpg": ["near_duplicate good.jpg"],
        "z_brighter.jpg": ["near_duplicate good.jpg"],
        "z_copy.jpg": ["duplicate good.jpg"],
        "z_half.png": ["near_duplicate good.jpg"],
    }
