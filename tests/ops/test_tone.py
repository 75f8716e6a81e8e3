"""Toning."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from degrade.ops.tone import PROCESSES, Tone

RAMP = np.linspace(0, 1, 1024, dtype=np.float32).reshape(4, 256)
MEASURED = {
    "shadows": ((0, 35), (2, 11), (4, 19)),
    "mids": ((35, 70), (0, 9), (9, 27)),
    "highlights": ((75, 95), (-4, 6), (5, 25)),
}
"""L*, a* and b* of scans of toned prints, by tone."""


def toned(process: str, strength: float = 1, **fields: float) -> np.ndarray:
    return Tone(process=process, strength=strength, **{"variation": 0, **fields}).pair(RAMP).degraded


@pytest.mark.parametrize("process", PROCESSES)
def test_it_gives_colour_and_keeps_the_order_of_tones(process: str) -> None:
    picture = toned(process)
    assert picture.shape == (4, 256, 3)
    assert (np.diff(picture.reshape(-1, 3), axis=0) > -1e-6).all()


@pytest.mark.parametrize("process", PROCESSES)
def test_strength_0_is_gray_as_it_was_and_little_strength_nearly(process: str) -> None:
    assert np.array_equal(toned(process, 0), np.repeat(RAMP[:, :, None], 3, axis=2))
    assert toned(process, 0.001) == pytest.approx(np.repeat(RAMP[:, :, None], 3, axis=2), abs=1.5 / 255)


@pytest.mark.parametrize("process", ["sepia", "albumen"])
@pytest.mark.parametrize("band", MEASURED)
def test_brown_tones_lie_where_scans_measure_them(process: str, band: str) -> None:
    bounds, reds, yellows = MEASURED[band]
    lab = rgb2lab(toned(process)).reshape(-1, 3)
    inside = lab[(lab[:, 0] >= bounds[0]) & (lab[:, 0] < bounds[1])]
    _, a, b = inside.mean(axis=0)
    assert reds[0] <= a <= reds[1]
    assert yellows[0] <= b <= yellows[1]


def test_each_process_has_its_hue() -> None:
    middle = {name: rgb2lab(toned(name)[:1, 128:129])[0, 0] for name in PROCESSES}
    assert np.abs(middle["neutral"][1:]).max() < 3
    assert middle["cyanotype"][2] < -20
    assert middle["selenium"][1] > 1
    assert middle["sepia"][2] > 9


def test_prints_vary_by_their_key() -> None:
    same, varied = Tone(strength=1, variation=0), Tone(strength=1, variation=0.05)
    colour = np.repeat(RAMP[:, :, None], 3, axis=2)
    assert np.array_equal(same(colour, key="a"), same(colour, key="b"))
    assert not np.array_equal(varied(colour, key="a"), varied(colour, key="b"))


def test_it_says_that_it_gives_colour() -> None:
    assert Tone().channels_after(frozenset({1})) == {3}
    assert Tone(p=0.5).channels_after(frozenset({1})) == {1, 3}
