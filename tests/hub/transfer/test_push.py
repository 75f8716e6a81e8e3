"""Pushing an output: what arrives, what is sent again, what goes wrong, what is never sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hub.server.app import HubServer
from tests.hub.server.repositories import File
from tests.hub.transfer.conftest import NAME, QUICKLY

pytestmark = pytest.mark.slow
WRITES = ("create", "preupload", "batch", "upload", "complete", "commit", "create_branch", "create_tag", "settings")
Script = Callable[..., list[Any]]
Sent = Callable[..., None]


@pytest.mark.parametrize("hub", ["lfs", "multipart", "xet"], indirect=True)
def test_all_arrives_and_a_second_push_sends_nothing(
    hub: HubServer, finished: Path, degrade: Callable[..., Any], sent: Sent
) -> None:
    first = degrade("push", finished, NAME, "--tag", "v1")
    assert "all has arrived" in first.stderr
    sent(hub, finished)
    commit = hub.repository(NAME).at("main").oid
    assert hub.repository(NAME).at("v1").oid == commit
    asked = len(hub.requests)
    second = degrade("push", finished, NAME, "--tag", "v1")
    assert "nothing to send" in second.stderr
    assert not {request.route for request in hub.requests[asked:]} & {*WRITES}
    assert hub.repository(NAME).at("main").oid == commit


def test_the_card_tells_what_a_reader_wants_to_know(hub: HubServer, finished: Path, script: Script) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    card = hub.read(NAME, "README.md").decode()
    head = yaml.safe_load(card.split("---\n")[1])
    assert {"configs", "dataset_info", "size_categories", "tags", "task_categories"} <= {*head}
    for words in (
        f'open_pairs("hf://datasets/{NAME}"',
        f'load_dataset("{NAME}"',
        "salt_and_pepper",
        "@misc{tiny",
    ):
        assert words in card
    assert re.search(r"Of \d+ pairs, 100\.0% have damage", card)
    assert "| dropout | 100.0% |" in card
    recipe = hub.read(NAME, "recipe.yaml").decode()
    assert recipe in card
    [name, steps] = script(
        f"r = degrade.load_recipe('hf://datasets/{NAME}/recipe.yaml')\nshow(r.name)\nshow(len(r.steps))"
    )
    assert (name, steps) == ("tiny", 2)


def test_a_dry_run_lists_and_writes_nothing(hub: HubServer, finished: Path, degrade: Callable[..., Any]) -> None:
    before = {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()}
    done = degrade("push", finished, NAME, "--dry-run")
    listed = {line.split()[-1] for line in done.stdout.splitlines()}
    shards = {f"data/{path.name}" for path in (finished / "data").iterdir()}
    assert (
        listed
        == {"manifest.json", "index.jsonl", "rejects.jsonl", "contact_sheet.png", "recipe.yaml", "README.md"} | shards
    )
    assert not {request.route for request in hub.requests} & {*WRITES}
    assert {path: path.read_bytes() for path in finished.rglob("*") if path.is_file()} == before


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [412, 429, 500, 503])
def test_commits_that_fail_for_a_while(hub: HubServer, finished: Path, script: Script, sent: Sent, status: int) -> None:
    hub.fail("commit", status=status, times=2)
    script(f"{QUICKLY}\ndegrade.push({str(finished)!r}, {NAME!r})")
    sent(hub, finished)
    uploads = [request.path for request in hub.asked("upload")]
    assert len(uploads) == len({*uploads}), "a file was sent twice"


def test_what_was_sent_before_a_failure_is_not_sent_again(
    hub: HubServer, finished: Path, script: Script, degrade: Callable[..., Any], sent: Sent
) -> None:
    fault = hub.fail("commit", status=500, times=None, skip=2)
    [error] = script(
        f"{QUICKLY}\ns.MOST_FILES = 1\n"
        f"try: degrade.push({str(finished)!r}, {NAME!r})\nexcept degrade.HubError as error: show(str(error))"
    )
    assert error == (
        f"cannot push to {NAME}: the server failed (500); run the same command again later, what has arrived is kept"
    )
    there = {*hub.files(NAME)}
    assert len(there) == 2
    hub.faults.clear()
    asked = len(hub.requests)
    degrade("push", finished, NAME)
    sent(hub, finished)
    uploaded = len(hub.files(NAME)) - len(there)
    assert len([request for request in hub.requests[asked:] if request.route == "upload"]) <= uploaded
    assert fault.struck == 5


def test_a_cut_upload_is_sent_again(hub: HubServer, finished: Path, script: Script, sent: Sent) -> None:
    hub.fail("upload", cut_upload=1000)
    script(f"{QUICKLY}\ndegrade.push({str(finished)!r}, {NAME!r})")
    sent(hub, finished)


def test_an_answer_that_is_lost_is_no_loss(hub: HubServer, finished: Path, script: Script, sent: Sent) -> None:
    hub.fail("commit", lose_answer=True)
    script(f"{QUICKLY}\ndegrade.push({str(finished)!r}, {NAME!r})")
    sent(hub, finished)


# --- another build ----------------------------------------------------------------------------------------------------


def test_shards_of_another_build_go(hub: HubServer, finished: Path, other: Path, script: Script, sent: Sent) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    [listed] = script(f"show(degrade.push({str(other)!r}, {NAME!r}, dry_run=True).removed)")
    held = hub.repository(NAME).at("main").files
    hub.repository(NAME).commit("main", {**held, "data/notes.txt": File(b"mine")}, "by hand")
    [removed] = script(f"show(degrade.push({str(other)!r}, {NAME!r}).removed)")
    assert removed == listed
    assert removed
    assert hub.read(NAME, "data/notes.txt") == b"mine"
    without = {path: file for path, file in hub.repository(NAME).at("main").files.items() if path != "data/notes.txt"}
    hub.repository(NAME).commit("main", without, "by hand")
    sent(hub, other)


def test_a_first_push_that_was_broken_off_is_known_as_ours(
    hub: HubServer, finished: Path, other: Path, script: Script, sent: Sent
) -> None:
    hub.fail("commit", status=500, times=None, skip=3)
    push = f"{QUICKLY}\ns.MOST_FILES = 1\ndegrade.push({str(finished)!r}, {NAME!r})"
    script(f"{push.replace('degrade.push', 'try: degrade.push')}\nexcept degrade.HubError: show(1)")
    assert any(name.startswith("data/") for name in hub.files(NAME))
    hub.faults.clear()
    script(f"degrade.push({str(other)!r}, {NAME!r})")
    sent(hub, other)


@pytest.mark.parametrize("same_name", [False, True])
def test_data_of_something_else_is_not_touched(
    hub: HubServer, finished: Path, script: Script, degrade: Callable[..., Any], same_name: bool
) -> None:
    script(f"from huggingface_hub import HfApi\nHfApi().create_repo({NAME!r}, repo_type='dataset')")
    shard = next((finished / "data").iterdir()).name if same_name else "train-00000-of-00001.parquet"
    foreign = {f"data/{shard}": File(b"mine", large=True), "README.md": File(b"# Mine\n")}
    hub.repository(NAME).commit("main", foreign, "mine")
    done = degrade("push", finished, NAME, fails=True)
    assert f"holds other data at the names of shards (data/{shard})" in done.stderr
    assert {name: hub.read(NAME, name) for name in hub.files(NAME)} == {f: foreign[f].data for f in foreign}


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_card_that_somebody_edited_stays(
    hub: HubServer, copied: Path, degrade: Callable[..., Any], where: str
) -> None:
    if where == "here":
        (copied / "README.md").write_text((copied / "README.md").read_text() + "\nCite me.\n")
        done = degrade("push", copied, NAME)
    else:
        degrade("push", copied, NAME)
        files = dict(hub.repository(NAME).at("main").files)
        files["README.md"] = File(files["README.md"].data + b"\nCite me.\n")
        hub.repository(NAME).commit("main", files, "on the page")
        done = degrade("push", copied, NAME)
    assert "README.md was edited" in done.stderr
    assert hub.read(NAME, "README.md").endswith(b"\nCite me.\n")


# --- branches, tags, pull requests, private ---------------------------------------------------------------------------


def test_a_branch_leaves_main_alone(hub: HubServer, finished: Path, other: Path, script: Script, sent: Sent) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    [url] = script(f"show(degrade.push({str(other)!r}, {NAME!r}, branch='new').url)")
    sent(hub, finished)
    sent(hub, other, revision="new")
    assert url == f"hf://datasets/{NAME}@new"


def test_a_pull_request_goes_on_after_a_failure(
    hub: HubServer, finished: Path, other: Path, script: Script, sent: Sent
) -> None:
    script(f"degrade.push({str(finished)!r}, {NAME!r})")
    hub.fail("commit", status=500, times=None, skip=1)
    push = f"degrade.push({str(other)!r}, {NAME!r}, create_pr=True)"
    script(f"{QUICKLY}\ns.MOST_FILES = 1\ntry: {push}\nexcept degrade.HubError: show(1)")
    hub.faults.clear()
    [url, revision] = script(f"r = {push}\nshow(r.pull_request)\nshow(r.revision)")
    assert [each.reference for each in hub.repository(NAME).discussions] == [revision]
    assert url.endswith("/discussions/1")
    sent(hub, other, revision=revision)
    sent(hub, finished)


def test_a_tag_of_another_state_is_refused(
    hub: HubServer, finished: Path, other: Path, degrade: Any, script: Script
) -> None:
    degrade("push", finished, NAME, "--tag", "v1")
    [error] = script(
        f"try: degrade.push({str(other)!r}, {NAME!r}, tag='v1')\nexcept degrade.HubError as error: show(str(error))"
    )
    assert "has a tag v1, at another state; choose another --tag" in error


def test_private_is_private(hub: HubServer, finished: Path, degrade: Any) -> None:
    degrade("push", finished, NAME, "--private")
    assert hub.repository(NAME).private
    degrade("push", finished, "tester/public")
    done = degrade("push", finished, "tester/public", "--private", fails=True)
    assert "everybody can see it" in done.stderr


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_shards_that_are_not_the_manifests_are_never_committed(hub: HubServer, copied: Path, degrade: Any) -> None:
    shard = max((copied / "data").glob("*.tar"))
    data = bytearray(shard.read_bytes())
    data[600] ^= 1
    shard.write_bytes(data)
    done = degrade("push", copied, NAME, fails=True)
    assert f"{shard.name} is not whole: its SHA-256 is not the manifest's" in done.stderr
    assert not hub.files(NAME)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "there is no token for the Hub; log in by `hf auth login`, or set HF_TOKEN"),
        ("hf_thisIsNoTokenOfAnybody", "the token is not valid"),
    ],
)
def test_without_a_good_token(hub: HubServer, finished: Path, degrade: Any, token: str, words: str) -> None:
    done = degrade("push", finished, NAME, env={"HF_TOKEN": token}, fails=True)
    assert words in done.stderr
    assert "hf_this" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_somebody_elses_dataset(hub: HubServer, finished: Path, degrade: Any) -> None:
    degrade("push", finished, NAME)
    done = degrade("push", finished, NAME, "--branch", "mine", env={"HF_TOKEN": hub.add_user("eve")}, fails=True)
    assert re.search(r"error: cannot \w+( to)? tester/pairs: .*; .*token", done.stderr)
    assert len(done.stderr.splitlines()) == 1


def test_a_hub_that_is_not_there(hub: HubServer, finished: Path, degrade: Any) -> None:
    done = degrade("push", finished, NAME, env={"HF_ENDPOINT": "http://127.0.0.1:9"}, fails=True)
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"error: cannot read {NAME}: it cannot be reached; check the network and the endpoint")


def test_storage_that_is_spent(hub: HubServer, finished: Path, script: Script) -> None:
    hub.fail("batch", status=403, times=None)
    [error] = script(
        f"{QUICKLY}\ntry: degrade.push({str(finished)!r}, {NAME!r})\nexcept degrade.HubError as error: show(str(error))"
    )
    assert re.match(rf"cannot push to {NAME}: refused \(.*\); take a token that may write", error)


def test_no_token_is_anywhere(hub: HubServer, copied: Path, tmp_path: Path, degrade: Any) -> None:
    degrade("push", copied, NAME, "--json", env={"HF_DEBUG": "1"})
    degrade("pull", NAME, "--to", "back", "--json")
    token = hub.token.encode()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and token in path.read_bytes()]
    assert kept == []
    files = hub.repository(NAME).at("main").files
    assert not [path for path, file in files.items() if token in file.data or str(tmp_path).encode() in file.data]
