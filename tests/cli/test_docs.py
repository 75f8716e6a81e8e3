from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import rich_click as click

from degrade.cli import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def generated(script_of: Callable[[str], ModuleType]) -> str:
    page: str = script_of("docs/update_cli.py").page()
    return page


def test_the_page_is_current(generated: str) -> None:
    written = (ROOT / "docs/cli.md").read_text("utf-8")
    assert written == generated, "run: python docs/update_cli.py"


def test_the_page_has_every_command_and_option() -> None:
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    for name, command in main.commands.items():
        assert f"## degrade {name}\n" in page
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(option in page for option in parameter.opts)


def test_the_readme_has_only_options_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    names = "|".join(main.commands)
    for line in re.findall(rf"degrade ((?:{names})\b[^|\n`#]*)", readme):
        name, *words = line.split()
        known = {option for parameter in main.commands[name].params for option in parameter.opts}
        used = {word.strip("[]") for word in words if word.strip("[]").startswith("--")}
        assert used <= known, line
