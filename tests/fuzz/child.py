"""The process that tries inputs; it may die of one.

Nothing of the package is imported before the search by coverage has hooked itself into imports, hence the imports in
functions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

AT = "at"
"""The file of the input that is being tried."""
say = partial(print, flush=True)

_ROOT = Path(__file__).resolve().parents[2]
_WATCHED = (
    *("degrade.codecs", "degrade.corpus", "degrade.recipes", "degrade.shards", "degrade.building", "degrade.hub"),
    *("degrade.textures.folder", "degrade.textures.damage_bank", "degrade.textures.cutouts"),
    "degrade.train.checkpoint",
)
"""Modules of ours whose coverage leads the search; compiled kernels cannot be among them."""
_WATCHED_OF_OTHERS = ("tarfile", "zipfile", "yaml", "csv", "PIL")


def run(options: argparse.Namespace) -> int:
    """What `run.py --child` does."""
    if options.quick:
        return _quick(options)
    if options.engine == "coverage":
        import atheris

        with atheris.instrument_imports(include=["degrade", *_WATCHED_OF_OTHERS], exclude=_unwatched()):
            return _by_coverage(options, atheris)
    return _at_random(options)


def keep(out: Path, kind: str, data: bytes) -> str:
    """Store an input among the cases; gives its name."""
    out.mkdir(parents=True, exist_ok=True)
    name = f"{kind}-{hashlib.blake2b(data, digest_size=4).hexdigest()}"
    (out / name).write_bytes(data)
    return name


def _unwatched() -> list[str]:
    """Our other modules: atheris includes whole packages only."""
    paths = (path.relative_to(_ROOT).with_suffix("") for path in (_ROOT / "degrade").rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths)
    return [name for name in names if not any(f"{name}.".startswith(f"{one}.") for one in _WATCHED)]


def _quick(options: argparse.Namespace) -> int:
    """What was found before, as it is and mended, then nesting, then a few made inputs, of each target in turn."""
    from degrade.engine.key import Key
    from tests.fuzz.catalogue import TARGETS, cases
    from tests.fuzz.mutation import DEEPEST, mutant
    from tests.fuzz.target import SECONDS, finding

    at, wrong = options.child / AT, 0
    os.dup2(os.open(options.child / "noise", os.O_WRONLY | os.O_CREAT), 2)  # libpng and others talk from C
    sys.stderr = sys.stdout
    for name in options.target.split(","):
        prepared = _prepared(options, TARGETS[name])
        inputs = [("the case " + path.name, path.read_bytes()) for path in cases(name)]
        inputs += [("nesting", b"[" * DEEPEST)] if prepared.is_json else []
        inputs += [(f"{told}, mended", prepared.mend(data)) for told, data in inputs] if prepared.mend else []
        made = (mutant(prepared, Key(options.seed, name).at(number)) for number in range(prepared.quick))
        inputs += [(f"input {number}", data) for number, data in enumerate(made)]
        for told, data in inputs:
            at.write_bytes(f"{name}, {told}\n".encode() + data)
            signal.alarm(SECONDS)
            found = finding(prepared.check, data)
            signal.alarm(0)
            if found is not None:
                wrong += 1
                say(f"{name}, {told}: {found.what}\n{found.told}")
        say(f"{name}: {len(inputs)} inputs")
    return 1 if wrong else 0


def _at_random(options: argparse.Namespace) -> int:
    from degrade.engine.key import Key
    from tests.fuzz.catalogue import TARGETS
    from tests.fuzz.mutation import mutant
    from tests.fuzz.target import SECONDS

    prepared = _prepared(options, TARGETS[options.target])
    at = options.child / AT
    look = _looker(prepared.check, options)
    end = time.monotonic() + 60 * options.minutes
    number = 0
    while time.monotonic() < end and not (options.cases and number >= options.cases):
        data = mutant(prepared, Key(options.seed, options.target).at(number))
        at.write_bytes(data)
        signal.alarm(SECONDS)
        look(data)
        signal.alarm(0)
        number += 1
    at.unlink(missing_ok=True)
    say(f"RUNS {number}")
    return 0


def _by_coverage(options: argparse.Namespace, atheris: Any) -> int:
    from degrade.engine.key import Key
    from tests.fuzz.catalogue import TARGETS, cases
    from tests.fuzz.mutation import mutant
    from tests.fuzz.target import LONGEST, MEMORY, SECONDS

    prepared = _prepared(options, TARGETS[options.target])
    mend = prepared.mend or bytes
    corpus, words = options.child / "corpus", options.child / "words"
    for number, data in enumerate((*prepared.seeds, *(path.read_bytes() for path in cases(options.target)))):
        (corpus / f"seed{number}").write_bytes(data)
    words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in prepared.words))

    def changed(data: bytes, most: int, seed: int) -> bytes:
        """By us, or by libFuzzer; mended mostly."""
        key = Key(seed, options.target)
        choice = key.words()[0] % 4
        if choice == 0:
            return mutant(prepared.near(data), key)[:most]
        made: bytes = atheris.Mutate(data, min(most, len(data) + 64))
        return made if choice == 1 else mend(made)[:most]

    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    arguments = [
        sys.argv[0], str(corpus), f"-seed={options.seed}", f"-max_total_time={int(60 * options.minutes)}",
        f"-timeout={SECONDS}", f"-rss_limit_mb={resident + (MEMORY >> 20)}", f"-max_len={LONGEST}", "-len_control=0",
        f"-artifact_prefix={options.child}/", "-print_final_stats=1", "-report_slow_units=60",
        f"-runs={options.cases or -1}", *([f"-dict={words}"] if prepared.words else []),
    ]  # fmt: skip
    at, look = options.child / AT, _looker(prepared.check, options)

    def looked(data: bytes) -> None:
        at.write_bytes(data)
        look(data)

    atheris.Setup(arguments, looked, custom_mutator=changed)
    atheris.Fuzz()
    return 0


def _prepared(options: argparse.Namespace, prepare: Callable[[Path], Any]) -> Any:
    """The target, with every seed tried once, so that what is made at the first use is made; then memory is limited."""
    from degrade.errors import DegradeError
    from tests.fuzz.target import free_memory, limit_memory

    free_memory()
    prepared = prepare(Path(tempfile.mkdtemp(dir=options.child)))
    for seed in prepared.seeds:
        try:
            prepared.check(seed)
        except DegradeError as error:
            say(f"a seed is refused: {error}")
    limit_memory()
    return prepared


def _looker(check: Callable[[bytes], object], options: argparse.Namespace) -> Callable[[bytes], None]:
    """Tries an input, and keeps the first of each kind that goes wrong."""
    from tests.fuzz.target import finding

    known: set[str] = set()

    def look(data: bytes) -> None:
        found = finding(check, data)
        if found is not None and found.what not in known:
            known.add(found.what)
            say(f"FOUND {found.what}: {keep(options.out / options.target, 'found', data)}\n{found.told}END")

    return look
