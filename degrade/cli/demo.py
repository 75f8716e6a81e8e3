"""The command that shows recipes on a page."""

from __future__ import annotations

import rich_click as click

from degrade.cli.console import say


@click.command()
@click.option("--recipe", metavar="RECIPE", help="The recipe to begin with: a file, or the name of a shipped one.")
@click.option("--checkpoint", metavar="RUN", help="The network to restore with: a training's folder or a checkpoint.")
@click.option("--port", type=click.IntRange(1, 65535), help="The first free one from 7860 on if left out.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
    help="Where the page is served. WARNING: with any other address than this machine's own, 127.0.0.1, everybody who "
    "can reach it may use the page, without a password.",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Do not open the page, only say where it is.")
def demo(recipe: str | None, checkpoint: str | None, port: int | None, host: str, no_browser: bool) -> None:
    """Try recipes on a page in the browser: choose a photograph and a recipe, move sliders, see the damage.

    The page shows the degraded picture, its mask, the classes of the damage and what was drawn, exports the recipe as
    YAML for `degrade build`, and restores pictures with a trained network. It is served on this machine alone, works
    offline and sends nothing anywhere; Ctrl-C ends it.
    """
    from degrade.demo.serving import serve
    from degrade.engine.process import ended_by_termination

    with (
        ended_by_termination(),
        serve(host, port, recipe=recipe, checkpoint=checkpoint, browser=not no_browser) as page,
    ):
        say(f"the page is {page.url}; Ctrl-C ends it")
        page.wait()
