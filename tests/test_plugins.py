"""Ops from outside: asked for, installed, and never by a recipe."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from degrade.testing.scaffold import write_op

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/own_op.md").read_text("utf-8")
RECIPE = "recipe: 1\nname: r\nsteps:\n  - coffee_ring: {radius_mm: 20}\n"

NAMED_FADE = """import degrade

class Fade(degrade.Degradation):
    stage = degrade.Stage.WEAR

    def apply(self, photo, drawn, key):
        photo.pixels[...] = 0
"""


def run(*words: str, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """A process of its own: what is loaded stays loaded."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{path}" if path else str(ROOT)}
    return subprocess.run(list(words), capture_output=True, text=True, cwd=cwd, env=environment)


def degrade(*words: str, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "degrade", *words, cwd=cwd, path=path)


def installed(folder: Path) -> None:
    """An op of a package that is installed there."""
    write_op("coffee_ring", folder)
    info = folder / "rings-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rings\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[degrade.ops]\nrings = coffee_ring\n")


@pytest.mark.slow
@pytest.mark.long
def test_the_page_typed(tmp_path: Path) -> None:
    """Every command and the op of docs/own_op.md, in order."""
    commands = re.findall(r"```bash\n(.*?)\n```", PAGE, re.DOTALL)
    assert [command.split()[0] for command in commands] == ["degrade", "degrade", "pytest", "degrade"]
    (op,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    outputs = []
    for number, command in enumerate(commands):
        tool, *words = command.split()
        if number == 2:
            (tmp_path / "coffee_ring.py").write_text(op)
        done = run(sys.executable, "-m", tool, *words, cwd=tmp_path, path=str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        outputs.append(done.stdout)
    assert "radius_mm" in outputs[1]
    assert " passed" in outputs[2]
    (tmp_path / "r.yaml").write_text(RECIPE)
    built = degrade(
        "--plugin", "coffee_ring.py", "build", "--recipe", "r.yaml", "--limit", "2", "--out", "o", cwd=tmp_path
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "o" / "manifest.json").exists()


def test_a_recipe_loads_nothing(tmp_path: Path) -> None:
    write_op("coffee_ring", tmp_path)
    (tmp_path / "r.yaml").write_text(RECIPE)
    done = degrade("check", "r.yaml", cwd=tmp_path, path=str(tmp_path))
    assert done.returncode == 2
    assert "there is no degradation or group called" in done.stderr
    assert degrade("--plugin", "coffee_ring", "check", "r.yaml", cwd=tmp_path, path=str(tmp_path)).returncode == 0


def test_an_installed_package_names_its_ops(tmp_path: Path) -> None:
    installed(tmp_path)
    shown = degrade("ops", "coffee_ring", cwd=tmp_path, path=str(tmp_path))
    assert "coffee_ring (coffee_ring.CoffeeRing)" in shown.stdout
    (tmp_path / "coffee_ring.py").write_text("1 / 0")
    broken = degrade("ops", cwd=tmp_path, path=str(tmp_path))
    assert broken.returncode == 2
    assert broken.stderr == (
        "error: the ops of coffee_ring cannot be loaded: ZeroDivisionError: division by zero; "
        "repair or uninstall rings\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no file mine.py; give a module's name, or the path of its file"),
        ("x = 1\n", "mine has no ops; define a subclass of degrade.Degradation with a `stage`"),
        ("import nowhere\n", "the ops of mine cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        (
            NAMED_FADE,
            "mine has an op fade, which there is already; rename its class",
        ),
    ],
)
def test_a_plugin_that_cannot_be_used(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    done = degrade("--plugin", "mine.py", "ops", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {why}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("CoffeeRing", "an op can't be called 'CoffeeRing'; write it in snake_case"),
        ("class", "an op can't be called 'class'"),
        ("../x", "an op can't be called '../x'"),
        ("fade", "there is an op fade already"),
    ],
)
def test_a_name_that_an_op_cannot_have(tmp_path: Path, name: str, why: str) -> None:
    from degrade.errors import CuredError

    with pytest.raises(CuredError, match=re.escape(why)):
        write_op(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    from degrade.errors import CuredError

    (tmp_path / "coffee_ring.md").write_text("mine")
    with pytest.raises(CuredError, match=r"coffee_ring\.md is there already"):
        write_op("coffee_ring", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["coffee_ring.md"]


# --- when they are loaded ---------------------------------------------------------------------------------------------

LOADED = """
import sys
from degrade.recipes import load_recipe
load_recipe("aged_photo")
load_recipe({"recipe": 1, "name": "r", "steps": [{"grain": {}, "p": 0.5, "label": "x"}]})
assert "coffee_ring" not in sys.modules
load_recipe({"recipe": 1, "name": "r", "steps": ["coffee_ring"]})
assert "coffee_ring" in sys.modules
"""


def test_an_installed_package_is_loaded_only_for_an_op_that_nobody_else_has(tmp_path: Path) -> None:
    installed(tmp_path)
    done = run(sys.executable, "-c", LOADED, cwd=tmp_path, path=str(tmp_path))
    assert done.returncode == 0, done.stderr
    (tmp_path / "coffee_ring.py").write_text("1 / 0")
    assert degrade("check", "aged_photo", cwd=tmp_path, path=str(tmp_path)).returncode == 0


# --- their code is part of the plan -----------------------------------------------------------------------------------

SIMPLE = """import degrade

class {name}(degrade.Degradation):
    stage = degrade.Stage.WEAR
    damage = None

    def apply(self, photo, drawn, key):
        photo.pixels[...] = {value}
"""


def digests_of(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a plan would say of the op `Simple` in the module `name`, imported afresh."""
    from degrade.plugins import plugin_digests

    for loaded in [one for one in sys.modules if one.partition(".")[0] == name.partition(".")[0]]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.syspath_prepend(str(path))
    return plugin_digests([importlib.import_module(name).Simple()])


def test_a_digest_is_that_of_the_source_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from degrade.ops.grain import Grain
    from degrade.plugins import plugin_digests

    assert plugin_digests([Grain()]) == {}
    alone, package = tmp_path / "simple_op.py", tmp_path / "packed_ops"
    alone.write_text(SIMPLE.format(name="Simple", value=0))
    (first,) = digests_of(tmp_path, "simple_op", monkeypatch).items()
    assert first[0] == "simple_op"
    assert digests_of(tmp_path, "simple_op", monkeypatch) == dict([first])
    alone.write_text(SIMPLE.format(name="Simple", value=1))
    assert digests_of(tmp_path, "simple_op", monkeypatch) != dict([first])

    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "ops.py").write_text(
        "from packed_ops.value import value\n" + SIMPLE.format(name="Simple", value="value")
    )
    (package / "value.py").write_text("value = 0\n")
    before = digests_of(tmp_path, "packed_ops.ops", monkeypatch)
    assert list(before) == ["packed_ops"]
    (package / "value.py").write_text("value = 1\n")
    assert digests_of(tmp_path, "packed_ops.ops", monkeypatch) != before


def test_code_without_a_file_is_known_by_itself() -> None:
    from degrade.plugins import plugin_digests

    def made(value: int) -> object:
        namespace: dict[str, object] = {"__name__": "typed_at_a_prompt"}
        exec(SIMPLE.format(name=f"Simple{value}", value=value), namespace)
        found = namespace[f"Simple{value}"]
        assert isinstance(found, type)
        found.__qualname__ = "Simple"
        return found()

    assert list(plugin_digests([made(0)])) == ["typed_at_a_prompt"]
    assert plugin_digests([made(0)]) == plugin_digests([made(0)])
    assert plugin_digests([made(0)]) != plugin_digests([made(1)])


@pytest.mark.slow
def test_a_changed_plugin_does_not_go_on_with_an_old_output(tmp_path: Path) -> None:
    op = tmp_path / "simple_op.py"
    op.write_text(SIMPLE.format(name="Simple", value=0))
    (tmp_path / "r.yaml").write_text("recipe: 1\nname: r\nframe: {size: 16}\nsteps: [target, simple]\n")
    command = "--plugin", "simple_op.py", "build", "--recipe", "r.yaml", "--limit", "2", "--out", "o"
    assert degrade(*command, cwd=tmp_path).returncode == 0
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text())
    assert list(manifest["plan"]["plugins"]) == ["simple_op"]
    op.write_text(SIMPLE.format(name="Simple", value=1))
    refused = degrade(*command, cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].endswith(
        "o was built by another plan (the source text of simple_op, which has ops of the recipe's); "
        "add --overwrite to build it anew, or choose another --out"
    )
    (next((tmp_path / "o" / "data").glob("*.tar"))).unlink()
    repaired = degrade("--plugin", "simple_op.py", "verify", "o", "--repair", cwd=tmp_path)
    assert repaired.returncode == 1
    assert "the source text of simple_op" in repaired.stderr
