"""The same bytes: whoever builds, in whatever order, at once or in pieces."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from degrade.building import build, merge
from degrade.building.plan import Plan
from degrade.shards import verify
from degrade.shards.layout import CARD, MANIFEST

Contents = Callable[[Path], dict[str, bytes]]


ENGINES = [
    {"workers": 2},
    {"workers": 4, "start_method": "fork"},
    {"workers": 1, "engine": "threads"},
    {"workers": 2, "engine": "threads"},
    {"workers": 4, "engine": "threads"},
]


@pytest.mark.parametrize("how", ENGINES, ids=lambda how: "-".join(map(str, how.values())))
def test_any_engine_and_any_number_of_workers(
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    contents: Contents,
    expected: dict[str, bytes],
    how: dict[str, Any],
) -> None:
    report = build(recipe, photos, tmp_path / "out", **how)
    assert report.workers == how["workers"]
    assert contents(tmp_path / "out") == expected
    assert verify(tmp_path / "out").ok


def test_a_second_run_changes_nothing(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, expected: dict[str, bytes]
) -> None:
    out = tmp_path / "undisturbed"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.tar")}
    report = build(recipe, photos, out, workers=2)
    assert (report.resumed, report.workers, report.finished) == (report.shards, 0, True)
    assert contents(out) == expected
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.tar")} == before


def test_an_edited_card_survives_a_second_run(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, expected: dict[str, bytes]
) -> None:
    card = tmp_path / "undisturbed" / CARD
    card.write_text("My own words.")
    build(recipe, photos, card.parent)
    assert card.read_text() == "My own words."


@pytest.mark.parametrize("finisher", ["merge", "build"])
def test_parts(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, expected: dict[str, bytes], finisher: str
) -> None:
    out = tmp_path / "out"
    reports = [build(recipe, photos, out, part=part) for part in ("3/3", (1, 3), "2/3")]
    assert not any(report.finished for report in reports)
    assert not (out / MANIFEST).exists()
    report = merge(out) if finisher == "merge" else build(recipe, photos, out)
    assert report.finished
    assert contents(out) == expected
    assert report.pairs == sum(part.pairs for part in reports)
    assert report.shards == sum(part.shards for part in reports)


def test_parts_share_no_shard(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    plan_hashes = set()
    shards = 0
    for part in range(1, 12):  # more parts than shards
        report = build(recipe, photos, tmp_path / "out", part=(part, 11), dry_run=True)
        plan_hashes.add(report.plan)
        shards += report.shards
    assert len(plan_hashes) == 1
    assert shards == build(recipe, photos, tmp_path / "out", dry_run=True).shards
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("lost", ["tar", "ledger", "cut", "both", "manifest", "index"])
def test_what_is_lost_is_made_again(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, expected: dict[str, bytes], lost: str
) -> None:
    out = tmp_path / "undisturbed"
    shard = sorted(out.glob("data/*.tar"))[2]
    plan = Plan.from_json((out / ".degrade" / "plan.json").read_text())
    [number] = [one.number for one in plan.shards if one.file == f"data/{shard.name}"]
    ledger = out / ".degrade" / "ledgers" / f"{number:05d}.jsonl"
    if lost == "cut":
        shard.write_bytes(shard.read_bytes()[:1000])
    for path in {"tar": [shard], "ledger": [ledger], "both": [shard, ledger]}.get(lost, []):
        path.unlink()
    if lost in ("manifest", "index"):
        (out / {"manifest": MANIFEST, "index": "index.jsonl"}[lost]).unlink()
    report = build(recipe, photos, out)
    assert report.shards - report.resumed == (0 if lost in ("manifest", "index") else 1)
    assert contents(out) == expected


def test_rests_of_a_killed_build_are_swept(
    photos: Path, recipe: dict[str, Any], tmp_path: Path, contents: Contents, expected: dict[str, bytes]
) -> None:
    out = tmp_path / "undisturbed"
    rests = ["data/.train-00000-of-00005.tar.tmp", ".manifest.json.tmp", ".degrade/.plan.json.tmp"]
    for rest in rests:
        (out / rest).write_bytes(b"half")
    (out / ".notes.tmp").write_bytes(b"somebody's own")
    build(recipe, photos, out)
    assert (out / ".notes.tmp").read_bytes() == b"somebody's own"
    (out / ".notes.tmp").unlink()
    assert contents(out) == expected
    assert not any((out / rest).exists() for rest in rests)


def test_members_do_not_depend_on_the_shards_they_are_in(photos: Path, recipe: dict[str, Any], tmp_path: Path) -> None:
    from degrade.shards import open_pairs

    def pictures(out: Path) -> dict[tuple[str, str], bytes]:
        suffixes = ("clean.jpg", "degraded.jpg", "mask.png")
        return {(pair.key, suffix): pair.member(suffix) for pair in open_pairs(out) for suffix in suffixes}

    build(recipe, photos, tmp_path / "a")
    build(recipe | {"output": recipe["output"] | {"pairs_per_shard": 1000}}, photos, tmp_path / "b")
    build(recipe, photos, tmp_path / "c", limit=5)
    first, second, limited = (pictures(tmp_path / name) for name in "abc")
    assert first == second
    splits = [{pair.key: pair.split for pair in open_pairs(tmp_path / name)} for name in "ac"]
    alike = {key: data for key, data in limited.items() if splits[0][key[0]] == splits[1][key[0]]}
    assert alike
    assert alike.items() <= first.items()


SCRIPT = """
import degrade
report = degrade.build({recipe!r}, {photos!r}, {out!r}, workers=2, start_method={start_method!r})
print("built", report.pairs)
"""


@pytest.mark.parametrize(
    ("start_method", "by"),
    [("spawn", "file"), ("forkserver", "module"), pytest.param("spawn", "stdin", marks=pytest.mark.slow)],
)
def test_scripts_need_no_main_guard(
    photos: Path,
    recipe: dict[str, Any],
    tmp_path: Path,
    contents: Contents,
    expected: dict[str, bytes],
    start_method: str,
    by: str,
) -> None:
    out = tmp_path / "out"
    text = SCRIPT.format(recipe=recipe, photos=str(photos), out=str(out), start_method=start_method)
    (tmp_path / "script.py").write_text(text)
    how = {"file": ["script.py"], "stdin": ["-"], "module": ["-m", "script"]}[by]
    done = subprocess.run(
        [sys.executable, *how],
        cwd=tmp_path,
        input=text if by == "stdin" else "",
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "built 28\n"  # once: no worker has run the script again
    assert contents(out) == expected


OWN_OP = """
import degrade, sys
from degrade.engine.damage import Stage

class Invert(degrade.Degradation):
    \"\"\"A negative.\"\"\"
    stage = Stage.FILE
    def apply(self, photo, drawn, key): photo.pixels[...] = 1 - photo.pixels

output = degrade.Output(pairs_per_shard=5)
recipe = degrade.Recipe(name="own", steps=(Invert(),), output=output)
several = {"one": {"workers": 1}, "fork": {"workers": 2, "start_method": "fork"}, "spawn": {"workers": 2}}
for out, options in several.items():
    try:
        print(degrade.build(recipe, sys.argv[1], out, **options).pairs)
    except degrade.BuildError as error:
        print(error)
"""


def test_an_op_of_the_script_s_own(photos: Path, tmp_path: Path, contents: Contents) -> None:
    (tmp_path / "script.py").write_text(OWN_OP)
    done = subprocess.run(
        [sys.executable, "script.py", str(photos)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, refusal = done.stdout.splitlines()
    assert first == second == "14"
    assert refusal.startswith("workers cannot import Invert, which is defined in the script itself; move it")
    assert contents(tmp_path / "one") == contents(tmp_path / "fork")
