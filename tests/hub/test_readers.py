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


def pushed_by(sender: str, hub: HubServer, built: Path, here: Path) -> None:
    """Send the output by the library alone, or by this project's command."""
    if sender == "degrade push":
        out = shutil.copytree(built, here / "out")
        hub.run(["-m", "degrade", "push", out, "tester/pairs", "--private"])
    else:
        hub.run(["-c", PUSH, built])


OFTEN = {("lfs", "upload_folder"), ("xet", "degrade push")}
"""The others differ in what the tests of pushing look at by themselves."""


@pytest.mark.parametrize(
    ("hub", "sender"),
    [
        pytest.param(transfer, sender, marks=[] if (transfer, sender) in OFTEN else [pytest.mark.long])
        for transfer in TRANSFERS
        for sender in ("upload_folder", "degrade push")
    ],
    indirect=["hub"],
)
def test_datasets_reads_what_was_pushed(hub: HubServer, sender: str, built: Path, tmp_path: Path) -> None:
    pushed_by(sender, hub, built, tmp_path)
    expected = {
        split: {pair.key: members(pair) for pair in open_pairs(built, split)} for split in ("train", "held_out")
    }
    assert hub.repository("tester/pairs").private
    for how in ("streaming", "whole"):
        before = len(hub.asked("download"))
        loaded = json.loads(hub.run(["-c", LOAD, how]).stdout.splitlines()[-1])
        assert loaded == expected
        assert len(hub.asked("download")) > before or hub.transfer == "xet"
