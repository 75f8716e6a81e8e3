"""What the page's server answers at all, and what it tells browsers.

gradio's server has ways that lead elsewhere (it fetches URLs for its clients), and others that this page has no use
for: only those that the page needs are open. Every answer tells the browser to load nothing from another place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_GET = re.compile(
    r"/|/(?:config|theme\.css|favicon\.ico|robots\.txt|manifest\.json)/?|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:app_id|info|queue/data|upload_progress|startup-events|theme\.css|heartbeat/[^/]+)/?"
    r"|/gradio_api/file=(?!\w+:).+"
)
_POST = re.compile(r"/gradio_api/(?:queue/join|upload|cancel|reset)/?")
_OPEN = {"GET": _GET, "HEAD": _GET, "POST": _POST}
_JOIN = re.compile(r"/gradio_api/queue/join/?")
_LARGEST_BODY = 1 << 20
"""Bytes of what a page says about its sliders; files come another way."""
_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",  # the page's own scripts are written into it
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "base-uri": "'self'",
}
_HEADERS = (
    (b"content-security-policy", "; ".join(map(" ".join, _POLICY.items())).encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Guard:
    """ASGI middleware around `app`."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or let the app answer, one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http" or not _is_open(scope["method"], scope["path"]):
            await _refused(scope, send, 404)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        if _JOIN.fullmatch(scope["path"]):
            body = await _body(receive)
            if body is None or names_a_url(body):
                await _refused(scope, send, 400)
                return
            receive = _again(body, receive)
        await self.app(scope, receive, guarded)


def names_a_url(body: bytes) -> bool:
    """Whether a JSON text asks for a file of another server, or is no JSON."""
    try:
        parts = [json.loads(body)]
    except (ValueError, RecursionError):
        return True
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            path = part.get("path")
            if isinstance(path, str) and re.match(r"\s*\w+:", path):
                return True
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return False


def _is_open(method: str, path: str) -> bool:
    allowed = _OPEN.get(method)
    return allowed is not None and allowed.fullmatch(path) is not None


async def _body(receive: Receive) -> bytes | None:
    """The whole body of a request; None where it is too large, or the client has gone."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > _LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body which was read, then what follows."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again


async def _refused(scope: Message, send: Send, status: int) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": status, "headers": list(_HEADERS)})
        await send({"type": "http.response.body", "body": b""})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
