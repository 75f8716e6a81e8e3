"""What a test makes go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

ANY = "any"
"""All routes together."""


@dataclass
class Fault:
    """Strikes the requests of one route, or of any: `times` of them (None: all) after the first `skip`.

    - `delay`: seconds to wait before anything else;
    - `status`: answer with this error instead of doing the work, with a `Retry-After` header if `retry_after` is given;
    - `cut_upload`: close the connection after this many bytes of the request's body;
    - `cut_answer`: close it after this many bytes of the answer's body;
    - `lose_answer`: do the work, then close the connection without an answer;
    - `call`: called just before the answer or the cut, in the server's thread.
    """

    route: str
    times: int | None = 1
    skip: int = 0
    delay: float = 0.0
    status: int | None = None
    retry_after: int | None = None
    cut_upload: int | None = None
    cut_answer: int | None = None
    lose_answer: bool = False
    call: Callable[[], None] | None = None
    struck: int = field(default=0, init=False)

    def meets(self) -> bool:
        """Counts a request of its route; whether it strikes this one."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.struck += 1
        return True


class Faults:
    """All faults of a server."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """No further requests are struck."""
        with self._lock:
            for fault in self._faults:
                fault.times = fault.struck

    def take(self, route: str) -> Fault | None:
        """The fault that strikes this request: the first that was planned for it."""
        with self._lock:
            for fault in self._faults:
                if fault.route in (route, ANY) and fault.meets():
                    return fault
        return None

    def idle(self) -> list[Fault]:
        """Those that never struck: what they were to show was not shown."""
        with self._lock:
            return [fault for fault in self._faults if fault.struck == 0]
