"""Compiling kernels ahead of time, so that workers find them ready and do not all compile the same."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.degradation import Degradation
from degrade.engine.mask_file import mask_png
from degrade.engine.step import Step
from degrade.recipes import Recipe

_KEYS = ("a", "b", "c", "d")
"""Several, since an op may draw that there is nothing to do."""
_warmed: set[str] = set()
"""Fingerprints of the recipes whose kernels this process has at hand."""
_log = logging.getLogger(__name__)


def warm(steps: Iterable[Step], compiling: Callable[[], None] | None = None) -> None:
    """Run every op within `steps` on small gray and colour pictures, which compiles its kernels into the user's cache.

    Parameters
    ----------
    steps : iterable of Step
    compiling : callable, optional
        Called once if anything is compiled, as opposed to being read from the cache.

    Raises
    ------
    DegradeError
        What a step needs, such as textures, is not there.
    """
    with _announced(compiling):
        for step in steps:
            step.prepare()
            for op in step.flattened():
                if isinstance(op, Degradation):
                    _run(dataclasses.replace(op, p=1.0, when=None, link=None))


def is_warm(recipe: Recipe) -> bool:
    """Whether some process has compiled all of the recipe's kernels into the user's cache for this processor."""
    marker = _marker(recipe)
    return marker is not None and marker.exists()


def warm_recipe(recipe: Recipe, compiling: Callable[[], None] | None = None) -> None:
    """`warm` for a recipe: its steps, its frame, its kinds of pictures. The second time in a process, only what the
    steps need is looked for."""
    if recipe.fingerprint in _warmed:
        for step in recipe.steps:
            step.prepare()
        return
    side = max(96, recipe.min_side)
    dtype = np.uint16 if recipe.output.image == "png16" else np.uint8
    with _announced(compiling):
        warm(recipe.steps)
        for channels in (3, 1):
            image = _picture(side, channels).astype(dtype)
            try:
                for key in _KEYS:
                    pair = recipe.make(image, key=key, dtype=dtype)
                    _ = pair.degraded, mask_png(pair.mask)
            except Exception as error:  # noqa: BLE001 - what fails here fails for each photograph too, and is told there
                _log.debug("the recipe fails on a plain picture of %d channels: %s", channels, error)
    _warmed.add(recipe.fingerprint)
    if marker := _marker(recipe):
        with suppress(OSError):  # a full disk: then it is done once more
            marker.touch()


def warm_once_a_machine(recipe: Recipe, compiling: Callable[[], None] | None = None) -> None:
    """`warm_recipe`, unless the kernels are in the user's cache already; while one process compiles them, the others
    that ask for it wait, on all machines that share the cache. Where nothing can be kept, it is `warm_recipe`."""
    from degrade.engine.kernels.kernel import cache_folder

    folder = cache_folder()
    if folder is None:
        warm_recipe(recipe, compiling)
        return
    if is_warm(recipe):
        return
    import fcntl

    with (folder / "warming.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_warm(recipe):
            warm_recipe(recipe, compiling)


def _marker(recipe: Recipe) -> Path | None:
    """The file beside the compiled kernels that says they are all there; None where they cannot be kept."""
    from numba.core.registry import cpu_target

    from degrade.engine.kernels.kernel import cache_folder

    folder = cache_folder()
    if folder is None:
        return None
    processor = cpu_target.target_context.codegen().magic_tuple()  # as in numba's own index
    told = f"{recipe.fingerprint}\0{_callers_digest()}\0{processor}"
    return folder / f"{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}.warm"


@cache
def _callers_digest() -> str:
    """The hash of the code that decides which kernels are called, and with what types."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for home in ("engine", "ops", "recipes"):
        for source in sorted((package / home).glob("*.py")):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


@contextmanager
def _announced(compiling: Callable[[], None] | None) -> Iterator[None]:
    from degrade.engine.kernels.kernel import announce_compilation

    if compiling is None:
        yield
        return
    with announce_compilation(compiling):
        yield


def _run(op: Degradation) -> None:
    for channels in (3, 1):
        picture = _picture(96, channels)
        try:
            for key in _KEYS:
                op(picture, key=key)
        except Exception as error:  # noqa: BLE001 - what fails here fails for each photograph too, and is told there
            _log.debug("%s fails on a plain picture of %d channels: %s", op.name, channels, error)


def _picture(side: int, channels: int) -> npt.NDArray[Any]:
    """A slanted ramp, (side, side, channels) uint8."""
    rows, columns, layers = np.ogrid[:side, :side, :channels]
    ramp: npt.NDArray[Any] = (rows * 2 + columns + layers * 40) % 256
    return ramp.astype(np.uint8)
