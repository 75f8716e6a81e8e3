"""What `datasets` makes of an output that lies on the Hub, with nothing of this project at work."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from degrade.shards import StoredPair, open_pairs
from tests.hub.server.app import TRANSFERS, HubServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("datasets") is None, reason="needs the real reader: datasets"),
]

PUSH = """
import sys
from huggingface_hub import HfApi
pairs = {"repo_id": "tester/pairs", "repo_type": "dataset"}
HfApi().create_repo(**pairs, private=True)
HfApi().upload_folder(**pairs, folder_path=sys.argv[1], ignore_patterns=[".degrade/**"])
"""

LOAD = """
import hashlib, json, sys
import datasets, numpy
loaded = datasets.load_dataset("tester/pairs", streaming=sys.argv[1] == "streaming")
def digest(picture): return hashlib.sha256(numpy.asarray(picture).tobytes()).hexdigest()
def members(row): return {name: digest(row[name]) for name in ("clean.png", "degraded.png", "mask.png")}
print(json.dumps({split: {row["json"]["key"]: members(row) for row in rows} for split, rows in loaded.items()}))
assert "degrade" not in sys.modules
"""


def members(pair: StoredPair) -> dict[str, str]:
    """SHA-256 of the pixels of each member."""
    pictures = {"clean.png": pair.clean, "degraded.png": pair.degraded, "mask.png": pair.mask}
    return {name: hashlib.sha256(np.asarray(picture).tobytes()).hexdigest() for name, picture in pictures.items()}


@pytest.fixture(params=["upload_folder", "degrade push"])
def pushed(hub: HubServer, built: Path, tmp_path: Path, request: pytest.FixtureRequest) -> HubServer:
    """A Hub that holds the output, sent by the library alone or by this project's command."""
    if request.param == "degrade push":
        out = shutil.copytree(built, tmp_path / "out")
        hub.run(["-m", "degrade", "push", out, "tester/pairs", "--private"])
    else:
        hub.run(["-c", PUSH, built])
    return hub


@pytest.mark.parametrize("hub", TRANSFERS, indirect=True)
def test_datasets_reads_what_was_pushed(pushed: HubServer, built: Path) -> None:
    expected = {
        split: {pair.key: members(pair) for pair in open_pairs(built, split)} for split in ("train", "held_out")
    }
    assert pushed.repository("tester/pairs").private
    for how in ("streaming", "whole"):
        before = len(pushed.asked("download"))
        loaded = json.loads(pushed.run(["-c", LOAD, how]).stdout.splitlines()[-1])
        assert loaded == expected
        assert len(pushed.asked("download")) > before or pushed.transfer == "xet"
