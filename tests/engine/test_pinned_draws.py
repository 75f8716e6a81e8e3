"""Literal numbers, written down: what is drawn today is drawn by every later version and on every machine.

Data sets are made again from a recipe, a seed and these numbers, so that a test that fails here is no test to be
mended: the change would make other pairs out of everybody's recipes. What is not promised is how an op uses what it
draws: its picture may become better (see the goldens), and a build's manifest names the version.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from degrade.engine.compose import OneOf, Repeat, Sequence, Shuffle, SomeOf
from degrade.engine.damage import Stage
from degrade.engine.declaration import Drawn
from degrade.engine.degradation import Degradation
from degrade.engine.distributions import (
    Beta,
    Choice,
    Distribution,
    Integers,
    LogNormal,
    LogUniform,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
)
from degrade.engine.fields import Count, Option, Real, field
from degrade.engine.kernels import gaussian, noise
from degrade.engine.key import Key
from degrade.engine.photo import Photo
from degrade.engine.step import Step


class Pinned(Degradation):
    """Draws, and leaves the picture alone."""

    stage = Stage.PRINT

    amount: Real = field((0, 1), "a real", low=0, high=1, unit="ratio")
    count: Count = field(Poisson(6), "a count", low=0, high=100)
    length_mm: Real = field(LogNormal(7, 0.9), "a length", low=0, high=1000)
    kind: Option = field(Choice(["a", "b", "c"]), "a word", options=("a", "b", "c"))

    def apply(self, photo: Photo, drawn: Drawn, key: Key) -> None:
        pass


@pytest.mark.parametrize(
    ("key", "first", "last", "pair"),
    [
        (Key(), 0.29405981403734144, 0.6140353710748969, (1538557264, 1262977284)),
        (Key(2026, "album/0042", 3), 0.8750554354354754, 0.11522304918284748, (1642423150, 3758334477)),
        (Key(2026, "album/0042").at("grain"), 0.06338444576034491, 0.2830934405144398, (2644699162, 272234121)),
        (
            Key(2026, "album/0042").at("grain", "noise"),
            0.384571566749998,
            0.5550071055142078,
            (698886602, 1651722302),
        ),
        (Key(-1, "é").at("dim[1]", 7), 0.2944880303826402, 0.7215261203331365, (2391842359, 1264816459)),
    ],
)
def test_addresses(key: Key, first: float, last: float, pair: tuple[int, int]) -> None:
    assert key.uniforms()[0] == first
    assert key.uniforms()[7] == last
    assert key.pair() == pair


@pytest.mark.parametrize(
    ("distribution", "values"),
    [
        (Uniform(-2, 3), [-1.95, -0.5, 0.5, 1.85, 2.995]),
        (LogUniform(0.1, 30), [0.10587, 0.553524, 1.73205, 8.07948, 29.8294]),
        (Normal(-1, 2.5), [-6.81587, -2.311, -1.0, 0.847117, 6.72558]),
        (LogNormal(7, 0.9), [0.862601, 4.36645, 7.0, 13.6109, 112.97]),
        (Beta(2.5, 4, 0.3), [0.0171793, 0.0822103, 0.11164, 0.156596, 0.26818]),
        (Beta(1, 4), [0.00250943, 0.0853088, 0.159104, 0.307481, 0.822172]),
        (Beta(0.5, 1, 2), [0.0002, 0.18, 0.5, 1.1858, 1.996]),
        (Poisson(6), [1, 5, 6, 8, 15]),
        (Poisson(9000), [8780, 8950, 9000, 9070, 9295]),
        (NegativeBinomial(12, 0.7), [0, 3, 7, 18, 107]),
        (Integers(-2, 4), [-2, 0, 1, 3, 4]),
        (Choice(["a", "b", "c"], [1, 2, 1]), ["a", "b", "b", "c", "c"]),
    ],
)
def test_distributions(distribution: Distribution, values: list[Any]) -> None:
    assert [distribution.at(u) for u in (0.01, 0.3, 0.5, 0.77, 0.999)] == values


def lines_of(step: Step, key: str) -> list[str]:
    """The record, a line a step."""
    steps = step.pair(np.zeros((2, 2), np.uint8), key=key).record["steps"]
    return [f"{s['label']} {'+' if s['fired'] else '-'} {' '.join(map(str, s['drawn'].values()))}" for s in steps]


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        (
            Pinned(),
            [
                "pinned + 0.139082 4 3.42496 b",
            ],
        ),
        (
            Pinned(p=0.5, label="half"),
            [
                "half - 0.652283 2 8.90394 b",
            ],
        ),
        (
            Sequence([Pinned(label="a"), Pinned(label="b", p=0.3)], p=0.9),
            [
                "a + 0.14488 3 49.9477 b",
                "b + 0.31839 3 2.3262 a",
            ],
        ),
        (
            OneOf([Pinned(label="a"), Pinned(label="b"), Pinned(label="c")], weights=[1, 2, 3]),
            [
                "a - 0.14488 3 49.9477 b",
                "b - 0.31839 3 2.3262 a",
                "c + 0.805846 6 8.85317 c",
            ],
        ),
        (
            SomeOf([Pinned(label="a"), Pinned(label="b"), Pinned(label="c")], n=(1, 2)),
            [
                "a - 0.14488 3 49.9477 b",
                "b + 0.31839 3 2.3262 a",
                "c + 0.805846 6 8.85317 c",
            ],
        ),
        (
            Shuffle([Pinned(label="a"), Pinned(label="b"), Pinned(label="c")]),
            [
                "c + 0.805846 6 8.85317 c",
                "b + 0.31839 3 2.3262 a",
                "a + 0.14488 3 49.9477 b",
            ],
        ),
        (
            Repeat([Pinned()], times=(1, 3)),
            [
                "pinned[0] + 0.743762 10 4.0291 b",
                "pinned[1] + 0.0388393 8 2.3453 a",
            ],
        ),
    ],
    ids=lambda value: value.address if isinstance(value, Step) else "",
)
def test_steps(step: Step, lines: list[str]) -> None:
    assert lines_of(step, "album/0042") == lines


def test_bits_of_the_kernels() -> None:
    start, stride = noise.row_key(1, 2, 3)
    assert (start, stride) == (5305586, 2191234539)
    bits = np.empty(5, np.uint32)
    noise.fill_bits(bits, start, stride)
    assert bits.tolist() == [3981200753, 4011818631, 1271366564, 1687346139, 2455789105]
    assert [float(noise.uniform_at(1, 2, i, j)) for i, j in ((0, 0), (0, 1), (7, 100))] == [
        0.7753357887268066,
        0.3208600580692291,
        0.7422592639923096,
    ]


def test_noise_of_the_kernels() -> None:
    places = [(0, 0), (0.25, 0.5), (-3.7, 12.1)]
    assert [float(noise.value_noise(np.float32(x), np.float32(y), 1, 2)) for x, y in places] == [
        0.550682783126831,
        0.4116850793361664,
        -0.4671568274497986,
    ]
    assert [float(noise.normal_at(1, 2, 3, j)) for j in range(3)] == [
        0.9524527788162231,
        -0.4144081175327301,
        -0.4576610326766968,
    ]


def test_the_normal_noise() -> None:
    pixels = np.full((4, 50), 0.5, np.float32)
    gaussian.gaussian(pixels, 1, 0.1, False, 1, 2)
    assert hashlib.sha256(pixels.astype("<f4").tobytes()).hexdigest()[:16] == "571735a63ad73547"
