"""What is measured of one picture."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from degrade.codecs import decode, encode_jpeg
from degrade.corpus import SampleCorpus
from degrade.screening.compression import blockiness, nearest_quality
from degrade.screening.perceptual import looks_of
from degrade.screening.sharpness import sharpness

Scene = Callable[..., np.ndarray]


def gray(pixels: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.shape[2] == 3 else np.ascontiguousarray(pixels[:, :, 0])


@pytest.fixture(scope="session")
def photographs() -> dict[str, np.ndarray]:
    """The sample photographs, as (H, W) luma of at most 640 px."""
    corpus, lumas = SampleCorpus(), {}
    for photograph in corpus.listing().photographs:
        luma = gray(decode(corpus.read(photograph)).pixels)
        scale = min(1.0, 640 / max(luma.shape))
        size = round(luma.shape[1] * scale), round(luma.shape[0] * scale)
        lumas[photograph.key] = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return lumas


@pytest.mark.parametrize("quality", [1, 10, 24, 49, 50, 51, 75, 92, 100])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_quality_of_libjpegs_files(scene: Scene, quality: int, channels: int) -> None:
    with Image.open(io.BytesIO(encode_jpeg(scene(1)[:, :, :channels], quality))) as image:
        assert nearest_quality(np.array(image.quantization[0])) == quality


def test_the_quality_of_another_table_is_the_nearest() -> None:
    assert nearest_quality(np.full(64, 1)) == 100
    assert nearest_quality(np.full(64, 255)) < 20


def test_blocks_stand_out_the_more_the_poorer(photographs: dict[str, np.ndarray]) -> None:
    for key, luma in photographs.items():
        scores = [blockiness(decode(encode_jpeg(luma, quality)).pixels[:, :, 0]) for quality in (95, 30, 10)]
        assert all(score is not None for score in scores), key
        if key != "moon":  # it has blocks of its own
            assert scores == sorted(scores, key=lambda score: score or 0), key
            assert (blockiness(luma) or 0) < 0.2, key
    poor = [blockiness(decode(encode_jpeg(luma, 10)).pixels[:, :, 0]) or 0 for luma in photographs.values()]
    assert sorted(poor)[1] > 0.4


def test_a_cropped_grid_of_blocks_is_found(scene: Scene) -> None:
    blocky = decode(encode_jpeg(scene(1), 8)).pixels[:, :, 1]
    for top, left in ((0, 0), (3, 5), (7, 1)):
        assert (blockiness(np.ascontiguousarray(blocky[top:, left:])) or 0) > 0.4


def test_enlarged_and_blurred_pictures_are_less_sharp(photographs: dict[str, np.ndarray]) -> None:
    for key, luma in photographs.items():
        small = cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4)
        assert (sharpness(large) or 0) < 0.1 < (sharpness(small) or 0), key
        assert (sharpness(cv2.GaussianBlur(luma, (0, 0), 1.5)) or 0) < 0.1, key


@pytest.mark.parametrize("shape", [(10, 500), (500, 10), (1, 1), (15, 15)])
def test_small_pictures_are_not_measured(shape: tuple[int, int]) -> None:
    picture = np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)
    assert looks_of(picture) is None
    assert blockiness(picture) is None
    assert sharpness(picture) is None


def test_flat_pictures_have_no_looks() -> None:
    assert looks_of(np.full((100, 100), 77, np.uint8)) is None
    assert sharpness(np.full((200, 200), 77, np.uint8)) == 0
    assert blockiness(np.full((200, 200), 77, np.uint8)) == 0


def test_half_of_the_bits_are_set(scene: Scene) -> None:
    looks = looks_of(gray(scene(1)))
    assert looks is not None
    assert looks.hash.bit_count() == 32
    assert len(looks.tones) == 256
