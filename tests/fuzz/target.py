"""What is fuzzed: a function of bytes that may return or raise a DegradeError, and nothing else."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from degrade.errors import DegradeError

MEMORY = 1 << 30
"""Bytes that an input may take beyond what the process has before it."""
SECONDS = 10
"""That an input may take."""
LONGEST = 1 << 16
"""Bytes of an input that is made here."""
_OUT_OF_MEMORY = ("insufficient memory", "failed to allocate", "cannot allocate", "out of memory", "bad_alloc")
_PACKAGE = "/degrade/"


@dataclass(frozen=True)
class Prepared:
    """A target, ready.

    Attributes
    ----------
    seeds : sequence of bytes
        Sound inputs, of every kind that there is.
    check : callable
        Takes an input; may return, or raise a DegradeError.
    mend : callable or None
        Puts the checksums and digests of an input right again, as somebody would who made it on purpose.
    is_json : bool
        Whether the inputs are JSON, a value a line.
    words : sequence of bytes
        What inputs are made of.
    quick : int
        How many made inputs the short pass tries.
    """

    seeds: Sequence[bytes]
    check: Callable[[bytes], object]
    mend: Callable[[bytes], bytes] | None = None
    is_json: bool = False
    words: Sequence[bytes] = ()
    quick: int = 100

    def near(self, data: bytes) -> Prepared:
        """The same with one seed, mostly."""
        return replace(self, seeds=[data, data, data, *self.seeds])


Prepare = Callable[[Path], Prepared]
"""Makes a target, in an empty folder of its own."""


@dataclass(frozen=True)
class Finding:
    """An input that a target did not take as it should.

    Attributes
    ----------
    what : str
        The exception and where it was raised: what two findings of one fault have in common.
    told : str
        The traceback.
    """

    what: str
    told: str


def finding(check: Callable[[bytes], object], data: bytes) -> Finding | None:
    """What is wrong with how `check` takes `data`; None if nothing is."""
    try:
        check(data)
    except DegradeError as error:
        hidden = next((one for one in _causes(error) if _is_memory(one)), None)
        return None if hidden is None else _found(hidden)
    except Exception as error:  # noqa: BLE001 - that is the question
        return _found(error)
    return None


def _found(error: BaseException) -> Finding:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _PACKAGE in frame.filename] or frames
    place = f"{own[-1].filename.rpartition(_PACKAGE)[2]}:{own[-1].lineno}" if own else "nowhere"
    return Finding(f"{type(error).__name__} at {place}", "".join(traceback.format_exception(error)[-12:]))


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__ or at.__context__


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in _OUT_OF_MEMORY)


def free_memory() -> None:
    """Take the limit of `limit_memory` away."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit_memory(most: int = MEMORY) -> None:
    """Let this process have `most` bytes of addresses beyond those that it has: what asks for more gets a
    MemoryError. For Linux alone, which tells how many it has."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + most
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
