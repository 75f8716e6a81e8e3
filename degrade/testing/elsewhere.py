"""Another process, in which the same pictures are made."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from degrade.building.executors.processes import main_module_hidden
from degrade.testing.picture import Picture
from degrade.testing.subject import Subject
from degrade.testing.verdict import Broken

PATIENCE_S = 120.0
"""For the other process' answer, its start and its imports included."""


class Unanswered(Exception):
    """What is checked can't be handed to another process; the text says why."""


class _Other:
    """The process, started when it is first asked, and used again: a process takes seconds to start."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, message: bytes) -> Any:
        """What the other process answers."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._line is not None
        self._line.send_bytes(message)
        if not self._line.poll(PATIENCE_S):
            self._stop()
            raise Broken(f"another process did not answer within {PATIENCE_S:g} s")
        try:
            return self._line.recv()
        except EOFError:
            self._stop()
            raise Broken("it made another process die") from None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        with main_module_hidden():
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
        theirs.close()

    def _stop(self) -> None:
        assert self._process is not None
        assert self._line is not None
        self._process.kill()
        self._process.join()
        self._line.close()
        self._process = None


_other = _Other()


def digests_elsewhere(subject: Subject, cases: Sequence[tuple[Picture, str]]) -> dict[tuple[Picture, str], str]:
    """What comes out of each case in another process, hashed.

    Raises
    ------
    Unanswered
        The subject can't be pickled.
    Broken
        It fails there, ends the process, or takes too long.
    """
    try:
        message = pickle.dumps((subject, list(cases)))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise Unanswered(f"it can't be handed to another process: {error}") from error
    answer = _other.ask(message)
    if isinstance(answer, str):
        raise Broken(f"it fails in another process: {answer}")
    found: dict[tuple[Picture, str], str] = answer
    return found


def _serve(line: Connection) -> None:
    """Make what is asked for, until the other end is closed."""
    from degrade.testing.checks.order import results

    while True:
        try:
            message = line.recv_bytes()
        except EOFError:
            return
        try:
            subject, cases = pickle.loads(message)  # noqa: S301 - from the process that started this one
            answer: Any = results(subject, cases)
        except Exception as error:  # noqa: BLE001 - told to the process that asked
            answer = f"{type(error).__name__}: {error}"
        line.send(answer)
