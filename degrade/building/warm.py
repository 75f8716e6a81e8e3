"""Compiling kernels ahead of time, so that workers find them ready and do not all compile the same."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.degradation import Degradation
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
                    _ = recipe.make(image, key=key, dtype=dtype).degraded
            except Exception as error:  # noqa: BLE001 - what fails here fails for each photograph too, and is told there
                _log.debug("the recipe fails on a plain picture of %d channels: %s", channels, error)
    _warmed.add(recipe.fingerprint)


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
