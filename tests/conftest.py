"""What every test shares: the Hypothesis profiles, and the repository's scripts as modules.

`fast` is the default; `thorough` runs in CI, always on the same examples. `HYPOTHESIS_PROFILE` names another choice.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# A first example may compile kernels, which says nothing about the property: no deadline, and slow data is no failure.
_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fast", max_examples=15, **_common)
settings.register_profile("thorough", max_examples=30, derandomize=True, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if os.environ.get("CI") else "fast"))

# What a shell starts in the background ignores Ctrl-C, and so would the processes that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """No test changes what a signal does: a process that a later one forks could not be ended."""
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [*map(signal.getsignal, kinds)]
    yield
    assert [*map(signal.getsignal, kinds)] == before, f"what {kinds} do was left otherwise than it was found"


ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def script_of() -> Callable[[str], ModuleType]:
    """A script, by its path from the root of the repository, as a module of its own."""

    def loaded(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"script_{Path(path).stem}", ROOT / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # its dataclasses look themselves up there
        spec.loader.exec_module(module)
        return module

    return loaded
