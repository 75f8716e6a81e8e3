"""Clients in processes of their own: the library reads its environment when it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hub.server.app import HubServer

ROOT = Path(__file__).resolve().parents[3]
_OF_OTHERS = ("HF_", "HUGGINGFACE_", "HUGGING_FACE_", "COLAB_", "PYTHON")


def environment(server: HubServer) -> dict[str, str]:
    """The environment of this process without its user's own Hub and proxies, with the test's instead."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_OTHERS) and not name.lower().endswith("_proxy")
    }
    return kept | {
        "HF_ENDPOINT": server.endpoint,
        "HF_TOKEN": server.token,
        "HF_HOME": str(server.home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "0" if server.transfer == "xet" else "1",
        "PYTHONPATH": str(ROOT),
    }


def run(
    server: HubServer,
    what: str | Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 300,
    fails: bool | None = False,
) -> subprocess.CompletedProcess[str]:
    """Runs a Python script (a string) or the arguments of `python` (a list, such as `["-m", "degrade", "push", ...]`),
    with `env` added to the environment, and takes what it says.

    Raises:
        AssertionError: it failed (with `fails` it did not; None allows both), or it said a token.
    """
    arguments = ["-c", what] if isinstance(what, str) else [str(each) for each in what]
    done = subprocess.run(
        [sys.executable, *arguments], env={**environment(server), **(env or {})}, cwd=cwd, timeout=timeout,
        capture_output=True, text=True, errors="surrogateescape", check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert fails is None or (done.returncode != 0) == fails, f"exit code {done.returncode}\n{said}"
    assert not any(token in said for token in server.hub.accounts.tokens), "a token was printed"
    return done
