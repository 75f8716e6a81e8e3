from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from degrade.codecs import decode_jpeg
from degrade.engine.compose import Sequence
from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.key import Key
from degrade.engine.pair import checked_image
from degrade.engine.photo import Photo
from degrade.engine.workspace import Workspace, borrowed_workspace
from degrade.ops.coarse_dropout import CoarseDropout
from degrade.ops.grayscale import Grayscale
from degrade.ops.jpeg import Jpeg


class Redden(Degradation):
    """Colour the picture, gray or not."""

    stage = Stage.PRINT

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        photo.to_colour()
        photo.pixels[..., 1:] *= np.float32(0.5)

    def channels_after(self, channels: frozenset[int]) -> frozenset[int]:
        return frozenset({3})


def colours(dtype: Any) -> npt.NDArray[Any]:
    values = np.linspace(0, 1, 20 * 30 * 3).reshape(20, 30, 3)
    return values.astype(dtype) if dtype == np.float32 else np.rint(values * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_gray_result_has_one_channel_in_the_pair_and_the_pictures_own_when_called(dtype: Any) -> None:
    image = colours(dtype)
    pair, out = Grayscale().pair(image), Grayscale()(image)
    assert pair.clean.shape == (20, 30, 3)
    assert pair.degraded.shape == (20, 30, 1)
    assert np.array_equal(out, np.repeat(pair.degraded, 3, axis=2))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1)])
def test_a_coloured_result_has_three_channels_in_the_pair_and_is_luma_for_a_gray_picture(
    dtype: Any, shape: tuple[int, ...]
) -> None:
    image = colours(dtype)[:, :, 0].reshape(shape)
    pair, out = Redden().pair(image), Redden()(image)
    assert pair.clean.shape == (20, 30, 1)
    assert pair.degraded.shape == (20, 30, 3)
    assert out.shape == shape
    assert out.dtype == dtype
    luma = pair.degraded.astype(np.float64) @ [0.299, 0.587, 0.114]
    assert np.abs(out.reshape(20, 30) - luma).max() <= (1e-5 if dtype == np.float32 else 0.51 + 2e-5 * luma.max())


def test_a_last_jpeg_is_the_degraded_picture() -> None:
    pair = Sequence([CoarseDropout(), Jpeg(quality=50)]).pair(colours(np.uint8))
    assert pair.degraded_jpeg is not None
    assert np.array_equal(pair.degraded, decode_jpeg(pair.degraded_jpeg))
    assert Sequence([Jpeg(quality=50), CoarseDropout()]).pair(colours(np.uint8)).degraded_jpeg is None
    assert Jpeg(quality=50).pair(colours(np.uint16)).degraded_jpeg is None


def test_a_pair_says_how_large_and_how_damaged_it_is() -> None:
    pair = CoarseDropout(holes=1, size_px=10, variation=0).pair(colours(np.uint8), key="album/1")
    assert repr(pair) == "Pair('album/1', 30×20, damaged 16.7%)"


@pytest.mark.parametrize(
    ("image", "error", "says"),
    [
        ([[1, 2], [3, 4]], TypeError, "not list"),
        (np.zeros((2, 2)), TypeError, "not float64"),
        (np.zeros((2, 2), np.int32), TypeError, "not int32"),
        (np.zeros((2, 2), bool), TypeError, "not bool"),
        (np.zeros((2, 2, 4), np.uint8), ValueError, r"not \(2, 2, 4\)"),
        (np.zeros((2, 2, 2), np.uint8), ValueError, r"not \(2, 2, 2\)"),
        (np.zeros(4, np.uint8), ValueError, r"not \(4,\)"),
        (np.zeros((0, 3, 3), np.uint8), ValueError, r"not \(0, 3, 3\)"),
        (np.full((2, 2), 1.01, np.float32), ValueError, r"lies in \[0, 1\]"),
        (np.full((2, 2), -0.01, np.float32), ValueError, r"lies in \[0, 1\]"),
        (np.full((2, 2), np.nan, np.float32), ValueError, "no NaN"),
    ],
)
def test_other_pictures_are_refused_with_the_cure(image: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        checked_image(image)


def test_a_workspace_has_one_holder() -> None:
    with borrowed_workspace() as outer, borrowed_workspace() as inner:
        assert outer is not inner
    with borrowed_workspace() as again:
        assert again in (outer, inner)


def test_a_workspace_that_an_error_left_dirty_is_thrown_away() -> None:
    def fail() -> Workspace:
        with borrowed_workspace() as workspace:
            held.append(workspace)
            raise KeyError

    held: list[Workspace] = []
    with pytest.raises(KeyError):
        fail()
    with borrowed_workspace() as fresh:
        assert fresh is not held[0]
