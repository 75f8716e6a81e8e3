"""All targets by name, and the inputs that once went wrong."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.inputs import INPUTS
from tests.fuzz.outputs import OUTPUTS
from tests.fuzz.pictures import PICTURES
from tests.fuzz.target import Prepare

TARGETS: dict[str, Prepare] = dict((*PICTURES, *OUTPUTS, *INPUTS))
CASES = Path(__file__).resolve().parent / "cases"
"""A folder a target: inputs that were found, each kept so that it stays mended."""


def cases(target: str) -> list[Path]:
    """The inputs that were found for a target, by name."""
    return sorted(path for path in (CASES / target).glob("*") if path.is_file())
