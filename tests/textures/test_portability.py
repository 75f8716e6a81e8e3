"""Sheets are rendered to the same bytes whatever the CPU can do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RENDER = """
import hashlib
from degrade.engine.key import Key
from degrade.textures.shipped import GENERATORS, declaration, texture_names
from degrade.textures.sheet import packed_levels
for name in texture_names():
    declared = declaration(name)
    field = GENERATORS[declared.generator](**declared.parameters)
    for index in range(3):
        sheet = packed_levels(field.render(360, 12.0, Key(7).at(index)))
        print(name, index, hashlib.blake2b(sheet.tobytes()).hexdigest())
"""


def rendered(environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", RENDER], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_a_plain_cpu_renders_the_same_bytes() -> None:
    import numpy as np

    info = np.show_config(mode="dicts")
    assert isinstance(info, dict)
    features = " ".join(info["SIMD Extensions"].get("found", []))
    native = rendered(dict(os.environ))
    assert len(native) == 9
    assert len({line.split()[2] for line in native}) == 9
    poor = {**os.environ, "NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": features}
    assert rendered(poor) == native
