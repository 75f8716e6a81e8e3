"""The command that tells what a network is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from degrade.cli.bars import counting_bar
from degrade.cli.console import columns, emit, json_option, say, show

if TYPE_CHECKING:
    from degrade.pages import Table
    from degrade.train.evaluation import Evaluation


@click.command()
@click.argument("checkpoint", metavar="RUN", help="The folder of a training, or one of its checkpoints.")
@click.option("--data", metavar="OUT", help="An output of `degrade build`; what RUN was trained on if left out.")
@click.option("--split", help="The pairs to evaluate on; if left out test, or what the training did not learn from.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="The first N pairs only.")
@click.option("--report", metavar="FILE", help="Write a page in HTML, with the worst and the best pictures.")
@click.option(
    "--pictures", type=click.IntRange(1, 64), default=4, show_default=True, help="How many of either are on it."
)
@click.option(
    "--baselines/--no-baselines", "compare", default=True, show_default=True,
    help="Whether affine map, median and non-local means are measured beside doing nothing.",
)  # fmt: skip
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
    help="Where it runs; auto is a GPU where there is one.",
)  # fmt: skip
@json_option
def evaluate(
    checkpoint: str,
    data: str | None,
    split: str | None,
    limit: int | None,
    report: str | None,
    pictures: int,
    compare: bool,
    device: str,
    as_json: bool,
) -> None:
    """Measure what the network RUN restores: MSE, PSNR, SSIM, inside of the damage, around it and outside.

    Always beside doing nothing, the best affine map of colours (fitted on the training split), median and non-local
    means; with 95 % intervals over photographs. --json prints a line a pair, then one with all figures.
    """
    page = _checked(report)
    from degrade.train import evaluate as measure
    from degrade.train.report import report as page_of
    from degrade.train.tables import tables

    with counting_bar("evaluating", "pairs") as progress:
        found: Evaluation = measure(
            checkpoint, data, split=split, limit=limit, compare=compare, shown=pictures if page else 0, device=device,
            progress=progress,
        )  # fmt: skip
    if as_json:
        for row in found.rows:
            emit({"event": "pair", **row})
        emit({"event": "done", **found.to_data()})
    else:
        show("\n\n".join(_text(table) for table in tables(found)))
    for note in found.notes:
        say(note)
    if page is not None:
        page.write_text(page_of(found), "utf-8", newline="\n")
        say(f"the page is {report}")


def _checked(report: str | None) -> Path | None:
    if report is None:
        return None
    path = Path(report)
    if path.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"a report is HTML: call it {path.with_suffix('.html')}")
    if not path.parent.is_dir():
        raise click.ClickException(f"there is no folder {path.parent}; make it first")
    return path


def _text(table: Table) -> str:
    return f"{table.title}\n{columns([table.heads, *table.rows], indent=2)}"
