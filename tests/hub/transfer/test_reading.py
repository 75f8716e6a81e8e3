"""Reading in place: `degrade.open_pairs("hf://datasets/user/name")`, `degrade verify`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.shards import open_pairs
from tests.hub.server.app import HubServer
from tests.hub.transfer.conftest import NAME

pytestmark = pytest.mark.slow
Script = Callable[..., list[Any]]
URL = f"hf://datasets/{NAME}"
DIGEST = "import hashlib\ndef digest(a): return hashlib.sha256(a.tobytes()).hexdigest()\n"


def digests(out: Path, split: str | None = None) -> dict[str, str]:
    """SHA-256 of each damaged picture, by key."""
    return {pair.key: hashlib.sha256(pair.degraded.tobytes()).hexdigest() for pair in open_pairs(out, split=split)}


@pytest.mark.parametrize("hub", ["lfs", "xet"], indirect=True)
def test_pairs_are_those_of_the_folder(hub: HubServer, finished: Path, script: Script) -> None:
    [found, part, rows] = script(
        f"{DIGEST}degrade.push({str(finished)!r}, {NAME!r}, tag='v1')\n"
        f"show({{pair.key: digest(pair.degraded) for pair in degrade.open_pairs({URL!r})}})\n"
        f"show({{pair.key: digest(pair.degraded) for pair in degrade.open_pairs('{URL}@v1', split='test')}})\n"
        f"show([pair.row['coverage'] for pair in degrade.open_pairs({URL!r})])"
    )
    assert found == digests(finished)
    assert part == digests(finished, "test")
    assert rows == [pair.row["coverage"] for pair in open_pairs(finished)]


def test_a_pair_fetches_its_own_bytes_alone(hub: HubServer, finished: Path, script: Script) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})\np = degrade.open_pairs({URL!r})\np[2].member('mask.png')")
    downloads = hub.asked("download")
    assert len(downloads) == 1
    assert downloads[0].status == 206


def test_what_is_open_stays_at_its_commit(hub: HubServer, finished: Path, other: Path, script: Script) -> None:
    [before, after, anew] = script(
        f"{DIGEST}import pickle\ndegrade.push({str(finished)!r}, {NAME!r})\n"
        f"pairs = degrade.open_pairs({URL!r})\n"
        f"degrade.push({str(other)!r}, {NAME!r})\n"
        "show([digest(pair.degraded) for pair in pairs])\n"
        "show([digest(pair.degraded) for pair in pickle.loads(pickle.dumps(pairs))])\n"
        f"show([digest(pair.degraded) for pair in degrade.open_pairs({URL!r})])"
    )
    assert before == after == [*digests(finished).values()]
    assert anew == [*digests(other).values()]


def test_a_dataset_that_was_missing_is_found_once_it_is_there(hub: HubServer, finished: Path, script: Script) -> None:
    [error, count] = script(
        f"try: degrade.open_pairs({URL!r})\nexcept degrade.DegradeError as error: show(str(error))\n"
        f"degrade.push({str(finished)!r}, {NAME!r})\nshow(len(degrade.open_pairs({URL!r})))"
    )
    assert error.startswith(f"cannot read {URL}: there is none, or none that this account may see; check its name")
    assert count == len(open_pairs(finished))


def test_verify_reads_all_of_it(hub: HubServer, finished: Path, degrade: Callable[..., Any]) -> None:
    degrade("push", finished, NAME)
    assert "all is well" in degrade("verify", URL).stderr
    assert "there is no such revision" in degrade("verify", f"{URL}@none", fails=True).stderr


def test_nothing_is_built_in_place(hub: HubServer, tmp_path: Path, degrade: Callable[..., Any]) -> None:
    done = degrade("build", "--recipe", "aged_photo", "--out", "hf://datasets/tester/new", fails=True)
    assert done.returncode == 2
    assert "is not built in place; build into a folder, and `degrade push` that" in done.stderr
    assert hub.requests == []


@pytest.mark.parametrize(
    "call",
    [
        "degrade.push('out', 'user/name')",
        "degrade.pull('user/name')",
        "degrade.open_pairs('hf://datasets/user/name')",
        "degrade.load_recipe('hf://datasets/user/name/recipe.yaml')",
    ],
)
def test_without_the_library_the_extra_is_named(finished: Path, tmp_path: Path, call: str) -> None:
    text = (
        "import sys; sys.modules['huggingface_hub'] = None\nimport degrade\n"
        f"try: {call}\nexcept degrade.DegradeError as error: print(error.exit_code, error)"
    )
    (tmp_path / "out").symlink_to(finished)
    root = Path(__file__).resolve().parents[3]
    said = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, env={"PYTHONPATH": str(root), "HOME": str(tmp_path)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said.startswith("2 ")
    assert 'pip install "degrade[hub]"' in said
