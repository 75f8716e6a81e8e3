"""The command about pairs of pictures that exist already: pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import columns, counted, emit, json_option, say, show

if TYPE_CHECKING:
    from degrade.screening import PairCheck


@click.command()
@click.argument("input", metavar="INPUT", help="The folder of the pictures that a model is given.")
@click.argument("target", metavar="TARGET", help="The folder of the pictures that it is to make of them.")
@click.option("--split-dirs", is_flag=True, help="Both folders hold train, val and test: check each split by itself.")
@click.option(
    "--match", type=click.Choice(["name", "stem"]), default="name", show_default=True,
    help="Whether the names of a pair are equal, or but for the suffix.",
)  # fmt: skip
@click.option(
    "--accept", default="", metavar="FINDING,…",
    help="Take these for sound: misnamed, cmyk, sizes_differ, depths_differ, channels_differ.",
)  # fmt: skip
@click.option("--move-to", metavar="FOLDER", help="Move all that was found there, below input/ and target/.")
@click.option("--dry-run", is_flag=True, help="Say what would be moved, and write nothing.")
@click.option("--strict", is_flag=True, help="End with exit code 1 if anything is found.")
@click.option("--workers", type=int, help="Threads; one for each processor if left out.")
@json_option
def pairs(accept: str, strict: bool, as_json: bool, **how: Any) -> None:
    """Cross-check the parallel folders INPUT and TARGET, in both directions.

    Found is every file in no sound pair: without a partner (orphan, other_suffix, other_case, other_split, case_clash,
    ambiguous, outside_splits), of no use (empty, truncated, not_an_image, unreadable …, misnamed, cmyk), or unlike its
    partner (sizes_differ, depths_differ, channels_differ). A file that goes leaves an orphan, which is found as well,
    so that one run is enough.

    Nothing is ever deleted or overwritten. docs/pairs.md tells how to build from what is left.
    """
    from degrade.cli.progress import counting
    from degrade.screening import check_pairs

    accepted = [name.strip() for name in accept.split(",") if name.strip()]
    with counting("files") as progress:
        found = check_pairs(accept=accepted, progress=progress, **how)
    if as_json:
        for event in found.events():
            emit(event)
    elif found.findings:
        show(columns([[one.kind, f"{one.side}/{one.source}", one.words] for one in found.findings]))
    for line in _summary(found):
        say(line)
    if failed := [held for held in found.held if held.reason == "failed"]:
        files = counted(len(failed), "file")
        raise click.ClickException(f"{files} could not be moved, such as {failed[0].source}: {failed[0].detail}")
    if strict and not found.ok:
        raise click.ClickException(f"{counted(len(found.findings), 'file')} in no sound pair; mend or move them")


def _summary(found: PairCheck) -> Iterator[str]:
    kinds = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in found.counts.items())
    files = f"{found.files['input']:,} and {found.files['target']:,} files"
    yield f"{counted(found.pairs, 'sound pair')} in {files} of {found.input} and {found.target}: {kinds or 'all well'}"
    if found.splits:
        yield ", ".join(f"{split} {count:,}" for split, count in found.splits.items())
    for side, ignored in found.ignored.items():
        if ignored:
            reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in ignored.items())
            yield f"ignored in {side}: {reasons}"
    if found.moved:
        yield f"{counted(len(found.moved), 'file')} {'would be moved' if found.dry_run else 'moved'}"
    for held in found.held:
        yield f"stays: {held.source}: {held.detail}"
