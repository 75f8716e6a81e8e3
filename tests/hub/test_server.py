"""The look-alike of the Hub is what the real clients take it for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.hub.server.app import HubServer
from tests.hub.server.repositories import Digest

REPOSITORY = "tester/pairs"
EVERY_TRANSFER = pytest.mark.parametrize("hub", ["lfs", "multipart"], indirect=True)

ROUTES = {"lfs": {"upload", "verify"}, "multipart": {"upload", "complete", "verify"}, "xet": {"xet_token"}}

PUSH = """
import sys
from huggingface_hub import HfApi
api = HfApi()
pairs = {"repo_id": "tester/pairs", "repo_type": "dataset"}
api.create_repo(**pairs, exist_ok=True)
print(api.upload_folder(**pairs, folder_path=sys.argv[1], commit_message="push").oid)
"""


def digests(folder: Path) -> dict[str, Digest]:
    """SHA-256 and size of each file below a folder, by its path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = Digest(hashlib.sha256(data).hexdigest(), len(data))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two large files, whose content does not compress, and three small ones, one of them empty."""
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    for number in range(2):
        blocks = (hashlib.sha256(f"{number} {block}".encode()).digest() for block in range(2000))
        (folder / f"data/train-{number:05d}-of-00002.tar").write_bytes(b"".join(blocks))
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n# Pairs\n")
    (folder / "manifest.json").write_text("{}\n")
    (folder / "empty.txt").touch()
    return folder


@EVERY_TRANSFER
def test_a_folder_arrives(hub: HubServer, folder: Path) -> None:
    done = hub.run(["-c", PUSH, folder])
    assert hub.files(REPOSITORY) == digests(folder)
    assert hub.repository(REPOSITORY).at("main").oid == done.stdout.strip()
    of_transfer = {"upload", "complete", "verify", "xet_token"}
    assert {request.route for request in hub.requests} & of_transfer == ROUTES[hub.transfer]
