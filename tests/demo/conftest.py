"""A page that is served by a process of its own, and a photograph in a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_jpeg

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 240
_PROGRAM = """
import sys
from degrade.cli import main
from degrade.demo import serving

serving.LARGEST_BYTES = 1 << 20

def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        print(arguments[1][0], flush=True)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        print(arguments[0], flush=True)

sys.addaudithook(watch)
main(["demo", "--no-browser", *sys.argv[1:]])
"""
"""The command, with a small limit for uploads; it prints where it connects to, and which names it looks up."""


@dataclass(frozen=True)
class Running:
    """A page that is being served.

    Attributes
    ----------
    url : str
    temporary, working : Path
        The folder for temporary files and the working folder of its process.
    process : subprocess.Popen
    """

    url: str
    temporary: Path
    working: Path
    process: subprocess.Popen[str]

    def connected(self) -> set[str]:
        """Where its process connected to so far."""
        return set((self.temporary.parent / "connected.txt").read_text("utf-8").split())


def started(folder: Path, *arguments: str) -> Iterator[Running]:
    """The page of `degrade demo`, which is told to end afterwards, and must then leave nothing behind."""
    if find_spec("gradio") is None:
        pytest.skip('the page needs gradio: pip install "degrade[demo]"')
    for name in ("temporary", "working"):
        (folder / name).mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary")}
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    with (
        (folder / "connected.txt").open("w") as out,
        subprocess.Popen(
            command, cwd=folder / "working", env=environment, stdout=out, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None
        with _patience(process):
            line = process.stderr.readline()
            assert "the page is http://127.0.0.1:" in line, line + process.stderr.read()
        url = line.partition("the page is ")[2].partition(";")[0]
        yield Running(url, folder / "temporary", folder / "working", process)
        with _patience(process):
            process.send_signal(signal.SIGTERM)
            said = process.stderr.read()
            assert process.wait(60) == 0, said
        assert "Traceback" not in said
    assert list((folder / "temporary").iterdir()) == list((folder / "working").iterdir()) == []


@contextmanager
def _patience(process: subprocess.Popen[str]) -> Iterator[None]:
    """Kill a process that begins or ends for too long. In between it may wait for tests as long as these take."""
    killer = threading.Timer(_PATIENCE_S, process.kill)
    killer.start()
    try:
        yield
    finally:
        killer.cancel()


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The page, which begins with a small recipe of somebody's own."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "mine.yaml").write_text(
        "recipe: 1\nseed: 5\nframe: {size: 96}\nabout: Small.\nsteps:\n  - target\n"
        "  - gaussian_noise: {sigma: [0.01, 0.1]}\n  - scratches: {count: [3, 9]}\n  - jpeg: {quality: [70, 90]}\n",
        "utf-8",
    )
    yield from started(folder, "--recipe", str(folder / "mine.yaml"))


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of 200 × 160 pixels."""
    down, across = np.mgrid[:160, :200]
    pixels = np.stack([np.sin(down / 9) * 60 + across / 2 + 60, across, 220 - down], axis=2).astype(np.uint8)
    file = tmp_path_factory.mktemp("photographs") / "holiday 1.jpg"
    file.write_bytes(encode_jpeg(pixels, 92))
    return file
