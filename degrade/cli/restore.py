"""The command that restores pictures of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from degrade.cli.bars import counting_bar
from degrade.cli.console import counted, emit, json_option, say, shown_path
from degrade.cli.group import FAILED

if TYPE_CHECKING:
    from degrade.train.restoring import Outcome


@click.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE…", help="Pictures, or folders of them.")
@click.option("-o", "--out", required=True, metavar="DIR", help="The folder for the restored pictures.")
@click.option("--checkpoint", metavar="RUN", help="The folder of a training, or one of its checkpoints.")
@click.option("--overwrite", is_flag=True, help="Replace files in DIR; an original is never replaced.")
@click.option("--skip-existing", is_flag=True, help="Leave out what is in DIR already: go on with an earlier run.")
@click.option("--page/--no-page", default=True, show_default=True, help="Write DIR/restored.html: before and after.")
@click.option("--quality", type=click.IntRange(1, 100), default=95, show_default=True, help="Of JPEG files.")
@click.option(
    "--tile", "tile_px", type=click.IntRange(16), default=512, show_default=True, metavar="PIXELS",
    help="Larger pictures are restored in tiles of so many pixels.",
)  # fmt: skip
@click.option(
    "--overlap", "overlap_px", type=click.IntRange(0), default=128, show_default=True, metavar="PIXELS",
    help="What neighbouring tiles share.",
)  # fmt: skip
@click.option(
    "--self-ensemble", type=click.Choice(["off", "mean", "agreed"]), default="off", show_default=True,
    help="Restore in all eight orientations, in eight times the time, and take their mean, or what six of them agree "
    "to change: that leaves what is sound as it is.",
)  # fmt: skip
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
    help="Where it runs; auto is a GPU where there is one.",
)  # fmt: skip
@json_option
def restore(images: tuple[str, ...], out: str, overwrite: bool, skip_existing: bool, as_json: bool, **how: Any) -> int:
    """Restore pictures by the network RUN into DIR, and show them before and after.

    JPEG, PNG and TIFF keep their name, size, depth, orientation, profile, resolution, alpha and notes. A bad file does
    not stop the others: it is named, and the exit code is 1.
    """
    from degrade.train.errors import no_checkpoint

    if how["checkpoint"] is None:
        raise no_checkpoint()
    if overwrite and skip_existing:
        raise click.UsageError("--overwrite and --skip-existing contradict each other: leave one out")
    existing = "replace" if overwrite else "skip" if skip_existing else "refuse"
    from degrade.train import restore as restore_all

    with counting_bar("restoring", "files") as bar:

        def progress(outcome: Outcome, done: int, total: int) -> None:
            bar(done, total)
            _tell(outcome, as_json)

        done = restore_all(list(images), out, existing=existing, progress=progress, **how)
    failed = f"; {counted(len(done.failed), 'picture')} could not be restored" if done.failed else ""
    kept = f"; {counted(done.kept, 'file')} there before" if done.kept else ""
    say(f"restored: {counted(len(done.restored), 'picture')}{kept}{failed}")
    if done.page is not None:
        say(f"before and after: {shown_path(done.page)}")
    if as_json:
        page = None if done.page is None else str(done.page)
        emit({"event": "done", "restored": len(done.restored), "failed": len(done.failed), "page": page})
    return FAILED if done.failed else 0


def _tell(outcome: Outcome, as_json: bool) -> None:
    source = str(outcome.source) if outcome.page == 1 else f"{outcome.source}, page {outcome.page}"
    if outcome.target is None:
        say(f"not restored: {source}: {outcome.error}")
    elif outcome.note:
        say(f"{shown_path(outcome.target)}: {outcome.note}")
    if as_json:
        target = None if outcome.target is None else str(outcome.target)
        emit(
            {
                "event": "picture", "source": str(outcome.source), "page": outcome.page, "target": target,
                "note": outcome.note, "error": outcome.error,
            }
        )  # fmt: skip
