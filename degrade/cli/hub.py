"""Commands about the Hugging Face Hub: push, pull."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.console import Interrupted, columns, counted, emit, json_option, say, show, shown_path
from degrade.cli.outputs import size_in_words

if TYPE_CHECKING:
    from degrade.hub import PullReport, PushReport

_MOST_SHOWN = 20
_CARDS = {
    "edited": "README.md was edited here: it is sent as it is",
    "theirs": "README.md was edited on the Hub: it stays as it is there",
}


@click.command()
@click.argument("source", metavar="OUT", help="The folder that a build has written; or a recipe.")
@click.argument("repository", metavar="USER/NAME", help="The dataset on the Hub, which is made if need be.")
@click.option("--private", is_flag=True, help="Let a new dataset be seen by you alone.")
@click.option("--tag", metavar="NAME", help="Name the state that this leads to.")
@click.option("--branch", metavar="NAME", help="Another branch than the default one; made if need be.")
@click.option("--create-pr", is_flag=True, help="Send it as a pull request.")
@click.option("--dry-run", is_flag=True, help="List what would be sent and removed, and write nothing.")
@json_option
def push(source: str, repository: str, dry_run: bool, as_json: bool, **how: Any) -> None:
    """Put the output OUT, or a recipe, on the Hugging Face Hub as the dataset USER/NAME.

    The same command goes on where an interrupted one stopped, and sends only what is missing. Shards of another build
    are removed there; at the end everything is compared with the manifest's digests. The token is that of
    `hf auth login`, or HF_TOKEN.
    """
    from degrade import hub
    from degrade.cli.hub_progress import Events, shown_transfer

    with _resumable(), shown_transfer() as shown:
        if not dry_run:
            _draw_sheet(source)
        report = hub.push(source, repository, dry_run=dry_run, progress=Events(shown) if as_json else shown, **how)
    if as_json:
        emit({"event": "done", **report.to_data()})
    elif dry_run:
        _list(report)
    for line in _pushed(report):
        say(line)


@click.command()
@click.argument("repository", metavar="USER/NAME", help="The dataset on the Hub; USER/NAME@REVISION for a revision.")
@click.option("--to", metavar="FOLDER", help="Where it goes; a folder of the dataset's name if left out.")
@click.option("--revision", metavar="REVISION", help="A branch, a tag or a commit.")
@click.option("--split", metavar="SPLIT", help="Fetch this split alone.")
@json_option
def pull(repository: str, as_json: bool, **how: Any) -> None:
    """Fetch the pairs of the dataset USER/NAME from the Hugging Face Hub into a folder, as a build writes it.

    The same command goes on where an interrupted one stopped. Every file is compared with the manifest's digests.
    """
    from degrade import hub
    from degrade.cli.hub_progress import Events, shown_transfer

    with _resumable(), shown_transfer() as shown:
        report = hub.pull(repository, progress=Events(shown) if as_json else shown, **how)
    if as_json:
        emit({"event": "done", **report.to_data()})
    for line in _pulled(report):
        say(line)


def _draw_sheet(source: str) -> None:
    """The contact sheet, which a build by the command line has drawn and one by the library has not."""
    from degrade.preview import sheet_of_build
    from degrade.shards.layout import MANIFEST, SHEET

    folder = Path(source)
    if (folder / MANIFEST).is_file() and not (folder / SHEET).exists():
        sheet_of_build(folder)


def _list(report: PushReport) -> None:
    rows = [["send", size_in_words(size), name] for name, size in report.sent]
    rows += [["remove", "", name] for name in report.removed]
    if rows:
        show(columns(rows))


def _pushed(report: PushReport) -> Iterator[str]:
    if report.card in _CARDS:
        yield _CARDS[report.card]
    sent = f"{counted(len(report.sent), 'file')}, {size_in_words(report.size)}"
    kept = f"; {counted(report.kept, 'file')} there before" if report.kept else ""
    removed = f"; {counted(len(report.removed), 'file')} of another build" if report.removed else ""
    if report.dry_run:
        yield f"would be sent: {sent}{kept}{removed + ' would be removed' if removed else ''}"
        return
    if not report.sent and not report.removed:
        yield f"nothing to send: {counted(report.kept, 'file')} on the Hub, as here"
    else:
        yield f"sent: {sent}{kept}{removed + ' removed' if removed else ''}; all has arrived as it is here"
    if removed:
        for name in report.removed[:_MOST_SHOWN]:
            yield f"removed: {name}"
    if report.pull_request:
        yield f"pull request:  {report.pull_request}"
    if report.tag:
        yield f"tag:           {report.tag}"
    yield f"on the Hub:    {report.url}"


def _pulled(report: PullReport) -> Iterator[str]:
    splits = ", ".join(f"{split} {pairs:,}" for split, pairs in report.splits.items())
    kept = f"; {counted(report.kept, 'file')} there before" if report.kept else ""
    yield f"fetched: {counted(report.fetched, 'file')}, {size_in_words(report.size)}{kept}; all is as the manifest says"
    yield f"{counted(report.pairs, 'pair')} ({splits}): {shown_path(report.out)}"


@contextmanager
def _resumable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the same command goes on where this one stopped") from None
