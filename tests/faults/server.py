"""A process that has imported everything and forks a child for each job, so that hundreds can be killed in a minute.

Reads a line of JSON a job: {"job", "arguments", "doom"}, and answers by one: {"code", "calls", "result", "error"}; code
is the exit code, or minus the signal that the child died of. A job without a doom and named "warm" runs here.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import Any

from degrade.errors import DegradeError
from tests.faults.doom import Doom, Watch
from tests.faults.jobs import JOBS

FAILED, UNFORESEEN = 1, 70


def main(modules: list[str]) -> None:
    """Answer until there is nothing more to read."""
    for module in modules:
        importlib.import_module(module)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a job prints is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["doom"] is None:
            JOBS[asked["job"]](**asked["arguments"])
            answer: dict[str, Any] = {"code": 0}
        else:
            answer = _forked(asked["job"], asked["arguments"], Doom(**asked["doom"]))
        print(json.dumps(answer), file=answers, flush=True)


def _forked(job: str, arguments: dict[str, Any], doom: Doom) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run(job, arguments, doom, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"calls": 0, "result": {}, "error": "", **(json.loads(told) if told else {}), "code": code}


def _run(job: str, arguments: dict[str, Any], doom: Doom, pipe: int) -> None:
    """Never comes back."""
    code = UNFORESEEN
    told: dict[str, Any] = {}
    try:
        watch = Watch(doom)
        try:
            told["result"] = JOBS[job](**arguments)
            code = 0
        except DegradeError as error:
            told["error"], code = str(error), FAILED
        except BaseException:  # noqa: BLE001 - whatever it is, the test is told
            told["error"] = traceback.format_exc()
        told["calls"] = watch.calls
        os.write(pipe, json.dumps(told).encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
