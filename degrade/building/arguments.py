"""The arguments of a build, checked."""

from __future__ import annotations

from degrade.building.errors import BuildError
from degrade.building.executors import START_METHODS

Part = tuple[int, int]
"""(i, n): part i of n, from 1."""


def check_arguments(workers: int | None, limit: int | None, start_method: str) -> None:
    """Raises BuildError for a number below 1, or an unknown start method."""
    for name, value in (("workers", workers), ("limit", limit)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise BuildError(f"{name} is {value!r}", "give a whole number from 1", exit_code=2)
    if start_method not in START_METHODS:
        raise BuildError(
            f"there is no start method {start_method!r}", f"choose {', '.join(START_METHODS)}", exit_code=2
        )


def parse_part(part: str | Part | None, overwrite: bool) -> Part | None:
    """ "2/8" as (2, 8); None stays. Raises BuildError for what is no part, or may not be combined with `overwrite`."""
    if part is None:
        return None
    words = part.split("/") if isinstance(part, str) else list(part)
    try:
        first, of = (int(word) for word in words)
    except (TypeError, ValueError):
        first, of = 0, 0
    if not 1 <= first <= of:
        raise BuildError(f"part {part!r} is no part", "give i/n with i from 1 to n, such as 2/8", exit_code=2)
    if overwrite:
        cure = "remove the output first, then build its parts"
        raise BuildError("a part must not overwrite what other parts have made", cure, exit_code=2)
    return first, of
