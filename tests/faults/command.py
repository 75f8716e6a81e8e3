"""A script as a user's command: a process in a session of its own, with all its workers, killed at a line it prints."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Command:
    """Runs the Python script `text`."""

    def __init__(self, text: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", text, *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def read_lines(self, count: int) -> list[str]:
        """The next lines that it prints; fewer where it ends before."""
        assert self._process.stdout is not None
        return [line for _ in range(count) if (line := self._process.stdout.readline())]

    def kill(self, everybody: bool) -> None:
        """`kill -9`: everybody, or the parent alone, which leaves workers that go on for a while."""
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if everybody else os.kill)(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def interrupt(self) -> None:
        """Ctrl-C, which a terminal sends to every process."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> tuple[int, list[str], str]:
        """Its exit code, the lines that were not read yet, and what it wrote on stderr."""
        out, err = self._process.communicate(timeout=240)
        return self._process.returncode, out.splitlines(), err
