"""A real S3 server on loopback, in a process of its own: `python s3_server.py` prints its port.

Sends last as long as was asked for by ``GET /slow?SECONDS``, half of each file before and half after; as with S3
itself, what breaks off meanwhile never was. ``GET /sent`` tells how many files were sent since the last such question.
"""

from __future__ import annotations

import io
import threading
import time
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


class SlowServer:
    """A WSGI application around moto's."""

    def __init__(self) -> None:
        self._s3 = DomainDispatcherApplication(create_backend_app)
        self._seconds = 0.0
        self._sent = 0
        self._lock = threading.Lock()

    def __call__(self, environment: dict[str, Any], start: Any) -> Any:
        """See PEP 3333."""
        path, method = environment["PATH_INFO"], environment["REQUEST_METHOD"]
        if path == "/slow":
            self._seconds = float(environment["QUERY_STRING"])
            return _answer(start, "200 OK", b"")
        if path == "/sent":
            with self._lock:
                sent, self._sent = self._sent, 0
            return _answer(start, "200 OK", str(sent).encode())
        if method == "PUT":
            length = int(environment.get("CONTENT_LENGTH") or 0)
            body = environment["wsgi.input"].read(length // 2)
            time.sleep(self._seconds)
            body += environment["wsgi.input"].read(length - len(body))
            if len(body) < length:
                return _answer(start, "400 Bad Request", b"")
            environment["wsgi.input"] = io.BytesIO(body)
            with self._lock:
                self._sent += 1
        return self._s3(environment, start)


def _answer(start: Any, status: str, body: bytes) -> list[bytes]:
    start(status, [("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, SlowServer(), threaded=True)
    print(server.port, flush=True)  # noqa: T201 - what the test waits for
    server.serve_forever()
