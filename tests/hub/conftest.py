"""A Hub of one's own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.server.app import HubServer


@pytest.fixture
def hub(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HubServer]:
    """A fresh look-alike of the Hub. Indirect parameters choose the transfer: "lfs" (the default), "multipart", "xet".

    At the end it must have noticed neither a mistake of its own, nor a token that went astray, nor a fault in vain.
    """
    with HubServer(tmp_path / "hub", getattr(request, "param", "lfs")) as server:
        yield server
    server.check()
