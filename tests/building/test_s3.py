"""Outputs on a real S3 server on loopback: `kill -9` while files are sent, then the same command, on any machine."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build, replay
from degrade.shards import StorageError, open_pairs, open_storage, verify
from degrade.shards.staging import staging_folder
from degrade.shards.storage_remote import RemoteStorage

pytestmark = pytest.mark.slow
pytest.importorskip("s3fs")
pytest.importorskip("moto")

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
BUILD = """
import degrade.building as building

class Lines(building.Progress):
    def planned(self, planned): print("planned", flush=True)
    def shard_done(self, shard): print("shard", flush=True)
    def finishing(self): print("finishing", flush=True)

building.build({recipe!r}, {photos!r}, {out!r}, workers={workers}, engine={engine!r}, progress=Lines())
print("done", flush=True)
"""
SEND = """
import sys
from degrade.shards import open_storage
storage = open_storage("s3://bucket/large")
if "settle" in sys.argv:
    storage.settle()
with storage.path("data/a.tar").open("wb") as file:
    for number in range(110):
        file.write(bytes([number]) * (1 << 20))
print("sending", flush=True)
storage.publish("data/a.tar")
print("done", flush=True)
"""


class Server:
    """The server, as a test sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = os.environ | ENVIRONMENT | {"AWS_ENDPOINT_URL": url, "PYTHONPATH": str(ROOT)}

    def objects(self, place: str) -> dict[str, bytes]:
        """Every object of an output, by name."""
        storage = open_storage(place)
        return {name: storage.read(name) for name in storage.list("")}

    def sent(self) -> int:
        """How many files were sent since the last question."""
        with urllib.request.urlopen(f"{self.url}/sent") as answer:
            return int(answer.read())

    def slow(self, seconds: float) -> None:
        """Make each send last so long."""
        with urllib.request.urlopen(f"{self.url}/slow?{seconds}"):
            pass

    def unfinished_uploads(self) -> int:
        """How many uploads in parts are neither complete nor given up."""
        import fsspec

        return len(fsspec.filesystem("s3").list_multipart_uploads("bucket"))

    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Run a script in a session of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a bucket, and the environment of its users."""
    import fsspec

    # fsspec keeps its file systems, and with them the servers of other tests in this process.
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with (
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("s3_server.py"))],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process,
    ):  # fmt: skip
        try:
            assert process.stdout is not None
            server = Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
            for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": server.url}).items():
                patch.setenv(name, value)
            fsspec.filesystem("s3").mkdir("bucket")
            yield server
        finally:
            process.terminate()


@pytest.fixture
def whole(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> dict[str, bytes]:
    """What an undisturbed build into a folder holds, with a shard for each photograph; its memory too, without what
    names places of this machine."""
    recipe["output"]["pairs_per_shard"] = 2
    out = tmp_path / "undisturbed"
    build(recipe, photos, out, workers=1)
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if name not in (".degrade/lock", ".degrade/source")}


def kill(process: subprocess.Popen[str], everybody: bool) -> str:
    """Gives what it had printed."""
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if everybody else os.kill)(process.pid, signal.SIGKILL)
    return process.communicate()[0]


@pytest.mark.parametrize(
    "how",
    [
        {"workers": 1},
        {"workers": 2},
        {"workers": 2, "start_method": "fork"},
        {"workers": 2, "engine": "threads"},
    ],
)
def test_the_same_objects_whoever_sends_them(
    server: Server, photos: Path, recipe: dict[str, Any], whole: dict[str, bytes], how: dict[str, Any]
) -> None:
    out = "s3://bucket/" + "-".join(map(str, how.values()))
    build(recipe, photos, out, **how)
    assert server.objects(out) == whole
    server.sent()
    assert build(recipe, photos, out, **how).finished
    assert server.sent() == 0
    assert verify(out).ok
    pairs = open_pairs(out)
    assert replay(out, pairs[3].key, photos).key == pairs[3].key
    keys = [row["key"] for row in pairs.read(["clean", "key"]).__getitems__([3, 0, 2])]  # as torch asks for a batch
    assert keys == [pairs[number].key for number in (3, 0, 2)]


@pytest.mark.parametrize(
    ("workers", "engine"),
    [
        (1, "processes"),
        (2, "threads"),
        pytest.param(1, "threads", marks=pytest.mark.long),
        pytest.param(2, "processes", marks=pytest.mark.long),
    ],
)
def test_killed_again_and_again(
    server: Server, photos: Path, recipe: dict[str, Any], whole: dict[str, bytes], workers: int, engine: str
) -> None:
    out = f"s3://bucket/killed-{engine}-{workers}"
    script = BUILD.format(recipe=recipe, photos=str(photos), out=out, workers=workers, engine=engine)
    moments = random.Random(workers)
    server.slow(0.05)
    for lines in (0, 1, 1, 2, 3, 2):
        run = server.start(script)
        assert run.stdout is not None
        seen = "".join(run.stdout.readline() for _ in range(lines))
        time.sleep(moments.uniform(0, 0.4))
        if "done" in seen + kill(run, everybody=bool(lines % 2)):
            break
        assert server.objects(out).items() <= whole.items()
    server.slow(0)
    last = server.start(script)
    printed, errors = last.communicate(timeout=120)
    assert (last.returncode, printed.splitlines()[-1], errors) == (0, "done", "")
    assert server.objects(out) == whole
    assert not staging_folder(out).exists()


def test_killed_while_a_large_shard_is_sent_in_parts(server: Server) -> None:
    storage = open_storage("s3://bucket/large")
    assert isinstance(storage, RemoteStorage)
    left_over = 0
    server.slow(0.3)
    for seconds in (0.2, 0.5, 0.8):
        run = server.start(SEND)
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(seconds)
        assert "done" not in kill(run, everybody=True)
        assert storage.list("") == {}
        left_over = max(left_over, server.unfinished_uploads())
    assert left_over
    server.slow(0)
    assert server.start(SEND, "settle").communicate(timeout=120) == ("sending\ndone\n", "")
    assert storage.list("") == {"data/a.tar": 110 << 20}
    assert storage.read_range("data/a.tar", (50 << 20) - 1, 2) == bytes([49, 50])
    assert server.unfinished_uploads() == 0
    assert not staging_folder(storage.name).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "it cannot be reached"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "there are no credentials"),
        ({}, "there is no such bucket or folder"),
    ],
)
def test_what_goes_wrong_is_one_line(
    server: Server,
    command: Callable[..., Any],
    photos: Path,
    tmp_path: Path,
    changes: dict[str, str | None],
    words: str,
) -> None:
    environment = server.environment | {"HOME": str(tmp_path)} | changes
    ran = subprocess.run(
        [sys.executable, "-m", "degrade", "build", "--recipe", str(tmp_path / "tiny.yaml"), "--source", str(photos),
         "--out", "s3://no-such-bucket/out"],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("error: cannot")
    assert words in last
    assert "Traceback" not in ran.stderr
    for secret in (ENVIRONMENT["AWS_ACCESS_KEY_ID"], ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in ran.stdout + ran.stderr


def test_nothing_secret_is_stored(server: Server, photos: Path, recipe: dict[str, Any]) -> None:
    build(recipe, photos, "s3://bucket/secrets", limit=2)
    stored = b"".join(server.objects("s3://bucket/secrets").values())
    keys = [ENVIRONMENT[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    for secret in (*keys, str(photos), server.url):
        assert secret.encode() not in stored
    with pytest.raises(StorageError, match="no such bucket"):
        build(recipe, photos, "s3://no-such-bucket/out", limit=2)
