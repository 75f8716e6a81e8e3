"""The command that fits a recipe to real photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import columns, counted, emit, json_option, say, show, shown_path

if TYPE_CHECKING:
    from degrade.realism.fitting import Fitted


@click.command()
@click.option("--real", required=True, metavar="FOLDER", help="Real photographs: 8 at least, better 100.")
@click.option("--start", default="old_photos", show_default=True, metavar="RECIPE", help="The recipe to begin from.")
@click.option(
    "--source", default="sample", show_default=True, metavar="CLEAN",
    help="Clean photographs to degrade: best 50 or more that show what the real ones do.",
)  # fmt: skip
@click.option("--out", default="fitted.yaml", show_default=True, metavar="FILE", help="The recipe that is written.")
@click.option("--minutes", type=click.FloatRange(0), metavar="M", help="How long the trials may take.")
@click.option("--trials", type=click.IntRange(0), metavar="N", help="How many trials are searched; 60 if left out.")
@click.option(
    "--rounds", type=click.IntRange(0), default=0, show_default=True,
    help="Rounds in which all distributions are moved by how real their pictures look: 24 of each clean photograph.",
)  # fmt: skip
@click.option(
    "--hold",
    multiple=True,
    metavar="NAME",
    help="A step, group or field that stays as it is, such as cine_frame, grain.size_mm or kind.weights; repeatable.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What all random draws follow from.")
@click.option("--workers", type=click.IntRange(1), help="Threads; one for each processor if left out.")
@json_option
def fit(as_json: bool, **how: Any) -> None:
    """Write the recipe that comes closest to real photographs.

    Half of the photographs calibrate: what can be read off them is read (JPEG quality, toning) or estimated (grain,
    tone, sharpness, dust), the rest is searched; --rounds move all distributions before that. Figures that
    count are those on the other half; a recipe that is worse there than the one it began from is not kept. Each fitted
    value has a comment that says what it comes from. Beside the recipe lies a folder with fit.json, fit.md and the
    trials: the same command goes on where one was interrupted. docs/fit.md has more.
    """
    from degrade.realism.fitting import fit as fitted_to

    with _bar() as progress:
        fitted = fitted_to(**how, progress=progress)
    if as_json:
        emit({"event": "done", **fitted.to_data()})
    else:
        show(columns(list(_rows(fitted))))
    for warning in fitted.warnings:
        say(f"warning: {warning}")
    say(fitted.words)
    say(f"the recipe is {shown_path(fitted.out)}, its figures are in {shown_path(fitted.folder, 'fit.md')}")


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on a terminal, which says what is being done; elsewhere a line for each thing."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from degrade.cli.progress import terminal

    console = terminal()
    if console is None:
        told: list[str] = []

        def line(what: str, _done: int, _total: int | None) -> None:
            if told[-1:] != [what]:
                told.append(what)
                say(f"{what}…")

        yield line
        return
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*parts, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total, refresh=True)


def _rows(fitted: Fitted) -> Iterator[list[str]]:
    """Each value, and then the figures of both halves."""
    from degrade.realism.fitting.report import shown

    yield ["value", "how", "turned", "from"]
    for value in fitted.values:
        yield [value.name, value.how, value.turned, "" if value.reading is None else str(value.reading)]
    for name, half in (("calibration", fitted.calibration), ("held out", fitted.held_out)):
        for row, figures in (("clean", half.clean), ("start", half.before), ("fitted", half.after)):
            photographs = counted(figures.photographs, "photograph")
            yield [name, row, f"AUC {shown(figures.auc)}", f"MMD {shown(figures.mmd)}, {photographs}"]
