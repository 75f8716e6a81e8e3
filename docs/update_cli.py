"""Writes docs/cli.md from the commands' own help: `python docs/update_cli.py`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_name("cli.md")
sys.path.insert(0, str(PAGE.resolve().parents[1]))  # a checkout's own package, installed or not

import click  # noqa: E402

from degrade.cli import main  # noqa: E402


def page() -> str:
    """The help of every command, as Markdown."""
    ctx = click.Context(main, info_name="degrade", **main.context_settings)
    parts = ["# The command line", "", *_prose(main)]
    parts += ["", "| command | what it does |", "|---|---|"]
    parts += [
        f"| [`degrade {name}`](#degrade-{name}) | {c.get_short_help_str(200)} |" for name, c in main.commands.items()
    ]
    for name in main.list_commands(ctx):
        parts += ["", f"## degrade {name}", "", *_command(main.commands[name], ctx)]
    return "\n".join(parts) + "\n"


def _command(command: click.Command, parent: click.Context) -> Iterator[str]:
    ctx = click.Context(command, info_name=command.name, parent=parent)
    yield "```"
    yield f"degrade {command.name} {' '.join(command.collect_usage_pieces(ctx))}"
    yield "```"
    yield ""
    yield from _prose(command)
    records = [record for parameter in command.get_params(ctx) if (record := parameter.get_help_record(ctx))]
    yield ""
    yield "| argument or option | meaning |"
    yield "|---|---|"
    for names, meaning in records:
        yield f"| `{names.replace('|', chr(92) + '|')}` | {meaning.replace('|', chr(92) + '|')} |"


def _prose(command: click.Command) -> Iterator[str]:
    yield from inspect.cleandoc((command.help or "").replace("\b\n", "")).split("\n")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
