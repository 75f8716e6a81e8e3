"""Copies are found, other photographs are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest

from degrade.codecs import decode, encode_jpeg
from degrade.corpus import Photograph, SampleCorpus
from degrade.screening.duplicates import duplicates
from degrade.screening.examine import Examined
from degrade.screening.perceptual import looks_of

Scene = Callable[..., np.ndarray]


def luma_of(pixels: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.shape[2] == 3 else np.ascontiguousarray(pixels[:, :, 0])


def alike(pictures: Sequence[np.ndarray], near: int = 8) -> list[tuple[int, int]]:
    """Which of the pictures are found to be near-duplicates, and of which."""
    photographs = [Photograph(f"{n:06d}", f"{n:06d}.png", 1, n) for n in range(len(pictures))]
    examined = [Examined((), n.to_bytes(16), looks_of(luma_of(picture))) for n, picture in enumerate(pictures)]
    return [(int(f.source[:6]), int(f.of[:6])) for f in duplicates(photographs, examined, {}, near)]


def copies(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """A photograph resized, recompressed, brightened a little."""
    height, width = pixels.shape[:2]
    values = pixels.astype(np.float64)
    for size in ((width // 2, height // 2), (width // 3, height // 4), (width * 3 // 2, height * 3 // 2)):
        for how in (cv2.INTER_AREA, cv2.INTER_CUBIC, cv2.INTER_LINEAR):
            yield cv2.resize(pixels, size, interpolation=how).reshape(size[1], size[0], -1)
    for quality in (25, 60, 90):
        yield decode(encode_jpeg(pixels, quality)).pixels
    yield np.clip(values + 15, 0, 255).astype(np.uint8)
    yield np.clip(values * 1.1, 0, 255).astype(np.uint8)
    yield (values * 0.85 + 20).astype(np.uint8)
    yield luma_of(pixels)[:, :, None]


@pytest.fixture(scope="session")
def photographs() -> list[np.ndarray]:
    """The sample photographs, (H, W, C) uint8."""
    corpus = SampleCorpus()
    return [decode(corpus.read(photograph)).pixels for photograph in corpus.listing().photographs]


def test_copies_of_photographs_are_found(photographs: list[np.ndarray]) -> None:
    everything = [*photographs, *(copy for photograph in photographs for copy in copies(photograph))]
    of_each = sum(1 for _ in copies(photographs[0]))
    found = dict(alike(everything))
    assert sorted(found) == list(range(len(photographs), len(everything)))
    for number, of in found.items():
        original = (number - len(photographs)) // of_each
        assert of == original or (of - len(photographs)) // of_each == original


def test_different_photographs_are_not(photographs: list[np.ndarray]) -> None:
    assert alike(photographs, near=15) == []


def test_different_pictures_are_not(scene: Scene) -> None:
    """Of 500 soft pictures, whose hashes alone come near each other now and then."""
    pictures = [scene(number, 48, 64) for number in range(500)]
    hashes = np.array([looks.hash for picture in pictures if (looks := looks_of(luma_of(picture)))], np.uint64)
    assert len(hashes) == 500
    assert (np.bitwise_count(hashes[:, None] ^ hashes[None])[np.triu_indices(500, 1)] <= 12).any()
    assert alike(pictures, near=12) == []


def test_copies_of_pictures_are_found(scene: Scene) -> None:
    pictures = [scene(number, 48, 64) for number in range(100)]
    smaller = [cv2.resize(picture, (40, 30), interpolation=cv2.INTER_AREA) for picture in pictures]
    assert alike([*pictures, *smaller]) == [(100 + number, number) for number in range(100)]


def test_the_nearest_of_several_is_named(scene: Scene) -> None:
    picture = scene(1)
    far = np.clip((picture.astype(np.float64) / 255) ** 0.7 * 255, 0, 255).astype(np.uint8)
    found = dict(alike([far, picture, picture[:, :, 1:2], picture]))
    assert found[3] == 1


def test_thirty_thousand_photographs() -> None:
    draws = np.random.default_rng(0)
    looks = [looks_of(draws.integers(0, 256, (32, 32), np.uint8)) for _ in range(200)]
    count = 30_000
    hashes = draws.integers(0, 2**63, count)
    photographs = [Photograph(f"{n:06d}", f"{n:06d}", 1, n) for n in range(count)]
    examined = []
    for number in range(count):
        look = looks[number % 200]
        assert look is not None
        of = number - count // 2 if number >= count // 2 and number % 10 == 0 else number
        examined.append(Examined((), number.to_bytes(16), look._replace(hash=int(hashes[of]))))
    found = {int(f.source): int(f.of) for f in duplicates(photographs, examined, {}, 8)}
    assert {n: n - count // 2 for n in range(count // 2, count, 10)}.items() <= found.items()
    assert len(found) < count // 20 + 100
