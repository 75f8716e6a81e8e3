"""Which endpoint answers which request. The names are what tests see in the log and make fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.hub.server import commit_api, discussion_api, file_api, repository_api
from tests.hub.server.hub import Call
from tests.hub.server.messages import Answer

_API = r"/api/(?P<kind>models|datasets|spaces)/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_CACHE = _API.replace("/api/", "/api/resolve-cache/")
_PAGE = r"(?:/(?P<kind>datasets|spaces))?/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_REVISION = r"(?P<revision>refs/(?:pr|convert)/[^/]+|[^/]+)"
_STORED = r"/(?P<kind>models|datasets|spaces)/(?P<owner>[^/]+)/(?P<name>[^/]+)/(?P<oid>[0-9a-f]{64})"


@dataclass(frozen=True)
class Route:
    """`method` and `path` are expressions that must match the whole."""

    name: str
    method: str
    path: str
    answer: Callable[[Call], Answer]

    def match(self, method: str, path: str) -> re.Match[str] | None:
        return re.fullmatch(self.path, path) if re.fullmatch(self.method, method) else None


HUB = (
    Route("whoami", "GET", "/api/whoami-v2", repository_api.who_am_i),
    Route("validate_card", "POST", "/api/validate-yaml", repository_api.validate_card),
    Route("create", "POST", "/api/repos/create", repository_api.create),
    Route("delete", "DELETE", "/api/repos/delete", repository_api.delete),
    Route("cached", "GET|HEAD", f"{_CACHE}/{_REVISION}/(?P<path>.+)", file_api.cached),
    Route("settings", "PUT", f"{_API}/settings", repository_api.change_settings),
    Route("info", "GET", f"{_API}(?:/revision/{_REVISION})?", repository_api.info),
    Route("tree", "GET", f"{_API}/tree/{_REVISION}(?:/(?P<path>.*))?", repository_api.tree),
    Route("paths_info", "POST", f"{_API}/paths-info/{_REVISION}", repository_api.paths_info),
    Route("commits", "GET", f"{_API}/commits/{_REVISION}", repository_api.commits),
    Route("refs", "GET", f"{_API}/refs", repository_api.refs),
    Route("create_branch", "POST", f"{_API}/branch/{_REVISION}", repository_api.create_branch),
    Route("delete_branch", "DELETE", f"{_API}/branch/{_REVISION}", repository_api.delete_branch),
    Route("create_tag", "POST", f"{_API}/tag/{_REVISION}", repository_api.create_tag),
    Route("delete_tag", "DELETE", f"{_API}/tag/{_REVISION}", repository_api.delete_tag),
    Route("preupload", "POST", f"{_API}/preupload/{_REVISION}", commit_api.preupload),
    Route("commit", "POST", f"{_API}/commit/{_REVISION}", commit_api.commit),
    Route("xet_token", "GET", rf"{_API}/xet-(?P<access>read|write)-token/{_REVISION}", file_api.xet_token),
    Route("discussions", "GET", f"{_API}/discussions", discussion_api.find_all),
    Route("create_discussion", "POST", f"{_API}/discussions", discussion_api.create),
    Route("discussion", "GET", rf"{_API}/discussions/(?P<number>\d+)", discussion_api.details),
    Route("change_status", "POST", rf"{_API}/discussions/(?P<number>\d+)/status", discussion_api.change_status),
    Route("merge", "POST", rf"{_API}/discussions/(?P<number>\d+)/merge", discussion_api.merge),
    Route("batch", "POST", rf"{_PAGE}\.git/info/lfs/objects/batch", file_api.batch),
    Route("verify", "POST", rf"{_PAGE}\.git/info/lfs/objects/verify", file_api.verify),
    Route("resolve", "GET|HEAD", f"{_PAGE}/resolve/{_REVISION}/(?P<path>.+)", file_api.resolve),
)  # fmt: skip
"""What the Hub answers: the first route that matches."""

STORAGE = (
    Route("upload", "PUT", _STORED, file_api.upload),
    Route("complete", "POST", _STORED, file_api.complete),
    Route("download", "GET|HEAD", _STORED, file_api.download),
)
"""What the storage answers: signed addresses alone."""

NAMES = frozenset(route.name for route in (*HUB, *STORAGE))
