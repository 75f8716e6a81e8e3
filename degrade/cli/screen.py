"""The command about sources: screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import columns, counted, emit, json_option, say, show

if TYPE_CHECKING:
    from degrade.screening import Screening


@click.command()
@click.argument("source", help="A folder, a picture, a pattern such as 'photos/**/*.jpg', or a file of sources.")
@click.option("--recipe", metavar="RECIPE", help="Take the splits and the least side of this recipe.")
@click.option("--splits", metavar="NAME=SHARE,…", help="Splits, such as train=0.9,test=0.1, to find pictures in two.")
@click.option("--min-side", type=int, help="Least shorter side in pixels; the recipe's, else 64, if left out.")
@click.option("--min-quality", type=int, default=50, show_default=True, help="Least JPEG quality, 1 to 100; 0 for any.")
@click.option(
    "--max-blockiness", type=float, default=0.4, show_default=True,
    help="How far the blocks of an earlier JPEG may stand out.",
)  # fmt: skip
@click.option(
    "--near", type=int, default=8, show_default=True, metavar="BITS",
    help="How many of 64 bits may differ between near-duplicates, 0 to 15.",
)  # fmt: skip
@click.option(
    "--min-sharpness", type=float, default=0.0, metavar="SHARPNESS",
    help="Find blurred and enlarged pictures too: those below this sharpness, such as 0.1.",
)  # fmt: skip
@click.option("--move-to", metavar="FOLDER", help="Move files that were found there, under their own paths.")
@click.option(
    "--move", default="unusable,duplicates", show_default=True, metavar="FINDING,…",
    help="Which findings --move-to moves; `leaks` are duplicates across splits.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be moved, and write nothing.")
@click.option("--report", metavar="FILE", help="Write all that is found to FILE, as JSON lines.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if anything is found that is more than a note.")
@click.option("--workers", type=int, help="Processes; one for each processor if left out.")
@json_option
def screen(source: str, splits: str | None, move: str, strict: bool, as_json: bool, **how: Any) -> None:
    """Find what is of no use in SOURCE: unusable files, duplicates and near-duplicates, misnamed, small, gray files.

    Findings are unusable (a build would reject it), duplicate (the same bytes; the first in byte order is kept),
    near_duplicate (resized, recompressed, brightened), misnamed (another format than its name says), too_small,
    colourless (in colour, but gray), compressed (heavily, by JPEG, in this file or an earlier one), blurred (enlarged
    or out of focus) and the notes cmyk and deep (16 bits). docs/screening.md has more.

    Nothing is ever deleted or overwritten; the same command again finds nothing more to move.
    """
    from degrade.cli.progress import counting
    from degrade.screening import screen as screened

    chosen = [name.strip() for name in move.split(",") if name.strip()]
    shares = None if splits is None else parsed_splits(splits)
    with counting("photographs") as progress:
        found = screened(source, splits=shares, move=chosen, progress=progress, **how)
    _tell(found, as_json)
    if failed := [held for held in found.held if held.reason == "failed"]:
        files = counted(len(failed), "file")
        raise click.ClickException(f"{files} could not be moved, such as {failed[0].source}: {failed[0].detail}")
    if strict and not found.ok:
        defects = counted(sum(not finding.note for finding in found.findings), "finding")
        raise click.ClickException(f"{defects} in {found.corpus}; mend or move them")


def parsed_splits(text: str) -> dict[str, float | int]:
    """ "train=0.9,test=0.1" as a mapping; whole numbers are counts. Raises UsageError."""
    splits: dict[str, float | int] = {}
    for part in text.split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        try:
            number = int(value) if value.isdecimal() else float(value)
        except ValueError:
            number = -1
        if not name or not number > 0 or name in splits:
            raise click.UsageError(f"--splits {text!r}: give names with shares or numbers, such as train=0.9,test=0.1")
        splits[name] = number
    return splits


def _tell(found: Screening, as_json: bool) -> None:
    if as_json:
        for event in found.events():
            emit(event)
    elif found.findings:
        show(columns([[finding.kind, finding.source, finding.words] for finding in found.findings]))
    for line in _summary(found):
        say(line)


def _summary(found: Screening) -> Iterator[str]:
    kinds = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in found.counts.items())
    yield f"{counted(found.photographs, 'photograph')} in {found.corpus}: {kinds or 'nothing found'}"
    if found.leaks:
        yield f"{counted(len(found.leaks), 'leak')}: pictures that lie in two splits"
    if found.ignored:
        reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in found.ignored.items())
        yield f"ignored: {reasons}"
    if found.moved:
        yield f"{counted(len(found.moved), 'file')} {'would be moved' if found.dry_run else 'moved'}"
    for held in found.held:
        yield f"stays: {held.source}: {held.detail}"
