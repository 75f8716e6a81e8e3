"""The command that tells how far synthetic pictures are from real old photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from degrade.cli.bars import counting_bar
from degrade.cli.console import columns, compiling_is_said, counted, emit, json_option, say, show, shown_path

if TYPE_CHECKING:
    from degrade.pages import Table
    from degrade.realism.report import Report


@click.command()
@click.option(
    "--synthetic", required=True, metavar="OUT_OR_RECIPE",
    help="An output of `degrade build`, a recipe (its pairs are made on the way), or a folder of pictures.",
)  # fmt: skip
@click.option(
    "--real",
    metavar="FOLDER",
    help="Real photographs: a folder, or anything that --source of `degrade build` takes, or an .npz file that "
    "`python -m degrade.realism.reference` made; what comes with the package if left out.",
)
@click.option("--clean", metavar="FOLDER", help="Clean pictures to compare with; those of the pairs if left out.")
@click.option(
    "--source", metavar="PHOTOS",
    help="The photographs that a recipe degrades; its own source, else the sample photographs if left out.",
)  # fmt: skip
@click.option(
    "--stratum", metavar="NAME",
    help="Only this part of the real photographs: a subfolder of --real, or a stratum of the reference.",
)  # fmt: skip
@click.option("--masks", metavar="FOLDER", help="Damage masks of real photographs, white where there is damage.")
@click.option(
    "--photos", type=click.IntRange(1, 400), default=100, show_default=True, metavar="N",
    help="At most N synthetic pictures, or photographs that a recipe degrades.",
)  # fmt: skip
@click.option("--framed", is_flag=True, help="Frame photographs as the recipe says; else they are taken as they are.")
@click.option("--explain", is_flag=True, help="Leave out each op of a recipe in turn; takes minutes.")
@click.option("--out", metavar="PAGE_DIR", help="Write report.html, which stands alone, and report.json there.")
@click.option("--seed", type=int, default=0, show_default=True, help="What all random draws follow from.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Threads; as many as processors if left out.")
@json_option
def realism(
    synthetic: str,
    real: str | None,
    clean: str | None,
    source: str | None,
    stratum: str | None,
    masks: str | None,
    photos: int,
    framed: bool,
    explain: bool,
    out: str | None,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Tell how far synthetic pictures are from real old photographs, and what gives them away.

    Beside each other: two halves of the real photographs (the floor), the synthetic pictures, clean ones and naively
    degraded ones; with intervals, controls, and the worst figures in words. No pretrained weights are used.
    """
    folder = _checked(out)
    from degrade.realism.report import realism_of

    with counting_bar("measuring", "pictures") as bar, compiling_is_said():
        report: Report = realism_of(
            synthetic, real, source=source, clean=clean, stratum=stratum, masks=masks, photos=photos, framed=framed,
            explain=explain, seed=seed, workers=workers, progress=say if explain else None,
            counted=lambda _name, done, total: bar(done, total),
        )  # fmt: skip
    if as_json:
        emit(report.to_data())
    else:
        show(_text(report))
    if folder is not None:
        written, _ = report.write(folder)
        say(f"the page is {shown_path(written)}")


def _checked(out: str | None) -> Path | None:
    if out is None:
        return None
    path = Path(out)
    if path.exists() and not path.is_dir():
        raise click.ClickException(f"{out} is a file; name a folder, which is made where there is none")
    return path


def _text(report: Report) -> str:
    from degrade.realism.tables import headlines, tables

    found = report.comparison
    parts = [f"{report.synthetic} beside {counted(found.real, 'real photograph')} of {report.real}"]
    parts += ["\n".join(headlines(report))]
    parts += [_table(table) for table in tables(report)]
    if report.advice:
        parts.append("\n".join(["What gives it away most", *(f"  - {one.words}" for one in report.advice)]))
    warned = [*found.warnings, *report.notes]
    if warned:
        parts.append("\n".join(["Beware", *(f"  - {line}" for line in warned)]))
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    return f"{table.title}\n{columns([table.heads, *table.rows], indent=2)}"
