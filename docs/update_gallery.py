"""Writes docs/gallery, what every op and every shipped recipe does, in pictures: `python docs/update_gallery.py`."""

from __future__ import annotations

import argparse
import inspect
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().with_name("gallery")
sys.path.insert(0, str(FOLDER.parents[1]))  # a checkout's own package, installed or not

from degrade.cli.ops import default_text  # noqa: E402
from degrade.codecs import encode_jpeg  # noqa: E402
from degrade.corpus import SampleCorpus  # noqa: E402
from degrade.engine.degradation import Degradation  # noqa: E402
from degrade.ops import degradations  # noqa: E402
from degrade.pages import Picture, coloured_mask, fitted  # noqa: E402
from degrade.preview import Example, Skipped, examples, pictures  # noqa: E402
from degrade.preview.grid import Cell, grid_sheet  # noqa: E402
from degrade.preview.legend import Legend, legend_of  # noqa: E402
from degrade.preview.sweep import example_at, op_at  # noqa: E402
from degrade.recipes import Shipped, load_recipe, shipped_recipes  # noqa: E402

STRENGTHS = {"low": 0.05, "default": 0.5, "high": 0.95}
"""What each picture of an op is called, and which quantile its numbers stand at."""
OP_SIDE, RECIPE_SIDE = 256, 192
OP_BYTES, RECIPE_BYTES = 36_000, 90_000
"""Largest size of a picture's file."""
SHOWN = ("astronaut", "camera", "chelsea", "coffee", "coins", "rocket")
"""The sample photographs that recipes are shown on, by key: all in the public domain."""

ABOUT_OPS = """# Gallery of the degradations

Every op on one photograph, alone. All its numbers that vary by default stand at the 5 %, 50 % and 95 % quantile of
their default distributions, in the pictures "low", "default" and "high"; numbers of things are at least 1, and words
stand at their medians. High numbers are not always strong damage: a JPEG of high quality is a good one. An op without
numbers that vary stands beside the photograph itself. Structural ops have the mask of "high" at the end, in the colours
of the classes of damage. An op that looks at earlier damage comes after scratches and folds.

Written by `python docs/update_gallery.py`.
"""
ABOUT_RECIPES = """# Gallery of the recipes

Every shipped recipe on six of the sample photographs: degraded, and the mask in the colours of the classes of damage.
The pairs are those of a build of the sample photographs.

Written by `python docs/update_gallery.py`.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both pages and their pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER", help="instead of docs/gallery")
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    (out / "ops.md").write_text(ops_page(list(degradations().values()), out), "utf-8")
    (out / "recipes.md").write_text(recipes_page(shipped_recipes(), out), "utf-8")


# --- ops --------------------------------------------------------------------------------------------------------------


def ops_page(ops: Sequence[type[Degradation]], out: Path) -> str:
    """The page of `ops`, which are in the order of their stages; their pictures are written into `out`."""
    key, picture = next(each for each in pictures(SampleCorpus(), OP_SIDE) if not isinstance(each, Skipped))
    lines = [ABOUT_OPS]
    for stage, members in itertools.groupby(ops, lambda op: op.stage):
        lines.append(f"## {stage.name.replace('_', ' ').capitalize()}\n")
        for op in members:
            _write_jpeg(_strip(op, picture, key), out / f"op_{op.name}.jpg", OP_BYTES)
            lines += _op(op)
    return "\n".join(lines)


def _op(op: type[Degradation]) -> Iterator[str]:
    damage = f"damage: {op.damage.name.lower().replace('_', ' ')}" if op.damage else "global"
    yield f"### {op.name}\n"
    yield f"![{op.name}](op_{op.name}.jpg)\n"
    yield f"`degrade.{op.__name__}`, {damage}{'' if op.portable else ', may differ in the last bit between machines'}\n"
    yield inspect.cleandoc(op.__doc__ or "") + "\n"
    if op.specs:
        yield _table(["field", "default", "bounds", "unit", "what it is"], _fields(op))


def _fields(op: type[Degradation]) -> Iterator[list[str]]:
    for spec in op.specs.values():
        yield [f"`{spec.name}`", f"`{default_text(spec)}`", spec.expected(), spec.unit, spec.help]


def _table(head: Sequence[str], rows: Iterator[list[str]]) -> str:
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *escaped)) + "\n"


def _strip(op: type[Degradation], picture: Picture, key: str) -> Picture:
    """The op at each strength, and the mask of the last; or the photograph and the op, if that has one strength."""
    steps = {name: op_at(op, share) for name, share in STRENGTHS.items()}
    varies = steps["low"] != steps["high"]
    names = list(STRENGTHS) if varies else ["default"]
    shown = [example_at(steps[name], picture, key, name) for name in names]
    cells = [] if varies else [Cell(picture, "photograph")]
    cells += [Cell(each.pictures["degraded"], each.key) for each in shown]
    mask = shown[-1].mask
    if mask is not None and mask.any():
        cells.append(Cell(_mask(shown[-1]), f"mask of {shown[-1].key}, {(mask > 0).mean():.1%}"))
    return grid_sheet(cells, len(cells), _legend(shown))


# --- recipes ----------------------------------------------------------------------------------------------------------


def recipes_page(recipes: Sequence[Shipped], out: Path) -> str:
    """The page of `recipes`; their pictures are written into `out`."""
    lines = [ABOUT_RECIPES]
    for recipe in recipes:
        _write_jpeg(_recipe_sheet(recipe.name), out / f"recipe_{recipe.name}.jpg", RECIPE_BYTES)
        lines.append(f"## {recipe.name}\n\n{recipe.about}\n\n![{recipe.name}](recipe_{recipe.name}.jpg)\n")
        for choice, settings in recipe.presets.items():
            lines.append(f"`{choice}` may be {', '.join(f'`{recipe.name}@{setting}`' for setting in settings)}.\n")
    return "\n".join(lines)


def _recipe_sheet(name: str) -> Picture:
    recipe = load_recipe(name)
    recipe.prepare()
    shown = [each for key in SHOWN for each in examples(recipe, SampleCorpus(), key=key) if isinstance(each, Example)]
    cells = [
        Cell(fitted(picture, RECIPE_SIDE), heading)
        for each in shown
        for heading, picture in ((each.key, each.pictures["degraded"]), ("mask", _mask(each)))
    ]
    return grid_sheet(cells, 4, _legend(shown))


# --- pictures ---------------------------------------------------------------------------------------------------------


def _mask(example: Example) -> Picture:
    assert example.mask is not None
    return coloured_mask(example.mask, example.classes, example.behind)


def _legend(shown: Sequence[Example]) -> Legend:
    return legend_of((each.mask, each.classes) for each in shown)


def _write_jpeg(picture: Picture, file: Path, limit: int) -> None:
    """Write a JPEG of the best quality that is no larger than `limit` bytes."""
    made = (encode_jpeg(picture, quality) for quality in range(86, 10, -4))
    file.write_bytes(next(data for data in made if len(data) <= limit))


if __name__ == "__main__":
    main()
