"""Runs jobs in processes that faults strike."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from degrade.engine.key import Key
from tests.faults.doom import KILL, Doom

ROOT = Path(__file__).resolve().parents[2]
_DEATHS = (-signal.SIGKILL, -signal.SIGALRM)


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a job has ended.

    Attributes
    ----------
    code : int
        0 done, 1 a DegradeError, minus the signal that it died of.
    calls : int
        What it did to the files of the folder that was watched; 0 if it died.
    result : dict
        What was counted.
    error : str
        The text of the DegradeError, or a traceback of what should not happen.
    """

    code: int
    calls: int = 0
    result: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    error: str = ""

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.code in _DEATHS

    @property
    def done(self) -> bool:
        """Whether it came to its end."""
        return self.code == 0


class Crew:
    """Sends jobs to the server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def warm(self, job: str, **arguments: Any) -> None:
        """Run a job in the server itself, so that its children find kernels compiled and caches filled."""
        self._asked(job, arguments, None)

    def run(self, job: str, doom: Doom, **arguments: Any) -> Ended:
        """Run a job in a process of its own."""
        return Ended(**self._asked(job, arguments, doom._asdict()))

    def whole(self, job: str, folder: Path, **arguments: Any) -> Ended:
        """Run it undisturbed; it must come to its end. Its calls in `folder` are counted."""
        ended = self.run(job, Doom(folder=str(folder)), **arguments)
        assert ended.done, ended.error
        return ended

    def struck(self, job: str, doom: Doom, **arguments: Any) -> Ended:
        """Run a job that a fault strikes, or not in time: it is killed, done, or tells in one line what failed and the
        cure."""
        ended = self.run(job, doom, **arguments)
        assert ended.killed or ended.code in (0, 1), ended.error
        assert ended.done or ended.killed or "; " in ended.error
        assert "\n" not in ended.error
        return ended

    def _asked(self, job: str, arguments: Mapping[str, Any], doom: Mapping[str, Any] | None) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"job": job, "arguments": arguments, "doom": doom}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "the server has died; what it said is on stderr"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def crew(*modules: str) -> Iterator[Crew]:
    """A server that has imported these modules."""
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.server", *modules],
        cwd=ROOT, env=os.environ | alone | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            yield Crew(process)
        finally:
            process.kill()


def twice(key: Key, folder: Path, calls: int, count: int, kind: str = KILL) -> Iterator[tuple[Doom, Doom]]:
    """As `dooms`, each with a second fault for the run that takes up the work: that one has less to do."""
    first = dooms(key.at("first"), folder, calls, count, kind)
    return zip(first, dooms(key.at("second"), folder, calls // 2, count, kind), strict=True)


def dooms(key: Key, folder: Path, calls: int, count: int, kind: str = KILL) -> list[Doom]:
    """`count` faults at random ones of so many calls; always the same for a key."""
    shares = [key.at(f"fault {number}").uniforms()[0] for number in range(count)]
    return [Doom(kind, str(folder), 1 + int(share * calls)) for share in shares]
