"""A recipe as plain data: for its fingerprint, and for YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from degrade.recipes.recipe import Recipe

VERSION = 1
"""Of the recipe's language: `recipe: 1`."""


def canonical(recipe: Recipe) -> dict[str, Any]:
    """See `Recipe.canonical`."""
    return {
        "recipe": VERSION, "seed": recipe.seed, "format": recipe.format,
        **({"story": recipe.story.settings()} if recipe.story else {}),
        "frame": recipe.frame.settings() if recipe.frame else None,
        "steps": [step.canonical() for step in recipe.steps],
        "output": recipe.output.settings(),
    }  # fmt: skip


def to_data(recipe: Recipe) -> dict[str, Any]:
    """See `Recipe.to_data`."""
    data: dict[str, Any] = {"recipe": VERSION, "name": recipe.name, "about": recipe.about, "seed": recipe.seed}
    data |= {"source": recipe.source, "format": recipe.format}
    data["story"] = recipe.story.settings() if recipe.story else None
    data["frame"] = recipe.frame.changed() if recipe.frame else None
    data["steps"] = [step.to_data() for step in recipe.steps]
    data["output"] = recipe.output.changed()
    # An empty frame still centres and rejects: it is not the same as none.
    kept = {"steps"} | ({"frame"} if recipe.frame else set())
    return {name: value for name, value in data.items() if name in kept or value not in (None, "", {})}
