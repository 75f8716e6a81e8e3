"""Endpoints that give files away, and the storage that keeps large ones.

A file of git is behind a redirect within the Hub; a large one is behind a signed address of the storage.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from tests.hub.server.accounts import must_contribute, must_read
from tests.hub.server.hub import Call
from tests.hub.server.messages import Answer, Refusal, as_file, as_json
from tests.hub.server.repositories import Repository


def resolve(call: Call) -> Answer:
    """Where a file is, and which: the headers are what clients know a file by."""
    repository, path = call.repository, call.parts["path"]
    must_read(call.user, repository)
    commit = repository.at(call.parts["revision"])
    file = commit.files.get(path)
    if file is None:
        refused = Refusal(404, "Entry not found", "EntryNotFound").answer()
        return Answer(refused.status, refused.body, {**refused.headers, "X-Repo-Commit": commit.oid})
    headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
    if not file.large:
        cached = f"/api/resolve-cache/{repository.kind}s/{repository.name}/{commit.oid}/{quote(path)}"
        return Answer(307, b"", {**headers, "Location": cached})
    headers |= {"X-Linked-Size": str(len(file.data)), "X-Linked-Etag": f'"{file.content_id}"'}
    if file.xet:
        route = f"{call.hub.endpoint}/api/{repository.kind}s/{repository.name}/xet-read-token/{commit.oid}"
        headers |= {"X-Xet-Hash": file.xet, "Link": f'<{route}>; rel="xet-auth"'}
    return Answer(302, b"", {**headers, "Location": call.hub.signed("GET", repository, file.sha256)})


def cached(call: Call) -> Answer:
    """A file of git, at a commit."""
    repository = call.repository
    must_read(call.user, repository)
    commit = repository.at(call.parts["revision"])
    file = commit.files.get(call.parts["path"])
    if file is None or file.large:
        raise Refusal(404, "Entry not found", "EntryNotFound")
    return as_file(call.request, file.data, {"X-Repo-Commit": commit.oid, "ETag": f'"{file.content_id}"'})


def download(call: Call) -> Answer:
    """A large file, whichever way it was uploaded."""
    repository, oid = call.stored_in, call.parts["oid"]
    data = repository.objects.get(oid)
    if data is None:
        of_commits = (file for commit in repository.commits.values() for file in commit.files.values())
        data = next((file.data for file in of_commits if file.large and file.sha256 == oid), None)
    if data is None:
        raise Refusal(404, "NoSuchKey")
    return as_file(call.request, data, {"ETag": f'"{oid}"'})


def batch(call: Call) -> Answer:
    """Where to send large files; nowhere, if they are here (git-lfs batch API, with the Hub's transfer in parts)."""
    repository, asked = call.repository, call.request.json()
    must_contribute(call.user, repository)
    multipart = call.hub.part_size is not None and "multipart" in asked.get("transfers", [])
    objects = []
    for each in asked.get("objects", []):
        told = {"oid": each["oid"], "size": each["size"]}
        if each["oid"] not in repository.objects:
            told["actions"] = _actions(call, repository, each["oid"], each["size"], multipart)
        objects.append(told)
    return as_json({"transfer": "multipart" if multipart else "basic", "objects": objects})


def _actions(call: Call, repository: Repository, oid: str, size: int, multipart: bool) -> dict[str, object]:
    hub = call.hub
    verify = {"href": f"{hub.endpoint}{repository.path}.git/info/lfs/objects/verify"}
    if not multipart or hub.part_size is None or size <= hub.part_size:
        return {"upload": {"href": hub.signed("PUT", repository, oid, size=size)}, "verify": verify}
    count = -(-size // hub.part_size)
    parts = {f"{part:05d}": hub.signed("PUT", repository, oid, part=part) for part in range(1, count + 1)}
    whole = {
        "href": hub.signed("PUT", repository, oid, size=size),
        "header": {"chunk_size": str(hub.part_size), **parts},
    }
    return {"upload": whole, "verify": verify}


def upload(call: Call) -> Answer:
    """A whole file, or a part of one."""
    repository, query = call.stored_in, call.request.query
    etag = {"ETag": f'"{hashlib.md5(call.request.body).hexdigest()}"'}
    if "part" in query:
        repository.parts.setdefault(call.parts["oid"], {})[int(query["part"])] = call.request.body
        return Answer(headers=etag)
    _keep(call, repository, call.request.body)
    return Answer(headers=etag)


def complete(call: Call) -> Answer:
    """The parts become the file, if they are those that the client sent."""
    repository, oid = call.stored_in, call.parts["oid"]
    asked = call.request.json()
    parts = repository.parts.get(oid, {})
    sent = {int(part["partNumber"]): str(part["etag"]).strip('"') for part in asked.get("parts", [])}
    if asked.get("oid") != oid or sent != {part: hashlib.md5(data).hexdigest() for part, data in parts.items()}:
        raise Refusal(400, "InvalidPart")
    _keep(call, repository, b"".join(parts[part] for part in sorted(parts)))
    del repository.parts[oid]
    return as_json({"success": True})


def _keep(call: Call, repository: Repository, data: bytes) -> None:
    oid = call.parts["oid"]
    if len(data) != int(call.request.query["size"]) or hashlib.sha256(data).hexdigest() != oid:
        raise Refusal(400, f"BadDigest: {len(data)} bytes are not those of {oid}")
    repository.objects[oid] = data


def verify(call: Call) -> Answer:
    repository, asked = call.repository, call.request.json()
    must_contribute(call.user, repository)
    data = repository.objects.get(str(asked.get("oid")))
    if data is None or len(data) != asked.get("size"):
        raise Refusal(404, "LFS object not found")
    return as_json({"message": "ok"})


def xet_token(call: Call) -> Answer:
    """Where Xet clients read and write, and a token of the store's own."""
    repository = call.repository
    if call.parts["access"] == "read":
        must_read(call.user, repository)
    else:
        must_contribute(call.user, repository)
    token, expiry = f"xet-{call.parts['access']}", 4102444800
    headers = {
        "X-Xet-Cas-Url": call.hub.xet.address,
        "X-Xet-Access-Token": token,
        "X-Xet-Token-Expiration": str(expiry),
    }
    return as_json({"casUrl": call.hub.xet.address, "accessToken": token, "exp": expiry}, headers=headers)
