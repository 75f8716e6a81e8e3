"""The folder that remote files are made in: kept by the living, cleared of what the dead have left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from degrade.shards import StorageError
from degrade.shards.staging import StagedFile, sweep, sweep_all, wait_until_alone

SCRIPT = """
import sys, time
from pathlib import Path
from degrade.shards.staging import StagedFile
staged = StagedFile(Path(sys.argv[1]), "data/a.tar")
staged.path.write_bytes(b"half")
print("made", flush=True)
time.sleep(600)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "outputs" / "some"


@pytest.fixture
def killed(root: Path) -> None:
    """A process has been killed while it made a file."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root)], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "made\n"
        process.send_signal(signal.SIGKILL)


def test_a_file_and_its_folder_go(root: Path) -> None:
    first, second = StagedFile(root, "data/a"), StagedFile(root, "data/a")
    assert first.path != second.path
    first.path.write_bytes(b"1")
    first.discard()
    assert second.path.parent.is_dir()
    second.discard()
    assert not root.exists()


@pytest.mark.usefixtures("killed")
def test_what_the_dead_left_goes_and_the_living_stay(root: Path) -> None:
    alive = StagedFile(root, "data/b")
    alive.path.write_bytes(b"1")
    assert len(list(root.iterdir())) == 4
    assert not sweep(root)
    assert len(list(root.iterdir())) == 2
    assert alive.path.read_bytes() == b"1"
    alive.discard()
    assert sweep(root)


@pytest.mark.usefixtures("killed")
def test_other_outputs_are_cleared_too(root: Path) -> None:
    sweep_all(root.with_name("other"))
    assert not root.exists()


def test_the_living_are_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive = StagedFile(root, "a")
    timer = threading.Timer(0.2, alive.discard)
    timer.start()
    wait_until_alone(root, "s3://b/x")
    timer.join()
    assert not root.exists()
    monkeypatch.setattr("degrade.shards.staging._PATIENCE", 0.1)
    alive = StagedFile(root, "a")
    with pytest.raises(StorageError, match="still sending files to s3://b/x"):
        wait_until_alone(root, "s3://b/x")
    alive.discard()
