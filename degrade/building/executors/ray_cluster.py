"""A Ray cluster: one that runs already, or one of this machine alone, started for a build."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from degrade.building.errors import BuildError
from degrade.building.executors.common import processors
from degrade.building.executors.ray_tasks import RayTasks

_OBJECT_STORE = 80 << 20
"""Bytes, little above Ray's least: no picture ever enters it."""
_REACHED_WITHIN = 10.0
"""Seconds that the head is given to answer; Ray itself would try for minutes."""
_log = logging.getLogger(__name__)
_QUIET = {"log_to_driver": False, "logging_level": "ERROR"}


@contextmanager
def connected(address: str | None, workers: int | None, shards: int) -> Iterator[RayTasks]:
    """An executor on the cluster at `address`, while inside.

    A connection that this process has already is used, and kept. Without an address, and without one in the environment
    variable RAY_ADDRESS, Ray is started on this machine, and ended afterwards.

    Parameters
    ----------
    workers : int or None
        The most shards that are made at the same time; None: one for each processor of the cluster.
    shards : int
        How many there are to make.

    Raises
    ------
    BuildError
        The cluster cannot be reached, refuses, cannot be started, or is another than the one that this process is
        connected to.
    """
    import ray

    if ray.is_initialized():
        _check_same(ray.get_runtime_context().gcs_address, address)
        yield RayTasks(workers, shards)
        return
    address = address or os.environ.get("RAY_ADDRESS")
    if address is None:
        count = min(workers or processors(), shards)
        _initialise(
            "of this machine", address="local", num_cpus=count, num_gpus=0, include_dashboard=False,
            object_store_memory=_OBJECT_STORE,
        )  # fmt: skip
    else:
        if address != "auto":
            _check_reached(address)
        _initialise(f"at {address}", address=address, **_as_seen_from(address))
    with _ray_off_stdout() as stdout:
        try:
            yield RayTasks(workers, shards)
        finally:
            stdout.rays.add(threading.get_ident())  # what it has held back is told by whoever shuts it down
            ray.shutdown()


class _Stdout:
    """A stream on which other threads than Ray's may write; what those have to say goes to the log.

    Attributes
    ----------
    rays : set of int
        Identities of threads that are Ray's as well.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.rays: set[int] = set()

    def write(self, text: str) -> int:
        thread = threading.current_thread()
        if not thread.name.startswith("ray_") and thread.ident not in self.rays:
            return self._stream.write(text)
        if text.strip():
            _log.info("%s", text.strip())
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _ray_off_stdout() -> Iterator[_Stdout]:
    """Ray tells there of dead workers, where programs expect nothing but data."""
    before, stdout = sys.stdout, _Stdout(sys.stdout)
    sys.stdout = stdout
    try:
        yield stdout
    finally:
        sys.stdout = before


def _check_same(connected_to: str, address: str | None) -> None:
    if address not in (None, "auto", connected_to):
        cure = "leave the address out, or call ray.shutdown() first"
        raise BuildError(f"this process is connected to the Ray cluster at {connected_to} already", cure, 2)


def _check_reached(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACHED_WITHIN).close()
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        cure = "start Ray there (ray start --head), or give the address that it told"
        raise BuildError(f"no Ray cluster answers at {address} ({why})", cure) from error


def _as_seen_from(address: str) -> dict[str, str]:
    """A head on a loopback address is on this machine, under an address that Ray would not find by itself."""
    host = address.rpartition(":")[0]
    return {"_node_ip_address": host} if host.startswith("127.") else {}


def _initialise(where: str, **how: Any) -> None:
    """`ray.init`: quietly, without telling its makers, the signals as they were before. Raises BuildError."""
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(**how, **_QUIET)
    except (Exception, SystemExit) as error:
        ray.shutdown()
        lines = str(error).strip().splitlines() or [type(error).__name__]
        cure = "see that RAY_AUTH_MODE and RAY_AUTH_TOKEN, and the versions of Ray and Python, are those of the cluster"
        raise BuildError(f"the Ray cluster {where} could not be used: {lines[0]}", cure) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)
