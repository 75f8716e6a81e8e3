"""Pushing a recipe alone: its YAML file, in a dataset of its own or beside others."""

from __future__ import annotations

import os
from pathlib import Path

from degrade.hub.changes import Changes, changes
from degrade.hub.client import connected, quiet
from degrade.hub.errors import HubError
from degrade.hub.local import LocalFile
from degrade.hub.names import Repository
from degrade.hub.progress import Progress
from degrade.hub.publishing import Wish, begin, dry_report, kept_card, send
from degrade.hub.report import PushReport
from degrade.recipes.dumping import dump
from degrade.recipes.loading import load_recipe, recipe_text
from degrade.recipes.recipe import Recipe
from degrade.resources import shipped_names
from degrade.shards.card_seal import sealed
from degrade.shards.layout import CARD, MANIFEST

_SUFFIXES = (".yaml", ".yml")


def is_recipe(source: str | os.PathLike[str]) -> bool:
    """Whether `source` means a recipe, and no output: a YAML file, or the name of a shipped recipe where no folder has
    it."""
    path = Path(source)
    if path.suffix in _SUFFIXES:
        return not path.is_dir()
    return str(source) in shipped_names("recipes") and not path.exists()


def push_recipe(source: str | os.PathLike[str], to: Repository, wish: Wish, progress: Progress) -> PushReport:
    """See `degrade.hub.push`."""
    name, recipe, text = _text_of(source)
    api = connected()
    with quiet():
        there = begin(api, to, wish)
        files = [LocalFile.of(name, text.encode())]
        card = "theirs"
        if MANIFEST not in there.files:  # what holds pairs has their card
            own, card = kept_card(to.id, there, _card(to, name, recipe, text), edited=False)
            files += own
        if wish.dry_run:
            found = changes(files, there)
            return dry_report(to, wish, there, Changes(found.send, found.kept, ()), card)
        return send(api, to, there, wish, files, f"Push the recipe {recipe.name}", card, progress, clean=False)


def _text_of(source: str | os.PathLike[str]) -> tuple[str, Recipe, str]:
    """The file's name, the recipe, and its text without a place of this machine.

    Raises RecipeError where it has mistakes, HubError where nobody else could run it.
    """
    text = os.fspath(source)
    recipe = load_recipe(text)
    folders = ", ".join(recipe.contents())
    if folders:
        what = f"{recipe.name} takes textures from {folders}, which others do not have"
        raise HubError(what, "push it without them, or push an output of it")
    path = Path(text)
    if recipe.source is not None:  # where its photographs lie concerns nobody else
        return path.name, recipe, dump(recipe.without_places())
    if path.is_file():
        return path.name, recipe, path.read_text("utf-8-sig")
    name = text.removesuffix(".yaml")
    return f"{name}.yaml", recipe, recipe_text(name)


def _card(to: Repository, name: str, recipe: Recipe, text: str) -> LocalFile:
    about = " ".join(recipe.about.split())
    words = f"""---
pretty_name: {recipe.name}
tags:
- image-restoration
- old-photographs
- degrade
---

# {recipe.name}

{about + chr(10) * 2 if about else ""}A recipe of `degrade`: what is done to clean photographs to make
pairs for training out of them.

```
pip install "degrade[hub]"
degrade preview hf://datasets/{to.id}/{name}
degrade build --recipe hf://datasets/{to.id}/{name} --source PHOTOS
```

```yaml
{text.rstrip()}
```
"""
    return LocalFile.of(CARD, sealed(words).encode())
