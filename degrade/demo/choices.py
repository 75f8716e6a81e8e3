"""What there is to choose from: the shipped recipes, in all their presets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

from degrade.recipes import Recipe, load_recipe, shipped_recipes
from degrade.recipes.loading import load_shipped

FIRST = "handled_snapshot"
"""The recipe that is shown at first."""


def recipe_names() -> list[str]:
    """The name of every shipped recipe, and behind it those of its presets, such as ``animal_faces@C+visible``."""
    return [name for shipped in shipped_recipes() for name in _with_presets(shipped.name, shipped.presets)]


def _with_presets(name: str, presets: Mapping[str, Sequence[str]]) -> list[str]:
    """As `degrade.recipes.presets` writes them: a choice's first setting, the default, is left out."""
    defaults = {settings[0] for settings in presets.values()}
    chosen = ("+".join(one for one in some if one not in defaults) for some in product(*presets.values()))
    return [f"{name}@{settings}" if settings else name for settings in chosen]


class Recipes:
    """The recipes of a page, by name.

    Parameters
    ----------
    own : str or None
        The name or the file of the one that comes first; whoever starts the page gives it, never who looks at it.

    Raises
    ------
    RecipeError
        `own` is none, or has mistakes.
    """

    def __init__(self, own: str | None = None) -> None:
        self._own: dict[str, Recipe] = {}
        shipped = recipe_names()
        if own is not None and own not in shipped:
            self._own[own] = load_recipe(own)
        self.names = [*self._own, *shipped]
        self.first = own or FIRST

    def __getitem__(self, name: str) -> Recipe:
        """The recipe called so. Raises RecipeError."""
        return self._own[name] if name in self._own else _shipped(name)


@lru_cache(maxsize=128)
def _shipped(name: str) -> Recipe:
    return load_shipped(name)
