"""Nothing of others is imported before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import degrade

OTHERS = ("torch", "torchdata", "datasets", "webdataset", "huggingface_hub", "albumentations", "grain", "jax")
CODE = f"""
import sys
import degrade
for name in degrade.__all__:
    getattr(degrade, name)
import degrade.streaming.datasets, degrade.streaming.lab, degrade.streaming.transform, degrade.streaming.webdataset
degrade.Pairs("plain_list", limit=1)[0]
degrade.as_transform(degrade.Grain())
print(*sorted(set({OTHERS}) & set(sys.modules)))
"""


def test_every_public_name_and_adaptor_does_without_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=Path(degrade.__file__).parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def test_without_torch_its_adaptor_says_what_to_install() -> None:
    code = "import sys; sys.modules['torch'] = None; import degrade.streaming.torch"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(degrade.__file__).parents[1], capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert last.endswith('MissingExtra: degrade.streaming.torch needs torch; pip install "degrade[stream]"')
