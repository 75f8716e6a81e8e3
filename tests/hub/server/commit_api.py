"""Endpoints by which files get into a repository: first the question how to send them, at last the commit."""

from __future__ import annotations

import base64
import binascii
import json
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from tests.hub.server import cards
from tests.hub.server.accounts import User, must_contribute, must_write
from tests.hub.server.discussion_api import open_discussion
from tests.hub.server.hub import Call, Hub
from tests.hub.server.messages import Answer, Refusal, as_json
from tests.hub.server.repositories import File, Repository

FILES_A_QUESTION = 256
LARGEST_IN_GIT = 10 << 20


def preupload(call: Call) -> Answer:
    """Whether each file goes into the commit itself ("regular") or outside of git ("lfs"), and what is there now."""
    repository, asked = call.repository, call.request.json().get("files", [])
    _sender(call, repository)
    commit = repository.at(call.parts["revision"])
    if len(asked) > FILES_A_QUESTION:
        raise Refusal(413, f"Too many files: {len(asked)}, at most {FILES_A_QUESTION} at a time")
    attributes = commit.files[".gitattributes"].data.decode() if ".gitattributes" in commit.files else ""
    patterns = [line.split()[0] for line in attributes.splitlines() if "filter=lfs" in line.split()]
    files = []
    for each in asked:
        path, here = each["path"], commit.files.get(each["path"])
        large = (
            each["size"] > LARGEST_IN_GIT
            or b"\0" in base64.b64decode(each.get("sample", ""))
            or any(fnmatch(path, pattern) or fnmatch(PurePosixPath(path).name, pattern) for pattern in patterns)
        )
        known = {"oid": here.content_id} if here else {}
        files.append({"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, **known})
    return as_json({"files": files, "commitOid": commit.oid})


def commit(call: Call) -> Answer:
    """All changes of a commit, or none: every line is checked before the branch moves."""
    repository, revision = call.repository, call.parts["revision"]
    user = _sender(call, repository)
    header, changes = _lines(call.request.body)
    base = repository.at(revision)
    repository.heads(revision)
    title = str(header.get("summary") or "")
    if not title:
        raise Refusal(400, "A commit must have a summary")
    expected = header.get("parentCommit")
    if expected and not (len(expected) >= 7 and base.oid.startswith(expected)):
        raise Refusal(412, "A commit has happened since. Please refresh and try again.")
    files = _changed(call.hub, repository, dict(base.files), changes)
    message, page = str(header.get("description") or ""), None
    if call.request.asks_for("create_pr"):
        discussion = open_discussion(repository, user, title, message, pull_request=True)
        revision, page = discussion.reference, f"{call.hub.endpoint}{repository.path}/discussions/{discussion.number}"
    made = repository.commit(revision, files, title, message, user.name)
    return as_json(
        {
            "success": True, "commitOid": made.oid, "hookOutput": "", "pullRequestUrl": page,
            "commitUrl": f"{call.hub.endpoint}{repository.path}/commit/{made.oid}",
        }
    )  # fmt: skip


def _sender(call: Call, repository: Repository) -> User:
    """Anybody may change a pull request, only the owner a branch."""
    proposes = call.request.asks_for("create_pr") or call.parts["revision"] in repository.pull_requests
    return (must_contribute if proposes else must_write)(call.user, repository)


def _lines(body: bytes) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """The header of a commit, and its changes: a word and what it says."""
    try:
        lines = [json.loads(line) for line in body.splitlines()]
        keyed = [(line["key"], line["value"]) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(400, f"The commit is no NDJSON of keys and values: {error}") from error
    if not keyed or keyed[0][0] != "header":
        raise Refusal(400, "The commit does not begin with its header")
    return keyed[0][1], keyed[1:]


def _changed(
    hub: Hub, repository: Repository, files: dict[str, File], changes: list[tuple[str, dict[str, Any]]]
) -> dict[str, File]:
    large = _stored(hub, repository, [value for key, value in changes if key == "lfsFile"])
    for key, value in changes:
        path = str(value.get("path", ""))
        if not path or PurePosixPath(path).is_absolute() or {"..", ".", ".git", ""} & set(path.rstrip("/").split("/")):
            raise Refusal(400, f"Invalid path: {path!r}")
        if key == "file":
            files[path] = _regular(path, value)
        elif key == "lfsFile":
            files[path] = large[value["oid"]]
        elif key == "deletedFile":
            if files.pop(path, None) is None:
                raise Refusal(404, f"{path} does not exist", "EntryNotFound")
        elif key == "deletedFolder":
            inside = [name for name in files if name.startswith(f"{path.rstrip('/')}/")]
            if not inside:
                raise Refusal(404, f"{path} does not exist", "EntryNotFound")
            for name in inside:
                del files[name]
        else:
            raise Refusal(400, f"Unknown key in a commit: {key!r}")
    return files


def _regular(path: str, value: dict[str, Any]) -> File:
    try:
        data = base64.b64decode(value["content"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise Refusal(400, f"The content of {path} is no base64") from error
    if len(data) > LARGEST_IN_GIT:
        raise Refusal(400, f"{path} is too large for git: {len(data)} bytes")
    if path == "README.md" and (found := cards.mistakes(data.decode("utf-8", "replace"))):
        raise Refusal(400, f"Invalid metadata in README.md: {'; '.join(found)}")
    return File(data)


def _stored(hub: Hub, repository: Repository, wanted: list[dict[str, Any]]) -> dict[str, File]:
    """Files that were uploaded before, by SHA-256; each is what it says it is, whichever way it came."""
    oids = list(dict.fromkeys(str(each.get("oid")) for each in wanted))
    by_xet = hub.xet.files() if oids else {}
    found = {oid: File(repository.objects[oid], large=True) for oid in oids if oid in repository.objects}
    coming = [by_xet[oid] for oid in oids if oid in by_xet]
    for oid, data in hub.xet.rebuild(coming).items():
        found[oid] = File(data, large=True, xet=by_xet[oid].xet)
    for each in wanted:
        file = found.get(str(each.get("oid")))
        if file is None:
            raise Refusal(400, f"LFS pointer of {each.get('path')} points to a file that does not exist")
        if each.get("size") not in (None, len(file.data)):
            raise Refusal(400, f"{each.get('path')} has {len(file.data)} bytes, not {each['size']}")
    return found
