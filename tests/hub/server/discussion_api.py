"""Discussions and pull requests."""

from __future__ import annotations

from typing import Any

from tests.hub.server.accounts import User, must_contribute, must_write
from tests.hub.server.hub import Call
from tests.hub.server.messages import Answer, Refusal, as_json
from tests.hub.server.repositories import MAIN, Discussion, Repository


def open_discussion(repository: Repository, user: User, title: str, text: str, *, pull_request: bool) -> Discussion:
    """A new one; a pull request begins where the main branch is."""
    number, date = len(repository.discussions) + 1, repository.date()
    status = "draft" if pull_request else "open"
    discussion = Discussion(number, title, user.name, date, pull_request, status)
    discussion.events.append(
        _event(discussion, user, "comment", {"edited": False, "hidden": False, "latest": {"raw": text}})
    )
    repository.discussions.append(discussion)
    if pull_request:
        repository.pull_requests[discussion.reference] = repository.branches[MAIN]
    return discussion


def create(call: Call) -> Answer:
    repository, asked = call.repository, call.request.json()
    user = must_contribute(call.user, repository)
    title = str(asked.get("title") or "")
    if len(title) < 3:
        raise Refusal(400, "A title has at least 3 characters")
    discussion = open_discussion(
        repository, user, title, str(asked.get("description") or ""), pull_request=bool(asked.get("pullRequest"))
    )
    return as_json({"num": discussion.number, "pullRequest": discussion.pull_request})


def find_all(call: Call) -> Answer:
    """A page of those that are asked for; drafts are open."""
    repository, query = call.repository, call.request.query
    kind, status, author = query.get("type", "all"), query.get("status", "all"), query.get("author")
    found = [
        _told(repository, each)
        for each in repository.discussions
        if kind in ("all", "pull_request" if each.pull_request else "discussion")
        and status in ("all", "open" if each.status in ("open", "draft") else "closed")
        and author in (None, each.author)
    ]
    start = int(query.get("p", 0)) * call.hub.page_size
    page = found[start : start + call.hub.page_size]
    return as_json({"discussions": page, "count": len(found), "start": start})


def details(call: Call) -> Answer:
    repository = call.repository
    discussion = _numbered(call, repository)
    told = _told(repository, discussion) | {"events": discussion.events}
    if discussion.pull_request:
        told |= {
            "filesWithConflicts": [], "diff": "",
            "changes": {"base": f"refs/heads/{MAIN}", "mergeCommitId": discussion.merge_commit},
        }  # fmt: skip
    return as_json(told)


def change_status(call: Call) -> Answer:
    user, repository = must_write(call.user, call.repository), call.repository
    discussion = _numbered(call, repository)
    discussion.status = str(call.request.json().get("status"))
    event = _event(discussion, user, "status-change", {"status": discussion.status})
    discussion.events.append(event)
    return as_json({"newStatus": event})


def merge(call: Call) -> Answer:
    """The main branch gets the files that the pull request changed; those that both changed are a conflict."""
    repository = call.repository
    user = must_write(call.user, repository)
    discussion = _numbered(call, repository)
    if not discussion.pull_request or discussion.status in ("merged", "closed"):
        raise Refusal(400, "Only an open pull request can be merged")
    ours, theirs = repository.at(MAIN), repository.at(discussion.reference)
    begun = {commit.oid for commit in repository.history(MAIN)}
    base = next(commit for commit in repository.history(theirs.oid) if commit.oid in begun)
    files = dict(ours.files)
    for path in {*base.files, *theirs.files}:
        before, after = base.files.get(path), theirs.files.get(path)
        if before == after:
            continue
        if ours.files.get(path) not in (before, after):
            raise Refusal(409, f"Conflict: {path}")
        if after is None:
            files.pop(path, None)
        else:
            files[path] = after
    merged = repository.commit(MAIN, files, f"{discussion.title} (#{discussion.number})", author=user.name)
    discussion.status, discussion.merge_commit = "merged", merged.oid
    discussion.events.append(_event(discussion, user, "status-change", {"status": "merged"}))
    return as_json({"newStatus": discussion.events[-1]})


def _numbered(call: Call, repository: Repository) -> Discussion:
    number = int(call.parts["number"])
    if not 1 <= number <= len(repository.discussions):
        raise Refusal(404, "Discussion not found")
    return repository.discussions[number - 1]


def _event(discussion: Discussion, user: User, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{discussion.number:012x}{len(discussion.events):012x}", "type": kind, "createdAt": discussion.date,
        "author": {"name": user.name}, "data": data,
    }  # fmt: skip


def _told(repository: Repository, discussion: Discussion) -> dict[str, Any]:
    return {
        "title": discussion.title, "num": discussion.number, "author": {"name": discussion.author},
        "createdAt": discussion.date, "status": discussion.status, "isPullRequest": discussion.pull_request,
        "repo": {"name": repository.name, "type": repository.kind},
    }  # fmt: skip
