"""Requests, answers and refusals as plain values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a client asked.

    `path` is still quoted, `query` is not; `token` is what the Authorization header holds after `Bearer`, or None.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: bytes
    token: str | None

    def json(self) -> dict[str, Any]:
        """The body as an object. Refused with 400 where it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Refusal(400, "The body is no JSON object.")
        return value

    def asks_for(self, name: str) -> bool:
        """Whether the query says `name=1` or `name=true`."""
        return self.query.get(name, "").lower() in ("1", "true")


@dataclass(frozen=True)
class Answer:
    """A status, a body and headers; `Content-Length` is added when it is sent."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Refusal(Exception):
    """An error as the Hub words it: in the body, and in headers that its client reads."""

    status: int
    message: str
    code: str | None = None

    def answer(self) -> Answer:
        headers = {"X-Error-Message": " ".join(self.message.split())} | (
            {"X-Error-Code": self.code} if self.code else {}
        )
        return as_json({"error": self.message}, self.status, headers)


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def as_file(request: Request, data: bytes, headers: Mapping[str, str]) -> Answer:
    """A file or the part of it that a Range header asks for (RFC 9110, section 14)."""
    headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers}
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if not asked or asked.groups() == ("", ""):
        return Answer(200, data, headers)
    first, last = asked.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    stop = min(int(last) + 1, len(data)) if first and last else len(data)
    if start >= stop:
        return Answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
    return Answer(206, data[start:stop], {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"})
