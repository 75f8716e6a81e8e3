"""Commands about recipes: check, list and copy, schema."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import columns, counted, emit, json_option, say, show

if TYPE_CHECKING:
    from degrade.recipes.errors import Problem
    from degrade.recipes.loading import Shipped
    from degrade.recipes.recipe import Recipe

recipe_argument = click.argument("recipe", help="A recipe's file, or the name of a shipped one.")
source_option = click.option(
    "--source",
    metavar="PHOTOS",
    help="A folder, a picture, a pattern such as 'photos/**/*.jpg', a list file, an archive, a dataset, a URL, or a "
    ".yaml that describes one source or several; without it the recipe's own source, else the sample photographs.",
)
format_option = click.option(
    "--format",
    type=click.Choice(["tar", "parquet", "folder", "aligned"]),
    help="How shards are stored, in place of the recipe's output.format.",
)


def in_format(recipe: Recipe, format: str | None) -> Recipe:
    """The recipe with its output in another format, where one is given. Raises ParameterError if it does not allow of
    it."""
    if format is None:
        return recipe
    from degrade.recipes.output import ALIGNED

    members = recipe.output.members
    if format == "aligned" and tuple(members) != ALIGNED:
        left_out = ", ".join(name for name in members if name not in ALIGNED)
        say(f"the format aligned holds {' and '.join(ALIGNED)} alone" + (f", not {left_out}" if left_out else ""))
        members = ALIGNED
    return dataclasses.replace(recipe, output=dataclasses.replace(recipe.output, format=format, members=members))


@click.command()
@recipe_argument
@json_option
def check(recipe: str, as_json: bool) -> None:
    """List everything that is wrong with RECIPE at once, and warn of what is unlikely.

    Each mistake and each warning stands with its place, file:line:column. A warning leaves the exit code at 0: steps
    against the order of a photograph's life, damage that the mask misses, and the like.
    """
    from degrade.recipes import RecipeError, examine

    try:
        made, warnings = examine(recipe)
    except RecipeError as error:
        if as_json:
            for problem in error.problems:
                emit(_problem_record("mistake", problem))
        raise
    for warning in warnings:
        if as_json:
            emit(_problem_record("warning", warning))
        else:
            say(f"warning: {warning}")
    say(f"{made.name}: {counted(len(made.steps), 'step')}, no mistakes, {counted(len(warnings), 'warning')}")


@click.command()
@click.argument("name", required=False, help="A shipped recipe, as `degrade recipes` lists them.")
@click.option(
    "--copy", is_flag=False, flag_value="", metavar="[FILE]",
    help="Copy it to FILE, as a recipe of your own; NAME.yaml in this folder if left out.",
)  # fmt: skip
@json_option
def recipes(name: str | None, copy: str | None, as_json: bool) -> None:
    """List the shipped recipes, or show or copy the one called NAME.

    NAME@SETTING chooses a preset, as animal_faces@CG does; several are joined by +.
    """
    from degrade.recipes import shipped_recipes

    if name is None and copy:  # `recipes --copy aged_photo` can mean one thing only
        name, copy = copy, ""
    if name is None and copy is None:
        shipped = shipped_recipes()
        if as_json:
            for each in shipped:
                emit(dataclasses.asdict(each))
        else:
            show(columns([[each.name, _about(each)] for each in shipped]))
        return
    if name is None:
        raise click.UsageError("--copy needs the name of a shipped recipe")
    text = _text_of(name)
    if copy is not None:
        _copy(text, Path(copy or f"{name}.yaml"))
    elif as_json:
        from degrade.recipes import load_recipe

        emit(load_recipe(name).to_data())
    else:
        show(text.rstrip("\n"))


@click.command()
@click.option("--out", metavar="FILE", help="Write it there instead of to stdout.")
def schema(out: str | None) -> None:
    """Print the JSON Schema of recipes, by which editors complete and check them.

    Name the file in a recipe's first line: "# yaml-language-server: $schema=recipe.schema.json".
    """
    from degrade.recipes import recipe_schema

    text = json.dumps(recipe_schema(), indent=2, ensure_ascii=False)
    if out is None:
        show(text)
    else:
        Path(out).write_text(text + "\n", "utf-8")
        say(f"the schema is in {out}")


def _problem_record(kind: str, problem: Problem) -> dict[str, Any]:
    return {"kind": kind, **dataclasses.asdict(problem)}


def _about(recipe: Shipped) -> str:
    choices = "; ".join(f"{choice}: {', '.join(settings)}" for choice, settings in recipe.presets.items())
    return f"{recipe.about} [{choices}]" if choices else recipe.about


def _text_of(name: str) -> str:
    from degrade.recipes import dump, load_recipe, recipe_text

    return dump(load_recipe(name)) if "@" in name else recipe_text(name)


def _copy(text: str, file: Path) -> None:
    """Write a recipe's text under the name of its file, which its output is called after; never over another file."""
    from degrade.recipes.grammar import NAME

    if file.suffix not in (".yaml", ".yml"):
        raise click.UsageError(f"a recipe is a YAML file: call it {file.with_suffix('.yaml')}")
    if NAME.fullmatch(file.stem):
        text = re.sub(r"^name:.*$", f"name: {json.dumps(file.stem)}", text, count=1, flags=re.MULTILINE)
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; give another name: --copy FILE") from None
    say(f"copied to {file}; try it: degrade preview {file}")
