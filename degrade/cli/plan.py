"""The command that says what a build would make and take."""

from __future__ import annotations

import rich_click as click

from degrade.cli.console import COMPILING, columns, counted, emit, json_option, say, show
from degrade.cli.recipes import format_option, in_format, source_option

_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


@click.command()
@click.option("--recipe", required=True, metavar="RECIPE", help="A recipe's file, or the name of a shipped one.")
@source_option
@format_option
@click.option("--machines", type=int, default=1, show_default=True, help="How many machines like this one would build.")
@click.option("--limit", type=int, help="Take so many of the photographs only.")
@click.option("--sample", type=int, default=32, show_default=True, help="Photographs to try, to know bytes and hours.")
@json_option
def plan(
    recipe: str, source: str | None, format: str | None, machines: int, limit: int | None, sample: int, as_json: bool
) -> None:
    """Say what a build would make and how long it would take: pairs, shards, bytes, hours here and on several machines.

    The pairs of a few photographs are made in memory and measured; nothing is written. Hours leave out what moving
    files over a network takes.
    """
    from degrade.building.estimate import estimate
    from degrade.recipes import load_recipe

    made = in_format(load_recipe(recipe), format)
    if source is None:
        say(f"no --source: taking {made.source or 'the sample photographs'}")
    found = estimate(made, source, machines=machines, limit=limit, sample=sample, compiling=lambda: say(COMPILING))
    if as_json:
        emit(found.to_data())
        return
    splits = ", ".join(f"{name} {pairs:,}" for name, pairs in found.splits.items())
    rejected = f", {found.rejected:,} more are rejected by their names" if found.rejected else ""
    each = f"{found.seconds_per_pair * 1000:.3g} ms a pair in one process"
    rows = [
        ("photographs", f"{found.photographs:,}{rejected}"),
        ("pairs", f"{found.pairs:,} ({splits})"),
        ("shards", f"{found.shards:,}, {_size(found.shard_bytes)} in all"),
        ("index", _size(found.index_bytes)),
        ("manifest", f"{_size(found.manifest_bytes)} of lists of shards"),
        ("listing", f"{_size(found.listing_bytes)} in .degrade"),
        ("here", f"{_time(found.hours_here)} on {counted(found.processors, 'processor')}, {each}"),
    ]
    if machines > 1:
        rows.append((counted(machines, "machine"), f"{_time(found.hours)}, each a part: --part 1/{machines} …"))
    tried = f"{counted(found.sampled, 'photograph')} tried"
    rows.append(("sample", f"{tried}, {counted(found.sample_rejects, 'reject')}"))
    show(columns(rows))
    for advice in found.advice:
        say(f"note: {advice}")


def _size(count: int) -> str:
    """Bytes for people."""
    return next((f"{count / size:.3g} {unit}" for size, unit in _UNITS if count >= size), f"{count} bytes")


def _time(hours: float) -> str:
    """Hours for people."""
    if hours >= 1:
        return f"{hours:,.1f} hours"
    return f"{hours * 60:.1f} minutes" if hours * 60 >= 1 else f"{hours * 3600:.1f} seconds"
