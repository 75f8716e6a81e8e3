"""The `degrade` command: help, version, and how errors end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click

from degrade._version import __version__
from degrade.cli.console import Interrupted, say, say_error, say_mistakes
from degrade.errors import DegradeError

FAILED, USAGE = 1, 2
TRACEBACK = "DEGRADE_TRACEBACK"
"""The environment variable that shows where in the code an unexpected error arose."""


class Commands(click.RichGroup):
    """Commands in the order in which they are added. Errors are one line on stderr and an exit code:
    0 done, 1 failed, 2 wrong usage, 130 interrupted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, as ordered."""
        return list(self.commands)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, standalone_mode: bool = True, **more: Any
    ) -> Any:
        """Run the command line and end the process, or give back what the command gives if not `standalone_mode`."""
        _encode_anything()
        if not standalone_mode:
            return super().main(args, prog_name or "degrade", standalone_mode=False, **more)
        return sys.exit(self._exit_code(args, prog_name or "degrade", more))

    def _exit_code(self, args: Sequence[str] | None, prog_name: str, more: dict[str, Any]) -> int:
        try:
            ended = super().main(args, prog_name, standalone_mode=False, **more)
        except (click.Abort, Interrupted) as error:
            say(str(error) or "interrupted")
            return Interrupted.exit_code
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else prog_name
            say_error(f"{error.format_message().rstrip('.')}; {path} --help says more")
            return USAGE
        except click.ClickException as error:
            say_error(error.format_message())
            return error.exit_code
        except DegradeError as error:
            (say_mistakes if hasattr(error, "problems") else say_error)(str(error))
            return error.exit_code
        except Exception as error:
            if os.environ.get(TRACEBACK):
                raise
            say_error(_unexpected(error))
            return FAILED
        return ended if isinstance(ended, int) else 0


def _unexpected(error: Exception) -> str:
    what = str(error) or "no details"
    if isinstance(error, MemoryError):
        return "out of memory; use fewer --workers, or smaller pictures"
    if isinstance(error, OSError):
        return f"{what}; make sure that the file or folder is there and may be read and written"
    return f"{type(error).__name__}: {what}; this is a fault of degrade: run it with {TRACEBACK}=1 and report it"


def _encode_anything() -> None:
    """Let no name of a file and no sign break a terminal of another encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="degrade", message="%(prog)s %(version)s")
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    metavar="MODULE",
    help="Load ops of your own from a module, or from a file such as ./my_op.py, before the command; repeatable.",
)
def main(plugins: tuple[str, ...]) -> None:
    """Turn clean photographs into pairs of a clean and a damaged picture, with the damage as ground truth.

    Words and progress go to stderr, data to stdout; --json gives JSON lines. Exit codes: 0 done, 1 failed, 2 wrong
    usage or a mistake in a recipe, 130 interrupted.
    """
    if plugins:
        from degrade.plugins import load_plugin

        for module in plugins:
            load_plugin(module)
