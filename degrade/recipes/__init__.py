"""Recipes: what is to be done to a photograph, read from YAML, checked, written, described.

    text        YAML text to a document: plain data, with the place of every part       (scalars, document serve it)
    grammar     a document to a Recipe, or every mistake at once      (steps, fields, presets, words, errors serve it)
    recipe      the Recipe itself, as a callable; frame and output are its parts
    loading     from a shipped name, a file or a mapping to a Recipe; the list of shipped recipes
    check       warnings about recipes that can run but are unlikely to be meant
    dumping     a Recipe as YAML text
    schema      the JSON Schema that editors complete and check by

What a recipe may say is derived from the declarations of the degradations, of the frame and of the output.
"""

from __future__ import annotations

from degrade.recipes.dumping import dump
from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.loading import Shipped, examine, load_recipe, recipe_text, shipped_recipes
from degrade.recipes.recipe import Recipe
from degrade.recipes.replaying import replay_record
from degrade.recipes.schema import recipe_schema

__all__ = [
    "Problem",
    "Recipe",
    "RecipeError",
    "Shipped",
    "dump",
    "examine",
    "load_recipe",
    "recipe_schema",
    "recipe_text",
    "replay_record",
    "shipped_recipes",
]
