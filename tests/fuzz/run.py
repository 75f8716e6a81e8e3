"""Look for inputs that go wrong: `python tests/fuzz/run.py TARGET --minutes 10`.

With atheris installed (`pip install atheris`, Linux and macOS) inputs are sought by coverage: libFuzzer keeps those
that reach code that none has reached before. Without it they are made by `mutation` alone, at random by a Key. What is
found is written to the folder of cases, where the tests run it ever after. Memory is limited on Linux alone.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fuzz import child  # noqa: E402 - found by the path above

_LATE = 300.0
"""Seconds after its time at which a child is killed: it takes some to begin, more on a busy machine."""
_DONE = re.compile(rb"^Done \d+ runs", re.MULTILINE)
"""What libFuzzer says at its end."""
_NOW_AND_THEN = 3000
"""Characters of what a child that died has said which are shown."""


def main() -> int:
    """Run the command; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", help="a target's name, or `all` for each in turn")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long, for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("coverage", "random"), default=None)
    parser.add_argument("--cases", type=int, default=0, help="stop after so many inputs")
    parser.add_argument("--quick", action="store_true", help="the short pass: what was found, and a few made inputs")
    parser.add_argument("--out", type=Path, default=None, help="where findings go: the folder of cases")
    parser.add_argument("--child", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.engine = options.engine or ("coverage" if find_spec("atheris") else "random")
    if options.child:
        return child.run(options)
    from tests.fuzz.catalogue import CASES, TARGETS

    options.out = options.out or CASES
    names = list(TARGETS) if options.target == "all" else [options.target]
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"there is no target {unknown[0]}; the targets are {', '.join(TARGETS)}")
    return _short(options, names) if options.quick else max([_searched(options, name) for name in names])


def _searched(options: argparse.Namespace, name: str) -> int:
    """Look through one target: one child after the other, as each may die of an input."""
    end = time.monotonic() + 60 * options.minutes
    found: set[str] = set()
    seed, done = options.seed, 0
    with tempfile.TemporaryDirectory(dir=_fast()) as scratch:
        work = Path(scratch)
        (work / "corpus").mkdir()
        while (left := end - time.monotonic()) > 1:
            command = [name, "--child", scratch, "--seed", str(seed), "--engine", options.engine]
            command += ["--minutes", str(left / 60), "--out", str(options.out), "--cases", str(options.cases)]
            code = _child(command, work / "log", left + _LATE)
            text = (work / "log").read_text("utf-8", "replace")
            for told in re.findall(r"^FOUND .*?^END$", text, re.MULTILINE | re.DOTALL):
                child.say(told.removesuffix("END"))
            found.update(re.findall(r"^FOUND (.*)$", text, re.MULTILINE))
            done += int((re.findall(r"^(?:RUNS |#)(\d+)", text, re.MULTILINE) or ["0"])[-1])
            died = _left_over(work, options.out / name, code)
            found.update(died)
            if died:
                child.say(text[-_NOW_AND_THEN:])
            elif code:
                child.say(text[-_NOW_AND_THEN:])
                raise SystemExit(f"{name}: its process ended by itself ({code})")
            if code == 0 or options.cases:
                break
            seed += 1
    child.say(f"{name}: {done} inputs, {len(found)} findings", *sorted(found), sep="\n  ")
    return 1 if found else 0


def _child(command: list[str], log: Path, seconds: float) -> int:
    """How a child ends. One that is done may wait for threads of a library's when it leaves, for ever: it is killed."""
    with log.open("wb") as file:
        child = subprocess.Popen([sys.executable, __file__, *command], stdout=file, stderr=file, cwd=ROOT)
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            killed = child.wait()
            return 0 if _DONE.search(log.read_bytes()) else killed


def _short(options: argparse.Namespace, names: list[str]) -> int:
    """The short pass, in one process for all."""
    with tempfile.TemporaryDirectory(dir=_fast()) as scratch:
        command = [
            sys.executable,
            __file__,
            ",".join(names),
            "--child",
            scratch,
            "--quick",
            "--seed",
            str(options.seed),
        ]
        code = subprocess.run(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}).returncode
        if code < 0:
            told, _, data = Path(scratch, child.AT).read_bytes().partition(b"\n")
            child.say(f"{told.decode()}: it died ({signal.Signals(-code).name}) of {data[:2000]!r}")
    return abs(code)


def _fast() -> str | None:
    """A folder in memory, where there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _left_over(work: Path, out: Path, code: int) -> list[str]:
    """What a child has left that died of an input: libFuzzer's own files, or the input that it was at."""
    found = [path for kind in ("crash", "timeout", "oom") for path in work.glob(f"{kind}-*")]
    if code and not found and (work / child.AT).exists():
        found = [work / child.AT]
    told = []
    for path in found:
        kind = "died" if path.name == child.AT else path.name.partition("-")[0]
        told.append(f"{kind} ({code}): {child.keep(out, kind, path.read_bytes())}")
        path.unlink()
    return told


if __name__ == "__main__":
    sys.exit(main())
