from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import rich_click as click
from click.testing import CliRunner

from degrade._version import __version__
from degrade.cli import main
from degrade.cli.console import columns, counted, printable
from degrade.cli.group import TRACEBACK, Commands
from degrade.errors import DegradeError

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"numpy", "numba", "cv2", "yaml", "pydantic", "PIL", "scipy", "skimage", "torch"}
COMMANDS = list(main.commands)


def raising(error: BaseException) -> click.RichGroup:
    """A command line whose one command fails."""

    @click.group(cls=Commands)
    def group() -> None:
        """Group."""

    @group.command()
    def fail() -> None:
        """Fail."""
        raise error

    return group


def test_the_commands_stand_in_the_order_of_their_use() -> None:
    assert COMMANDS[0] == "build"
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    places = [result.stdout.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert command.get_short_help_str(20)[:8] in result.stdout


def test_the_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.stdout == f"degrade {__version__}\n"


@pytest.mark.parametrize("args", [["nope"], ["ops", "--nope"], ["build"], ["ops", "a", "b"], ["preview"]])
def test_wrong_usage_is_one_line_and_2(args: list[str]) -> None:
    result = CliRunner().invoke(main, args, prog_name="degrade")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "--help says more" in result.stderr
    assert result.stderr.count("\n") == 1


def test_no_command_shows_the_help_and_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 2
    assert "build" in result.output


class Mistake(DegradeError):
    exit_code = 2


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Mistake("no such thing; name another"), 2, "no such thing; name another"),
        (DegradeError("two\nlines"), 1, "two lines"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied"),
        (MemoryError(), 1, "out of memory"),
        (ZeroDivisionError("division by zero"), 1, "ZeroDivisionError"),
        (click.ClickException("failed; mend it"), 1, "failed; mend it"),
    ],
)
def test_errors_are_one_line_and_a_code(error: BaseException, code: int, words: str) -> None:
    result = CliRunner().invoke(raising(error), ["fail"])
    assert result.exit_code == code
    assert words in result.stderr
    assert result.stderr.strip().count("\n") == 0
    assert result.stdout == ""


def test_a_fault_of_ours_can_be_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TRACEBACK in CliRunner().invoke(raising(ZeroDivisionError()), ["fail"]).stderr
    monkeypatch.setenv(TRACEBACK, "1")
    assert isinstance(CliRunner().invoke(raising(ZeroDivisionError()), ["fail"]).exception, ZeroDivisionError)


def test_help_imports_nothing_that_works_on_pictures() -> None:
    report = (
        "import sys, runpy\ntry:\n    runpy.run_module('degrade', run_name='__main__')\nexcept SystemExit:\n    pass\n"
    )
    report += "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", report.replace("import sys,", "import sys; sys.argv = ['degrade', '--help']; import")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "replay" in done.stdout
    assert set(done.stderr.split()) & HEAVY == set()


def test_the_script_in_the_root_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "cli.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"degrade {__version__}\n"


def test_a_closed_pipe_ends_quietly() -> None:
    command = f"{sys.executable} -m degrade ops --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert len(done.stdout) == 10
    assert done.stderr == ""


def test_a_terminal_of_another_encoding() -> None:
    script = (
        "from degrade.cli.group import main; from degrade.cli.console import show\n"
        "main.command('x')(lambda: show('8×8 …')); main(['x'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False, env={"PYTHONIOENCODING": "latin-1"}
    )
    assert (done.returncode, done.stdout) == (0, b"8\xd78 \\u2026\n")


# --- words ------------------------------------------------------------------------------------------------------------


def test_nothing_printed_steers_the_terminal() -> None:
    assert printable("a\x1b[31mb\rc\td\ne") == "a\\x1b[31mb\\rc\\td\ne"
    assert printable("Grüße – ½") == "Grüße – ½"


def test_columns_are_aligned() -> None:
    assert columns([["a", "bb", "long words"], ["ccc", "d", ""]], indent=1) == " a    bb  long words\n ccc  d"


def test_counting() -> None:
    assert [counted(n, "pair") for n in (0, 1, 2, 1000)] == ["0 pairs", "1 pair", "2 pairs", "1,000 pairs"]
