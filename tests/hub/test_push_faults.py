"""`degrade push` is killed, cut off and refused; the same command completes it and sends only what is missing."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.hub.server.app import TRANSFERS, HubServer
from tests.hub.server.faults import ANY
from tests.hub.server.repositories import File

pytestmark = pytest.mark.slow

REPOSITORY = "tester/pairs"
SMALL_COMMITS = """
from degrade.hub import sending
sending.MOST_FILES, sending._AT_ONCE = 4, 2
from degrade.cli import main
main()
"""
"""The command, but that it makes several commits of an output that would go with one."""


FIRST_OF_THE_STORE = """
from huggingface_hub import HfApi
first = {"repo_id": "tester/first", "repo_type": "dataset"}
HfApi().create_repo(**first)
HfApi().upload_file(**first, path_or_fileobj=bytes(1000), path_in_repo="first.tar")
"""


class Moment(NamedTuple):
    """When a push is killed: `share` of its requests are answered; the next is cut off after `sent` bytes of its body
    or, if that is None, when its work is done and its answer is not yet sent."""

    share: float
    sent: int | None


def moments(transfer: str, count: int) -> list[Moment]:
    """Others for each transfer, and always the same."""
    chosen = random.Random(f"killed pushes by {transfer}")
    return [Moment(chosen.random(), chosen.choice((None, 0, chosen.randrange(1, 40_000)))) for _ in range(count)]


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    """An output of one's own: a push draws its contact sheet into it."""
    return Path(shutil.copytree(built, tmp_path / "out"))


@pytest.fixture(scope="module")
def requests_of_a_push(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], int]:
    """How many requests an undisturbed push makes."""

    @cache
    def count(transfer: str) -> int:
        folder = tmp_path_factory.mktemp("undisturbed")
        out = shutil.copytree(built, folder / "out")
        with HubServer(folder / "hub", transfer) as hub:
            hub.run(push(out))
        return len(hub.requests)

    return count


def push(out: Path, *options: str) -> list[str | Path]:
    """What Python runs."""
    return ["-c", SMALL_COMMITS, "push", out, REPOSITORY, *options]


def kill_during(hub: HubServer, arguments: list[str | Path], route: str, later: float = 0.0, **how: Any) -> None:
    """Runs a command and kills it when the fault strikes, or some seconds later."""
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        threading.Timer(later, started[0].kill).start() if later else started[0].kill()

    hub.fail(route, call=kill, **how)
    with subprocess.Popen(
        [sys.executable, *map(str, arguments)], env=hub.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        started.append(process)
        assert process.wait(timeout=300) == -signal.SIGKILL


def stored(hub: HubServer) -> set[str]:
    """SHA-256 of the large files that arrived whole, whether they were committed or not."""
    there = hub.hub.repositories.get(("dataset", REPOSITORY))
    return {*(there.objects if there else ()), *hub.hub.xet.files()}


def is_complete(hub: HubServer, out: Path, revision: str = "main") -> None:
    """All that the manifest names is there with the manifest's digests; a further push sends nothing."""
    manifest = json.loads((out / "manifest.json").read_text())
    promised = {shard["file"]: shard["sha256"] for shard in manifest["shards"]} | manifest["files"]
    there = hub.files(REPOSITORY, revision)
    assert {name: there[name].sha256 for name in promised} == promised
    assert {name for name in there if name.startswith("data/")} == {name for name in promised if "data/" in name}
    assert hub.read(REPOSITORY, "manifest.json", revision) == (out / "manifest.json").read_bytes()
    assert {"README.md", "recipe.yaml"} <= set(there)
    sent, state = len(hub.asked("upload", "commit")), hub.repository(REPOSITORY).at(revision).oid
    bytes_there = hub.hub.xet.stored_bytes()
    hub.run(push(out, *(["--create-pr"] if revision != "main" else [])))
    assert len(hub.asked("upload", "commit")) == sent
    assert hub.repository(REPOSITORY).at(revision).oid == state
    assert hub.hub.xet.stored_bytes() == bytes_there
    written = [path for folder in (out, hub.home) for path in folder.rglob("*") if path.is_file()]
    assert not any(hub.token.encode() in path.read_bytes() for path in written)


def completes(hub: HubServer, arguments: list[str | Path]) -> None:
    """The command succeeds, and sends nothing that had arrived whole before."""
    before, requests, bytes_before = stored(hub), len(hub.requests), hub.hub.xet.stored_bytes()
    hub.run(arguments)
    again = {Path(request.path).name for request in hub.requests[requests:] if request.route == "upload"}
    assert again & before == set()
    if stored(hub) == before:
        assert hub.hub.xet.stored_bytes() == bytes_before


# --- kill -9 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hub", "moment"),
    [
        pytest.param(transfer, moment, marks=[pytest.mark.long] if number else [])
        for transfer in TRANSFERS
        for number, moment in enumerate(moments(transfer, 14))
    ],
    indirect=["hub"],
)
def test_a_killed_push_is_completed(
    hub: HubServer, out: Path, moment: Moment, requests_of_a_push: Callable[[str], int]
) -> None:
    skip = int(moment.share * requests_of_a_push(hub.transfer))
    how = {"lose_answer": True} if moment.sent is None else {"cut_upload": moment.sent}
    kill_during(hub, push(out), ANY, skip=skip, **how)
    completes(hub, push(out))
    is_complete(hub, out)


@pytest.mark.long
@pytest.mark.parametrize(
    ("hub", "moment"),
    [(transfer, moment) for transfer in TRANSFERS for moment in moments(f"{transfer}, cut off", 5)],
    indirect=["hub"],
)
def test_a_connection_that_is_dropped_anywhere(
    hub: HubServer, out: Path, moment: Moment, requests_of_a_push: Callable[[str], int]
) -> None:
    """The push waits for it to come back, or says in one line what to do; then the same command completes it."""
    how = {"lose_answer": True} if moment.sent is None else {"cut_upload": moment.sent}
    hub.fail(ANY, skip=int(moment.share * requests_of_a_push(hub.transfer)), **how)
    done = subprocess.run(
        [sys.executable, *map(str, push(out))], env=hub.env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert "; " in done.stderr.strip().splitlines()[-1]
    completes(hub, push(out))
    is_complete(hub, out)


def test_a_push_that_is_killed_again_and_again_gets_on(hub: HubServer, out: Path) -> None:
    arrived = [len(stored(hub))]
    for _ in range(3):
        kill_during(hub, push(out), "upload", skip=1, cut_upload=10_000)
        arrived.append(len(stored(hub)))
    assert arrived == sorted(arrived)
    assert arrived[-1] > 0
    completes(hub, push(out))
    is_complete(hub, out)


@pytest.mark.long
@pytest.mark.parametrize("hub", ["xet"], indirect=True)
@pytest.mark.parametrize("later", [0.001, 0.005, 0.02, 0.05])
def test_xet_is_killed_between_requests(hub: HubServer, out: Path, later: float) -> None:
    """While it fills the store, which no request tells of. The store, which the client itself opens here, has been made
    by then: it does not survive that its maker is killed on the way, as the Hub's own would."""
    hub.run(FIRST_OF_THE_STORE)
    kill_during(hub, push(out), "xet_token", later=later)
    completes(hub, push(out))
    is_complete(hub, out)


def test_a_killed_pull_request_goes_on_as_the_same(hub: HubServer, out: Path) -> None:
    kill_during(hub, push(out, "--create-pr"), "commit", skip=1, cut_upload=100)
    assert hub.files(REPOSITORY, "refs/pr/1")
    completes(hub, push(out, "--create-pr"))
    is_complete(hub, out, "refs/pr/1")
    assert hub.files(REPOSITORY) == {}
    assert len(hub.repository(REPOSITORY).discussions) == 1


def test_what_is_stale_goes_though_the_push_was_killed(hub: HubServer, out: Path) -> None:
    hub.run(push(out))
    repository = hub.repository(REPOSITORY)
    old = File(b"of another build", large=True)
    files = dict(repository.at("main").files)
    del files["manifest.json"]
    repository.commit("main", {**files, "data/train-00000-of-00009.tar": old}, "another build", author="tester")
    kill_during(hub, push(out), "commit", cut_upload=0)
    assert "data/train-00000-of-00009.tar" in hub.files(REPOSITORY)
    completes(hub, push(out))
    is_complete(hub, out)


# --- faults -----------------------------------------------------------------------------------------------------------

PASSING: list[tuple[str, dict[str, Any]]] = [
    ("info", {"status": 502, "skip": 1}),
    ("tree", {"status": 500}),
    ("tree", {"cut_answer": 10}),
    ("preupload", {"status": 429, "retry_after": 0}),
    ("preupload", {"lose_answer": True}),
    ("commit", {"status": 412}),
    ("commit", {"status": 429, "retry_after": 0}),
    ("commit", {"status": 500, "skip": 1}),
    ("commit", {"cut_upload": 100}),
    ("commit", {"lose_answer": True}),
    ("commit", {"delay": 0.5}),
]
PASSING_BY_LFS: list[tuple[str, dict[str, Any]]] = [
    ("batch", {"status": 503}),
    ("upload", {"status": 500, "times": 2}),
    ("upload", {"cut_upload": 10_000}),
    ("upload", {"lose_answer": True, "skip": 2}),
    ("upload", {"delay": 0.5, "times": None}),
    ("verify", {"status": 503}),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("hub", "route", "how"),
    [
        *(pytest.param("lfs", route, how, id=f"lfs-{route}-{how}") for route, how in PASSING + PASSING_BY_LFS),
        *(
            pytest.param("multipart", "complete", how, id=f"parts-{how}")
            for how in ({"status": 500}, {"cut_upload": 5})
        ),
        *(pytest.param("xet", "xet_token", how, id=f"xet-{how}") for how in ({"status": 503}, {"lose_answer": True})),
        *(pytest.param("xet", route, how, id=f"xet-{route}-{how}") for route, how in PASSING if route == "commit"),
    ],
    indirect=["hub"],
)
def test_what_passes_is_waited_for(hub: HubServer, out: Path, route: str, how: dict[str, Any]) -> None:
    hub.fail(route, **how)
    hub.run(push(out))
    whole = [Path(request.path).name for request in hub.asked("upload") if request.status == 200]
    if hub.transfer == "lfs":
        assert len(whole) == len(set(whole))
    is_complete(hub, out)


def test_somebody_else_commits_meanwhile(hub: HubServer, out: Path) -> None:
    def commit() -> None:
        repository = hub.repository(REPOSITORY)
        files = {**repository.at("main").files, "note.txt": File(b"theirs")}
        repository.commit("main", files, "theirs", author="tester")

    hub.fail("preupload", call=commit, skip=1)
    hub.run(push(out))
    assert 412 in [request.status for request in hub.asked("commit")]
    assert hub.read(REPOSITORY, "note.txt") == b"theirs"
    is_complete(hub, out)


@pytest.mark.long
@pytest.mark.parametrize(
    ("hub", "route", "how"),
    [
        ("lfs", "upload", {"status": 403, "skip": 2}),
        ("lfs", "commit", {"status": 403, "skip": 1}),
        ("lfs", "commit", {"status": 400}),
        ("lfs", "create", {"status": 401}),
        ("lfs", "create", {"status": 503}),
        ("lfs", "create", {"lose_answer": True}),
        ("lfs", "tree", {"status": 404}),
        ("xet", "commit", {"status": 403, "skip": 1}),
        ("xet", "xet_token", {"status": 403}),
    ],
    indirect=["hub"],
    ids=str,
)
def test_what_does_not_pass_is_told_and_mended(hub: HubServer, out: Path, route: str, how: dict[str, Any]) -> None:
    hub.fail(route, times=None, **how)
    done = hub.run(push(out), fails=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = done.stderr.strip().splitlines()[-1]
    assert REPOSITORY in told
    assert "; " in told
    assert hub.endpoint not in done.stderr
    hub.faults.clear()
    completes(hub, push(out))
    is_complete(hub, out)


def test_a_shard_that_was_replaced_there_is_sent_again(hub: HubServer, out: Path) -> None:
    hub.run(push(out))
    repository = hub.repository(REPOSITORY)
    files = dict(repository.at("main").files)
    shard = next(name for name in files if name.startswith("data/"))
    changed = files[shard].data[:-1] + b"\1"
    repository.commit("main", {**files, shard: File(changed, large=True)}, "a changed shard", author="tester")
    hub.run(push(out))
    is_complete(hub, out)


def test_a_shard_that_changes_on_the_way_is_refused(hub: HubServer, out: Path) -> None:
    shard = next((out / "data").glob("*.tar"))
    data = shard.read_bytes()
    shard.write_bytes(data[:-1] + b"\1")
    done = hub.run(push(out), fails=True)
    assert done.returncode == 1
    assert shard.name in done.stderr
    assert "manifest" in done.stderr
    shard.write_bytes(data)
    assert hashlib.sha256(data).hexdigest() not in stored(hub)
    hub.run(push(out))
    is_complete(hub, out)
