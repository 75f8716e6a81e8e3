"""The HTTP of it: requests are read, logged, struck by faults, answered."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.hub.server.faults import Fault
from tests.hub.server.hub import Call
from tests.hub.server.messages import Answer, Refusal, Request
from tests.hub.server.routes import Route

if TYPE_CHECKING:
    from tests.hub.server.app import HubServer

_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Logged:
    """A request that was served: `path` is unquoted and without its query, `received` the bytes of the body that were
    read, `status` None if the connection was cut instead of an answer."""

    route: str
    method: str
    path: str
    status: int | None
    received: int


class Listener(ThreadingHTTPServer):
    """One origin: the Hub, or its storage."""

    daemon_threads = False

    def __init__(self, server: HubServer, routes: Sequence[Route], *, may_see_tokens: bool) -> None:
        self.owner, self.routes, self.may_see_tokens = server, routes, may_see_tokens
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.owner.errors.append(error)

    def stop(self) -> None:
        """Ends the connections that clients keep open, then waits for their threads."""
        self.shutdown()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _CutError(ConnectionError):
    """The connection ends here, on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener
    _received = 0
    _status: int | None = None

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the log is the server's `requests`."""

    def _serve(self) -> None:
        address = urlsplit(self.path)
        route, parts = self._route(address.path)
        fault = self.server.owner.faults.take(route.name) if route else None
        self._received, self._status = 0, None
        try:
            time.sleep(fault.delay if fault else 0.0)
            body = self._read(fault)
            request = self._request(address.path, address.query, body)
            self._note_leaks(request)
            self._send(self._answer(route, parts, request, fault), fault)
        finally:
            name = route.name if route else "unknown"
            logged = Logged(name, self.command, unquote(address.path), self._status, self._received)
            self.server.owner.requests.append(logged)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _serve

    def _route(self, path: str) -> tuple[Route | None, dict[str, str]]:
        for route in self.server.routes:
            if found := route.match(self.command, path):
                return route, {name: unquote(part or "") for name, part in found.groupdict().items()}
        return None, {}

    def _request(self, path: str, query: str, body: bytes) -> Request:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return Request(
            self.command, path, dict(parse_qsl(query)), self.headers, body, token if scheme == "Bearer" else None
        )

    def _read(self, fault: Fault | None) -> bytes:
        """The body; no more of it than a fault allows."""
        limit = fault.cut_upload if fault else None
        pieces: list[bytes] = []
        for size in self._sizes():
            wanted = size if limit is None else min(size, limit - self._received)
            piece = self.rfile.read(wanted)
            self._received += len(piece)
            if limit is not None and self._received >= limit:
                self._cut(fault)
            if len(piece) < size:
                raise _CutError("the client went away")
            pieces.append(piece)
        if limit is not None:
            self._cut(fault)
        return b"".join(pieces)

    def _sizes(self) -> Any:
        """How many bytes to read, piece by piece."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield int(self.headers.get("Content-Length") or 0)
            return
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            yield size
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, route: Route | None, parts: dict[str, str], request: Request, fault: Fault | None) -> Answer:
        if fault and fault.status:
            again = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Answer(fault.status, b'{"error": "as planned"}', {"Content-Type": "application/json", **again})
        hub = self.server.owner.hub
        try:
            if route is None:
                raise Refusal(404, f"No such endpoint: {request.method} {request.path}")
            user = hub.accounts.sender(request) if self.server.may_see_tokens else None
            with hub.lock:
                return route.answer(Call(hub, request, user, parts))
        except Refusal as refusal:
            return refusal.answer()

    def _send(self, answer: Answer, fault: Fault | None) -> None:
        if fault and fault.lose_answer:
            self._cut(fault)
        if fault and fault.call and fault.cut_answer is None:
            fault.call()
        self._status = answer.status
        self.send_response(answer.status)
        for name, value in {**answer.headers, "X-Request-Id": "tests", "Content-Length": len(answer.body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault and fault.cut_answer is not None:
            self.wfile.write(answer.body[: fault.cut_answer])
            self._cut(fault, reset=False)
        self.wfile.write(answer.body)

    def _cut(self, fault: Fault | None, reset: bool = True) -> None:
        """Ends the connection; a reset would take back what was answered but not read yet."""
        if fault and fault.call:
            fault.call()
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        raise _CutError("as planned")

    def _note_leaks(self, request: Request) -> None:
        """Notes each token that stands anywhere but in the Hub's own Authorization header."""
        told = [self.path.encode(), request.body]
        for name, value in self.headers.items():
            if name.lower() != "authorization" or not self.server.may_see_tokens:
                told.append(f"{name}: {value}".encode())
        for token in self.server.owner.hub.accounts.tokens:
            if any(token.encode() in each for each in told):
                self.server.owner.leaks.append(f"{request.method} {request.path}")
