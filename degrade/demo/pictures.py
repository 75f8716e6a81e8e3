"""A photograph and a recipe, as the pictures and words that the page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from degrade.demo.changes import changed, exported
from degrade.demo.controls import Settings
from degrade.demo.errors import DemoError
from degrade.demo.photographs import Given
from degrade.engine.kernels.kernel import announce_compilation
from degrade.engine.pair import Pair
from degrade.pages import Picture, as_rgb, coloured_mask, fitted
from degrade.preview import example_of
from degrade.preview.legend import Legend, legend_of
from degrade.recipes import Recipe
from degrade.recipes.recipe import TooSmall

LARGEST_SIDE_PX = 1024
"""Longer pictures are shrunk to it for the page."""
MOST_VARIANTS = 100


@dataclass(frozen=True)
class Shown:
    """What the page shows of a pair.

    Attributes
    ----------
    clean, degraded : (H, W, 3) uint8
        Of one size.
    mask, classes : (H, W, 3) uint8
        Where the damage is, white on black; of which class, in colours over the darkened picture.
    legend : Legend
        What the colours mean.
    record : dict
        What was drawn: `Pair.record`.
    recipe : str
        YAML that gives this pair.
    said, steps : str
        The pair in a line of words, and the steps that happened to it.
    """

    clean: Picture
    degraded: Picture
    mask: Picture
    classes: Picture
    legend: Legend
    record: dict[str, Any]
    recipe: str
    said: str
    steps: str


@dataclass(frozen=True)
class Asked:
    """What the page asks for.

    Attributes
    ----------
    photograph : Given
    recipe : Recipe
    seed : int or None
        None: the recipe's own.
    variant : int
        Which of the copies of a photograph, from 0.
    settings : Settings
        What is changed of the recipe's steps.
    """

    photograph: Given
    recipe: Recipe
    seed: int | None
    variant: int
    settings: Settings

    def made(self, compiling: Callable[[], None] = lambda: None) -> tuple[Pair, Recipe]:
        """The pair, and the recipe that gives it; `compiling` is called if kernels have to be compiled.

        Raises
        ------
        DegradeError
            The photograph is too small or too large, numbers do not go together, or a step lacks something.
        """
        if not 0 <= self.variant < MOST_VARIANTS:
            raise DemoError(f"there is no variant {self.variant}", f"choose one of 0 to {MOST_VARIANTS - 1}")
        recipe = changed(self.recipe, self.settings, self.seed, self.variant)
        with announce_compilation(compiling):
            recipe.prepare()
            try:
                decoded = self.photograph.for_recipe(recipe)
                pair = recipe.of_photograph(decoded, key=self.photograph.key, copy=self.variant)
            except TooSmall as error:
                raise DemoError(f"{self.photograph.name}: {error}", "take a larger one") from None
            _ = pair.degraded, pair.clean  # what is only decoded now may have to be compiled too
        return pair, recipe

    def shown(self, compiling: Callable[[], None] = lambda: None) -> Shown:
        """What `made` gives, for the page. Raises DegradeError."""
        pair, recipe = self.made(compiling)
        example = example_of(pair)
        assert example.mask is not None
        clean = _on_page(example.pictures["clean"])
        return Shown(
            clean,
            _on_page(_as_large(example.pictures["degraded"], example.pictures["clean"])),
            _on_page(coloured_mask(example.mask, None, None)),
            _on_page(coloured_mask(example.mask, example.classes, example.behind)),
            legend_of([(example.mask, example.classes)]),
            pair.record,
            exported(recipe, self.photograph.key, self.variant),
            *_said(pair),
        )


def _on_page(picture: Picture) -> Picture:
    return np.ascontiguousarray(as_rgb(fitted(picture, LARGEST_SIDE_PX)))


def _as_large(degraded: Picture, clean: Picture) -> Picture:
    """`degraded`, each pixel a square, in the size of `clean`, where the recipe makes it smaller."""
    times = clean.shape[0] // degraded.shape[0]
    return degraded.repeat(times, axis=0).repeat(times, axis=1)[: clean.shape[0], : clean.shape[1]]


def _said(pair: Pair) -> tuple[str, str]:
    ran = [step["label"] for step in pair.record["steps"] if step["fired"] and step["op"] != "target"]
    if not ran:
        return f"{pair.key}: no step happened to this one; choose another variant", ""
    return f"{pair.key}: {pair.coverage:.1%} damaged", f"What happened: {', '.join(ran)}"
