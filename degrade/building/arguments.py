"""The arguments of a build, checked."""

from __future__ import annotations

import re
from importlib.util import find_spec

from degrade.building.errors import BuildError
from degrade.building.executors import ENGINES, START_METHODS, How

Part = tuple[int, int]
"""(i, n): part i of n, from 1."""
_RAY_ADDRESS = re.compile(r"auto|[A-Za-z0-9._-]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")


def check_arguments(how: How, limit: int | None) -> None:
    """Raises BuildError for a number below 1, an unknown engine or start method, an engine that is not installed, and
    what another engine than the chosen one is asked."""
    for name, value in (("workers", how.workers), ("limit", limit)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise BuildError(f"{name} is {value!r}", "give a whole number from 1", exit_code=2)
    if how.start_method not in START_METHODS:
        cure = f"choose {', '.join(START_METHODS)}"
        raise BuildError(f"there is no start method {how.start_method!r}", cure, exit_code=2)
    if how.engine not in ENGINES:
        raise BuildError(f"there is no engine {how.engine!r}", f"choose {', '.join(ENGINES)}", exit_code=2)
    if how.engine != "processes" and how.start_method != "spawn":
        cure = "leave the start method out, or choose the engine processes"
        raise BuildError(f"the engine {how.engine} starts no processes", cure, exit_code=2)
    if how.engine == "ray":
        _check_ray(how.ray_address)
    elif how.ray_address is not None:
        cure = "leave the address out, or choose the engine ray"
        raise BuildError(f"the engine {how.engine} has no address", cure, exit_code=2)


def _check_ray(address: str | None) -> None:
    if (found := find_spec("ray")) is None or found.origin is None:  # without an origin it is any folder of this name
        cure = 'install it by: pip install "degrade[ray]"'
        raise BuildError("the engine ray needs Ray, which is not installed here", cure, exit_code=2)
    if address is not None and not _RAY_ADDRESS.fullmatch(address):
        cure = "give the head's host:port, such as 10.0.0.1:6379, and build on a machine of the cluster"
        raise BuildError(f"{address!r} is no address of a Ray cluster", cure, exit_code=2)


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
