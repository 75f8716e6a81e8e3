"""The plainest degradation there is, as a ceiling to compare with: gray, white noise, straight lines, salt and pepper.

It stands farther from old photographs than clean pictures do, so a comparison that does not find it is no good.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from degrade.recipes import Recipe, load_recipe

_SPLITS = {"train": 1.0}
NAIVE: dict[str, Any] = {
    "recipe": 1,
    "name": "naive",
    "steps": [
        "grayscale",
        "target",
        {"gaussian_noise": {"sigma": 0.1}},
        {"scratches": {"straight": True, "count": [3, 10], "depth": 1}},
        {"salt_and_pepper": {"amount": 0.005}},
    ],
    "output": {"image": "png", "splits": _SPLITS},
}
"""As a recipe: noise of 25 codes, 3 to 10 lines, one pixel in two hundred black or white."""


@lru_cache(maxsize=1)
def naive_recipe() -> Recipe:
    """The recipe."""
    return load_recipe(NAIVE)
