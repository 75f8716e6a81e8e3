"""Words for people on stderr, data on stdout."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rich_click as click

COMPILING = "compiling kernels (once)…"

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON lines on stdout.")


class Interrupted(click.ClickException):
    """Ctrl-C, with what it means for the work; `exit_code` 130."""

    exit_code = 130


def say(text: str) -> None:
    """One message for people, on stderr."""
    click.echo(printable(text), err=True)


def say_error(text: str) -> None:
    """Why a command failed, and the cure, as one line."""
    say("error: " + " ".join(text.split("\n")).strip())


def say_mistakes(text: str) -> None:
    """Everything that is wrong with a recipe, a mistake a line, each perhaps with the line of text it stands in."""
    say(f"error: {text.strip()}" if "\n" not in text.strip() else f"error:\n{text.strip()}")


def emit(record: dict[str, Any]) -> None:
    """One record as a JSON line on stdout."""
    click.echo(json.dumps(record))


def show(text: str) -> None:
    """Data for people or programs, on stdout."""
    click.echo(text)


def printable(text: str) -> str:
    """`text` without what could steer a terminal: control characters other than line breaks are escaped."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def shown_path(path: Path | str, name: str = "") -> str:
    """`path`, or `name` below it, as one would type it here: relative if it lies in the current folder; URLs stay."""
    if isinstance(path, str):
        return f"{path}/{name}" if name else path
    path = path / name
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) and path != here else str(path)


def columns(rows: Sequence[Sequence[str]], indent: int = 0) -> str:
    """Rows in aligned columns; on a terminal the last column is wrapped, in a pipe each row is one line."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    left = indent + sum(width + 2 for width in widths)
    room = max(shutil.get_terminal_size().columns - left, 30) if sys.stdout.isatty() else 10_000
    lines = []
    for row in rows:
        head = " " * indent + "".join(f"{cell:<{width + 2}}" for cell, width in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], room) or [""]
        lines += [(head + wrapped[0]).rstrip(), *(" " * left + line for line in wrapped[1:])]
    return "\n".join(lines)


@contextmanager
def compiling_is_said() -> Iterator[None]:
    """Say so if anything has to be compiled in the block."""
    from degrade.engine.kernels.kernel import announce_compilation

    with announce_compilation(lambda: say(COMPILING)):
        yield


def counted(number: int, thing: str) -> str:
    """`number` and `thing`, in the plural where there is not one: "2 pairs"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
