"""The command that runs experiments."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from degrade.cli.console import Interrupted, columns, emit, json_option, say, show, shown_path


@click.command()
@click.argument("name", required=False, metavar="[NAME]", help="The experiment; all are listed if left out.")
@click.option("--full", is_flag=True, help="The published size, for a GPU, instead of a quarter of an hour's.")
@click.option(
    "--out", metavar="DIR", help="Where the report goes: train/reports/NAME in a checkout, else reports/NAME."
)
@click.option("--seeds", type=click.IntRange(1, 99), metavar="N", help="Train each network N times.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), metavar="M", help="End each training after M.")
@click.option(
    "--source", multiple=True, metavar="FOLDER", help="Photographs; repeat it. The sample photographs if left out."
)
@click.option("--real", metavar="FOLDER", help="transfer: pairs of real damage, NAME_damaged beside NAME_restored.")
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
    help="Where it runs; auto is a GPU where there is one.",
)  # fmt: skip
@json_option
def experiment(
    name: str | None,
    full: bool,
    out: str | None,
    seeds: int | None,
    minutes: float | None,
    source: tuple[str, ...],
    real: str | None,
    device: str,
    as_json: bool,
) -> None:
    """Run an experiment and write its report: what holds, what does not, tables and charts.

    The same command goes on where an interrupted one stopped; what is trained is kept in the folder runs beside the
    report, and can be removed. Without NAME it lists what experiments there are.
    """
    from degrade.train.experiments import experiments_table, run_experiment

    if name is None:
        for row in experiments_table() if as_json else ():
            emit(row)
        if not as_json:
            show(columns([(row["name"], row["about"]) for row in experiments_table()]))
        return
    try:
        report = run_experiment(
            name, out, full=full, seeds=seeds, minutes=minutes, source=source, real=real, device=device, told=say
        )
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the same command goes on from the last save") from None
    except ModuleNotFoundError as error:
        raise _missing(error) from None
    if as_json:
        emit({"event": "done", **report.to_data()})
    else:
        for title, claims in (("holds", report.holds), ("does not hold", report.fails)):
            show("\n".join(f"{title}: {claim}" for claim in claims)) if claims else None
    say(f"the report is {shown_path(Path(report.page))}")


def _missing(error: ModuleNotFoundError) -> Exception:
    from degrade.errors import MissingExtra

    if error.name not in ("torch", "safetensors", "matplotlib"):
        raise error
    return MissingExtra(f"experiments need {error.name}", 'pip install "degrade[train]"')
