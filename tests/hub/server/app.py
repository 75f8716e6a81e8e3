"""A look-alike of the Hugging Face Hub on loopback, for tests that run the real client.

It knows the endpoints that making, filling, reading and deleting repositories need, as `huggingface_hub` 2.4 and
`datasets` 5.2 use them. What it does not know it refuses with 404 and notes as the route "unknown".
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess
from types import TracebackType
from typing import Any

from tests.hub.server import client
from tests.hub.server.accounts import User
from tests.hub.server.faults import ANY, Fault, Faults
from tests.hub.server.hub import Hub
from tests.hub.server.listener import Listener, Logged
from tests.hub.server.repositories import MAIN, Digest, Repository
from tests.hub.server.routes import HUB, NAMES, STORAGE

TRANSFERS = ("lfs", "multipart", "xet")
PART_SIZE = 20_000


class HubServer:
    """A Hub of one test, with `folder` for what it and its clients keep.

    `transfer` says how clients send large files: "lfs" (each in one piece), "multipart" (parts of 20 kB) or "xet".
    `requests` is the log of both listeners: `request.route` is a name of `routes.py`.
    """

    user = "tester"
    token = "hf_tokenOfTheTestsAlone"

    def __init__(self, folder: Path, transfer: str = "lfs") -> None:
        if transfer not in TRANSFERS:
            raise ValueError(f"no such transfer: {transfer!r}; one of {', '.join(TRANSFERS)}")
        self.transfer = transfer
        self.home = folder / "home"
        self.hub = Hub(folder / "xet", PART_SIZE if transfer == "multipart" else None)
        self.hub.accounts.add(self.token, User(self.user))
        self.faults = Faults()
        self.requests: list[Logged] = []
        self.errors: list[BaseException] = []
        self.leaks: list[str] = []
        self._listeners = [Listener(self, HUB, may_see_tokens=True), Listener(self, STORAGE, may_see_tokens=False)]
        self.hub.endpoint, self.hub.storage = (listener.address for listener in self._listeners)

    def __enter__(self) -> HubServer:
        for listener in self._listeners:
            threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners:
            listener.stop()

    # --- what a test sees of the repositories -------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        return self.hub.endpoint

    def repository(self, name: str, kind: str = "dataset") -> Repository:
        """All of it; KeyError where there is none."""
        return self.hub.repositories[kind, name]

    def files(self, name: str, revision: str = MAIN, kind: str = "dataset") -> dict[str, Digest]:
        """SHA-256 and size of each file at a revision, but for the `.gitattributes` that the Hub itself made."""
        files = self.repository(name, kind).at(revision).files
        return {path: Digest(file.sha256, len(file.data)) for path, file in files.items() if path != ".gitattributes"}

    def read(self, name: str, path: str, revision: str = MAIN, kind: str = "dataset") -> bytes:
        """The content of a file."""
        return self.repository(name, kind).at(revision).files[path].data

    def add_user(self, name: str, role: str = "write") -> str:
        """Another user; its token. `role` is "write" or "read"."""
        token = f"hf_tokenOf_{name}_{role}"
        self.hub.accounts.add(token, User(name, role))
        return token

    # --- what it makes go wrong, and what it noticed ------------------------------------------------------------------

    def fail(self, route: str, **how: Any) -> Fault:
        """Makes requests of a route, or of `ANY`, fail; see `Fault` for `how`."""
        if route not in (*NAMES, ANY):
            raise ValueError(f"no such route: {route!r}; {ANY} or one of {', '.join(sorted(NAMES))}")
        fault = Fault(route, **how)
        self.faults.add(fault)
        return fault

    def asked(self, *routes: str) -> list[Logged]:
        """The requests of some routes so far."""
        return [request for request in self.requests if request.route in routes]

    def check(self) -> None:
        """AssertionError if the server itself failed, if a token went astray, or if a planned fault never struck."""
        assert self.errors == []
        assert self.leaks == []
        assert self.faults.idle() == []

    # --- clients ------------------------------------------------------------------------------------------------------

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of a client, for `subprocess`: the library reads it when it is imported."""
        return client.environment(self)

    def run(self, what: str | Sequence[str | Path], **options: Any) -> CompletedProcess[str]:
        """`run(script)` or `run([argument, ...])`: see `client.run`."""
        return client.run(self, what, **options)
