"""Nothing is sent or fetched unless it was asked for, and no secret is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from degrade.codecs import encode_jpeg

WATCHED = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        if not (event == "socket.connect" and isinstance(arguments[1], (str, bytes))):  # to a socket of this machine
            print("NETWORK", event, arguments[1:], flush=True)
sys.addaudithook(watch)
"""
WORK = """
import degrade
from degrade.cli import main
recipe = {"recipe": 1, "name": "tiny", "frame": {"size": 16, "min_side": 8}, "steps": ["target", "jpeg"]}
degrade.build(recipe, "photographs", "out", workers=1)
pairs = degrade.open_pairs("out")
pairs[0].read()
degrade.verify("out")
degrade.replay("out", pairs[0].key)
for command in (["ops"], ["recipes"], ["--version"], ["check", "aged_photo"]):
    try:
        main(command, standalone_mode=False)
    except SystemExit:
        pass
print("DONE")
"""


def ran(program: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photographs").mkdir()
    picture = encode_jpeg(np.full((20, 24, 3), 90, np.uint8), 90)
    (tmp_path / "photographs/one.jpg").write_bytes(picture)
    return tmp_path


@pytest.mark.slow
def test_work_on_this_machine_touches_no_network(folder: Path) -> None:
    said = ran(WATCHED + WORK, folder)
    assert "DONE" in said
    assert "NETWORK" not in said


def test_the_network_would_be_noticed(tmp_path: Path) -> None:
    program = (
        WATCHED + "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError:\n    pass\n"
    )
    assert "NETWORK" in ran(program, tmp_path)


SECRET = "s3cr3t-t0ken"


@pytest.mark.parametrize(
    "source",
    [
        f"http://user:{SECRET}@127.0.0.1:9/photographs.csv",
        f"http://127.0.0.1:9/a.jpg?X-Amz-Signature={SECRET}",
        f"http://127.0.0.1:9/photographs.zip?token={SECRET}",
    ],
)
def test_a_secret_in_a_url_is_in_no_message_and_no_traceback(source: str, tmp_path: Path) -> None:
    program = f"""
import traceback
from degrade.corpus import open_corpus, remote
remote.PAUSES = ()
try:
    open_corpus({source!r}).listing()
except Exception as error:
    print(type(error).__name__, error)
    print(traceback.format_exc())
"""
    said = ran(program, tmp_path)
    assert "CorpusError" in said
    assert SECRET not in said


def test_what_a_server_says_is_told_without_secrets() -> None:
    from degrade.corpus.remote import refused

    said = str(refused("the list", OSError(f"500, url='http://u:{SECRET}@host/a.csv?sig={SECRET}'"), ""))
    assert "500, url='http://host/a.csv'" in said
    assert SECRET not in said
