"""What a test plans to go wrong goes wrong, as often as it says and nowhere else."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.hub.server.app import HubServer

SHARD = b"shard" * 20_000

PUSH = """
from huggingface_hub import HfApi
api = HfApi()
pairs = {"repo_id": "tester/pairs", "repo_type": "dataset"}
api.create_repo(**pairs, exist_ok=True)
api.upload_file(**pairs, path_or_fileobj=b"shard" * 20_000, path_in_repo="data/train-00000-of-00001.tar")
"""


def statuses(hub: HubServer, route: str) -> list[int | None]:
    return [request.status for request in hub.asked(route)]


def ask(address: str, method: str = "GET", body: bytes | None = None, token: str = "") -> int:
    """The status of a request that no client would make."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(address, body, headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    ("route", "how", "seen"),
    [
        ("preupload", {"status": 429, "retry_after": 0}, [429, 200]),
        ("batch", {"status": 503}, [503, 200]),
        ("upload", {"status": 500, "times": 2}, [500, 500, 200]),
        ("upload", {"cut_upload": 30_000}, [None, 200]),
        ("upload", {"lose_answer": True}, [None, 200]),
        ("verify", {"status": 500}, [500, 200]),
    ],
)
def test_what_the_client_mends(hub: HubServer, route: str, how: dict[str, Any], seen: list[int | None]) -> None:
    hub.fail(route, **how)
    hub.run(PUSH)
    assert statuses(hub, route) == seen
    assert hub.read("tester/pairs", "data/train-00000-of-00001.tar") == SHARD
    if "cut_upload" in how:
        assert [request.received for request in hub.asked("upload")] == [30_000, len(SHARD)]


@pytest.mark.parametrize("how", [{"status": 412}, {"status": 500}, {"cut_upload": 50}, {"lose_answer": True}], ids=str)
def test_what_it_does_not_mend(hub: HubServer, how: dict[str, Any]) -> None:
    hub.fail("commit", **how)
    hub.run(PUSH, fails=True)
    arrived = "lose_answer" in how
    assert ("data/train-00000-of-00001.tar" in hub.files("tester/pairs")) == arrived
    hub.run(PUSH)
    assert hub.read("tester/pairs", "data/train-00000-of-00001.tar") == SHARD
    assert len(hub.asked("upload")) == 1
    assert len(hub.asked("commit")) == (1 if arrived else 2)


def test_a_download_is_cut(hub: HubServer) -> None:
    hub.run(PUSH)
    script = """
from huggingface_hub import hf_hub_download
path = hf_hub_download("tester/pairs", "data/train-00000-of-00001.tar", repo_type="dataset")
assert open(path, "rb").read() == b"shard" * 20_000
"""
    hub.fail("download", cut_answer=70_000)
    hub.run(script)
    assert statuses(hub, "download") == [200, 200]


def test_faults_wait_and_slow_down(hub: HubServer) -> None:
    moments: list[float] = []
    hub.fail("whoami", skip=1, delay=0.3, call=lambda: moments.append(time.monotonic()))
    started = time.monotonic()
    for _ in range(3):
        assert ask(f"{hub.endpoint}/api/whoami-v2", token=hub.token) == 200
    assert len(moments) == 1
    assert moments[0] - started >= 0.3


def test_no_fault_is_planned_in_vain(hub: HubServer) -> None:
    fault = hub.fail("commit", status=500)
    assert hub.faults.idle() == [fault]
    with pytest.raises(AssertionError):
        hub.check()
    fault.struck = 1
    with pytest.raises(ValueError, match="no such route"):
        hub.fail("comit", status=500)


def test_a_token_that_goes_astray_is_noticed(hub: HubServer) -> None:
    assert ask(f"{hub.endpoint}/api/whoami-v2?token={hub.token}") == 401
    assert ask(f"{hub.endpoint}/api/validate-yaml", "POST", hub.token.encode()) == 400
    assert ask(f"{hub.hub.storage}/x", token=hub.token) == 404
    assert hub.leaks == ["GET /api/whoami-v2", "POST /api/validate-yaml", "GET /x"]
    hub.leaks.clear()
    with pytest.raises(AssertionError, match="a token was printed"):
        hub.run("import os; print(os.environ['HF_TOKEN'])")


def test_a_commit_is_whole_or_nothing(hub: HubServer) -> None:
    hub.run(PUSH)
    before = hub.repository("tester/pairs").at("main").oid
    lines = [
        b'{"key": "header", "value": {"summary": "half"}}',
        b'{"key": "file", "value": {"path": "a.txt", "content": "YQ==", "encoding": "base64"}}',
        b'{"key": "lfsFile", "value": {"path": "b.tar", "algo": "sha256", "oid": "%s", "size": 3}}' % (b"0" * 64),
    ]
    address = f"{hub.endpoint}/api/datasets/tester/pairs/commit/main"
    for body in (b"\n".join(lines), lines[0] + b"\n" + lines[1] + b"\n{", lines[1]):
        assert ask(address, "POST", body, hub.token) == 400
    assert hub.repository("tester/pairs").at("main").oid == before


def test_the_storage_takes_what_was_promised_alone(hub: HubServer) -> None:
    hub.run(PUSH)
    repository = hub.repository("tester/pairs")
    address = hub.hub.signed("PUT", repository, "0" * 64, size=5)
    assert ask(address, "PUT", b"wrong") == 400
    assert ask(address.replace("signature=", "signature=0"), "PUT", b"wrong") == 403
    assert ask(address, "PUT", b"wrong", hub.token) == 400
    assert hub.leaks == [f"PUT /datasets/tester/pairs/{'0' * 64}"]
    hub.leaks.clear()
    assert set(repository.objects) == {repository.at("main").files["data/train-00000-of-00001.tar"].sha256}
