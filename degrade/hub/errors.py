"""The error of everything that talks to the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from degrade.errors import CuredError, DegradeError
from degrade.recipes.hub_errors import causes, said, status_of, why_and_cure


class HubError(CuredError):
    """Something that cannot be pushed to the Hub, or pulled from it."""


@contextmanager
def asking(repository: str, doing: str) -> Iterator[None]:
    """Turn what the client raises in the block into a HubError: `doing`, such as "read" or "push to", failed with
    `repository`. Errors that have nothing to do with the Hub pass."""
    try:
        yield
    except DegradeError:
        raise
    except Exception as error:
        known = why_and_cure(error, repository)
        if known is None and not _is_of_the_client(error):
            raise
        why, cure = known or (said(error), "run the same command again, what has arrived is kept")
        raise HubError(f"cannot {doing} {repository}: {why}", cure) from error


def _is_of_the_client(error: BaseException) -> bool:
    """Whether the client, or the library that sends files for it, raised it."""
    return any(
        status_of(each) is not None
        or type(each).__module__.partition(".")[0] in ("huggingface_hub", "hf_xet", "httpx2", "httpx", "httpcore2")
        or (isinstance(each, RuntimeError | ValueError) and _raised_by_client(each))
        for each in causes(error)
    )


def _raised_by_client(error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] == "huggingface_hub":
            return True
        trace = trace.tb_next
    return False
