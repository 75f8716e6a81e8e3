"""The command that shows what a recipe or an op does."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click
from click.core import ParameterSource

from degrade.cli.console import compiling_is_said, say
from degrade.cli.ops import known_op
from degrade.cli.recipes import source_option

if TYPE_CHECKING:
    from degrade.preview import Skipped

_Shown = TypeVar("_Shown")


@click.command()
@click.argument("recipe", required=False, help="A recipe's file, or the name of a shipped one.")
@source_option
@click.option("--out", metavar="FILE", help="The PNG to write, - for stdout; NAME_preview.png if left out.")
@click.option(
    "--html", metavar="FILE",
    help="Write a page that stands alone, with sliders, masks and all numbers; the PNG only if --out names it.",
)  # fmt: skip
@click.option(
    "--strength-sweep", "sweep", metavar="OP[.FIELD]",
    help="In place of RECIPE, show one op on one photograph with FIELD, or its main number, going from low to high.",
)  # fmt: skip
@click.option("--count", type=click.IntRange(1, 64), default=4, show_default=True, help="How many pairs.")
@click.option("--key", help="The one pair to show, by its key in a build, such as album/0042 or album/0042/c1.")
@click.option("--steps", is_flag=True, help="Show the picture after each step too.")
@click.option(
    "--side", type=click.IntRange(64, 2048), default=512, show_default=True, metavar="PIXELS",
    help="Pictures with a longer side are shrunk to it.",
)  # fmt: skip
@click.pass_context
def preview(
    ctx: click.Context,
    recipe: str | None,
    source: str | None,
    out: str | None,
    html: str | None,
    sweep: str | None,
    count: int,
    key: str | None,
    steps: bool,
    side: int,
) -> None:
    """Draw a contact sheet of what RECIPE does: clean, degraded, mask by class of damage, and the drawn numbers.

    The pairs are those that a build of the same photographs would make. A sweep goes through 2 to 98 % of a field's
    default distribution, everything else at its median and by the same key.
    """
    if (recipe is None) == (sweep is None):
        raise click.UsageError("give a RECIPE, or an op by --strength-sweep, not both")
    if recipe is not None:
        _preview_recipe(recipe, source, _Files(out, html), count, key, steps, side)
        return
    unused = [name for name in ("count", "steps") if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT]
    if unused:
        raise click.UsageError(f"--strength-sweep shows one op on one photograph: leave out --{unused[0]}")
    assert sweep is not None
    _preview_sweep(sweep, source, _Files(out, html), key, side)


@dataclasses.dataclass(frozen=True)
class _Files:
    """Where a preview goes, as it was asked for."""

    out: str | None
    html: str | None

    def checked(self, name: str) -> _Files:
        """The same, with the PNG called `name` where nothing was asked for; raises before any work is done."""
        out = self.out or (None if self.html else name)
        if out not in (None, "-"):
            _check(out, (".png",), "a contact sheet is a PNG")
        if self.html:
            _check(self.html, (".html", ".htm"), "a page is HTML")
        return _Files(out, self.html)

    def write(self, sheet: Callable[[], Any], page: Callable[[], str]) -> None:
        """Make and write what was asked for."""
        from degrade.codecs import encode_png

        if self.out == "-":
            sys.stdout.buffer.write(encode_png(sheet(), filtered=True))
        elif self.out:
            Path(self.out).write_bytes(encode_png(sheet(), filtered=True))
            say(f"the contact sheet is {self.out}")
        if self.html:
            Path(self.html).write_text(page(), "utf-8", newline="\n")
            say(f"the page is {self.html}")


def _check(name: str, suffixes: tuple[str, ...], what: str) -> None:
    file = Path(name)
    if file.suffix.lower() not in suffixes:
        raise click.UsageError(f"{what}: call it {file.with_suffix(suffixes[0])}")
    if not file.parent.is_dir():
        raise click.ClickException(f"there is no folder {file.parent}; make it first")


def _preview_recipe(
    name: str, source: str | None, files: _Files, count: int, key: str | None, steps: bool, side: int
) -> None:
    from degrade.corpus import open_corpus
    from degrade.preview import contact_sheet, examples, page, title_of
    from degrade.recipes import dump, load_recipe

    made = load_recipe(name)
    files = files.checked(f"{made.name}_preview.png")
    corpus, made = open_corpus(source or made.source), made.without_places()
    with compiling_is_said():
        made.prepare()
        apart = files.html is not None
        shown = list(_told(examples(made, corpus, count, key, steps, apart)))
    if not shown:
        raise click.ClickException("none of the photographs gives a pair; name others by --source")
    files.write(
        lambda: contact_sheet(shown, title_of(made.to_data()), side),
        lambda: page(shown, made.name, made.about, side, dump(made)),
    )


def _preview_sweep(target: str, source: str | None, files: _Files, key: str | None, side: int) -> None:
    from degrade.corpus import open_corpus
    from degrade.preview import page, pictures, sweep_of, sweep_sheet, swept

    op, _, field = target.partition(".")
    sweep = sweep_of(known_op(op), field or None)
    files = files.checked(f"{sweep.title.replace('.', '_')}_sweep.png")
    found = next(_told(pictures(open_corpus(source), side, key)), None)
    if found is None:
        raise click.ClickException("none of the photographs can be read; name others by --source")
    photo, picture = found
    with compiling_is_said():
        shown = swept(sweep, picture, photo)
    sheet = sweep_sheet(sweep, shown, side)
    files.write(lambda: sheet, lambda: page(shown, sweep.title, sweep.about, side, sheet=sheet))


def _told(found: Iterable[_Shown | Skipped]) -> Iterator[_Shown]:
    """What is no `Skipped`; the others are said."""
    from degrade.preview import Skipped

    for each in found:
        if isinstance(each, Skipped):
            say(f"skipped {each.source}: {each.why}")
        else:
            yield each
