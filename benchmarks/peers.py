"""The same work in albumentations 2.0.8 (MIT), the fastest general library of image transforms for the CPU.

What it lacks (scratches, folds, overlays of a texture on a picture) is written as its users write it, with OpenCV in a
custom transform. Its check for updates and OpenCV's threads are off: every contender has one thread.
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations as A
import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]
cv2.setNumThreads(1)


class Lines(A.ImageOnlyTransform):
    """Thin anti-aliased poly-lines, lighter than the picture."""

    def __init__(self, count: int) -> None:
        super().__init__(p=1)
        self.count = count

    def apply(self, img: Image, **params: Any) -> Image:
        out, (height, width) = img.copy(), img.shape[:2]
        for _ in range(self.count):
            start = self.py_random.uniform(0, width), self.py_random.uniform(0, height)
            turn, length = self.py_random.uniform(0, 6.28), self.py_random.uniform(20, 100)
            steps = np.linspace(0, length, 17)
            bend = turn + steps * self.py_random.uniform(-0.01, 0.01)
            points = np.stack([start[0] + steps * np.cos(bend), start[1] + steps * np.sin(bend)], 1)
            cv2.polylines(out, [points.astype(np.int32)], False, (220, 220, 220), 1, cv2.LINE_AA)
        return out


class Overlay(A.ImageOnlyTransform):
    """A crop of a gray texture, multiplied with the picture."""

    def __init__(self, texture: Image, strength: float) -> None:
        super().__init__(p=1)
        self.texture, self.strength = texture, strength

    def apply(self, img: Image, **params: Any) -> Image:
        height, width = img.shape[:2]
        top = self.py_random.randint(0, self.texture.shape[0] - height)
        left = self.py_random.randint(0, self.texture.shape[1] - width)
        cut = self.texture[top : top + height, left : left + width].astype(np.float32) / 255
        factor = 1 - self.strength + self.strength * cut
        return (img * (factor if img.ndim == 2 else factor[:, :, None])).astype(np.uint8)


class Crease(A.ImageOnlyTransform):
    """A fold across the picture: a light line with a shaded band on each side."""

    def apply(self, img: Image, **params: Any) -> Image:
        height, width = img.shape[:2]
        place = self.py_random.uniform(0.2, 0.8) * width
        distance = np.abs(np.arange(width, dtype=np.float32) - place)
        shade = 1 + 0.1 * np.exp(-((distance / 4) ** 2)).astype(np.float32)
        out = np.clip(img * shade[None, :, None], 0, 255).astype(np.uint8)
        cv2.line(out, (int(place), 0), (int(place) + 8, height), (225, 225, 225), 1, cv2.LINE_AA)
        return out


def texture(side: int) -> Image:
    """(side, side) uint8 of smooth noise."""
    rng = np.random.default_rng(1)
    return cv2.GaussianBlur(rng.integers(0, 256, (side, side), np.uint8), (0, 0), 1.5)


def plain_list(side: int) -> A.Compose:
    """Gray, noise, salt and pepper, scratches, dropout, texture; its JPEG is the encoding of the member."""
    return A.Compose(
        [
            A.ToGray(p=1),
            A.GaussNoise(std_range=(0.01, 0.05), p=1),
            A.SaltAndPepper(amount=(0.005, 0.02), p=1),
            Lines(6),
            A.CoarseDropout(num_holes_range=(4, 4), hole_height_range=(0.05, 0.14), hole_width_range=(0.05, 0.14), p=1),
            Overlay(texture(2 * side), 0.15),
        ]
    )


def aged(side: int, gray: bool) -> A.Compose:
    """The plain list with a fold, a faded tone curve and a blur."""
    head = [A.ToGray(p=1)] if gray else []
    return A.Compose(
        [
            *head,
            A.GaussNoise(std_range=(0.01, 0.05), p=1),
            A.SaltAndPepper(amount=(0.005, 0.02), p=1),
            Lines(6),
            A.CoarseDropout(num_holes_range=(4, 4), hole_height_range=(0.05, 0.14), hole_width_range=(0.05, 0.14), p=1),
            Overlay(texture(2 * side), 0.15),
            Crease(p=0.4),
            A.RandomToneCurve(scale=0.1, p=1),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.5, 1.0), p=1),
        ]
    )
