"""The command that begins an op of one's own."""

from __future__ import annotations

import rich_click as click

from degrade.cli.console import say, shown_path


@click.command("new-op")
@click.argument("name")
@click.option("--out", default=".", show_default=True, metavar="DIR", help="The folder to write to.")
def new_op(name: str, out: str) -> None:
    """Write the op NAME, its test and its page: a whole op that passes every check, to be made into yours.

    `degrade --plugin ./NAME.py` then knows it; `pytest test_NAME.py` checks it (with the extra `testing`).
    """
    from degrade.testing.scaffold import write_op

    op, test, page = write_op(name, out)
    say(f"wrote {shown_path(op)}, {shown_path(test)} and {shown_path(page)}")
    say(f"try it: degrade --plugin ./{shown_path(op)} ops {name}; check it: pytest {shown_path(test)}")
