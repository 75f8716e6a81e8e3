"""Pictures made for the purpose: smooth shapes under noise, and what is done to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

Pictures = dict[str, np.ndarray]


def _scene(number: int, height: int, width: int, noise: float, blur: float) -> np.ndarray:
    """A picture with shading, shapes, texture and correlated noise, each its own."""
    generator = np.random.Generator(np.random.Philox(key=[number, 77]))
    coarse = generator.normal(size=(9, 9)).astype(np.float32)
    plane = 120 + 35 * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    middle = generator.normal(size=(height // 8, width // 8)).astype(np.float32)
    plane += generator.uniform(2, 8) * cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(generator.integers(12, 30))):
        centre = tuple(int(v) for v in generator.integers(0, [width, height]))
        cv2.circle(plane, centre, int(generator.integers(5, 60)), float(generator.uniform(20, 235)), -1, cv2.LINE_AA)
    plane = cv2.GaussianBlur(plane, (0, 0), blur * generator.uniform(0.8, 1.25))
    grain = cv2.GaussianBlur(generator.normal(size=plane.shape).astype(np.float32), (0, 0), 0.8)
    plane += noise * generator.uniform(0.7, 1.4) * grain / grain.std()
    return np.clip(np.round(plane), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def scenes() -> Callable[..., Pictures]:
    """So many pictures, from a number on: `scenes(count, first, noise=…, blur=…, size=…)`."""

    def made(count: int, first: int = 0, noise: float = 3.0, blur: float = 1.2, size: Any = (360, 500)) -> Pictures:
        return {f"p{first + n:04d}": _scene(first + n, *size, noise, blur) for n in range(count)}

    return made
