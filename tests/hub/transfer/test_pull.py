"""Pulling an output: what comes, what is fetched again, and what a hostile dataset cannot do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build
from degrade.shards import open_pairs, verify
from degrade.shards.manifest import manifest_bytes
from tests.hub.server.app import HubServer
from tests.hub.server.repositories import File
from tests.hub.transfer.conftest import NAME, QUICKLY, RECIPE

pytestmark = pytest.mark.slow
Script = Callable[..., list[Any]]


def data_of(out: Path) -> dict[str, bytes]:
    """All of an output that its manifest vouches for, and the manifest."""
    names = [out / name for name in ("manifest.json", "index.jsonl", "rejects.jsonl")]
    paths = [*names, *(path for path in (out / "data").rglob("*") if path.is_file())]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def pushed(hub: HubServer, finished: Path, script: Script) -> HubServer:
    """The Hub with the output on it."""
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    return hub


@pytest.mark.parametrize("hub", ["lfs", "xet"], indirect=True)
def test_what_comes_back_is_what_was_sent(
    pushed: HubServer, finished: Path, tmp_path: Path, degrade: Callable[..., Any]
) -> None:
    done = degrade("pull", NAME)
    assert "all is as the manifest says" in done.stderr
    out = tmp_path / "pairs"
    assert data_of(out) == data_of(finished)
    assert verify(out).ok
    assert sorted(path.name for path in out.iterdir()) == [
        "README.md", "contact_sheet.png", "data", "index.jsonl", "manifest.json", "recipe.yaml", "rejects.jsonl",
    ]  # fmt: skip
    asked = len(pushed.requests)
    again = degrade("pull", NAME)
    assert ": 0 files" in again.stderr
    assert not [request for request in pushed.requests[asked:] if ".tar" in request.path]


def test_a_split_is_an_output_of_its_own(pushed: HubServer, finished: Path, tmp_path: Path, degrade: Any) -> None:
    degrade("pull", NAME, "--split", "test", "--to", "part")
    found = verify(tmp_path / "part")
    assert found.ok, found.problems
    pairs = open_pairs(tmp_path / "part")
    assert list(pairs.keys) == list(open_pairs(finished, split="test").keys)
    assert {pair.split for pair in pairs} == {"test"}
    assert not [request for request in pushed.asked("resolve") if "train-" in request.path and request.method == "GET"]
    wrong = degrade("pull", NAME, "--split", "tset", "--to", "other", fails=True)
    assert "has no split 'tset'; choose one of" in wrong.stderr


def test_a_broken_pull_goes_on_where_it_stopped_at_the_same_commit(
    pushed: HubServer, finished: Path, other: Path, tmp_path: Path, script: Script
) -> None:
    fault = pushed.fail("download", status=500, times=None, skip=2)
    pull = f"degrade.pull({NAME!r}, 'here')"
    [error] = script(f"{QUICKLY}\ntry: {pull}\nexcept degrade.HubError as error: show(str(error))")
    assert "the server failed (500)" in error
    assert fault.struck
    assert not (tmp_path / "here" / "manifest.json").exists()
    pushed.faults.clear()
    script(f"degrade.push({str(other)!r}, {NAME!r})")
    asked = len(pushed.requests)
    [fetched, kept] = script(f"r = {pull}\nshow(r.fetched)\nshow(r.kept)")
    assert data_of(tmp_path / "here") == data_of(finished)
    assert kept
    assert len([request for request in pushed.requests[asked:] if request.route == "download"]) <= fetched + 1


def test_a_cut_download_goes_on_with_the_rest(
    pushed: HubServer, finished: Path, tmp_path: Path, script: Script
) -> None:
    pushed.fail("download", cut_answer=3000, times=2)
    script(f"{QUICKLY}\ndegrade.pull({NAME!r}, 'here')")
    assert data_of(tmp_path / "here") == data_of(finished)


def test_a_folder_that_holds_something_else_is_left_alone(pushed: HubServer, tmp_path: Path, degrade: Any) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    done = degrade("pull", NAME, "--to", "mine", fails=True)
    assert "is not empty, and holds no pairs; choose another --to" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_other_pairs_are_left_alone(pushed: HubServer, other: Path, tmp_path: Path, degrade: Any) -> None:
    shutil.copytree(other, tmp_path / "mine", ignore=shutil.ignore_patterns(".degrade"))
    before = data_of(tmp_path / "mine")
    done = degrade("pull", NAME, "--to", "mine", fails=True)
    assert "holds other pairs; choose another --to" in done.stderr
    assert data_of(tmp_path / "mine") == before


def test_members_of_their_own_come_back(hub: HubServer, tmp_path: Path, script: Script) -> None:
    recipe = RECIPE | {"output": RECIPE["output"] | {"format": "folder", "image": "jpg"}}
    build(recipe, "sample", tmp_path / "out", workers=1)
    [stale] = script(
        f"degrade.push('out', {NAME!r})\nshow(degrade.push('out', {NAME!r}, dry_run=True).sent)\n"
        f"degrade.pull({NAME!r}, 'back')\ndegrade.pull({NAME!r}, 'part', split='test')"
    )
    assert stale == []
    assert data_of(tmp_path / "back") == data_of(tmp_path / "out")
    for out in ("back", "part"):
        assert verify(tmp_path / out).ok, out


# --- datasets that mean harm ------------------------------------------------------------------------------------------


def set_file(name: object) -> Callable[[dict[str, Any]], Any]:
    return lambda manifest: manifest["shards"][0].update(file=name)


LIES: list[Callable[[dict[str, Any]], Any]] = [
    set_file("../../escaped.tar"),
    set_file("/tmp/escaped-00000-of-00001.tar"),
    set_file("data/../../escaped-00000-of-00001.tar"),
    set_file("data/train-00000-of-00001.tar\x00"),
    set_file(["data/train-00000-of-00001.tar"]),
    set_file("README.md"),
    lambda manifest: manifest["shards"].append(manifest["shards"][0]),
    lambda manifest: manifest["shards"][0].update(sha256=None),
    lambda manifest: manifest["shards"][0].update(bytes="many"),
    lambda manifest: manifest["shards"][0].update(bytes=1 << 50),
    lambda manifest: manifest["shards"][0].update(sha256="0" * 64),
    lambda manifest: manifest.update(files={"../x": "0" * 64}),
    lambda manifest: manifest.update(counts=None),
    lambda manifest: manifest.update(shards=[7]),
]
PULLS = """
from degrade.errors import DegradeError
for number in range({count}):
    try:
        degrade.pull({name!r}, f"here{{number}}", revision=f"harm{{number}}")
    except DegradeError as error:
        show(str(error))
"""


def told(pushed: HubServer, script: Script, manifests: list[bytes]) -> list[str]:
    """What pulling says when these stand in place of the manifest, each on a branch of its own."""
    held = pushed.repository(NAME)
    for number, data in enumerate(manifests):
        held.branches[f"harm{number}"] = held.branches["main"]
        held.commit(f"harm{number}", {**held.at("main").files, "manifest.json": File(data)}, "harm")
    said = script(PULLS.format(count=len(manifests), name=NAME))
    assert len(said) == len(manifests), said
    assert not [one for one in said if "\n" in one]
    return said


def test_manifests_that_lie(pushed: HubServer, tmp_path: Path, script: Script) -> None:
    """Their digests fit."""
    manifests = []
    for change in LIES:
        manifest = json.loads(pushed.repository(NAME).at("main").files["manifest.json"].data)
        change(manifest)
        facts = {name: value for name, value in manifest.items() if name not in ("manifest", "sha256")}
        manifests.append(manifest_bytes(facts))
    before = set(tmp_path.parent.rglob("*escaped*"))
    assert all(" holds no " in one for one in told(pushed, script, manifests))
    assert not list(tmp_path.glob("here*/manifest.json"))
    assert set(tmp_path.parent.rglob("*escaped*")) == before


def test_manifests_that_are_none(pushed: HubServer, script: Script) -> None:
    manifests = [b"[]", b"{", b"[" * 100_000, b'{"manifest": 99}', b"\xff\xfe", b"null", b""]
    assert all("holds no output" in one for one in told(pushed, script, manifests))


def test_the_command_says_it_in_a_line(pushed: HubServer, degrade: Any) -> None:
    files = pushed.repository(NAME).at("main").files
    pushed.repository(NAME).commit("main", {**files, "manifest.json": File(b"[" * 100_000)}, "harm")
    done = degrade("pull", NAME, "--to", "here", fails=True)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "holds no output" in done.stderr


def test_a_file_that_is_not_what_the_hub_says_never_gets_its_name(
    pushed: HubServer, tmp_path: Path, degrade: Any
) -> None:
    name = next(name for name in pushed.files(NAME) if name.startswith("data/"))
    stored = pushed.repository(NAME).objects
    sha256 = pushed.files(NAME)[name].sha256
    files = dict(pushed.repository(NAME).at("main").files)
    other = bytes(len(files[name].data))
    stored[sha256] = other
    object.__setattr__(files[name], "data", other)  # the server's listing goes with its bytes
    pushed.repository(NAME).commit("main", files, "harm")
    done = degrade("pull", NAME, "--to", "here", fails=True)
    assert f"{name} is another than its manifest says" in done.stderr
    assert not (tmp_path / "here" / name).exists()


def test_links_are_not_followed(pushed: HubServer, tmp_path: Path, script: Script, degrade: Any) -> None:
    (tmp_path / "elsewhere").mkdir()
    degrade("pull", NAME, "--to", "here")
    shutil.rmtree(tmp_path / "here" / "data")
    (tmp_path / "here" / "data").symlink_to(tmp_path / "elsewhere")
    done = degrade("pull", NAME, "--to", "here", fails=True)
    assert "is a link, which a pull does not follow" in done.stderr
    assert not any((tmp_path / "elsewhere").iterdir())


def test_what_is_not_there(hub: HubServer, tmp_path: Path, degrade: Any, script: Script) -> None:
    done = degrade("pull", "tester/none", fails=True)
    assert "cannot read tester/none: there is none, or none that this account may see" in done.stderr
    script(f"from huggingface_hub import HfApi\nHfApi().create_repo({NAME!r}, repo_type='dataset')")
    assert "no whole output: manifest.json is missing" in degrade("pull", NAME, fails=True).stderr
    assert "there is no such revision" in degrade("pull", f"{NAME}@v9", fails=True).stderr
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "pairs").exists()
