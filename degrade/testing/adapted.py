"""Transforms of other libraries, and plain functions, as subjects of the checks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.engine.key import Key
from degrade.testing.subject import FunctionSubject, Outcome, Subject, Takes, outcome_of

Array = npt.NDArray[Any]

_COLOURS = Takes(("uint8",), (3,), 1)


def seed_globals(seed: int) -> None:
    """Seed `random` and `numpy.random`, what many a transform draws from."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for those who know no other


@contextmanager
def globals_kept() -> Iterator[None]:
    """Put `random` and `numpy.random` back as they were, for the caller draws from them too."""
    plain, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - as above
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(legacy)  # noqa: NPY002


def _seed_of(key: str) -> int:
    """32 bits that stand at a key."""
    return Key(0, key).pair()[0]


@dataclass(frozen=True)
class Adapted(Subject):
    """A transform that is called with an image alone, after `reseed(seed)`, if it draws anything at all.

    Attributes
    ----------
    transform : callable
        ``transform(image)`` gives an array, or an array and a mask.
    reseed : callable or None
        Makes the transform repeat itself: ``reseed(seed)`` with 32 bits; None where it knows no chance.
    name : str
        What reports call it.
    made : str
        The Python that makes it again.
    """

    transform: Callable[[Array], Any]
    reseed: Callable[[int], Any] | None = None
    name: str = "transform"
    made: str = "transform"
    imports: str = "pass  # where it is defined"
    takes: Takes = Takes()
    moves: bool = False
    seeds_globally: bool = False
    keeps_size: bool = True

    @property
    def random(self) -> bool:  # type: ignore[override]
        """Whether it draws anything."""
        return self.reseed is not None

    def outcome(self, image: Array, key: str) -> Outcome:
        """What the transform gives when it is seeded from `key`."""
        with globals_kept() if self.seeds_globally else nullcontext():
            if self.reseed is not None:
                self.reseed(_seed_of(key))
            return outcome_of(self.transform(image))

    @property
    def source(self) -> tuple[str, str]:
        """As it was told."""
        return self.imports, self.made


def plain_function(function: Callable[[Array], Any], takes: Takes | None = None, moves: bool = False) -> Subject:
    """A `function` ``image -> image``, of (H, W, C) arrays, that knows no chance; `takes` are the dtypes and channels
    that it takes, all unless given, and `moves` whether it moves the picture's content."""
    return FunctionSubject(function, takes or Takes(), moves, random=False)


def globally_seeded(
    function: Callable[[Array], Any],
    reseed: Callable[[int], Any] = seed_globals,
    takes: Takes | None = None,
    moves: bool = False,
) -> Subject:
    """A `function` ``image -> image``, of (H, W, C) arrays, that draws from global generators, which `reseed` seeds.

    `random` and `numpy.random` are put back after each call. `takes` and `moves` are those of `plain_function`.
    """
    name = str(getattr(function, "__name__", type(function).__name__))
    made = f"globally_seeded({name})"
    return Adapted(function, reseed, name, made, takes=takes or Takes(), moves=moves, seeds_globally=True)


def from_albumentations(transform: Any, takes: Takes | None = None, moves: bool = False) -> Adapted:
    """A transform of albumentations 2, alone in a Compose that is seeded for each call.

    Parameters
    ----------
    transform : albumentations transform
        Called with an image alone.
    takes : Takes, optional
        uint8 in colour unless given.
    moves : bool
        Whether it moves the picture's content.
    """
    composed = _Composed(transform)
    name = type(transform).__name__
    made = f"from_albumentations(albumentations.{transform!r})"
    imports = "import albumentations; from degrade.testing import from_albumentations"
    return Adapted(composed, composed.seed, name, made, imports, takes or _COLOURS, moves)


class _Composed:
    def __init__(self, transform: Any) -> None:
        self.composed = import_module("albumentations").Compose([transform], seed=0)

    def seed(self, seed: int) -> None:
        self.composed.set_random_seed(seed)

    def __call__(self, image: Array) -> Array:
        out: Array = self.composed(image=image)["image"]
        return out


def from_torch(module: Any, *, batched: bool = False, takes: Takes | None = None, moves: bool = False) -> Subject:
    """A transform on tensors, such as torchvision's (C, H, W) or, `batched`, kornia's (B, C, H, W), float in [0, 1].

    torch's global generator is seeded for each call, and put back after it.

    Parameters
    ----------
    module : callable
        Tensor to tensor.
    batched : bool
        Whether it wants a batch.
    takes : Takes, optional
        float32 in colour unless given.
    moves : bool
        Whether it moves the picture's content.
    """
    name = str(getattr(module, "__name__", type(module).__name__))
    made = f"from_torch({name}{', batched=True' if batched else ''})"
    tensors = _Tensors(module, batched)
    takes = takes or Takes(("float32",), (3,), 1)
    return Adapted(tensors, tensors.seed, name, made, takes=takes, moves=moves, seeds_globally=True)


class _Tensors:
    def __init__(self, module: Any, batched: bool) -> None:
        self.module, self.batched, self._seed = module, batched, 0

    def seed(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, image: Array) -> Array:
        from degrade.testing.tensors import called

        return called(self.module, image, self._seed, self.batched)
