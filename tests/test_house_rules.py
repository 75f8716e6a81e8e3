"""The rules of this house that a machine can check, by reading the source."""

from __future__ import annotations

import ast
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.syntax import dotted, imported_names

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "degrade"

MEBIBYTE = 1 << 20

TOP_LEVEL = {
    *(".ci", "benchmarks", "degrade", "examples", "recipes", "tests", "textures", "train"),
    *(".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "README.md"),
    *("SECURITY.md", "cli.py", "constraints.txt", "docs", "mkdocs.yml", "pyproject.toml"),
}

Checker = Callable[[ast.Module], Iterator[tuple[int, str]]]

# --- randomness by address: nothing but a Key decides what a pair looks like ------------------------------------------

PURE = ("engine", "ops", "textures", "recipes")

# Dotted names; each stands for itself and all below it.
IMPURE = (
    *("random", "secrets", "uuid", "numpy.random"),
    *("cv2.randn", "cv2.randu", "cv2.randShuffle", "cv2.setRNGSeed", "cv2.theRNG"),
    *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("os.getpid", "os.urandom", "os.cpu_count", "os.sched_getaffinity", "threading.get_ident", "socket.gethostname"),
)


def last_word(node: ast.expr) -> str:
    """`suppress` of `contextlib.suppress`."""
    return ast.unparse(node).split(".")[-1]


def is_impure(name: str | None) -> bool:
    return name is not None and any(name == impure or name.startswith(f"{impure}.") for impure in IMPURE)


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found: list[str | None] = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            found = [dotted(node, names)]
        else:
            continue
        for name in found:
            if is_impure(name):
                yield node.lineno, f"{name}: randomness comes from a Key alone, and no clock or process is read"


def salted_hashes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """`hash` of a string differs between processes, `id` between runs; `__hash__` itself may use them."""
    allowed = {
        call
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name == "__hash__"
        for call in ast.walk(function)
    }
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) and node not in allowed else None
        if isinstance(called, ast.Name) and called.id in ("hash", "id"):
            yield called.lineno, f"{called.id}(): differs between processes; use BLAKE2b through a Key"


# --- errors never disappear -------------------------------------------------------------------------------------------

BROAD = {"Exception", "BaseException"}


def is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(each, ast.Name) and each.id in BROAD for each in kinds)


def does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(line, ast.Pass | ast.Continue)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in body
    )


def swallowed_errors(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and does_nothing(node.body):
            yield node.lineno, "a broad `except` that does nothing: name the error, or report it"
        elif isinstance(node, ast.Call) and last_word(node.func) == "suppress" and any(map(is_broad, node.args)):
            yield node.lineno, "a broad `suppress`: name the error, or report it"


# --- the source explains itself ---------------------------------------------------------------------------------------


def missing_docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    if tree.body and not ast.get_docstring(tree):
        yield 1, "the module has no docstring"
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if any(last_word(decorator) == "overload" for decorator in node.decorator_list):
            continue
        if not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.lineno, f"{node.name} has no docstring"


# --- the rules, over the package --------------------------------------------------------------------------------------


def modules(*folders: str) -> list[Path]:
    roots = [PACKAGE / folder for folder in folders] or [PACKAGE]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def findings(check: Checker, paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in paths
        for line, what in check(ast.parse(path.read_text("utf-8")))
    ]


@pytest.mark.parametrize("check", [impurities, salted_hashes])
def test_only_a_key_is_random(check: Checker) -> None:
    paths = modules(*PURE)
    assert paths
    assert findings(check, paths) == []


@pytest.mark.parametrize("check", [swallowed_errors, missing_docstrings])
def test_everywhere(check: Checker) -> None:
    assert findings(check, modules()) == []


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (impurities, "import random"),
        (impurities, "from random import uniform"),
        (impurities, "from numpy import random as r"),
        (impurities, "import numpy as np\ndef f(): return np.random.default_rng(0)"),
        (impurities, "def f():\n    import cv2\n    cv2.randn(a, 0, 1)"),
        (impurities, "import time as clock\nclock.time()"),
        (impurities, "from os import getpid"),
        (impurities, "import datetime\ndatetime.datetime.now()"),
        (salted_hashes, "def f(label): return hash(label)"),
        (swallowed_errors, "try:\n    f()\nexcept:\n    pass"),
        (swallowed_errors, "try:\n    f()\nexcept (ValueError, Exception):\n    ..."),
        (swallowed_errors, "import contextlib\nwith contextlib.suppress(Exception): f()"),
        (missing_docstrings, '"""Map."""\ndef public(): ...'),
        (missing_docstrings, '"""Map."""\nclass Public: x = 1'),
        (missing_docstrings, "x = 1"),
    ],
)
def test_a_breach_is_found(check: Checker, source: str) -> None:
    assert list(check(ast.parse(source)))


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (impurities, "import time, os\nfrom degrade.engine.key import Key\nrandom = Key(1).at('x')\nrandom.uniform()"),
        (salted_hashes, "class C:\n    def __hash__(self): return hash((self.a, self.b))"),
        (swallowed_errors, "try:\n    f()\nexcept FileNotFoundError:\n    pass"),
        (missing_docstrings, '"""Map."""\ndef _private(): ...'),
        (missing_docstrings, ""),
    ],
)
def test_what_is_allowed_passes(check: Checker, source: str) -> None:
    assert list(check(ast.parse(source))) == []


def test_nothing_is_left_to_do() -> None:
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert found == []


# --- the public names -------------------------------------------------------------------------------------------------

HEAVY = {"numba", "cv2", "scipy", "skimage", "pydantic", "rich", "PIL", "torch", "yaml"}


def loaded_by(statements: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after these statements."""
    report = "\nimport sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", statements + report], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_importing_degrade_loads_nothing_heavy() -> None:
    loaded = loaded_by("import degrade")
    assert "degrade" in loaded
    assert loaded & HEAVY == set()


def test_help_loads_nothing_that_works_on_pictures() -> None:
    loaded = loaded_by("from degrade.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass")
    assert "click" in loaded
    assert loaded & HEAVY - {"rich"} == set()  # rich lays out the help page


def test_every_public_name_loads() -> None:
    import degrade

    assert len(set(degrade.__all__)) == len(degrade.__all__)
    assert {name for name in dir(degrade) if not name.startswith("_")} == set(degrade.__all__)
    for name in degrade.__all__:
        assert getattr(degrade, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = degrade.no_such_name


def test_no_subpackage_has_the_name_of_a_public_name() -> None:
    import degrade

    folders = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert folders & set(degrade.__all__) == set()


def test_the_readme_uses_public_names_only() -> None:
    import degrade

    code = "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL))
    used = set(re.findall(r"\bdegrade\.(\w+)", code))
    assert used
    packages = {module.name for module in pkgutil.iter_modules(degrade.__path__) if module.ispkg}
    assert used <= set(degrade.__all__) | packages


def test_the_readme_names_every_command() -> None:
    from degrade.cli import main

    readme = (ROOT / "README.md").read_text("utf-8")
    assert set(main.commands)
    for name, command in main.commands.items():
        assert f"degrade {name}" in readme
        assert command.help


# --- the repository ---------------------------------------------------------------------------------------------------


def files_of_the_repository() -> list[Path]:
    """Relative paths of all files that git tracks or would track."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_is_large() -> None:
    assert [str(path) for path in files_of_the_repository() if (ROOT / path).stat().st_size > MEBIBYTE] == []


def test_the_root_holds_what_people_read_and_run() -> None:
    present = {path.parts[0] for path in files_of_the_repository()}
    assert present == TOP_LEVEL


def test_every_promise_of_security_has_its_test() -> None:
    """What SECURITY.md says in its table is tested by functions that are there."""
    rows = [row for row in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if row.startswith("| ")][1:]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, row
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text("utf-8"), f"{path} has no {name}"


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
