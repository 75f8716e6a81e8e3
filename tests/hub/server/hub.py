"""The Hub's state, and what an endpoint is given of a request."""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.hub.server.accounts import Accounts, User, must_see, not_found
from tests.hub.server.messages import Refusal, Request
from tests.hub.server.repositories import Repository
from tests.hub.server.xet_store import XetStore

_SECRET = b"known to the Hub and its storage alone"


class Hub:
    """Accounts, repositories and storage. `endpoint` and `storage` are the addresses of its two listeners, which are
    two origins, as with the real Hub: only the first may ever see a token.

    A file above `part_size` bytes is sent in parts of that size (None: never); listings come in pages of `page_size`.
    """

    def __init__(self, folder: Path, part_size: int | None) -> None:
        self.accounts = Accounts()
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.xet = XetStore(folder)
        self.part_size = part_size
        self.page_size = 1000
        self.endpoint = ""
        self.storage = ""
        self.lock = threading.RLock()

    def find(self, user: User | None, kind: str, name: str) -> Repository:
        """A repository that `user` may see. Refused with 401 or 404 where there is none."""
        repository = self.repositories.get((kind, name))
        if repository is None:
            raise not_found(user)
        must_see(user, repository)
        return repository

    def signed(self, method: str, repository: Repository, oid: str, **query: str | int) -> str:
        """An address in the storage that needs no token: whoever has it may use it."""
        path = f"/{repository.kind}s/{quote(repository.name)}/{oid}"
        more = "".join(f"&{name}={value}" for name, value in query.items())
        return f"{self.storage}{path}?signature={_signature(method, path)}{more}"


@dataclass(frozen=True)
class Call:
    """A request with its sender and with the `parts` of its path, unquoted."""

    hub: Hub
    request: Request
    user: User | None
    parts: dict[str, str]

    @property
    def repository(self) -> Repository:
        """The one that the path names. Refused with 401 or 404 where the sender may not see one."""
        return self.hub.find(self.user, *self._names)

    @property
    def stored_in(self) -> Repository:
        """The one that a signed address speaks of. Refused with 403 where the signature is wrong."""
        request = self.request
        method = "GET" if request.method in ("GET", "HEAD") else "PUT"
        if not hmac.compare_digest(request.query.get("signature", ""), _signature(method, request.path)):
            raise Refusal(403, "SignatureDoesNotMatch")
        if "Authorization" in request.headers:
            raise Refusal(400, "InvalidArgument: only one authentication mechanism is allowed")
        return self.hub.repositories[self._names]

    @property
    def _names(self) -> tuple[str, str]:
        parts = self.parts
        return (parts["kind"] or "models").removesuffix("s"), f"{parts['owner']}/{parts['name']}"


def _signature(method: str, path: str) -> str:
    return hmac.new(_SECRET, f"{method} {path}".encode(), hashlib.sha256).hexdigest()
