"""Files that hold code: none of it runs."""

from __future__ import annotations

import ast
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import degrade
from degrade.recipes import RecipeError, load_recipe
from degrade.textures.damage_bank import DATA, DamageBank
from degrade.textures.errors import TextureError
from tests.fuzz.inputs import bank_folder
from tests.syntax import dotted, imported_names

PACKAGE = Path(degrade.__file__).parent
RECIPE: dict[str, Any] = {"recipe": 1, "name": "tiny", "steps": ["target", "jpeg"]}


class Planted:
    """Unpickled, it leaves a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_the_planted_code_would_run(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Planted(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


def test_a_bank_is_never_unpickled(tmp_path: Path) -> None:
    bank = bank_folder(tmp_path)
    np.save(bank / DATA, np.array([Planted(tmp_path / "ran")], dtype=object), allow_pickle=True)
    with pytest.raises(TextureError):
        DamageBank("bank", str(bank))
    (bank / DATA).write_bytes(pickle.dumps(Planted(tmp_path / "ran")))
    with pytest.raises(TextureError):
        DamageBank("bank", str(bank))
    assert not (tmp_path / "ran").exists()


def test_a_recipe_loads_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted_module.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for step in ("planted_module", "planted_module.Op", "./planted_module.py", "builtins.open"):
        for recipe in (
            RECIPE | {"steps": ["target", step]},
            RECIPE | {"steps": ["target", {step: {}}]},
            RECIPE | {"plugin": step},
            RECIPE | {"plugins": [step]},
            RECIPE | {"include": step},
            RECIPE | {"steps": ["target", {"albumentations": {"transform": step}}]},
        ):
            with pytest.raises(RecipeError):
                load_recipe(recipe)
    assert not (tmp_path / "ran").exists()
    assert "planted_module" not in sys.modules


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['touch ran']", "!!python/name:os.system ''", "!include x"]
)
def test_a_tag_runs_nothing(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("recipe.yaml").write_text(f"recipe: 1\nname: {text}\nsteps: [target]\n")
    with pytest.raises(RecipeError, match=r"tags .* are not allowed"):
        load_recipe("recipe.yaml")
    assert os.listdir() == ["recipe.yaml"]  # noqa: PTH208 - names


FORBIDDEN = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_CALLS = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads", "shelve.open", "dill.load"),
    *("joblib.load", "torch.load", "yaml.load", "yaml.full_load", "yaml.unsafe_load", "os.system", "os.popen"),
    *("numpy.load", "numpy.lib.format.open_memmap", "tarfile.extractall", "zipfile.extractall", "tempfile.mktemp"),
}
"""Ways by which a file could become code, or a name a place; those that take an argument that forbids it are looked at
below."""


OUR_OWN = {
    "building/executors/threads.py",
    "streaming/prefetch.py",
    "testing/checks/declarations.py",
    "testing/elsewhere.py",
}
"""Modules that copy objects, or hand them to processes of their own, by pickling: no bytes from elsewhere come near."""


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call by its dotted name, imports followed."""
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func, names) or ast.unparse(node.func), node


def said(call: ast.Call, name: str) -> object:
    """The constant that a call's keyword has; None without it."""
    return next(
        (
            ast.literal_eval(each.value)
            for each in call.keywords
            if each.arg == name and isinstance(each.value, ast.Constant)
        ),
        None,
    )


def unsafe(source: str) -> list[str]:
    found = []
    for name, call in calls(ast.parse(source)):
        if name == "numpy.load" and said(call, "allow_pickle") is False:
            continue
        if name == "torch.load" and said(call, "weights_only") is True:
            continue
        if name in FORBIDDEN | FORBIDDEN_CALLS or name.endswith(".extractall") or said(call, "shell") is True:
            found.append(name)
    return found


def test_no_file_becomes_code() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): unsafe(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    wrong = {name: set(names) for name, names in found.items() if names}
    assert {name for name in wrong if wrong[name] == {"pickle.loads"}} == OUR_OWN
    assert wrong.keys() == OUR_OWN


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.loads(b'')",
        "from pickle import loads as read\nread(b'')",
        "import torch\ntorch.load('x')",
        "import numpy as np\nnp.load('x')",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "import yaml\nyaml.load('x', Loader=yaml.Loader)",
        "eval('1')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "tar.extractall('x')",
    ],
)
def test_what_makes_code_of_files_is_found(source: str) -> None:
    assert unsafe(source)
