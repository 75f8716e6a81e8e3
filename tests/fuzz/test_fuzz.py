"""Hostile input: what was found stays mended, and a little of the search. The search itself: `run.py`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from degrade.engine.key import Key
from degrade.errors import DegradeError
from tests.fuzz.catalogue import CASES, TARGETS
from tests.fuzz.mutation import mutant
from tests.fuzz.target import Finding, Prepared, finding

RUN = Path(__file__).with_name("run.py")
linux = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="only Linux tells and limits what memory is had"
)


def ran(*options: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(RUN), *options], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_every_case_is_of_a_target() -> None:
    assert {folder.name for folder in CASES.iterdir()} <= set(TARGETS)


@linux
@pytest.mark.slow
def test_no_target_is_hurt() -> None:
    """What was found, and the same few made inputs each time: their number is fixed, not the time."""
    code, said = ran("all", "--quick")
    assert code == 0, said[-6000:]
    assert set(re.findall(r"^(\w+): \d+ inputs$", said, re.MULTILINE)) == set(TARGETS)


@linux
@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_a_search(target: str, tmp_path: Path) -> None:
    code, said = ran(target, "--minutes", "1", "--out", str(tmp_path))
    assert code == 0, said[-6000:]


def test_inputs_are_made_by_their_number() -> None:
    prepared = Prepared([b"one seed", b"another"], bytes)
    made = [mutant(prepared, Key(1, "x").at(number)) for number in range(50)]
    assert made == [mutant(prepared, Key(1, "x").at(number)) for number in range(50)]
    assert len(set(made)) > 40


def test_inputs_of_json_stay_json_often() -> None:
    prepared = Prepared([b'{"a": [1, "x", {"b": null}]}'], bytes, is_json=True)
    made = [mutant(prepared, Key(2, "x").at(number)) for number in range(100)]
    import json

    def is_json(data: bytes) -> bool:
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            return False
        return True

    assert 20 < sum(map(is_json, made)) < 95


def found_of(error: BaseException) -> Finding | None:
    def check(_: bytes) -> None:
        raise error

    return finding(check, b"")


def test_only_our_own_errors_are_right() -> None:
    assert finding(len, b"") is None
    assert found_of(DegradeError("a mistake")) is None
    for error in (ValueError("x"), MemoryError(), RecursionError(), KeyError(3)):
        found = found_of(error)
        assert found is not None
        assert found.what.startswith(type(error).__name__)


def test_a_lack_of_memory_is_found_below_an_error_of_ours() -> None:
    def check(_: bytes) -> None:
        try:
            raise OSError("Failed to allocate 12345 bytes")
        except OSError as error:
            raise DegradeError("it cannot be decoded") from error

    found = finding(check, b"")
    assert found is not None
    assert found.what.startswith("OSError")


@linux
@pytest.mark.parametrize(("code", "says"), [("bytearray(1 << 31)", "MemoryError"), ("bytearray(1 << 20)", "nothing")])
def test_memory_is_limited(code: str, says: str) -> None:
    program = f"""
from tests.fuzz.target import finding, limit_memory
limit_memory()
found = finding(lambda _: {code}, b"")
print(found.what if found else "nothing")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=RUN.parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(says)
