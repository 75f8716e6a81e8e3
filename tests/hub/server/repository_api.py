"""Endpoints that make, change and describe repositories."""

from __future__ import annotations

import itertools
import re
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.hub.server import cards
from tests.hub.server.accounts import may_write_to, must_be_known, must_write
from tests.hub.server.hub import Call
from tests.hub.server.messages import Answer, Refusal, as_json
from tests.hub.server.repositories import KINDS, MAIN, Commit, Repository, file_entry, folder_entry, listing

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.\-]*[A-Za-z0-9_])?", re.ASCII)
_EXPANDED_PAGE = 50


def who_am_i(call: Call) -> Answer:
    user = must_be_known(call.user)
    access = {"displayName": "tests", "role": user.role}
    return as_json(
        {
            "type": "user", "id": f"{len(user.name):024x}", "name": user.name, "fullname": user.name,
            "email": f"{user.name}@example.org", "orgs": [], "auth": {"type": "access_token", "accessToken": access},
        }
    )  # fmt: skip


def validate_card(call: Call) -> Answer:
    found = cards.mistakes(str(call.request.json().get("content", "")))
    return as_json({"errors": [{"message": message} for message in found], "warnings": []}, 400 if found else 200)


def create(call: Call) -> Answer:
    user, asked = must_be_known(call.user), call.request.json()
    kind = asked.get("type") or "model"
    owner = asked.get("organization") or user.name
    if kind not in KINDS or not _NAME.fullmatch(str(asked.get("name", ""))):
        raise Refusal(400, f"Invalid repo name: {owner}/{asked.get('name')} - {kind}")
    may_write_to(user, owner, f"create a {kind}")
    visibility = asked.get("visibility") or ("private" if asked.get("private") else "public")
    name = f"{owner}/{asked['name']}"
    found = call.hub.repositories.get((kind, name))
    if found is not None:
        message = f"You already created this {kind} repo"
        return as_json(
            {"error": message, "url": call.hub.endpoint + found.path}, 409, {"X-Error-Message": f"{message}: {name}"}
        )
    made = call.hub.repositories[kind, name] = Repository(kind, name, user.name, visibility)
    return as_json({"url": call.hub.endpoint + made.path, "name": name, "id": f"{len(call.hub.repositories):024x}"})


def delete(call: Call) -> Answer:
    user, asked = must_be_known(call.user), call.request.json()
    name = f"{asked.get('organization') or user.name}/{asked.get('name')}"
    repository = call.hub.find(user, asked.get("type") or "model", name)
    must_write(user, repository)
    del call.hub.repositories[repository.kind, repository.name]
    return Answer(200, b"OK")


def change_settings(call: Call) -> Answer:
    repository, asked = call.repository, call.request.json()
    must_write(call.user, repository)
    repository.visibility = asked.get("visibility", repository.visibility)
    repository.gated = asked.get("gated", repository.gated)
    return as_json({"visibility": repository.visibility, "gated": repository.gated})


def info(call: Call) -> Answer:
    repository = call.repository
    commit = repository.at(call.parts.get("revision") or MAIN)
    *_, first = repository.history(commit.oid)
    readme = commit.files.get("README.md")
    return as_json(
        {
            "_id": f"{len(repository.name):024x}", "id": repository.name, "author": repository.owner,
            "sha": commit.oid, "createdAt": first.date, "lastModified": commit.date, "private": repository.private,
            "gated": repository.gated, "disabled": False, "downloads": 0, "likes": 0,
            "tags": [], "cardData": cards.metadata(readme.data.decode("utf-8", "replace")) if readme else {},
            "siblings": [_sibling(commit, path, call.request.asks_for("blobs")) for path in sorted(commit.files)],
        }
    )  # fmt: skip


def _sibling(commit: Commit, path: str, with_digests: bool) -> dict[str, Any]:
    if not with_digests:
        return {"rfilename": path}
    entry = file_entry(path, commit.files[path])
    more = {"lfs": {**entry["lfs"], "sha256": entry["lfs"]["oid"]}} if "lfs" in entry else {}
    return {"rfilename": path, "blobId": entry["oid"], "size": entry["size"], **more}


def tree(call: Call) -> Answer:
    """A page of a listing; the next one's address is in the `Link` header."""
    commit = call.repository.at(call.parts["revision"])
    folder = (call.parts["path"] or "").strip("/")
    expanded = call.request.asks_for("expand")
    entries = listing(commit.files, folder, call.request.asks_for("recursive"))
    start = int(call.request.query.get("cursor", 0))
    stop = start + (min(_EXPANDED_PAGE, call.hub.page_size) if expanded else call.hub.page_size)
    query = urlencode({**call.request.query, "cursor": stop})
    more = {"Link": f'<{call.hub.endpoint}{call.request.path}?{query}>; rel="next"'} if stop < len(entries) else {}
    return as_json([_detailed(entry, commit, expanded) for entry in entries[start:stop]], headers=more)


def paths_info(call: Call) -> Answer:
    """What is known of some paths; those that do not exist are left out."""
    commit = call.repository.at(call.parts["revision"])
    if "json" in call.request.headers.get("Content-Type", ""):
        asked = call.request.json()
        paths, expanded = asked.get("paths", []), bool(asked.get("expand"))
    else:
        form = parse_qs(call.request.body.decode())
        paths, expanded = form.get("paths", []), form.get("expand", [""])[0].lower() == "true"
    entries = []
    for path in (each.strip("/") for each in paths):
        if path in commit.files:
            entries.append(file_entry(path, commit.files[path]))
        elif any(name.startswith(f"{path}/") for name in commit.files):
            entries.append(folder_entry(path, commit.files))
    return as_json([_detailed(entry, commit, expanded) for entry in entries])


def _detailed(entry: dict[str, Any], commit: Commit, expanded: bool) -> dict[str, Any]:
    return {**entry, "lastCommit": commit.as_last()} if expanded else entry


def commits(call: Call) -> Answer:
    history = call.repository.history(call.parts["revision"])
    return as_json(
        [
            {
                "id": commit.oid, "title": commit.title, "message": commit.message, "date": commit.date,
                "authors": [{"user": commit.author}],
            }
            for commit in itertools.islice(history, call.hub.page_size)
        ]
    )  # fmt: skip


def refs(call: Call) -> Answer:
    repository = call.repository
    told = {
        "branches": _named(repository.branches, "refs/heads/"),
        "tags": _named(repository.tags, "refs/tags/"),
        "converts": [],
    }
    if call.request.asks_for("include_prs"):
        told["pullRequests"] = _named(repository.pull_requests, "")
    return as_json(told)


def _named(names: dict[str, str], prefix: str) -> list[dict[str, str]]:
    return [{"name": name, "ref": f"{prefix}{name}", "targetCommit": oid} for name, oid in names.items()]


def create_branch(call: Call) -> Answer:
    repository, branch = call.repository, call.parts["revision"]
    must_write(call.user, repository)
    if branch in repository.branches:
        raise Refusal(409, f"Reference already exists: refs/heads/{branch}")
    repository.branches[branch] = repository.at(call.request.json().get("startingPoint") or MAIN).oid
    return Answer()


def delete_branch(call: Call) -> Answer:
    repository, branch = call.repository, call.parts["revision"]
    must_write(call.user, repository)
    if branch == MAIN:
        raise Refusal(403, "Cannot delete refs/heads/main")
    if repository.branches.pop(branch, None) is None:
        raise Refusal(404, f"Invalid rev id: {branch}", "RevisionNotFound")
    return Answer()


def create_tag(call: Call) -> Answer:
    repository, tag = call.repository, str(call.request.json().get("tag") or "")
    must_write(call.user, repository)
    if not tag:
        raise Refusal(400, "A tag must have a name")
    if tag in repository.tags:
        raise Refusal(409, f"Tag reference exists already: {tag}")
    repository.tags[tag] = repository.at(call.parts["revision"]).oid
    return Answer()


def delete_tag(call: Call) -> Answer:
    repository, tag = call.repository, call.parts["revision"]
    must_write(call.user, repository)
    if repository.tags.pop(tag, None) is None:
        raise Refusal(404, f"Invalid rev id: {tag}", "RevisionNotFound")
    return Answer()
