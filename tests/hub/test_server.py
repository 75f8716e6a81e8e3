"""The look-alike of the Hub is what the real client takes it for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.hub.server.app import TRANSFERS, HubServer
from tests.hub.server.repositories import Digest

REPOSITORY = "tester/pairs"
EVERY_TRANSFER = pytest.mark.parametrize("hub", TRANSFERS, indirect=True)
SENDING = {"lfs": {"upload"}, "multipart": {"upload", "complete"}, "xet": {"xet_token"}}
"""The routes by which large files go out."""

PRELUDE = """
import json, os, sys
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, HfFileSystem
from huggingface_hub import hf_hub_download, snapshot_download
api = HfApi()
pairs = {"repo_id": "tester/pairs", "repo_type": "dataset"}
def say(value): print(json.dumps(value))
def name_of_error(function, *args, **options):
    try: function(*args, **options)
    except Exception as error: return type(error).__name__
def push(folder=sys.argv[1], **options): return api.upload_folder(**pairs, folder_path=folder, **options)
"""
CREATE_AND_PUSH = "api.create_repo(**pairs, exist_ok=True)\nsay(push().oid)"


def ask(hub: HubServer, script: str, *arguments: Path | str, **environment: str) -> Any:
    """What a client says in JSON."""
    done = hub.run(["-c", PRELUDE + script, *(arguments or [""])], env=environment)
    return json.loads(done.stdout)


def digests(folder: Path) -> dict[str, Digest]:
    """SHA-256 and size of each file below a folder, by its path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = Digest(hashlib.sha256(data).hexdigest(), len(data))
    return found


def noise(name: str) -> bytes:
    """64 kB that do not compress."""
    return b"".join(hashlib.sha256(f"{name} {block}".encode()).digest() for block in range(2000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two large files and three small ones, one of them empty."""
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    for name in ("train-00000-of-00001.tar", "val-00000-of-00001.tar"):
        (folder / "data" / name).write_bytes(noise(name))
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n# Pairs\n")
    (folder / "manifest.json").write_text("{}\n")
    (folder / "empty.txt").touch()
    return folder


# --- up ---------------------------------------------------------------------------------------------------------------


@EVERY_TRANSFER
def test_what_is_missing_is_sent_and_nothing_else(hub: HubServer, folder: Path) -> None:
    first = ask(hub, CREATE_AND_PUSH, folder)
    assert hub.files(REPOSITORY) == digests(folder)
    assert hub.repository(REPOSITORY).at("main").oid == first
    assert {request.route for request in hub.asked("upload", "complete", "xet_token")} == SENDING[hub.transfer]
    sent, stored = len(hub.asked("upload", "commit")), hub.hub.xet.stored_bytes()

    assert ask(hub, CREATE_AND_PUSH, folder) == first
    assert len(hub.asked("upload", "commit")) == sent
    assert hub.hub.xet.stored_bytes() == stored

    (folder / "data/more.tar").write_bytes(noise("more"))
    assert ask(hub, CREATE_AND_PUSH, folder) != first
    assert hub.files(REPOSITORY) == digests(folder)
    oids = {Path(request.path).name for request in hub.asked("upload")[-4:]}
    if hub.transfer == "xet":
        assert 64_000 <= hub.hub.xet.stored_bytes() - stored < 66_000
    elif hub.transfer == "lfs":
        assert len(hub.asked("upload")) == 3
        assert hub.files(REPOSITORY)["data/more.tar"].sha256 in oids
    else:
        assert len(hub.asked("upload")) == 12
        assert oids == {hub.files(REPOSITORY)["data/more.tar"].sha256}


def test_what_is_large_decides_the_hub(hub: HubServer, folder: Path) -> None:
    (folder / "binary").write_bytes(b"\0")
    ask(hub, CREATE_AND_PUSH, folder)
    large = {path for path, file in hub.repository(REPOSITORY).at("main").files.items() if file.large}
    assert large == {"binary", "data/train-00000-of-00001.tar", "data/val-00000-of-00001.tar"}


def test_files_and_folders_are_deleted(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    script = """
api.delete_file("manifest.json", **pairs)
api.delete_folder("data", **pairs)
say(name_of_error(api.delete_file, "manifest.json", **pairs))
"""
    assert ask(hub, script) == "RemoteEntryNotFoundError"
    assert set(hub.files(REPOSITORY)) == {"README.md", "empty.txt"}


def test_a_wrong_card_is_refused(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    (folder / "manifest.json").write_text("[]")
    (folder / "README.md").write_text("---\nsize_categories: a few\ntags: 3\n---\n")
    assert ask(hub, "say(name_of_error(push))", folder) is not None
    script = """
add = [CommitOperationAdd(name, os.path.join(sys.argv[1], name)) for name in ("manifest.json", "README.md")]
for each in add: each._upload_mode = "regular"
say(name_of_error(api.create_commit, **pairs, operations=add, commit_message="no check of the client's"))
"""
    assert ask(hub, script, folder) is not None
    assert hub.read(REPOSITORY, "manifest.json") == b"{}\n"


def test_a_commit_knows_its_parent(hub: HubServer, folder: Path) -> None:
    first = ask(hub, CREATE_AND_PUSH, folder)
    script = """
add = [CommitOperationAdd("note.txt", b"1")]
options = {**pairs, "operations": add, "commit_message": "note", "parent_commit": sys.argv[1]}
api.create_commit(**options)
try: api.create_commit(**(options | {"operations": [CommitOperationAdd("note.txt", b"2")]}))
except Exception as error: say([error.response.status_code, str(error)])
"""
    status, message = ask(hub, script, first)
    assert status == 412
    assert "A commit has happened since" in message
    assert hub.read(REPOSITORY, "note.txt") == b"1"


# --- listings and references ------------------------------------------------------------------------------------------


def test_listings_come_in_pages(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    hub.hub.page_size = 2
    script = """
everything = api.list_repo_tree(**pairs, recursive=True)
seen = {entry.path: getattr(entry, "lfs", None) and entry.lfs.sha256 for entry in everything}
top = [entry.path for entry in api.list_repo_tree(**pairs)]
data = [entry.last_commit.title for entry in api.list_repo_tree(**pairs, path_in_repo="data", expand=True)]
some = [entry.path for entry in api.get_paths_info(**pairs, paths=["data", "README.md", "nothing"])]
info = api.dataset_info("tester/pairs", files_metadata=True)
digests = {each.rfilename: each.lfs and each.lfs.sha256 for each in info.siblings}
nothing = name_of_error(lambda: list(api.list_repo_tree(**pairs, path_in_repo="nothing")))
say([seen, top, data, some, info.card_data.license, digests, nothing])
"""
    seen, top, data, some, licence, of_info, nothing = ask(hub, script)
    known = {path: digest.sha256 if path.endswith(".tar") else None for path, digest in digests(folder).items()}
    assert seen == {".gitattributes": None, "data": None, **known}
    assert of_info == {".gitattributes": None, **known}
    assert top == [".gitattributes", "README.md", "data", "empty.txt", "manifest.json"]
    assert len(hub.asked("tree")) == 4 + 3 + 1 + 1
    assert data == ["Upload folder using huggingface_hub"] * 2
    assert some == ["data", "README.md"]
    assert licence == "cc0-1.0"
    assert nothing == "RemoteEntryNotFoundError"


def test_branches_and_tags(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    script = """
api.create_branch(**pairs, branch="try/it")
api.create_branch(**pairs, branch="try/it", exist_ok=True)
api.create_tag(**pairs, tag="v1")
twice = name_of_error(api.create_tag, **pairs, tag="v1")
api.upload_file(**pairs, path_or_fileobj=b"1", path_in_repo="note.txt", revision="try/it")
refs = api.list_repo_refs(**pairs)
names = [[ref.name for ref in kind] for kind in (refs.branches, refs.tags)]
titles = [commit.title for commit in api.list_repo_commits(**pairs, revision="try/it")]
api.delete_tag(**pairs, tag="v1")
missing = name_of_error(api.dataset_info, "tester/pairs", revision="v1")
say([twice, names, titles, missing])
"""
    twice, names, titles, missing = ask(hub, script)
    assert names == [["main", "try/it"], ["v1"]]
    assert titles == ["Upload note.txt with huggingface_hub", "Upload folder using huggingface_hub", "initial commit"]
    assert (twice, missing) == ("HfHubHTTPError", "RevisionNotFoundError")
    assert "note.txt" in hub.files(REPOSITORY, "try/it")
    assert "note.txt" not in hub.files(REPOSITORY)


@EVERY_TRANSFER
def test_pull_requests(hub: HubServer, folder: Path) -> None:
    script = "api.create_repo(**pairs)\nsay(push(create_pr=True).pr_url)"
    assert ask(hub, script, folder) == f"{hub.endpoint}/datasets/{REPOSITORY}/discussions/1"
    assert hub.files(REPOSITORY) == {}
    assert hub.files(REPOSITORY, "refs/pr/1") == digests(folder)
    script = """
again = push(revision="refs/pr/1").oid
api.create_discussion(**pairs, title="a question")
def found(**options):
    return [[each.num, each.status, each.git_reference] for each in api.get_repo_discussions(**pairs, **options)]
before = found(discussion_type="pull_request", discussion_status="open")
api.merge_pull_request(**pairs, discussion_num=1)
say([again, before, found(), found(discussion_status="open")])
"""
    again, before, after, still = ask(hub, script, folder)
    assert again == hub.repository(REPOSITORY).at("refs/pr/1").oid
    assert before == [[1, "draft", "refs/pr/1"]]
    assert after == [[1, "merged", "refs/pr/1"], [2, "open", None]]
    assert still == [[2, "open", None]]
    assert hub.files(REPOSITORY) == digests(folder)


# --- who may do what --------------------------------------------------------------------------------------------------


def test_strangers_are_told_nothing(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    hub.repository(REPOSITORY).visibility = "private"
    script = "say([name_of_error(api.dataset_info, name) for name in ('tester/pairs', 'tester/nothing')])"
    hidden = ["RepositoryNotFoundError", "RepositoryNotFoundError"]
    stranger = hub.add_user("stranger")
    assert ask(hub, script) == [None, "RepositoryNotFoundError"]
    assert ask(hub, script, HF_TOKEN="") == hidden
    assert ask(hub, script, HF_TOKEN=stranger) == hidden
    assert ask(hub, script, HF_TOKEN="hf_nobody") == ["HfHubHTTPError", "HfHubHTTPError"]
    assert {request.status for request in hub.asked("info")} == {200, 401, 404}


def test_gated_files_are_for_the_admitted(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    ask(hub, "api.update_repo_settings(**pairs, gated='manual')\nsay(None)")
    script = """
gated = api.dataset_info("tester/pairs").gated
say([gated, name_of_error(hf_hub_download, **pairs, filename="README.md")])
"""
    stranger = hub.add_user("stranger")
    assert ask(hub, script, HF_TOKEN="") == ["manual", "GatedRepoError"]
    assert ask(hub, script, HF_TOKEN=stranger) == ["manual", "GatedRepoError"]
    assert {request.status for request in hub.asked("resolve")} == {401, 403}
    hub.repository(REPOSITORY).admitted.add("stranger")
    assert ask(hub, script, HF_TOKEN=stranger) == ["manual", None]


def test_others_do_not_write(hub: HubServer, folder: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    script = """
say([name_of_error(api.create_repo, "tester/new", repo_type="dataset"), name_of_error(push),
     name_of_error(api.delete_repo, **pairs), name_of_error(push, create_pr=True)])
"""
    (folder / "manifest.json").write_text("[]")
    refused = ["HfHubHTTPError"] * 3
    assert ask(hub, script, folder, HF_TOKEN=hub.add_user("tester", "read")) == [*refused, "HfHubHTTPError"]
    assert ask(hub, script, folder, HF_TOKEN=hub.add_user("stranger")) == [*refused, None]
    assert hub.read(REPOSITORY, "manifest.json") == b"{}\n"
    assert hub.read(REPOSITORY, "manifest.json", "refs/pr/1") == b"[]"
    script = "api.delete_repo(**pairs)\nsay(name_of_error(api.delete_repo, **pairs))"
    assert ask(hub, script) == "RepositoryNotFoundError"


# --- down -------------------------------------------------------------------------------------------------------------


@EVERY_TRANSFER
def test_files_come_back(hub: HubServer, folder: Path, tmp_path: Path) -> None:
    ask(hub, CREATE_AND_PUSH, folder)
    script = """
snapshot_download(**pairs, local_dir=sys.argv[1])
with HfFileSystem().open("datasets/tester/pairs/data/train-00000-of-00001.tar", "rb", block_size=1000) as file:
    file.seek(63_990)
    end = file.read()
say([end.hex(), open(hf_hub_download(**pairs, filename="manifest.json")).read(),
     name_of_error(hf_hub_download, **pairs, filename="nothing")])
"""
    end, manifest, missing = ask(hub, script, tmp_path / "copy")
    came = {path: digest for path, digest in digests(tmp_path / "copy").items() if not path.startswith(".")}
    assert came == digests(folder)
    assert bytes.fromhex(end) == noise("train-00000-of-00001.tar")[63_990:]
    assert (manifest, missing) == ("{}\n", "RemoteEntryNotFoundError")
    assert any(request.status == 206 for request in hub.asked("download"))
