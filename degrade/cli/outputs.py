"""Commands about outputs: build, merge, verify, replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import Interrupted, compiling_is_said, counted, emit, json_option, say, shown_path
from degrade.cli.recipes import format_option, in_format, source_option

if TYPE_CHECKING:
    from degrade.building import Report
    from degrade.engine.pair import Pair
    from degrade.shards import Verification

_MOST_SHOWN = 50
_out_argument = click.argument("out", help="The folder that a build has written, or its URL.")


@click.command()
@click.option("--recipe", required=True, metavar="RECIPE", help="A recipe's file, or the name of a shipped one.")
@source_option
@click.option(
    "--out", metavar="FOLDER", help="Where the pairs go, or a URL; a folder of the recipe's name if left out."
)
@format_option
@click.option("--workers", type=int, help="How many work at once; one for each processor if left out.")
@click.option("--limit", type=int, help="Take so many of the photographs only.")
@click.option("--part", metavar="I/N", help="Make the i-th of n parts, to build on several machines; `merge` finishes.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and write nothing.")
@click.option("--overwrite", is_flag=True, help="Begin anew, if FOLDER holds a build; nothing else is ever deleted.")
@click.option(
    "--engine", type=click.Choice(["processes", "threads", "ray"]), default="processes", show_default=True,
    help="Who does the work; ray is a cluster of machines.",
)  # fmt: skip
@click.option("--ray-address", metavar="HOST:PORT", help="The Ray cluster's head; if left out, this machine alone.")
@click.option(
    "--start-method", type=click.Choice(["spawn", "forkserver", "fork"]), default="spawn", show_default=True,
    help="How processes are started.",
)  # fmt: skip
@json_option
def build(
    recipe: str, source: str | None, out: str | None, format: str | None, dry_run: bool, as_json: bool, **how: Any
) -> None:
    """Make shards of clean/degraded pairs from a folder of photographs.

    The same command goes on where an interrupted one stopped, and the bytes are the same with any number of workers.
    Files that are no usable photographs are listed in rejects.jsonl and never stop a build.
    """
    from degrade import building
    from degrade.cli.progress import Events, shown_progress
    from degrade.recipes import load_recipe

    made = in_format(load_recipe(recipe), format)
    if source is None:
        say(f"no --source: taking {made.source or 'the sample photographs'}")
    with _resumable(), shown_progress() as shown:
        report = building.build(made, source, out, dry_run=dry_run, progress=Events(shown) if as_json else shown, **how)
    _finish(report, as_json)


@click.command()
@_out_argument
@json_option
def merge(out: str, as_json: bool) -> None:
    """Finish the output OUT that was built in parts: write its manifest, index and card."""
    from degrade import building

    with _resumable():
        report = building.merge(out)
    _finish(report, as_json)


@click.command()
@_out_argument
@click.option("--repair", is_flag=True, help="Make what is damaged or missing again, the same byte for byte.")
@click.option("--source", metavar="PHOTOS", help="Where the photographs are now, if --repair needs them elsewhere.")
@click.option("--workers", type=int, help="How many --repair at once; one for each processor if left out.")
@json_option
def verify(out: str, repair: bool, as_json: bool, **how: Any) -> None:
    """Check the output OUT against its manifest: every shard's SHA-256, every member, every JSON column.

    All that is wrong is listed at once, and the exit code is 1 if anything is. With --repair only the shards that are
    damaged or missing are made again, and the index and other lists beside them; this needs an undamaged manifest, and
    the photographs, the recipe's ops and folders of textures, and the versions that OUT was built with.
    """
    if repair:
        _repair(out, as_json, **how)
        return
    if given := [f"--{name}" for name, value in how.items() if value is not None]:
        raise click.UsageError(f"{' and '.join(given)} can only stand beside --repair")
    from degrade.cli.progress import counting
    from degrade.shards import verify as verified

    with counting("shards") as progress:
        found = verified(out, progress)
    if as_json:
        emit(found.to_data())
    _tell(found, "degrade verify --repair mends it, or copy it anew from where it is whole")


def _repair(out: str, as_json: bool, **how: Any) -> None:
    from degrade import building
    from degrade.cli.progress import Events, shown_progress

    with _resumable(), shown_progress() as shown:
        done = building.repair(out, progress=Events(shown) if as_json else shown, **how)
    if as_json:
        emit({"event": "done", **done.to_data()})
    if done.before.ok:
        say("nothing to repair")
    for name in done.shards:
        say(f"made again: {name}")
    for name in done.files:
        say(f"written again: {name}")
    _tell(done.after, "see to these yourself")


def _tell(found: Verification, cure: str) -> None:
    """What is wrong, line by line; raises ClickException with the `cure` if anything is."""
    for problem in found.problems[:_MOST_SHOWN]:
        say(f"wrong: {problem}")
    if more := found.problems[_MOST_SHOWN:]:
        say(f"and {len(more)} more; --json lists all")
    looked = f"{counted(found.shards, 'shard')} with {counted(found.pairs, 'pair')}"
    if not found.ok:
        raise click.ClickException(f"{counted(len(found.problems), 'problem')} in {looked}; {cure}")
    say(f"{looked}: all is well")


@click.command()
@_out_argument
@click.argument("key", help="The pair's key, such as album/0042, or album/0042/c1 for a further copy.")
@click.option(
    "--source", metavar="PHOTOS", help="Where the photographs are now, if they have moved since the output was built."
)
@click.option("--to", metavar="FOLDER", help="Write its pictures, masks and record there.")
@click.option("--no-check", is_flag=True, help="Do not compare it with the output's bytes.")
def replay(out: str, key: str, source: str | None, to: str | None, no_check: bool) -> None:
    """Make the pair KEY of the output OUT again, from its record and the photograph, and compare every byte."""
    from degrade import building

    with compiling_is_said():
        pair = building.replay(out, key, source, check=not no_check)
    say(f"{pair.key}: made again" + ("" if no_check else ", the same as in the output, byte for byte"))
    if to is not None:
        _write_pair(pair, Path(to))


def _finish(report: Report, as_json: bool) -> None:
    """Draw the contact sheet, sum up, and end as the report says."""
    sheet = _sheet(report) if report.finished and report.pairs and not report.dry_run else None
    if as_json:
        emit({"event": "done", **report.to_data(), "contact_sheet": str(sheet) if sheet else None})
    for line in _summary(report):
        say(line)
    if sheet:
        say(f"pairs:         {shown_path(report.out, 'data')}\ncontact sheet: {shown_path(sheet)}")
    if report.exit_code:
        raise click.ClickException("every photograph was rejected; mend them, or name others by --source")


def _sheet(report: Report) -> Path | str | None:
    from degrade.preview import sheet_of_build

    return sheet_of_build(report.out)


def _summary(report: Report) -> Iterator[str]:
    made = f"{counted(report.pairs, 'pair')} of {counted(report.photographs, 'photograph')}"
    splits = ", ".join(f"{split} {pairs:,}" for split, pairs in report.splits.items())
    shards = counted(report.shards, "shard") + (
        f", {report.resumed:,} of them finished before" if report.resumed else ""
    )
    if report.dry_run:
        yield f"a build would make {made} ({splits}) in {shards}, in {shown_path(report.out)}"
    else:
        yield f"{made} ({splits}) in {shards}, {size_in_words(report.size)}, {report.seconds:.1f} s"
    if report.rejects:
        yield f"{report.rejected:,} rejected: {_reasons(report.rejects)}" + (
            f"; see {shown_path(report.out, 'rejects.jsonl')}" if report.finished else ""
        )
    if report.ignored:
        yield f"ignored: {_reasons(report.ignored)}"
    if report.part and not report.finished:
        i, n = report.part
        yield f"part {i}/{n} is done; when all are, finish by: degrade merge {shown_path(report.out)}"


def _reasons(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in counts.items())


def size_in_words(size: int) -> str:
    """Bytes as "5.1 MB"."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"


def _write_pair(pair: Pair, folder: Path) -> None:
    from degrade.codecs import encode_png

    base = folder / pair.key
    base.parent.mkdir(parents=True, exist_ok=True)
    for name in ("clean", "degraded", "mask", "loss", "classes"):
        base.with_name(f"{base.name}.{name}.png").write_bytes(
            encode_png(getattr(pair, name), filtered=name in ("clean", "degraded"))
        )
    base.with_name(f"{base.name}.json").write_text(json.dumps(pair.record, indent=1) + "\n", "ascii")
    say(f"its pictures are {shown_path(base)}.*")


@contextmanager
def _resumable() -> Iterator[None]:
    """Say, when interrupted, that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the same command goes on where this one stopped") from None
