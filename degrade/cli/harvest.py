"""The command about damage on scans of one's own: harvest."""

from __future__ import annotations

from typing import Any

import rich_click as click

from degrade.cli.console import columns, counted, emit, json_option, say, show, shown_path


@click.command()
@click.argument("scans", metavar="SCANS", help="A folder of scans, or any other source of pictures.")
@click.option("--out", required=True, metavar="BANK", help="The folder that becomes the bank.")
@click.option("--masks", metavar="FOLDER", help="Masks of the damage, named as the scans.")
@click.option("--restored", metavar="FOLDER", help="Restored versions of the scans, named alike.")
@click.option(
    "--kind", type=click.Choice(["blank", "masked", "paired"]),
    help="What the scans are; by default what is given tells: blank ones are damage on even ground.",
)  # fmt: skip
@click.option("--px-per-mm", type=float, help="Resolution of the scans; left out, each is a print of 10 × 15 cm.")
@click.option("--licence", default="", help="The licence of the scans, kept in the bank and told in cards.")
@click.option("--overwrite", is_flag=True, help="Replace a bank that is there.")
@json_option
def harvest(scans: str, out: str, as_json: bool, **how: Any) -> None:
    """Cut dust, hairs, scratches, cracks and stains out of SCANS, and make a bank of damage of them.

    From blank scans (an empty negative, a sheet of paper), from scans with masks of their damage, or from damaged
    pictures with restored versions. The bank holds each cut-out with its class, size, polarity and where it is from,
    how many there are on a scan, and recipe.yaml, whose step `harvested` lays them over photographs. docs/harvest.md
    has more.
    """
    from degrade.cli.progress import counting
    from degrade.harvest import harvest as harvested

    with counting("scans") as progress:
        made = harvested(scans, out, progress=progress, **how)
    if as_json:
        emit(made.to_data())
    else:
        rows = [
            [damage.name.lower(), f"{made.counts[damage]:,}", f"{rate.mean:.4g} a scan", f"k {rate.k:.3g}"]
            for damage, rate in made.rates.items()
        ]
        show(columns([["class", "cut-outs", "mean", "spread"], *rows]))
    for one in made.left_out:
        say(f"left out: {one.source}: {one.why}")
    total = counted(sum(made.counts.values()), "cut-out")
    recipe = shown_path(made.out, "recipe.yaml")
    say(f"{total} from {counted(made.scans, 'scan')} in {shown_path(made.out)}; to lay them over photographs: {recipe}")
