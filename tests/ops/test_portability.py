"""The same bytes on a CPU that can do next to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import cv2
import pytest

from degrade.engine.degradation import Degradation
from degrade.recipes import load_recipe

ROOT = Path(__file__).resolve().parents[2]
UPDATE = ROOT / "tests" / "update_goldens.py"

FACTS = """
import json, numpy, numba, cv2
from numpy._core._multiarray_umath import __cpu_features__ as features
from numba.core.registry import cpu_target
target = cpu_target.target_context.codegen()._tm_features
print(json.dumps({
    "numba": [numba.config.CPU_NAME, target],
    "numpy": sorted(name for name, on in features.items() if on),
    "cv2": cv2.getCPUFeaturesLine().split(),
}))
"""


def numpy_features() -> list[str]:
    """What numpy was built to use where it can, and can here."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [feature for feature in __cpu_dispatch__ if __cpu_features__.get(feature)]


def cv2_features() -> list[str]:
    """What OpenCV was built to use where it can: marked by a star."""
    return [feature[1:].rstrip("?") for feature in cv2.getCPUFeaturesLine().split() if feature.startswith("*")]


def poor() -> dict[str, str]:
    """The environment in which every library takes its plainest path."""
    return {
        **os.environ,
        "NUMBA_CPU_NAME": "generic",
        "NPY_DISABLE_CPU_FEATURES": " ".join(numpy_features()),
        "OPENCV_CPU_DISABLE": ",".join(cv2_features()),
        "OPENCV_IPP": "disabled",
        "JSIMD_FORCENONE": "1",
    }


def said_by(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.slow
def test_the_poor_environment_is_poor() -> None:
    facts = json.loads(said_by(["-c", FACTS], poor()))
    assert facts["numba"][0] == "generic"
    assert "+avx" not in facts["numba"][1]
    assert set(facts["numpy"]) & set(numpy_features()) == set()
    assert all(feature.endswith("?") for feature in facts["cv2"] if feature.startswith("*"))  # "?" is: not used
    assert json.loads(said_by(["-c", FACTS], dict(os.environ)))["numba"][0] != "generic"


def ops_of(recipes: Iterable[str]) -> list[str]:
    """The ops of shipped recipes."""
    steps = chain.from_iterable(load_recipe(name).steps for name in recipes)
    return sorted({op.name for step in steps for op in step.flattened() if isinstance(op, Degradation)})


def same_bytes(ops: list[str]) -> None:
    native = json.loads(said_by([str(UPDATE), "--digests", *ops], dict(os.environ)))
    assert native
    assert json.loads(said_by([str(UPDATE), "--digests", *ops], poor())) == native


@pytest.mark.slow
def test_ops_of_the_usual_recipe_give_the_same_bytes_on_a_poor_cpu() -> None:
    """Compiling every kernel for such a CPU takes minutes: all ops are a test for those who have them."""
    same_bytes(ops_of(["aged_photo"]))


@pytest.mark.slow
@pytest.mark.long
def test_portable_ops_give_the_same_bytes_on_a_poor_cpu() -> None:
    same_bytes([])
