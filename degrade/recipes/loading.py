"""From a name, a file or a mapping to a recipe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from degrade.recipes.check import check_reading
from degrade.recipes.document import Document, plain_document
from degrade.recipes.errors import Problem, RecipeError
from degrade.recipes.fetching import fetched, hub_file, is_hub_url, refuse_places
from degrade.recipes.grammar import Reading, read
from degrade.recipes.presets import Presets
from degrade.recipes.recipe import Recipe
from degrade.recipes.text import LARGEST_BYTES, parse_document
from degrade.recipes.words import did_you_mean, shown
from degrade.resources import shipped, shipped_names

Source = str | os.PathLike[str] | Mapping[str, Any]
_SUFFIXES = (".yaml", ".yml")


def load_recipe(source: Source) -> Recipe:
    """The recipe that a shipped name, a file or a mapping stands for.

    Parameters
    ----------
    source : str, path or mapping
        ``"my/recipe.yaml"`` is that file; ``"aged_photo"``, and ``"aged_photo.yaml"`` where there is no such file, is
        the shipped recipe. ``@`` and settings joined by ``+`` choose presets: ``"animal_faces@C+visible"``.
        ``"hf://datasets/user/name/recipe.yaml"`` is fetched from the Hugging Face Hub; such a recipe may name neither
        photographs nor folders.
        A mapping is what the YAML text would give.

    Raises
    ------
    RecipeError
        There is no such recipe, or it has mistakes: all of them, each with its place.
    """
    return _reading(source).recipe


def load_with_presets(source: Source) -> tuple[Recipe, Mapping[str, Any]]:
    """`load_recipe`, and plain data of the presets for `dump`: none where the chosen settings change the recipe.

    Raises
    ------
    RecipeError
        As `load_recipe`.
    """
    reading = _reading(source)
    return reading.recipe, reading.presets


def load_shipped(name: str) -> Recipe:
    """The shipped recipe `name`, with presets behind an ``@``, whatever lies in the working folder.

    Raises
    ------
    RecipeError
        There is no such recipe, or it has mistakes.
    """
    bare, _, presets = name.partition("@")
    path = _shipped_file(bare)
    return read(_document(path, path.name), path.stem, presets.split("+") if presets else ()).recipe


def examine(source: Source) -> tuple[Recipe, list[Problem]]:
    """`load_recipe`, and what `degrade check` warns of, each with its place in the text.

    Raises
    ------
    RecipeError
        As `load_recipe`.
    """
    reading = _reading(source)
    return reading.recipe, check_reading(reading)


@dataclass(frozen=True)
class Shipped:
    """What a listing says of a shipped recipe.

    Attributes
    ----------
    name, about : str
    presets : dict
        The settings of each choice, by the choice's name; the first is the default.
    """

    name: str
    about: str
    presets: dict[str, tuple[str, ...]]


def shipped_recipes() -> list[Shipped]:
    """The shipped recipes, by name; steps are not looked into, so that the listing is quick."""
    return [_listed(name) for name in shipped_names("recipes")]


def recipe_text(name: str) -> str:
    """The YAML text of a shipped recipe, comments included: what `degrade recipes --copy` copies.

    Raises
    ------
    RecipeError
        No shipped recipe has this name.
    """
    return _shipped_file(name).read_text("utf-8")


def _listed(name: str) -> Shipped:
    document = _document(shipped("recipes") / f"{name}.yaml", f"{name}.yaml")
    presets = Presets(document.data.get("presets"), lambda *_, **__: None)
    about = " ".join(str(document.data.get("about", "")).split())
    return Shipped(name, about, {choice: tuple(settings) for choice, settings in presets.choices.items()})


def _reading(source: Source) -> Reading:
    if isinstance(source, Mapping):
        return read(plain_document(source), "recipe")
    try:
        text = os.fspath(source)
    except TypeError:
        text = None
    if not isinstance(text, str):
        kind = type(source).__name__
        raise RecipeError([Problem(f"a recipe is a shipped name, a path or a mapping, not an object of {kind}")])
    if is_hub_url(text):
        return _from_hub(text)
    whole = _file(text)
    if whole is not None:
        return read(_document(whole, text), whole.stem)
    name, at, presets = text.rpartition("@")
    if not at or "/" in presets:
        name, presets = text, ""
    own = _file(name)
    path = own or _shipped_file(name)
    return read(_document(path, name if own else path.name), path.stem, presets.split("+") if presets else ())


def _from_hub(url: str) -> Reading:
    """What somebody put on the Hub, as untrusted as any recipe."""
    file = hub_file(url)
    document = parse_document(fetched(file, url), url)
    reading = read(document, Path(file.path).stem, file.presets.split("+") if file.presets else ())
    refuse_places(reading.recipe, url)
    return reading


def _file(name: str) -> Path | None:
    """The user's file that `name` means, if there is something of that name."""
    path = Path(name)
    bare = path.name == name and path.suffix not in _SUFFIXES
    if bare and name in shipped_names("recipes"):
        return None
    try:
        return path if path.exists() and not (bare and path.is_dir()) else None
    except PermissionError:
        return path
    except OSError:  # no file can have such a name
        return None


def _shipped_file(name: str) -> Path:
    """The shipped recipe called `name`, with or without its suffix."""
    names, bare = shipped_names("recipes"), name.removesuffix(".yaml")
    if bare in names:
        return shipped("recipes") / f"{bare}.yaml"
    meant = did_you_mean(Path(bare).name, names)
    message = f"there is no file {shown(name)} and no shipped recipe of that name"
    raise RecipeError([Problem(message, hint=f"{meant} `degrade recipes` lists the shipped ones".strip())])


def _document(path: Path, called: str) -> Document:
    """The document in the file at `path`, which messages call `called`."""
    try:
        if not path.is_file():
            raise RecipeError([Problem("this is no regular file; a recipe is a YAML file", file=called)])
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise RecipeError([Problem(f"it can't be read: {error.strerror or error}", file=called)]) from None
    return parse_document(data, called)
